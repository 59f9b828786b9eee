"""Days of the month as people type and read them: `25, cuối tháng`, `rằm, mùng một`, `15/8`."""

from __future__ import annotations

from collections.abc import Sequence

from broadcaster.domain.fold import fold
from broadcaster.domain.schedule.recurrence import LAST

_FEASTS = {"tet": "1/1", "giao thua": f"{LAST}/12"}
_NAMES = {"ram": "15", "cuoi thang": LAST, "ngay cuoi thang": LAST, LAST: LAST}
_WORDS = {
    word: str(n) for n, word in enumerate(["mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"], 1)
}
_MONTHS = _WORDS | {"gieng": "1", "tu": "4", "muoi mot": "11", "chap": "12"}
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
    text = _FEASTS.get(text, text)
    if text.startswith("mung ") and text.endswith(" tet"):
        text = f"{text.removesuffix(' tet')}/1"
    day, slash, month = (text if text in _NAMES else text.replace(" thang ", "/", 1)).partition("/")
    for plain in _PLAIN:
        day = day.removeprefix(plain) if day not in _NAMES else day
    day, month = day.strip(), month.strip()
    found = _NAMES.get(day) or _WORDS.get(day, day)
    if slash:
        return f"{found}/{_MONTHS.get(month, month)}"
    if found == LAST:
        return LAST
    return int(found) if found.isdecimal() and len(found) < 4 else part.strip()
