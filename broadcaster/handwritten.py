"""Text that a person wrote in a file, as any editor saves it; what is no UTF-8 or no TOML is refused in Vietnamese."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from broadcaster.errors import RuleError, Where

_MARK: Final = "\ufeff"
"""What some editors put before the first letter."""
_AT: Final = re.compile(r"\(at line (\d+), column \d+\)$")
_KNOWN: Final = (
    (re.compile(r"Cannot (overwrite|declare|redefine|mutate)|Duplicate"), "khóa hoặc bảng này đã viết một lần ở trên"),
    (re.compile(r"Unterminated string|Expected \"'\""), "thiếu dấu nháy đóng"),
    (re.compile(r"Unclosed array"), "thiếu dấu ] đóng danh sách"),
    (re.compile(r"Unclosed inline table"), "thiếu dấu } đóng bảng"),
    (re.compile(r"Expected '\]{1,2}'"), "tên bảng thiếu dấu ], hoặc có chữ cái lạ: chỉ dùng a-z, 0-9, - và _"),
    (re.compile(r"Expected '='"), "thiếu dấu = sau tên khóa"),
    (re.compile(r"Unescaped|Escaped|Invalid hex"), "dấu \\ trong nháy kép phải viết hai lần, hoặc dùng nháy đơn"),
    (re.compile(r"Found invalid|Illegal"), "có ký tự không được phép"),
    (re.compile(r"Invalid (value|date)"), "giá trị viết sai: chữ đặt trong nháy kép thẳng, số lẻ dùng dấu chấm"),
    (re.compile(r"Expected newline"), "thừa chữ sau giá trị: chữ đặt trong nháy kép, số lẻ dùng dấu chấm"),
)


def decoded(data: bytes, *, field: str | Where) -> str:
    """The text of a file without the mark that some editors put at its head.

    Raises:
        RuleError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RuleError(
            "Tệp phải được lưu bằng bảng mã UTF-8 (trong Notepad: Lưu thành, chọn Mã hóa UTF-8).", field=field
        ) from None


def text(path: Path, *, field: str | Where = ()) -> str:
    """The text of the file at `path`, named `field` where it is wrong.

    Raises:
        RuleError: it is not UTF-8.
        OSError: the disk refuses it.
    """
    return decoded(path.read_bytes(), field=field or str(path))


def table(toml: str, *, field: str | Where, first_line: int = 1) -> dict[str, Any]:
    """The table that TOML describes; its first line is number `first_line` of the file.

    Raises:
        RuleError: it is not TOML; the sentence names the line and repeats it.
    """
    toml = toml.removeprefix(_MARK)
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(_sentence(str(error), toml.splitlines() or [""], first_line), field=field) from None


def _sentence(said: str, lines: list[str], first_line: int) -> str:
    found = _AT.search(said)
    at = int(found[1]) if found else max((n for n, line in enumerate(lines, 1) if line.strip()), default=1)
    why = next((words for pattern, words in _KNOWN if pattern.match(said)), "phải viết như: khóa = giá trị")
    return f"Dòng {at + first_line - 1} viết sai: {why} (đang ghi: “{lines[at - 1].strip()[:80]}”)."
