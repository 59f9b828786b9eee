"""PDF files with a text layer; scanned and locked ones are refused in plain words."""

from __future__ import annotations

import io
import logging
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from broadcaster.text.ingest.document import MAX_TEXT_CHARS, DocumentError, grouped
from broadcaster.text.notes import Note

#: A commune's longest dossier has 200 pages; beyond this it is no script.
MAX_PAGES = 300
_MIN_LETTERS = 15


def to_text(name: str, data: bytes) -> tuple[str, tuple[Note, ...]]:
    """Return the text layer of a PDF with a form feed between pages, and remarks.

    Raises:
        DocumentError: the file is damaged, locked, too long, or holds pictures of pages only.
    """
    # The reader tells its guesses about broken files to its logger; what matters comes back as an error or a note.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted
        opened = not locked or bool(reader.decrypt(""))
        count = len(reader.pages) if opened else 0
        pages, pictures = _pages(reader) if count <= MAX_PAGES and opened else ([], [])
    except (DependencyError, NotImplementedError) as error:
        raise _locked(name) from error
    except (
        PyPdfError,
        RecursionError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        OSError,
        ArithmeticError,
        AssertionError,
    ) as error:
        raise DocumentError(
            "Tệp PDF bị hỏng, không đọc được; hãy xuất lại từ tài liệu gốc.", code="damaged", field=name
        ) from error
    if not opened:
        raise _locked(name)
    if count > MAX_PAGES:
        raise DocumentError(
            f"Tệp PDF có {grouped(count)} trang, quá giới hạn {MAX_PAGES}; hãy tách lấy phần cần đọc.",
            code="too-long",
            field=name,
        )
    letters = sum(c.isalpha() for text in pages for c in text)
    if letters < _MIN_LETTERS and pictures:
        raise DocumentError(
            "Tệp PDF là bản chụp (scan), không có lớp chữ; hãy nộp bản Word, hoặc gõ lại nội dung cần đọc.",
            code="scanned",
            field=name,
        )
    notes = []
    if pictures:
        shown = ", ".join(map(str, pictures[:20]))
        notes.append(Note("scanned-pages", f"Trang {shown} chỉ có hình chụp, không đọc được chữ."))
    if locked:
        notes.append(Note("locked", "Tệp PDF có khóa hạn chế sửa hoặc in, nhưng vẫn mở đọc được."))
    return "\f".join(page.strip("\n") + "\n" for page in pages), tuple(notes)


def _pages(reader: PdfReader) -> tuple[list[str], list[int]]:
    """Return the text of each page, and the numbers of the pages that hold pictures and no text."""
    texts: list[str] = []
    pictures: list[int] = []
    total = 0
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text()
        texts.append(text)
        if sum(c.isalpha() for c in text) < _MIN_LETTERS and _has_picture(page):
            pictures.append(number)
        total += len(text)
        if total > MAX_TEXT_CHARS:
            break
    return texts, pictures


def _has_picture(page: PageObject) -> bool:
    resources: Any = page.get("/Resources")
    objects: Any = resources.get_object().get("/XObject") if resources else None
    if not objects:
        return False
    return any(entry.get_object().get("/Subtype") in {"/Image", "/Form"} for entry in objects.get_object().values())


def _locked(name: str) -> DocumentError:
    return DocumentError("Tệp PDF có mật khẩu; hãy bỏ mật khẩu rồi nộp lại.", code="encrypted", field=name)
