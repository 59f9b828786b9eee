"""Periods: one language for reports, log books and dates of handing in, and the registry of what has a name.

In the CCHC regime (công văn 581/BNV-CCHC) the reporting year runs from 15/12 of the year before to 14/12, and a named
period is a run of its months: Quý I 15/12-14/3, Quý II 15/3-14/6, 9 tháng 15/12-14/9. A new one is a line of `PRESETS`.
A bare month (`2026-03`) and a week (`2026-W10`) are those of the calendar.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from broadcaster.clock import day_bounds
from broadcaster.errors import RuleError


class PeriodKind(StrEnum):
    """The kinds of period that an office reports by, and those of the calendar."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine-months"
    YEAR = "year"
    CALENDAR_MONTH = "calendar-month"
    WEEK = "week"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Preset:
    """A named run of months of the reporting year, written `2026-` and its code."""

    code: str
    kind: PeriodKind
    title: str
    """Its name; `{year}` stands for the reporting year."""
    months: tuple[int, int]
    """Its first and last month."""
    offered: bool = True
    """Shown to choose from; what is not may still be written."""
    due: bool = False
    """To be handed in, by the công văn."""


PRESETS: Final = (
    Preset("Y", PeriodKind.YEAR, "năm {year}", (1, 12), due=True),
    Preset("Q4", PeriodKind.QUARTER, "quý IV năm {year}", (10, 12)),
    Preset("9M", PeriodKind.NINE_MONTHS, "9 tháng đầu năm {year}", (1, 9)),
    Preset("Q3", PeriodKind.QUARTER, "quý III năm {year}", (7, 9), due=True),
    Preset("H1", PeriodKind.HALF, "6 tháng đầu năm {year}", (1, 6), due=True),
    Preset("Q2", PeriodKind.QUARTER, "quý II năm {year}", (4, 6)),
    Preset("Q1", PeriodKind.QUARTER, "quý I năm {year}", (1, 3), due=True),
    Preset("H2", PeriodKind.HALF, "6 tháng cuối năm {year}", (7, 12), offered=False),
    *(Preset(f"M{n:02}", PeriodKind.MONTH, f"tháng {n} năm {{year}}", (n, n), offered=False) for n in range(1, 13)),
)
"""The named periods, as people choose them: the latest to end first."""

HOW: Final = (
    "2026-Q3 (quý), 2026-H1 (6 tháng), 2026-9M (9 tháng), 2026-Y (năm), 2026-M03 (tháng, theo ngày chốt số liệu), "
    "2026-03 (tháng theo lịch), 2026-W10 (tuần) hoặc 2026-01-01..2026-03-31"
)
"""How periods are written, for people."""

_SHAPE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<code>[A-Z0-9]{1,8}))?", re.IGNORECASE)
_ZEROS = re.compile(r"(?<=[QHM])0+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """A stretch of whole station days, both ends included."""

    kind: PeriodKind
    first: dt.date
    last: dt.date
    title: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def bounds(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """The aware UTC moments [from, to) of the period in station time `zone`."""
        start, end = day_bounds(self.first, self.last, zone)
        return start.astimezone(dt.UTC), end.astimezone(dt.UTC)

    def covers(self, moment: dt.datetime, zone: ZoneInfo) -> bool:
        """Whether the aware `moment` lies in the period."""
        return self.first <= moment.astimezone(zone).date() <= self.last

    def __str__(self) -> str:
        return f"{self.title} ({self.first:%d/%m/%Y} - {self.last:%d/%m/%Y})"


def period(kind: PeriodKind, year: int, index: int = 1, *, cutoff: int = 14) -> ReportPeriod:
    """The named period number `index` (from 1) of its `kind` in the reporting `year`.

    `cutoff` is the last day counted in a month; 0 means calendar periods.

    Raises:
        RuleError: there is no such period.
    """
    presets = sorted((p for p in PRESETS if p.kind is kind), key=lambda p: p.months)
    if not 1 <= index <= len(presets):
        raise _refused(f"số {index}")
    return _named(presets[index - 1], year, cutoff)


def custom(first: dt.date, last: dt.date) -> ReportPeriod:
    """The period from `first` to `last`, both included.

    Raises:
        RuleError: the end lies before the start.
    """
    if last < first:
        raise RuleError("Ngày cuối kỳ phải sau ngày đầu kỳ.", field="period")
    return ReportPeriod(PeriodKind.CUSTOM, first, last, f"từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")


def parse(text: str, *, cutoff: int = 14) -> ReportPeriod:
    """The period that is written as `HOW` says.

    Raises:
        RuleError: the text names no period.
    """
    text = text.strip()
    try:
        if ".." in text:
            first, last = (dt.date.fromisoformat(part.strip()) for part in text.split("..", 1))
            return custom(first, last)
        if (match := _SHAPE.fullmatch(text)) is None:
            raise _refused(text)
        year, code = int(match["year"]), _key(match["code"] or "Y")
        if code.isdecimal() and len(code) <= 2:
            return _month(year, int(code))
        if code.startswith("W") and code[1:].isdecimal():
            return _week(dt.date.fromisocalendar(year, int(code[1:]), 1))
    except ValueError:
        raise _refused(text) from None
    preset = next((p for p in PRESETS if _key(p.code) == code), None)
    if preset is None:
        raise _refused(text)
    return _named(preset, year, cutoff)


def previous(this: ReportPeriod, *, cutoff: int = 14) -> ReportPeriod:
    """The period of the same kind that ends just before `this` begins; where there is none, as many days before it."""
    day = this.first - dt.timedelta(days=1)
    match this.kind:
        case PeriodKind.CALENDAR_MONTH:
            return _month(day.year, day.month)
        case PeriodKind.WEEK:
            return _week(this.first - dt.timedelta(days=7))
        case PeriodKind.CUSTOM:
            before = None
        case _:
            _preset_of(this, cutoff)
            same = (_named(p, day.year, cutoff) for p in PRESETS if p.kind is this.kind)
            before = next((p for p in same if p.last == day), None)
    return before or custom(this.first - dt.timedelta(days=this.days), day)


def year_before(this: ReportPeriod, *, cutoff: int = 14) -> ReportPeriod:
    """The same period one year earlier."""
    match this.kind:
        case PeriodKind.CALENDAR_MONTH:
            return _month(this.first.year - 1, this.first.month)
        case PeriodKind.CUSTOM | PeriodKind.WEEK:
            return custom(_back_a_year(this.first), _back_a_year(this.last))
        case _:
            return _named(_preset_of(this, cutoff), this.last.year - 1, cutoff)


def offered(today: dt.date, *, cutoff: int = 14) -> Iterator[tuple[str, ReportPeriod]]:
    """The named periods of this reporting year and the last that have begun, as written, the latest to end first."""
    for year in (today.year + 1, today.year, today.year - 1):
        for preset in PRESETS:
            found = _named(preset, year, cutoff)
            if preset.offered and found.first <= today:
                yield f"{year}-{preset.code}", found


def due(year: int, *, cutoff: int = 14) -> Iterator[tuple[str, ReportPeriod]]:
    """The periods of a reporting year whose reports are to be handed in, as written."""
    return ((f"{year}-{p.code}", _named(p, year, cutoff)) for p in reversed(PRESETS) if p.due)


def deadline(this: ReportPeriod, day: int) -> dt.date:
    """The last date for handing in: day `day` of the month in which the period ends, or of the next one."""
    found = this.last.replace(day=day)
    if found <= this.last:
        found = (this.last.replace(day=1) + dt.timedelta(days=32)).replace(day=day)
    return found


def _named(preset: Preset, year: int, cutoff: int) -> ReportPeriod:
    if not 1900 < year < 2200:
        raise _refused(f"{year}-{preset.code}")
    begins, ends = preset.months
    if cutoff:
        before_year, before = (year, begins - 1) if begins > 1 else (year - 1, 12)
        first = dt.date(before_year, before, cutoff) + dt.timedelta(days=1)
        last = dt.date(year, ends, cutoff)
    else:
        first, last = dt.date(year, begins, 1), _last_of_month(year, ends)
    return ReportPeriod(preset.kind, first, last, preset.title.format(year=year))


def _preset_of(this: ReportPeriod, cutoff: int) -> Preset:
    for preset in PRESETS:
        found = _named(preset, this.last.year, cutoff)
        if (found.kind, found.first, found.last) == (this.kind, this.first, this.last):
            return preset
    raise RuleError("Kỳ báo cáo không theo ngày chốt số liệu của đài.", field="period")


def _month(year: int, month: int) -> ReportPeriod:
    first = dt.date(year, month, 1)
    return ReportPeriod(PeriodKind.CALENDAR_MONTH, first, _last_of_month(year, month), f"tháng {month} năm {year}")


def _week(monday: dt.date) -> ReportPeriod:
    year, week, _ = monday.isocalendar()
    return ReportPeriod(PeriodKind.WEEK, monday, monday + dt.timedelta(days=6), f"tuần {week} năm {year}")


def _last_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _key(code: str) -> str:
    """A code as it is looked up: `q03` and `Q3` are the same."""
    return _ZEROS.sub("", code.upper())


def _refused(text: str) -> RuleError:
    return RuleError(f"Không hiểu kỳ “{text}”. Viết {HOW}.", field="period")


def _back_a_year(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
