"""Each kind of file read for its words and its structure: real Word, OpenDocument, PDF, HTML and Markdown."""

from __future__ import annotations

import pytest

from broadcaster.text.clean import clean
from broadcaster.text.ingest import read_bytes, read_document
from tests.kit.documents import PLAN, add_xml, in_tcvn3, in_vni, odt_bytes, printed_pdf, word_bytes


def codes(document) -> set[str]:
    return {note.code for note in document.notes}


def word_plan(document) -> None:
    for line in PLAN.read_text(encoding="utf-8").split("\n"):
        document.add_paragraph(line)


def test_the_plan_in_word_cleans_to_the_plan_in_text(tmp_path):
    path = tmp_path / "ke-hoach.docx"
    path.write_bytes(word_bytes(word_plan))
    document = read_document(path)
    assert document.source_kind == "docx"
    assert document.encoding is None
    assert clean(document.text).text == clean(PLAN.read_text(encoding="utf-8")).text


def test_the_plan_printed_to_pdf_cleans_to_the_same_words():
    source = PLAN.read_text(encoding="utf-8").replace("...", "…")
    marked = "".join("\\" + c if c in "\\#*_$@<>`[]=-+/" else c for c in source).replace("\n", "\n\n")
    data = printed_pdf('#set page(paper: "a4", numbering: "1")\n#set text(size: 14pt, lang: "vi")\n' + marked)
    document = read_bytes("ke-hoach.pdf", data)
    assert document.source_kind == "pdf"
    cleaned = clean(document.text)
    assert cleaned.text.split() == clean(source).text.split()
    assert [r.kind for r in cleaned.removed].count("page-number") == document.text.count("\f") + 1


def test_headings_and_word_numbers_are_written_out():
    def fill(document):
        document.add_heading("Mục đích", 1)
        for text in ("Một", "Hai"):
            document.add_paragraph(text, style="List Number")
        for text in ("Ba", "Bốn"):
            document.add_paragraph(text, style="List Bullet")
        document.add_paragraph("Năm", style="List Bullet 2")

    assert read_bytes("a.docx", word_bytes(fill)).text.split("\n") == [
        "Mục đích",
        "1. Một",
        "2. Hai",
        "- Ba",
        "- Bốn",
        "- Năm",
    ]


NUMBERING = """<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2."/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%3)"/></w:lvl></w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num></w:numbering>"""


def test_many_level_numbers_count_restart_and_take_word_s_formats():
    from tests.kit.documents import docx_with_body

    def item(level, text, number=3):
        return f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'

    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        + item(0, "A")
        + item(1, "B")
        + item(2, "C")
        + item(2, "D")
        + item(1, "E")
        + item(0, "G")
        + item(1, "H")
        + item(0, "K", 4)
        + "</w:body></w:document>"
    )
    document = read_bytes("a.docx", docx_with_body(body, [("word/numbering.xml", NUMBERING)]))
    assert document.text.split("\n") == ["I. A", "I.1. B", "a) C", "b) D", "I.2. E", "II. G", "II.1. H", "V. K"]


def test_tracked_changes_are_read_as_their_final_text():
    def fill(document):
        add_xml(
            document,
            '<w:p><w:r><w:t xml:space="preserve">Họp lúc </w:t></w:r><w:del w:id="1" w:author="a"><w:r><w:delText>7 giờ</w:delText></w:r></w:del>'
            '<w:ins w:id="2" w:author="a"><w:r><w:t>8 giờ</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> sáng</w:t></w:r></w:p>'
            '<w:p><w:pPr><w:rPr><w:del w:id="3" w:author="a"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">tại trụ sở </w:t></w:r></w:p>'
            "<w:p><w:r><w:t>Ủy ban.</w:t></w:r></w:p>"
            '<w:p><w:moveFrom w:id="4" w:author="a"><w:r><w:t>đã dời đi</w:t></w:r></w:moveFrom><w:moveTo w:id="5" w:author="a"><w:r><w:t>dời đến</w:t></w:r></w:moveTo></w:p>',
        )

    document = read_bytes("sua.docx", word_bytes(fill))
    assert document.text.split("\n") == ["Họp lúc 8 giờ sáng", "tại trụ sở Ủy ban.", "dời đến"]
    assert "tracked" in codes(document)


def test_a_text_box_is_read_once_after_its_paragraph():
    box = "<w:txbxContent><w:p><w:r><w:t>Chữ trong hộp</w:t></w:r></w:p></w:txbxContent>"

    def fill(document):
        add_xml(
            document,
            f"<w:p><w:r><w:t>Trước hộp</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        )

    document = read_bytes("hop.docx", word_bytes(fill))
    assert document.text.split("\n") == ["Trước hộp", "Chữ trong hộp"]
    assert "text-box" in codes(document)


def test_hidden_text_footnotes_headers_and_fields_are_handled():
    def fill(document):
        document.sections[0].header.paragraphs[0].text = "Đầu trang"
        add_xml(
            document,
            '<w:p><w:r><w:t>Thông</w:t></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:t>báo</w:t><w:footnoteReference w:id="2"/></w:r>'
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r>"
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
            '<w:hyperlink r:id="rId1"><w:r><w:t xml:space="preserve"> trên Zalo</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>xong</w:t><w:br/><w:t>hết</w:t></w:r></w:p>',
        )

    document = read_bytes("a.docx", word_bytes(fill))
    assert document.text == "Thông-báo trên Zalo\txong\nhết"
    assert codes(document) == {"footnote", "hidden", "header-footer"}


def grid(rows):
    def fill(document):
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                table.cell(i, j).text = cell

    return fill


def test_a_table_is_read_row_by_row_with_its_heads_and_a_warning():
    rows = [["STT", "Ấp", "Số hộ", "Thời gian"], ["1", "Bình Phong", "120", "7h30"], ["2", "Bình Minh", "98", ""]]
    document = read_bytes("bang.docx", word_bytes(grid(rows)))
    assert document.text.split("\n") == [
        "STT: 1; Ấp: Bình Phong; Số hộ: 120; Thời gian: 7h30.",
        "STT: 2; Ấp: Bình Minh; Số hộ: 98.",
    ]
    assert "table" in codes(document)


def test_merged_cells_repeat_what_they_span():
    def fill(document):
        grid([["Ấp", "Buổi", "Giờ"], ["Một", "Sáng", "7h"], ["", "Chiều", "14h"], ["Ghi chú chung", "", ""]])(document)
        table = document.tables[0]
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(3, 0).merge(table.cell(3, 2))

    text = read_bytes("a.docx", word_bytes(fill)).text
    assert text.split("\n") == ["Ấp: Một; Buổi: Sáng; Giờ: 7h.", "Ấp: Một; Buổi: Chiều; Giờ: 14h.", "Ghi chú chung"]


def test_a_table_inside_a_table_is_flattened_and_told():
    def fill(document):
        table = document.add_table(rows=2, cols=2)
        for i, text in enumerate(("Việc", "Chi tiết", "Tiêm phòng", "")):
            table.cell(i // 2, i % 2).text = text
        inner = table.cell(1, 1).add_table(rows=2, cols=2)
        for i, text in enumerate(("Ấp", "Giờ", "Một", "8h")):
            inner.cell(i // 2, i % 2).text = text

    document = read_bytes("a.docx", word_bytes(fill))
    assert document.text == "Việc: Tiêm phòng; Chi tiết: Ấp: Một; Giờ: 8h."
    assert {"nested-table", "table"} <= codes(document)


def test_the_letterhead_and_sign_off_tables_are_layout_and_go_when_cleaned():
    def fill(document):
        grid(
            [
                ["ỦY BAN NHÂN DÂN\nXÃ VĨNH PHONG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"],
                ["Số:      /TB-UBND", "Vĩnh Phong, ngày     tháng 01 năm 2026"],
            ]
        )(document)
        document.add_paragraph("THÔNG BÁO")
        document.add_paragraph("Nội dung cần đọc./.")
        grid([["Nơi nhận:\n- Như trên;\n- Lưu: VT.", "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n\n\nNguyễn Văn A"]])(document)

    document = read_bytes("a.docx", word_bytes(fill))
    assert "table" not in codes(document)
    assert clean(document.text).text == "THÔNG BÁO\nNội dung cần đọc."


@pytest.mark.parametrize(("font", "write"), [(".VnTime", in_tcvn3), ("VNI-Times", in_vni)])
def test_one_paragraph_in_an_old_font_is_converted_by_its_font(font, write):
    def fill(document):
        document.add_paragraph("Đoạn này dùng Unicode, phông Times New Roman, viết bình thường.")
        document.add_paragraph().add_run(write("đường lối của nước ta").decode("latin-1")).font.name = font

    document = read_bytes("a.docx", word_bytes(fill))
    assert document.text.split("\n")[1] == "đường lối của nước ta"
    assert any(code.startswith("font-") for code in codes(document))


def test_capitals_in_the_capital_font_are_capitals():
    def fill(document):
        document.add_paragraph().add_run(in_tcvn3("cộng hòa").decode("latin-1")).font.name = ".VnTimeH"

    assert read_bytes("a.docx", word_bytes(fill)).text == "CỘNG HÒA"


# --- OpenDocument ---

ODT_LIST = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="I" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>'
)


def test_opendocument_keeps_headings_lists_tables_and_the_final_text():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>đã xóa</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        "<text:h>Thông báo</text:h><text:p>Kính<text:s text:c='2'/>gửi<text:tab/>bà <text:span>con</text:span>"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>chú thích</text:p></text:note-body></text:note>.</text:p>"
        '<text:list text:style-name="L1"><text:list-item><text:p>Một</text:p><text:list><text:list-item><text:p>Con</text:p></text:list-item></text:list></text:list-item>'
        "<text:list-item><text:p>Hai</text:p></text:list-item></text:list>"
        "<text:list><text:list-item><text:p>Gạch</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Ấp</text:p></table:table-cell><table:table-cell><text:p>Giờ</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell><text:p>Một</text:p></table:table-cell><table:table-cell><text:p>7h</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>Trong khung</text:p></draw:text-box></draw:frame>Sau</text:p>"
    )
    document = read_bytes("a.odt", odt_bytes(body, ODT_LIST))
    assert document.source_kind == "odt"
    assert document.text.split("\n") == [
        "Thông báo",
        "Kính  gửi\tbà con.",
        "I. Một",
        "a) Con",
        "II. Hai",
        "- Gạch",
        "Ấp: Một; Giờ: 7h.",
        "Sau",
        "Trong khung",
    ]
    assert codes(document) == {"tracked", "footnote", "text-box", "table"}


# --- HTML and Markdown ---


def test_pasted_html_is_read_block_by_block_without_what_is_unseen():
    source = (
        "<html><head><title>Tên</title><style>p{}</style></head><body><h1>Thông báo</h1><p>Kính gửi <b>bà</b>\n con&nbsp;xã,<br>hôm nay</p>"
        "<script>alert(1)</script><!-- ghi chú --><div style='display:none'>ẩn <span>nữa</span></div>"
        "<ul><li>Một<li>Hai<ul><li>Con</ul></ul><ol start=3><li>Ba</li></ol><del>xóa</del>"
        "<table><tr><th>Ấp<th>Giờ<tr><td>Một<td>7h</table>Hết</body></html>"
    )
    document = read_bytes("dan.html", source.encode())
    assert document.source_kind == "html"
    lines = [line for line in document.text.split("\n") if line]
    assert lines == [
        "Thông báo",
        "Kính gửi bà con\u00a0xã,",
        "hôm nay",
        "- Một",
        "- Hai",
        "+ Con",
        "3. Ba",
        "Ấp: Một; Giờ: 7h.",
        "Hết",
    ]
    assert codes(document) == {"table"}


def test_word_html_from_the_clipboard_keeps_its_list_marks():
    source = (
        "Version:0.9\r\nStartHTML:00000097\r\nEndHTML:00000300\r\n<html xmlns:o='urn:schemas-microsoft-com:office:office'><body><!--StartFragment-->"
        "<p class=MsoListParagraph><![if !supportLists]><span style='mso-list:Ignore'>-<span>&nbsp;&nbsp; </span></span><![endif]>Tuyên truyền<o:p></o:p></p>"
        "<p class=MsoNormal>Hết.<o:p>&nbsp;</o:p></p><!--EndFragment--></body></html>"
    )
    document = read_bytes("dan", source.encode())
    assert document.source_kind == "html"
    assert clean(document.text).text.split() == ["-", "Tuyên", "truyền", "Hết."]


def test_markdown_loses_its_marks_and_keeps_its_words():
    source = (
        "---\ntitle: x\n---\n# Thông báo\n\nKính gửi **bà con**, *hôm nay* xem [trang xã](https://example.org) và ![ảnh](a.png).\n"
        "Dòng này còn tiếp\nở đây.\n\n* Một\n* [x] Hai\n  - Con\n1. Ba\n\n> Trích dẫn\n\n| Ấp | Giờ |\n|---|:-:|\n| Một | 7h |\n\n---\n<!-- ghi chú -->\n"
        "Mã `abc` và 5 * 3 * 2 và ten_tep_dai \\*sao\\*.\n"
    )
    document = read_bytes("bai.md", source.encode())
    assert document.source_kind == "md"
    lines = [line for line in clean(document.text).text.split("\n") if line]
    assert lines == [
        "Thông báo",
        "Kính gửi bà con, hôm nay xem trang xã và ảnh.",
        "Dòng này còn tiếp ở đây.",
        "- Một",
        "- Hai",
        "+ Con",
        "1. Ba",
        "Trích dẫn",
        "Ấp: Một; Giờ: 7h.",
        "Mã abc và 5 * 3 * 2 và ten_tep_dai *sao*.",
    ]
    assert codes(document) == {"table"}


def test_a_text_file_keeps_its_stars():
    assert read_bytes("a.txt", "**Chú ý**: 5 * 3".encode()).text == "**Chú ý**: 5 * 3"


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a", "a.docx.bak"])
def test_the_content_decides_not_the_name(name):
    assert read_bytes(name, word_bytes(lambda d: d.add_paragraph("Xin chào"))).source_kind == "docx"
    assert read_bytes(name, b"<!DOCTYPE html><p>Xin</p>").source_kind == "html"
    assert read_bytes(name, "Xin chào".encode("utf-16")).source_kind == "txt"
