"""Documents that are damaged, locked, empty or made to do harm, with what is said of each."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

from pypdf import PdfReader, PdfWriter

from broadcaster.text.ingest.archive import MAX_DEPTH
from tests.kit.documents import docx_with_body, odt_bytes, pdf_bytes, printed_pdf, scanned_pdf, word_bytes, zip_bytes

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


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


CASES: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
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
    "day-trang.pdf": (lambda: dense_pdf(45_000), "too-dense", "quá phức tạp"),
    "bom-trang.pdf": (lambda: dense_pdf(3_000_000), "too-dense", "quá phức tạp"),
    "cut.docx": (word_bytes(lambda d: d.add_paragraph("Xin chào"))[:-200], "damaged", "bị hỏng"),
    "bom-nen.docx": (lambda: docx_with_body(b" " * 60_000_000), "zip-bomb", "nén"),
    "bom-nhieu.docx": (lambda: docx_with_body("<a/>", [(f"x{i}", "") for i in range(5001)]), "zip-bomb", "nén"),
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
    "mot-dong.txt": (lambda: b"tin " * 2_600_000, "too-long", "10.400.000 ký tự"),
    "dong-dai.txt": (b"tin " * 30_000, "line-too-long", "120.000 ký tự"),
    "nang.txt": (lambda: b"a" * (50 * 1024 * 1024), "too-large", "50 MB, quá giới hạn 20 MB"),
}


def bad_document(name: str) -> bytes:
    """Its bytes; what is heavy is made only when a test wants it."""
    data = CASES[name][0]
    return data() if callable(data) else data
