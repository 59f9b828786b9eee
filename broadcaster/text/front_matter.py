"""The head of a script file: TOML between `+++` lines, or plain `key: value` lines between `---` lines."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broadcaster import faults, handwritten
from broadcaster.domain.fold import nfc
from broadcaster.domain.scripts.fields import ABOUT, Face, shown_on
from broadcaster.errors import RuleError, Where

KEYS = (*shown_on(Face.HEAD), "language")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's head and body; `fields` holds only keys of `KEYS`."""

    fields: Mapping[str, Any]
    body: str


_FENCES = (b"+++", b"---")
_BOM = b"\xef\xbb\xbf"


def split(data: bytes, *, name: str) -> tuple[Mapping[str, Any], bytes]:
    """The fields of a script file and the bytes of its body, which may be of any kind and encoding.

    Raises:
        RuleError: as `parse`, or the head is not UTF-8.
    """
    lines = data.removeprefix(_BOM).splitlines(keepends=True)
    fence = lines[0].strip() if lines else b""
    if fence not in _FENCES:
        return {}, data
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == fence), len(lines) - 1)
    try:
        head = b"".join(lines[: end + 1]).decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RuleError("Phần đầu tệp phải được lưu bằng bảng mã UTF-8.", field=(name, "dòng", line)) from None
    return parse(head, name=name).fields, b"".join(lines[end + 1 :])


def parse(text: str, *, name: str) -> Parsed:
    """The head and body of a script file; a file without a head has no fields.

    Raises:
        RuleError: the head is not closed, not TOML, or has an unknown key or a wrong date; names the line.
    """
    text = nfc(text.removeprefix("\ufeff")).replace("\r\n", "\n")
    lines = text.split("\n")
    fence = lines[0].strip()
    if fence not in {"+++", "---"}:
        return Parsed({}, text)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == fence), None)
    if end is None:
        raise RuleError(f"Phần đầu tệp mở bằng “{fence}” nhưng không đóng lại bằng “{fence}”.", field=(name, "dòng", 1))
    head, body = lines[1:end], "\n".join(lines[end + 1 :]).lstrip("\n")
    fields = handwritten.table("\n".join(head), field=name, first_line=2) if fence == "+++" else _plain(head, name)
    for key, value in list(fields.items()):
        line = next((n for n, text in enumerate(head, 2) if text.lstrip().startswith(key)), 1)
        if key not in KEYS:
            hint = faults.meant(key, KEYS, instead="Các khóa đúng")
            raise RuleError(f"Không có khóa “{key}”. {hint}", field=(name, "dòng", line))
        if key in ABOUT and ABOUT[key].kind is dt.date:
            fields[key] = _date(value, (name, "dòng", line, key))
    return Parsed(fields, body)


def _plain(head: list[str], name: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for number, line in enumerate(head, 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise RuleError(f"Dòng “{line.strip()}” phải viết theo kiểu “khóa: giá trị”.", field=(name, "dòng", number))
        value = value.strip()
        if value.startswith("[") and value.endswith("]"):
            fields[key.strip()] = [v.strip().strip("\"'") for v in value[1:-1].split(",") if v.strip()]
        else:
            fields[key.strip()] = value.strip("\"'")
    return fields


def _date(value: Any, where: Where) -> dt.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
        if isinstance(value, str) and (match := _VIETNAMESE_DATE.fullmatch(value)):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        pass
    raise RuleError(f"Ngày “{value}” không hợp lệ. Viết như 2026-11-24 hoặc 24/11/2026.", field=where)
