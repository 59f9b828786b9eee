"""One door for every kind of document: the content tells the kind, not the name."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from broadcaster import apart
from broadcaster.later import Later
from broadcaster.text import front_matter
from broadcaster.text.encodings import decode_as, detect
from broadcaster.text.ingest import docx, html, markdown, odt, plain, tables
from broadcaster.text.ingest.document import MAX_FILE_BYTES, Document, DocumentError, check_text, megabytes
from broadcaster.text.notes import Note

if TYPE_CHECKING:
    from broadcaster.text.ingest import pdf
else:
    pdf = Later("broadcaster.text.ingest.pdf")

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|style|p|div|span|table|ul|ol|h[1-6]|b|strong|font)\b",
    re.IGNORECASE | re.DOTALL,
)
_CLIPBOARD = re.compile(rb"Version:[\d.]+\s+StartHTML:\d+")
_SLOWEST_S: Final = 30.0
"""A document that takes longer to open is none that a person wrote."""
_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?([\w-]{2,20})", re.IGNORECASE)
_ELSE = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "tài liệu Word kiểu cũ (.doc) hoặc tài liệu có mật khẩu; hãy mở bằng Word rồi lưu lại thành .docx không mật khẩu",
    ),
    (b"{\\rtf", "tài liệu RTF; hãy mở bằng Word rồi lưu lại thành .docx"),
    (b"\x89PNG", "hình ảnh; hãy gõ lại nội dung cần đọc"),
    (b"\xff\xd8\xff", "hình ảnh; hãy gõ lại nội dung cần đọc"),
    (b"GIF8", "hình ảnh; hãy gõ lại nội dung cần đọc"),
    (b"II*\x00", "hình ảnh; hãy gõ lại nội dung cần đọc"),
    (b"Rar!", "tệp nén; hãy giải nén rồi nộp từng tài liệu"),
    (b"7z\xbc\xaf", "tệp nén; hãy giải nén rồi nộp từng tài liệu"),
    (b"\x1f\x8b", "tệp nén; hãy giải nén rồi nộp từng tài liệu"),
    (b"ID3", "tệp âm thanh; hãy nộp ở mục âm thanh"),
    (b"RIFF", "tệp âm thanh hoặc hình ảnh; hãy nộp đúng mục"),
    (b"OggS", "tệp âm thanh; hãy nộp ở mục âm thanh"),
    (b"fLaC", "tệp âm thanh; hãy nộp ở mục âm thanh"),
    (b"MZ", "chương trình, không phải là tài liệu"),
    (b"\x7fELF", "chương trình, không phải là tài liệu"),
)


def read_document(path: Path, *, encoding: str | None = None) -> Document:
    """The text of the file at `path`.

    Args:
        path: a .txt, .md, .docx, .odt, .pdf or .html file of at most 20 MB, whatever its name ends with.
        encoding: the character set a person chose for a text file; None to find it.

    Raises:
        DocumentError: the file is missing, too large, damaged, locked, or no document; the sentence says which.
        EncodingChoiceError: several character sets fit; ask, and call again with `encoding`.
    """
    return read_bytes(path.name, load(path), encoding=encoding)


def load(path: Path) -> bytes:
    """The bytes of a file, which is measured before it is read.

    Raises:
        DocumentError: the file is missing, no plain file, may not be read, or is over 20 MB.
    """
    name = path.name or str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise DocumentError("Đây là thư mục, không phải tệp; hãy chọn một tệp.", code="not-file", field=name)
        if not path.is_file():
            raise DocumentError("Đây không phải là tệp thường; hãy chọn một tệp tài liệu.", code="not-file", field=name)
        if size > MAX_FILE_BYTES:
            raise _too_large(name, size)
        with path.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DocumentError("Không tìm thấy tệp; hãy kiểm tra đường dẫn.", code="missing", field=name) from error
    except (OSError, ValueError) as error:
        raise DocumentError("Không mở được tệp; hãy kiểm tra quyền đọc.", code="unreadable", field=name) from error


def read_script(name: str, data: bytes, *, encoding: str | None = None) -> tuple[Mapping[str, Any], Document]:
    """The head of a script file (none in most documents), and the text below it; as `read_document`, for bytes.

    Raises:
        RuleError: the head is wrong; names the line.
        DocumentError: as `read_document`.
        EncodingChoiceError: as `read_document`.
    """
    return apart.done(_SLOWEST_S, _script, name, data, encoding)


def _script(name: str, data: bytes, encoding: str | None) -> tuple[Mapping[str, Any], Document]:
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(name, len(data))
    used: str | None = None
    notes: tuple[Note, ...] = ()
    if sniff(name, data) in {"txt", "md"}:
        text, used, notes = plain.decode(name, data, encoding)
        data, encoding = text.encode(errors="replace"), None
    head, rest = front_matter.split(data, name=name)
    document = _document(name, rest, encoding)
    return head, replace(document, encoding=used or document.encoding, notes=notes + document.notes)


def read_bytes(name: str, data: bytes, *, encoding: str | None = None) -> Document:
    """The text of an uploaded or pasted document; as `read_document`, for bytes.

    Raises:
        DocumentError: as `read_document`.
        EncodingChoiceError: as `read_document`.
    """
    return apart.done(_SLOWEST_S, _document, name, data, encoding)


def _document(name: str, data: bytes, encoding: str | None) -> Document:
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(name, len(data))
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise DocumentError("Tệp rỗng, không có nội dung nào; hãy kiểm tra lại tệp đã chọn.", code="empty", field=name)
    kind = sniff(name, data)
    used: str | None = None
    if kind in {"docx", "odt", "pdf"}:
        to_text = {"docx": docx.to_text, "odt": odt.to_text, "pdf": pdf.to_text}[kind]
        text, notes = to_text(name, data)
        text, notes = _redecoded(text, notes, encoding)
    else:
        text, used, notes = plain.decode(name, data, encoding or _declared(kind, data))
        if kind == "html":
            text, more = html.to_text(text)
            notes += more
        elif kind == "md":
            text, found = markdown.to_text(text)
            notes += (tables.table_note(found),) if found else ()
    text = plain.normal(text)
    check_text(name, text)
    return Document(text, kind, used, notes)


def sniff(name: str, data: bytes) -> str:
    """The kind of a document by its first bytes; the name only tells Markdown from other text.

    Raises:
        DocumentError: the bytes are of a kind that holds no text for us.
    """
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_zip(name, data)
    for magic, what in _ELSE:
        if data.startswith(magic):
            raise DocumentError(f"Tệp là {what}.", code="wrong-kind", field=name)
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")[2:]
    if _HTML.match(head) or _CLIPBOARD.match(head):
        return "html"
    return "md" if name.lower().endswith((".md", ".markdown")) else "txt"


def _sniff_zip(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as container:
            names = set(container.namelist()[:5000])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise DocumentError(
            "Tệp bị hỏng, không mở được; hãy lưu lại từ chương trình soạn thảo.", code="damaged", field=name
        ) from error
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "odt"
    if any(entry.startswith("xl/") for entry in names):
        what = "bảng tính Excel; hãy chép phần cần đọc sang Word"
    elif any(entry.startswith("ppt/") for entry in names):
        what = "bài trình chiếu PowerPoint; hãy chép phần cần đọc sang Word"
    else:
        what = "tệp nén (zip), không phải tài liệu Word hay ODT; hãy giải nén rồi nộp từng tài liệu"
    raise DocumentError(f"Tệp là {what}.", code="wrong-kind", field=name)


def _declared(kind: str, data: bytes) -> str | None:
    """The character set that an HTML page names, when it is one of ours and not the one that lies most."""
    found = _CHARSET.search(data[:4096]) if kind == "html" else None
    named = found.group(1).decode("ascii", "replace").lower() if found else ""
    return "windows-1258" if named in {"windows-1258", "cp1258"} else None


def _redecoded(text: str, notes: tuple[Note, ...], encoding: str | None) -> tuple[str, tuple[Note, ...]]:
    """Mend legacy letters that arrived inside a Unicode container."""
    if encoding is not None:
        return decode_as(text, encoding), notes
    found = detect(text)
    return found.text, notes + plain.notes(found)


def _too_large(name: str, size: int) -> DocumentError:
    return DocumentError(
        f"Tệp nặng {megabytes(size)}, quá giới hạn {megabytes(MAX_FILE_BYTES)}; hãy tách tài liệu hoặc bỏ bớt hình.",
        code="too-large",
        field=name,
    )
