"""What reading a file yields, its limits, and how it refuses."""

from __future__ import annotations

from dataclasses import dataclass

from broadcaster.errors import RuleError
from broadcaster.text.encodings import ENCODING_NAMES
from broadcaster.text.notes import Note

#: Largest file taken, in bytes. The seed plan as .docx has 40 kB; a scan of a whole dossier has 50 MB.
MAX_FILE_BYTES = 20 * 1024 * 1024
#: Longest text taken, in characters: about 30 hours of speech.
MAX_TEXT_CHARS = 2_000_000
#: Longest line taken, in characters. A long paragraph has 2,000; a line of a hundred thousand is not prose.
MAX_LINE_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document as it stands, before cleaning.

    Attributes:
        text: paragraphs a line each, list marks and numbers written out, form feed where a PDF page turns.
        source_kind: txt, md, docx, odt, pdf or html, told by the content.
        encoding: a key of `encodings.ENCODING_NAMES` for kinds that are text, else None.
        notes: what was left out or needs a person's eye.
    """

    text: str
    source_kind: str
    encoding: str | None
    notes: tuple[Note, ...]


class DocumentError(RuleError):
    """Raised when a file cannot be read as a document; `field` names the file."""

    code = "document"


class EncodingChoiceError(DocumentError):
    """Raised when two character sets fit a file about equally; `choices` are the keys to ask about."""

    code = "encoding-choice"

    def __init__(self, name: str, evidence: str, choices: tuple[str, ...]) -> None:
        names = ", ".join(ENCODING_NAMES[choice] for choice in choices)
        super().__init__(
            f"Không chắc tài liệu dùng bảng mã nào. {evidence} Hãy chọn một trong các bảng mã: {names}.", field=name
        )
        self.choices = choices
        self.evidence = evidence


def megabytes(size: int) -> str:
    """A size in bytes as a Vietnamese reader writes it: 52,4 MB."""
    return f"{size / 1024 / 1024:.1f}".replace(".", ",").removesuffix(",0") + " MB"


def grouped(number: int) -> str:
    """A count with dots between thousands."""
    return f"{number:,}".replace(",", ".")


def check_text(name: str, text: str) -> None:
    """Refuse a text that holds nothing to read, or too much of it.

    Raises:
        DocumentError: the text is empty, too long, or has a line too long to be prose.
    """
    if not any(c.isalnum() for c in text):
        raise DocumentError("Tài liệu không có chữ nào để đọc; hãy kiểm tra lại tệp đã chọn.", code="empty", field=name)
    if len(text) > MAX_TEXT_CHARS:
        raise DocumentError(
            f"Tài liệu dài {grouped(len(text))} ký tự, quá giới hạn {grouped(MAX_TEXT_CHARS)}; hãy tách thành nhiều bài.",
            code="too-long",
            field=name,
        )
    longest = max(map(len, text.splitlines()), default=0)
    if longest > MAX_LINE_CHARS:
        raise DocumentError(
            f"Tài liệu có một dòng dài {grouped(longest)} ký tự, quá giới hạn {grouped(MAX_LINE_CHARS)}; "
            "tệp này có lẽ không phải là văn bản để đọc.",
            code="line-too-long",
            field=name,
        )
