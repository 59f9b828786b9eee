"""Files that must be refused, each with a sentence that a clerk understands and the file's name."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from broadcaster.errors import RuleError, printed
from broadcaster.text.clean import clean
from broadcaster.text.ingest import DocumentError, read_bytes, read_document
from broadcaster.text.ingest.archive import MAX_DEPTH
from tests.ingest.builders import docx_with_body, odt_bytes, pdf_bytes, printed_pdf, scanned_pdf, word_bytes, zip_bytes

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def refusal(name: str, data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_bytes(name, data)
    error = caught.value
    assert isinstance(error, RuleError)
    assert printed(error.field) == name
    assert str(error).startswith(f"{name}: ")
    assert error.message[-1] == "."
    return error


def locked_pdf(password: str, owner: str | None = None) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed_pdf("Xin chào bà con nhân dân trong toàn xã"))))
    writer.encrypt(password, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def dense_pdf(operators: int) -> bytes:
    content = zlib.compress(b"BT /F1 9 Tf " + b"(ab) Tj " * operators + b"ET")
    return pdf_bytes(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    + "]>"
)
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def damaged_docx() -> bytes:
    data = bytearray(word_bytes(lambda d: d.add_paragraph("Xin chào " * 200)))
    at = data.index(b"word/document.xml") + 60
    data[at : at + 40] = b"\xaa" * 40
    return bytes(data)


def locked_zip() -> bytes:
    data = bytearray(docx_with_body(f"<w:document {W}/>"))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


CASES = {
    "rong.txt": (b"", "empty", "Tệp rỗng"),
    "trang.txt": (b" \n\t\r\n", "empty", "Tệp rỗng"),
    "bom.txt": (b"\xef\xbb\xbf", "empty", "Tệp rỗng"),
    "ky-hieu.txt": (b"--- *** ---", "empty", "không có chữ nào"),
    "rong.docx": (word_bytes(lambda d: None), "empty", "không có chữ nào"),
    "rong.odt": (odt_bytes(""), "empty", "không có chữ nào"),
    "chup.pdf": (scanned_pdf(), "scanned", "bản chụp (scan)"),
    "khoa.pdf": (locked_pdf("bi-mat"), "encrypted", "có mật khẩu"),
    "hong.pdf": (b"%PDF-1.7\n" + b"\x00\xff" * 500, "damaged", "bị hỏng"),
    "vong.pdf": (
        pdf_bytes(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"),
        "damaged",
        "bị hỏng",
    ),
    "day-trang.pdf": (dense_pdf(45_000), "too-dense", "quá phức tạp"),
    "bom-trang.pdf": (dense_pdf(3_000_000), "too-dense", "quá phức tạp"),
    "cut.docx": (word_bytes(lambda d: d.add_paragraph("Xin chào"))[:-200], "damaged", "bị hỏng"),
    "bom-nen.docx": (docx_with_body(b" " * 60_000_000), "zip-bomb", "nén"),
    "bom-nhieu.docx": (docx_with_body("<a/>", [(f"x{i}", "") for i in range(5001)]), "zip-bomb", "nén"),
    "bom-thuc-the.docx": (
        docx_with_body(f"{ENTITIES}<w:document {W}><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"),
        "unsafe-xml",
        "thực thể XML",
    ),
    "xxe.docx": (
        docx_with_body(f"{XXE}<w:document {W}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"),
        "unsafe-xml",
        "thực thể XML",
    ),
    "xxe.odt": (
        zip_bytes([("META-INF/manifest.xml", "<m/>"), ("content.xml", f"{XXE}<x>&a;</x>")]),
        "unsafe-xml",
        "thực thể XML",
    ),
    "hong-xml.docx": (docx_with_body("<w:document"), "damaged", "word/document.xml"),
    "hong-nen.docx": (damaged_docx(), "damaged", "bị hỏng"),
    "sau.docx": (
        docx_with_body(
            f"<w:document {W}><w:body>"
            + "<w:sdt>" * (MAX_DEPTH + 5)
            + "</w:sdt>" * (MAX_DEPTH + 5)
            + "</w:body></w:document>"
        ),
        "damaged",
        "bị hỏng",
    ),
    "khoa.docx": (locked_zip(), "encrypted", "có mật khẩu"),
    "khoa.odt": (
        zip_bytes([("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"), ("content.xml", "x")]),
        "encrypted",
        "có mật khẩu",
    ),
    "gia.docx": (zip_bytes([("anh.txt", "Xin chào")]), "wrong-kind", "tệp nén (zip)"),
    "bang.docx": (zip_bytes([("xl/workbook.xml", "<a/>")]), "wrong-kind", "Excel"),
    "chieu.pptx": (zip_bytes([("ppt/presentation.xml", "<a/>")]), "wrong-kind", "PowerPoint"),
    "cu.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "wrong-kind", ".docx"),
    "thu.rtf": (b"{\\rtf1 Xin chao}", "wrong-kind", "RTF"),
    "anh.docx": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "wrong-kind", "hình ảnh"),
    "anh.txt": (b"\xff\xd8\xff\xe0" + b"\x00" * 100, "wrong-kind", "hình ảnh"),
    "nhi-phan.txt": (bytes(range(256)) * 20, "not-text", "không phải là văn bản"),
    "khong.txt": (b"abc" + b"\x00" * 3000, "not-text", "không phải là văn bản"),
    "mot-dong.txt": (b"tin " * 2_600_000, "too-long", "10.400.000 ký tự"),
    "dong-dai.txt": (b"tin " * 30_000, "line-too-long", "120.000 ký tự"),
    "nang.txt": (b"a" * (50 * 1024 * 1024), "too-large", "50 MB, quá giới hạn 20 MB"),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_in_plain_words(name):
    data, code, words = CASES[name]
    error = refusal(name, data)
    assert (error.code, words in error.message) == (code, True), error.message


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "nang.docx"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    with pytest.raises(DocumentError, match=r"nang\.docx: Tệp nặng 50 MB, quá giới hạn 20 MB"):
        read_document(path)


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks():
    data = bytearray(docx_with_body(b" " * 45_000_000))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = (
            data.index(b"word/document.xml") - (30 if magic == b"PK\x03\x04" else 0)
            if magic == b"PK\x03\x04"
            else data.rindex(magic)
        )
        assert data[at : at + 4] == magic
        data[at + offset : at + offset + 4] = (1000).to_bytes(4, "little")
    assert refusal("doi.docx", bytes(data)).code in {"damaged", "zip-bomb"}


def test_a_folder_or_a_missing_file_is_named(tmp_path):
    with pytest.raises(DocumentError, match=r"khong-co\.txt: Không tìm thấy tệp"):
        read_document(tmp_path / "khong-co.txt")
    (tmp_path / "thu-muc").mkdir()
    with pytest.raises(DocumentError, match="thu-muc: Đây là thư mục"):
        read_document(tmp_path / "thu-muc")


def test_an_unknown_character_set_is_refused():
    with pytest.raises(DocumentError, match="Không có bảng mã"):
        read_bytes("a.txt", b"abc", encoding="big5")


def test_a_pdf_locked_against_printing_only_is_read():
    document = read_bytes("in.pdf", locked_pdf("", "chu"))
    assert "bà con nhân dân" in document.text
    assert [note.code for note in document.notes] == ["locked"]


def test_an_unlikely_but_honest_archive_is_read():
    data = word_bytes(lambda d: [d.add_paragraph("Tuyên truyền cải cách hành chính.") for _ in range(3000)])
    assert read_bytes("dai.docx", data).text.count("\n") == 2999


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Xin\x00 chào\x01 bà con " + "xã " * 200, "Xin chào bà con"),
        ("Xin \u202echào\u202c bà con", "Xin chào bà con"),
        ("Xin chào ភាសាខ្មែរ bà con", "Xin chào ភាសាខ្មែរ bà con"),
    ],
)
def test_control_marks_direction_marks_and_khmer_pass(text, kept):
    assert kept in clean(read_bytes("a.txt", text.encode()).text).text


def _document(data: bytes) -> None:
    try:
        document = read_bytes("bat-ky", data)
    except DocumentError:
        return
    clean(document.text)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    _document(data)


@given(
    st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"<table>", b"{\\rtf", b"\xff\xfe", b"\xfe\xff"]),
    st.binary(max_size=300),
)
def test_any_bytes_after_a_known_beginning_are_read_or_refused(head, tail):
    _document(head + tail)


@given(st.data())
def test_a_word_file_with_any_byte_changed_is_read_or_refused(data):
    source = bytearray(_SMALL)
    for _ in range(data.draw(st.integers(1, 4))):
        source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    _document(bytes(source))


_SMALL = docx_with_body(
    f"<w:document {W}><w:body><w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>Xin chào</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
)
