"""Report periods: the CCHC cut-offs of công văn 581/BNV-CCHC and any custom stretch.

In the CCHC regime the reporting year runs from 15/12 of the year before to 14/12; a quarter, a half and the
year share that start and so tile it (Quý I 15/12-14/3, Quý II 15/3-14/6, Quý III 15/6-14/9, Quý IV 15/9-14/12).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from broadcaster.errors import RuleError


class PeriodKind(StrEnum):
    """The kinds of period that an office reports by."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    CUSTOM = "custom"


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
_QUARTER_NAMES = ("I", "II", "III", "IV")
_SHAPE = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<letter>[QHYM])(?P<index>\d{0,2})))?", re.IGNORECASE)
_HINT = "Viết 2026-Q3 (quý), 2026-H1 (6 tháng), 2026-Y (năm), 2026-M03 (tháng) hoặc 2026-01-01..2026-03-31."


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
        """Return the aware UTC moments [from, to) of the period in station time `zone`."""
        start = dt.datetime.combine(self.first, dt.time(), tzinfo=zone)
        end = dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
        return start.astimezone(dt.UTC), end.astimezone(dt.UTC)

    def covers(self, moment: dt.datetime, zone: ZoneInfo) -> bool:
        """Return whether the aware `moment` lies in the period."""
        return self.first <= moment.astimezone(zone).date() <= self.last

    def __str__(self) -> str:
        return f"{self.title} ({self.first:%d/%m/%Y} - {self.last:%d/%m/%Y})"


def period(kind: PeriodKind, year: int, index: int = 1, *, cutoff: int = 14) -> ReportPeriod:
    """Return the period number `index` (from 1) of its `kind` in the reporting `year`.

    `cutoff` is the last day counted in a month; 0 means calendar periods.

    Raises:
        RuleError: there is no such period.
    """
    if kind is PeriodKind.CUSTOM:
        raise RuleError("Kỳ tùy chọn cần hai ngày. " + _HINT, field="period")
    span = _MONTHS[kind]
    if not 1 <= index <= 12 // span or not 1900 < year < 2200:
        raise RuleError(f"Không có kỳ báo cáo này. {_HINT}", field="period")
    first_month, last_month = (index - 1) * span + 1, index * span
    if cutoff:
        before_year, before = (year, first_month - 1) if first_month > 1 else (year - 1, 12)
        first = dt.date(before_year, before, cutoff) + dt.timedelta(days=1)
        last = dt.date(year, last_month, cutoff)
    else:
        first = dt.date(year, first_month, 1)
        last = dt.date(year, last_month, calendar.monthrange(year, last_month)[1])
    return ReportPeriod(kind, first, last, _title(kind, year, index))


def custom(first: dt.date, last: dt.date) -> ReportPeriod:
    """Return the period from `first` to `last`, both included.

    Raises:
        RuleError: the end lies before the start.
    """
    if last < first:
        raise RuleError("Ngày cuối kỳ phải sau ngày đầu kỳ.", field="period")
    return ReportPeriod(PeriodKind.CUSTOM, first, last, f"từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")


def parse(text: str, *, cutoff: int = 14) -> ReportPeriod:
    """Return the period written `2026-Q3`, `2026-H1`, `2026-Y`, `2026-M03` or `2026-01-01..2026-03-31`.

    Raises:
        RuleError: the text names no period.
    """
    text = text.strip()
    if ".." in text:
        try:
            first, last = (dt.date.fromisoformat(part.strip()) for part in text.split("..", 1))
        except ValueError:
            raise RuleError(f"Không hiểu kỳ “{text}”. {_HINT}", field="period") from None
        return custom(first, last)
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise RuleError(f"Không hiểu kỳ “{text}”. {_HINT}", field="period")
    letter = (match["letter"] or "Y").upper()
    kind = {"Q": PeriodKind.QUARTER, "H": PeriodKind.HALF, "Y": PeriodKind.YEAR, "M": PeriodKind.MONTH}[letter]
    if (kind is PeriodKind.YEAR) != (not match["index"]):
        raise RuleError(f"Không hiểu kỳ “{text}”. {_HINT}", field="period")
    return period(kind, int(match["year"]), int(match["index"] or 1), cutoff=cutoff)


def previous(this: ReportPeriod, *, cutoff: int = 14) -> ReportPeriod:
    """Return the period of the same kind that ends just before `this` begins."""
    if this.kind is PeriodKind.CUSTOM:
        return custom(this.first - dt.timedelta(days=this.days), this.first - dt.timedelta(days=1))
    year, index = _locate(this, cutoff)
    per_year = 12 // _MONTHS[this.kind]
    return period(this.kind, *((year, index - 1) if index > 1 else (year - 1, per_year)), cutoff=cutoff)


def year_before(this: ReportPeriod, *, cutoff: int = 14) -> ReportPeriod:
    """Return the same period one year earlier."""
    if this.kind is PeriodKind.CUSTOM:
        return custom(_back_a_year(this.first), _back_a_year(this.last))
    year, index = _locate(this, cutoff)
    return period(this.kind, year - 1, index, cutoff=cutoff)


def _locate(this: ReportPeriod, cutoff: int) -> tuple[int, int]:
    months = this.last.year * 12 + this.last.month - 1
    if cutoff in {0, this.last.day}:
        return months // 12, (months % 12) // _MONTHS[this.kind] + 1
    raise RuleError("Kỳ báo cáo không theo ngày chốt số liệu của đài.", field="period")


def _back_a_year(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _title(kind: PeriodKind, year: int, index: int) -> str:
    match kind:
        case PeriodKind.MONTH:
            return f"tháng {index} năm {year}"
        case PeriodKind.QUARTER:
            return f"quý {_QUARTER_NAMES[index - 1]} năm {year}"
        case PeriodKind.HALF:
            return f"6 tháng {'đầu' if index == 1 else 'cuối'} năm {year}"
        case _:
            return f"năm {year}"
