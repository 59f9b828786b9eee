"""What forms and addresses write: whole numbers, dates and moments in station time, rows of a repeated part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from broadcaster.errors import RuleError

MOST: Final = 999_999_999
"""No number of ours is greater, and every database takes it."""


def a_number(text: str | None, least: int = 0, most: int = MOST) -> int | None:
    """The whole number that a text writes, when it lies within bounds; None for anything else."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    return int(text) if least <= int(text) <= most else None


def the_numbers(text: str) -> list[int]:
    """The whole numbers of a list such as `3,17,20`; what is none is left out."""
    return [number for part in text.split(",") if (number := a_number(part)) is not None]


def rows_of(form: Iterable[tuple[str, str]], name: str, most: int) -> list[dict[str, str]]:
    """The rows of a repeated part in order: what `topic-0-title`, `topic-0-code` write of row 0."""
    found: dict[int, dict[str, str]] = {}
    for key, value in form:
        part, index, field = (*key.split("-", 2), "", "")[:3]
        if part == name and (at := a_number(index, most=most - 1)) is not None:
            found.setdefault(at, {})[field] = value
    return [found[at] for at in sorted(found)]


def a_date(text: str | None) -> dt.date | None:
    """The date of `2026-03-04`, or of `2026-03-04T...`; None for anything else."""
    try:
        found = dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def a_moment(text: str, zone: ZoneInfo, *, field: str) -> dt.datetime:
    """The moment (aware UTC) that a form writes as `2026-03-04T17:30` in station time.

    Raises:
        RuleError: it is no such moment.
    """
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not 2000 <= found.year <= 2200:
        raise RuleError("Hãy chọn ngày và giờ phát, ví dụ 04/03/2026 17:30.", field=field)
    return found.replace(tzinfo=zone).astimezone(dt.UTC)
