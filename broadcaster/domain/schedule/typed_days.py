"""Days of the month as people type and read them: `25, cuối tháng`, `rằm, mùng một`, `15/8`."""

from __future__ import annotations

from collections.abc import Sequence

from broadcaster.domain.fold import fold
from broadcaster.domain.schedule.recurrence import LAST

_FEASTS = {"tet": "1/1", "giao thua": f"{LAST}/12"}
_NAMES = {"ram": 15, "mung mot": 1, "cuoi thang": LAST, "ngay cuoi thang": LAST, LAST: LAST}
_PLAIN = ("mung ", "ngay ")


def read(text: str) -> list[int | str]:
    """What was typed, as rotation files write it; what is no day stays as it is, and is refused with its words."""
    return [_read(part) for part in text.replace(";", ",").split(",") if part.strip()]


def typed(days: Sequence[int | str], *, moon: bool) -> str:
    """The days of a rotation file as people type them."""
    names = {LAST: "cuối tháng"} | ({"1": "mùng một", "15": "rằm"} if moon else {})
    return ", ".join(names.get(str(d), str(d)) for d in days)


def _read(part: str) -> int | str:
    text = " ".join(fold(part).split())
    day, slash, month = _FEASTS.get(text, text).partition("/")
    for plain in _PLAIN:
        day = day.removeprefix(plain) if day not in _NAMES else day
    found = _NAMES.get(day.strip(), day.strip())
    if slash:
        return f"{found}/{month.strip()}"
    if found == LAST:
        return LAST
    number = str(found)
    return int(number) if number.isdecimal() and len(number) < 4 else part.strip()
