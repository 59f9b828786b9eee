"""Days of the month on which a slot falls: the 25th, the last day, or rằm and mùng một of the lunar calendar."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.domain.schedule.lunar import LunarDay, lunar
from broadcaster.errors import RuleError, Where, place

LAST = "last"
"""How the last day of a month is written, whatever its number."""
_SOLAR, _LUNAR = 31, 30
_MONTHS = {1: "tháng Giêng", 12: "tháng Chạp"}


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of the months of one calendar, or of one month of the year."""

    day: int | None
    """None is the last day of the month."""
    month: int | None = None

    def __str__(self) -> str:
        return f"{self.day or LAST}" + (f"/{self.month}" if self.month else "")


@dataclass(frozen=True, slots=True)
class MonthDays:
    """The days of the month of a slot, by both calendars; with none of either it is every day."""

    solar: frozenset[MonthDay] = frozenset()
    lunar: frozenset[MonthDay] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.solar or self.lunar)

    def on(self, day: dt.date) -> bool:
        """Whether `day` is one of them."""
        return not self or bool(self._of_sun(day) or self._of_moon(day))

    def why(self, day: dt.date) -> str:
        """Why `day` is one of them, in Vietnamese; nothing where every day is."""
        found = [f"{_solar_words(d)}" for d in self._of_sun(day)]
        return "; ".join([*found, *(lunar_words(lunar(day)) for _ in self._of_moon(day)[:1])])

    def words(self) -> str:
        """All of them, in Vietnamese; nothing where it is every day."""
        sun = [_solar_words(d) for d in sorted(self.solar, key=_order)]
        moon = [f"{_lunar_day(d.day)}{_of_month(d.month)}" for d in sorted(self.lunar, key=_order)]
        return "; ".join([*sun, *([f"{', '.join(moon)} âm lịch"] if moon else [])])

    def _of_sun(self, day: dt.date) -> list[MonthDay]:
        last = calendar.monthrange(day.year, day.month)[1]
        return [d for d in self.solar if (d.day or last) == day.day and d.month in {None, day.month}]

    def _of_moon(self, day: dt.date) -> list[MonthDay]:
        if not self.lunar:
            return []
        moon = lunar(day)
        found = [d for d in self.lunar if moon.last if d.day is None] + [d for d in self.lunar if d.day == moon.day]
        # a feast of one month is kept once a year, not in the leap month of the same number again
        return [d for d in found if d.month is None or (d.month == moon.month and not moon.leap)]


EVERY_DAY = MonthDays()


def parse_month_days(solar: Iterable[int | str], moon: Iterable[int | str], *, field: str | Where) -> MonthDays:
    """The days written `25`, `"last"`, `"15/8"` or `"last/12"`, of the sun's calendar and of the moon's.

    Raises:
        RuleError: one is no day of that calendar.
    """
    return MonthDays(
        frozenset(_parse(text, _SOLAR, place(field, "monthdays")) for text in solar),
        frozenset(_parse(text, _LUNAR, place(field, "lunardays")) for text in moon),
    )


def lunar_days(written: int | str, *, field: str | Where) -> MonthDays:
    """The days of the moon's calendar that one word of `parse_month_days` means.

    Raises:
        RuleError: it is no day of that calendar.
    """
    return MonthDays(lunar=frozenset([_parse(written, _LUNAR, place(field))]))


def _parse(text: int | str, most: int, field: Where) -> MonthDay:
    day, slash, month = str(text).strip().partition("/")
    number = _number(day, most)
    if (number is None and day.strip() != LAST) or (slash and _number(month, 12) is None):
        raise RuleError(
            f"“{text}” không phải một ngày của tháng. Hãy viết số ngày từ 1 đến {most} như 25, {LAST} cho ngày cuối "
            "tháng, hoặc ngày/tháng như 15/8 cho mỗi năm một lần.",
            field=field,
        )
    found = MonthDay(number, _number(month, 12))
    if most == _SOLAR and number and found.month and number > calendar.monthrange(2024, found.month)[1]:
        raise RuleError(f"Không năm nào có ngày {text}.", field=field)
    return found


def _number(text: str, most: int) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 3 and 1 <= int(text) <= most else None


def lunar_words(moon: LunarDay) -> str:
    """A day of the lunar calendar as people call it: `rằm tháng 11 âm lịch`."""
    leap = " nhuận" if moon.leap else ""
    return f"{_lunar_day(moon.day)} {_MONTHS.get(moon.month, f'tháng {moon.month}')}{leap} âm lịch"


def _lunar_day(day: int | None) -> str:
    match day:
        case None:
            return "ngày cuối tháng"
        case 1:
            return "mùng một"
        case 15:
            return "rằm"
        case _:
            return f"mùng {day}" if day <= 10 else f"ngày {day}"


def _of_month(month: int | None) -> str:
    return f" {_MONTHS.get(month, f'tháng {month}')}" if month else ""


def _solar_words(d: MonthDay) -> str:
    if d.month:
        return f"ngày {d.day} tháng {d.month} hằng năm" if d.day else f"ngày cuối tháng {d.month} hằng năm"
    return f"ngày {d.day} hằng tháng" if d.day else "ngày cuối tháng"


def _order(d: MonthDay) -> tuple[int, int]:
    return (d.month or 0, d.day or 99)
