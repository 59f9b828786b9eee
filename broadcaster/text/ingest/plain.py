"""Bytes that should be text: the character set found or asked about, what is no text refused."""

from __future__ import annotations

import unicodedata

from broadcaster.text.encodings import ENCODING_NAMES, Detection, decode_as, detect
from broadcaster.text.ingest.document import DocumentError, EncodingChoiceError
from broadcaster.text.notes import Note

_CONTROLS = frozenset(range(0x20)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B}


def decode(name: str, data: bytes, encoding: str | None = None) -> tuple[str, str, tuple[Note, ...]]:
    """The text in `data`, the key of its character set, and remarks.

    Args:
        name: file name, for messages.
        data: the bytes.
        encoding: the character set a person chose, a key of `ENCODING_NAMES`; None to find it.

    Raises:
        EncodingChoiceError: several character sets fit; a person must choose.
        DocumentError: these bytes are no text, or `encoding` is unknown.
    """
    if encoding is not None:
        if encoding not in ENCODING_NAMES:
            known = ", ".join(ENCODING_NAMES)
            raise DocumentError(
                f"Không có bảng mã “{encoding}”; hãy chọn một trong: {known}.", code="encoding", field=name
            )
        return decode_as(data, encoding), encoding, ()
    found = detect(data)
    if found.encoding != "utf-16" and _is_binary(data):
        raise DocumentError(
            "Tệp không phải là văn bản; hãy chọn tệp .txt, .md, .docx, .odt, .pdf hoặc .html.",
            code="not-text",
            field=name,
        )
    if not found.certain and (not found.encoding or found.encoding not in {"utf-8", "utf-16"}):
        choices = tuple(dict.fromkeys((*filter(None, [found.encoding]), *found.alternatives)))
        raise EncodingChoiceError(name, found.evidence, choices)
    return found.text, found.encoding, notes(found)


def notes(found: Detection) -> tuple[Note, ...]:
    """The remarks that a detection calls for."""
    out: list[Note] = []
    if found.alternatives:
        names = ", ".join(ENCODING_NAMES[key] for key in found.alternatives)
        question = f"Văn bản có thể dùng bảng mã khác ({names}), chưa đổi gì. {found.evidence} Hãy chọn bảng mã đúng."
        out.append(Note("encoding-choice", question, (found.encoding, *found.alternatives)))
    elif found.encoding not in {"utf-8", "utf-16"}:
        out.append(Note("encoding", f"Đã đổi từ {ENCODING_NAMES[found.encoding]} sang Unicode. {found.evidence}"))
    if found.encoding == "tcvn3":
        out.append(
            Note("capitals", "Bảng mã TCVN3 không có chữ hoa mang dấu; hãy kiểm tra chữ hoa ở đầu câu và tên riêng.")
        )
    if found.missing_marks:
        out.append(
            Note(
                "missing-marks", "Văn bản viết không dấu; máy không đoán dấu, hãy gõ lại có dấu trước khi đọc trên loa."
            )
        )
    if "\ufffd" in found.text:
        out.append(Note("broken", f"Có {found.text.count(chr(0xFFFD))} byte hỏng; hãy đối chiếu với bản gốc."))
    return tuple(out)


def _is_binary(data: bytes) -> bool:
    sample = data[:65536]
    odd = sum(sample.count(code) for code in _CONTROLS)
    return bool(sample) and odd > max(2, len(sample) // 100)


def normal(text: str) -> str:
    """`text` in NFC with one kind of line end."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
