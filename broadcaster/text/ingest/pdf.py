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
#: Drawing operators of one page, and bytes of its unpacked content. A dense page of an office has 5,000 and 200 kB;
#: the reader slows down with the square of them, so a 5 kB file could hold it for hours.
MAX_PAGE_OPERATORS = 40_000
MAX_PAGE_BYTES = 2_000_000
MAX_OPERATORS = 1_000_000
_MIN_LETTERS = 15


class _TooDenseError(Exception):
    """Raised when a page draws more than any page of text does."""


def to_text(name: str, data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text layer of a PDF with a form feed between pages, and remarks.

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
    except _TooDenseError as error:
        raise DocumentError(
            "Tệp PDF có trang quá phức tạp (bản đồ, bản vẽ hoặc tệp lạ), không đọc được; hãy nộp bản Word.",
            code="too-dense",
            field=name,
        ) from error
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
    """The text of each page, and the numbers of the pages that hold pictures and no text."""
    texts: list[str] = []
    pictures: list[int] = []
    total = 0
    drawn = 0
    for number, page in enumerate(reader.pages, 1):
        text, operators = _page_text(page)
        drawn += operators
        if drawn > MAX_OPERATORS:
            raise _TooDenseError
        texts.append(text)
        if sum(c.isalpha() for c in text) < _MIN_LETTERS and _has_picture(page):
            pictures.append(number)
        total += len(text)
        if total > MAX_TEXT_CHARS:
            break
    return texts, pictures


def _page_text(page: PageObject) -> tuple[str, int]:
    content = page.get_contents()
    if content is not None and len(content.get_data()) > MAX_PAGE_BYTES:
        raise _TooDenseError
    operators = 0

    def count(*_: object) -> None:
        nonlocal operators
        operators += 1
        if operators > MAX_PAGE_OPERATORS:
            raise _TooDenseError

    return page.extract_text(visitor_operand_before=count), operators


def _has_picture(page: PageObject) -> bool:
    resources: Any = page.get("/Resources")
    objects: Any = resources.get_object().get("/XObject") if resources else None
    if not objects:
        return False
    return any(entry.get_object().get("/Subtype") in {"/Image", "/Form"} for entry in objects.get_object().values())


def _locked(name: str) -> DocumentError:
    return DocumentError("Tệp PDF có mật khẩu; hãy bỏ mật khẩu rồi nộp lại.", code="encrypted", field=name)
