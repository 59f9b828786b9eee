"""Make the three shipped report templates anew, laid out as Phụ lục I of Nghị định 30/2020/NĐ-CP asks.

    python scripts/templates/recipe.py

A4 portrait, margins 20 mm (top, bottom), 30 mm (left), 15 mm (right); Times New Roman, black; page number centred in
the top margin, not on the first page. Number and date stay blank: văn thư gives them after signing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FONT = "Times New Roman"
HERE = Path(__file__).parent
CENTER, JUSTIFY, LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT


def page(doc: Any) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    normal = doc.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(14)
    for script in ("w:eastAsia", "w:cs"):
        normal.element.rPr.rFonts.set(qn(script), FONT)
    header = section.header.paragraphs[0]
    header.alignment = CENTER
    run = header.add_run()
    for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = words
        run._r.append(element)
    run.font.size, run.font.name = Pt(13), FONT


def text(
    doc: Any,
    words: str,
    *,
    size: float = 14,
    bold: bool = False,
    italic: bool = False,
    align: Any = None,
    indent: bool = False,
    before: float = 0,
    after: float = 4,
    keep: bool = False,
) -> None:
    paragraph = doc.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.15
    shape.keep_with_next = keep
    if align is not None:
        paragraph.alignment = align
    if indent:
        shape.first_line_indent = Mm(12.7)
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT


def cell(
    where: Any,
    words: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    more: bool = False,
    align: Any = CENTER,
) -> None:
    paragraph = where.add_paragraph() if more else where.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT


def rule(paragraph: Any, left: Any) -> None:
    """A centred line; the paragraph holds a blank, for Word ignores an empty one."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = left
    shape.space_after, shape.line_spacing = Pt(4), Pt(4)
    paragraph.add_run("\u00a0").font.size = Pt(2)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for key, value in {"val": "single", "sz": "6", "space": "1", "color": "000000"}.items():
        top.set(qn(f"w:{key}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)


def widths(table: Any, sizes: tuple[Any, ...]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, sizes, strict=True):
        column.width = width
        for box in column.cells:
            box.width = width


def letterhead(doc: Any) -> None:
    table = doc.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    widths(table, (Mm(62), Mm(103)))
    left, right = table.rows[0].cells
    cell(left, "{{ co_quan_chu_quan }}", size=12, bold=True)
    cell(left, "{{ co_quan }}", size=12, bold=True, more=True)
    rule(left.add_paragraph(), Mm(20))
    cell(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    cell(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True, more=True)
    rule(right.add_paragraph(), Mm(24.5))
    left, right = table.rows[1].cells
    cell(left, "Số:        /{{ ky_hieu }}", size=13)
    cell(right, "{{ dia_danh }}, ngày      tháng      năm {{ nam }}", size=14, italic=True)


def title(doc: Any, kind: str, subject: str) -> None:
    text(doc, kind, bold=True, align=CENTER, before=14)
    text(doc, subject, bold=True, align=CENTER)
    rule(doc.add_paragraph(), Mm(62))


def signature(doc: Any) -> None:
    table = doc.add_table(rows=1, cols=2)
    widths(table, (Mm(80), Mm(85)))
    left, right = table.rows[0].cells
    cell(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT)
    for words in ("{%p for dong in noi_nhan %}", "- {{ dong }}", "{%p endfor %}"):
        cell(left, words, size=11, more=True, align=LEFT)
    cell(right, "{%p for dong in chuc_vu %}", size=14, bold=True)
    cell(right, "{{ dong }}", size=14, bold=True, more=True)
    cell(right, "{%p endfor %}", size=14, bold=True, more=True)
    for _ in range(4):
        cell(right, "", size=14, more=True)


def grid(doc: Any, rows: list[list[str]], sizes: tuple[Any, ...], *, size: float = 12, loud: int = -1) -> None:
    """A table with a head that is repeated on each page; a row of one text is a tag over the row."""
    table = doc.add_table(rows=len(rows), cols=len(sizes))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    widths(table, sizes)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            cell(table.cell(r, c), words, size=size, bold=r in {0, loud}, align=LEFT if c == 0 and r else CENTER)


def tables(doc: Any, heading: str) -> None:
    text(doc, heading, bold=True, before=8, keep=True)
    text(doc, "{%p for bang in cac_bang %}")
    text(doc, "{{ loop.index }}. {{ bang.ten }}", bold=True, before=6, keep=True)
    grid(
        doc,
        [
            ["{{ bang.cot_dau }}", "{%tc for cot in bang.cac_cot %}", "{{ cot }}", "{%tc endfor %}"],
            ["{%tr for hang in bang.cac_hang %}"],
            ["{{ hang.dau }}", "{%tc for o in hang.cac_o %}", "{{ o }}", "{%tc endfor %}"],
            ["{%tr endfor %}"],
            ["{%tr if bang.tong %}"],
            ["{{ bang.tong.dau }}", "{%tc for o in bang.tong.cac_o %}", "{{ o }}", "{%tc endfor %}"],
            ["{%tr endif %}"],
        ],
        (Mm(85), Mm(20), Mm(20), Mm(20)),
        loud=5,
    )
    text(doc, "{%p if bang.ghi_chu %}")
    text(doc, "{{ bang.ghi_chu }}", size=13, italic=True)
    text(doc, "{%p endif %}")
    text(doc, "{%p endfor %}")


def units(doc: Any, heading: str) -> None:
    text(doc, "{%p if don_vi %}")
    text(doc, heading, bold=True, before=8)
    text(doc, "{%p for d in don_vi %}")
    text(doc, "{{ d.ten }}", bold=True, before=4, indent=True, keep=True)
    text(doc, "{%p for doan in d.noi_dung %}")
    text(doc, "{{ doan }}", align=JUSTIFY, indent=True)
    text(doc, "{%p endfor %}")
    text(doc, "{%p endfor %}")
    text(doc, "{%p endif %}")


def sentences(doc: Any) -> None:
    text(doc, "{%p for cau in cac_cau %}")
    text(doc, "{{ cau }}", align=JUSTIFY, indent=True)
    text(doc, "{%p endfor %}")


def full() -> Any:
    doc = docx.Document()
    page(doc)
    letterhead(doc)
    title(doc, "BÁO CÁO", "{{ trich_yeu }}")
    text(doc, "I. KẾT QUẢ THỰC HIỆN", bold=True, before=8)
    sentences(doc)
    units(doc, "Kết quả của các đơn vị")
    tables(doc, "II. SỐ LIỆU CHI TIẾT")
    text(doc, "III. BIỂU ĐỒ", bold=True, before=10, keep=True)
    text(doc, "{%p for bd in cac_bieu_do %}")
    text(doc, "{{ loop.index }}. {{ bd.ten }}", bold=True, before=6, keep=True)
    text(doc, "{{ bd.hinh }}", align=CENTER)
    text(doc, "{%p endfor %}")
    text(doc, "{{ ket_thuc }}", align=JUSTIFY, indent=True, before=8)
    signature(doc)
    return doc


def section() -> Any:
    doc = docx.Document()
    page(doc)
    text(
        doc, "Kết quả thông tin, tuyên truyền cải cách hành chính trên hệ thống truyền thanh", bold=True, align=JUSTIFY
    )
    sentences(doc)
    units(doc, "Kết quả của các đơn vị")
    text(
        doc,
        "(Kỳ số liệu từ ngày {{ tu_ngay }} đến ngày {{ den_ngay }}; chi tiết tại phụ lục minh chứng.)",
        italic=True,
        indent=True,
    )
    return doc


def annex() -> Any:
    doc = docx.Document()
    page(doc)
    text(doc, "PHỤ LỤC", bold=True, align=CENTER)
    text(doc, "Minh chứng {{ trich_yeu[0] | lower }}{{ trich_yeu[1:] }}", bold=True, align=CENTER)
    text(doc, "(Kỳ số liệu từ ngày {{ tu_ngay }} đến ngày {{ den_ngay }})", italic=True, align=CENTER)
    rule(doc.add_paragraph(), Mm(62))
    text(doc, "1. Các lượt phát trên loa", bold=True, before=6, keep=True)
    grid(
        doc,
        [
            ["TT", "Lúc", "Tin, bài", "Chủ đề", "Phút", "Kết quả", "Cụm loa"],
            ["{%tr for l in luot_phat %}"],
            [
                "{{ l.stt }}",
                "{{ l.luc }}",
                "{{ l.bai }}",
                "{{ l.chu_de }}",
                "{{ l.phut }}",
                "{{ l.ket_qua }}",
                "{{ l.cum_loa }}",
            ],
            ["{%tr endfor %}"],
        ],
        (Mm(11), Mm(33), Mm(44), Mm(30), Mm(13), Mm(19), Mm(15)),
        size=10,
    )
    text(doc, "{%p if luot_phat_con_lai %}")
    text(doc, "{{ luot_phat_con_lai }}", italic=True, align=JUSTIFY, indent=True, before=4)
    text(doc, "{%p endif %}")
    text(doc, "{%p if hoat_dong %}")
    text(doc, "2. Hoạt động bằng hình thức khác", bold=True, before=8, keep=True)
    grid(
        doc,
        [
            ["Ngày", "Hình thức", "Hoạt động", "Đơn vị", "Kết quả"],
            ["{%tr for h in hoat_dong %}"],
            ["{{ h.ngay }}", "{{ h.hinh_thuc }}", "{{ h.ten }}", "{{ h.don_vi }}", "{{ h.ket_qua }}"],
            ["{%tr endfor %}"],
        ],
        (Mm(22), Mm(30), Mm(50), Mm(33), Mm(30)),
        size=10,
    )
    text(doc, "{%p endif %}")
    text(doc, "{{ ket_thuc }}", align=JUSTIFY, indent=True, before=8)
    return doc


if __name__ == "__main__":
    for name, make in {"bao-cao": full, "phan-long-ghep": section, "phu-luc": annex}.items():
        made = make()
        made.core_properties.author, made.core_properties.title = "Loa Xã", name
        made.save(str(HERE / f"{name}.docx"))
