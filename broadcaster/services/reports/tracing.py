"""From a figure of a report to what it counts: airings, broadcasts, scripts or entries of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from broadcaster.db.queries import figures, log
from broadcaster.db.queries.log import Narrowed
from broadcaster.domain.reports.periods import PeriodKind, ReportPeriod, custom, parse
from broadcaster.errors import RuleError
from broadcaster.services.reports.content import stretch_of
from broadcaster.services.station import Station

KINDS = {
    "airings": "lượt phát",
    "broadcasts": "buổi phát",
    "scripts": "tin, bài",
    "entries": "bản ghi",
    "written": "kịch bản",
}
"""What may be listed, and how it is called."""
OUTCOME_WORDS = {"full": "phát đủ", "partial": "dừng giữa chừng", "missed": "không phát"}


@dataclass(frozen=True, slots=True)
class FigureRef:
    """What a figure counts, of which days; `up_to` as the log was at that entry."""

    period: ReportPeriod
    narrowed: Narrowed
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what stands behind a figure."""

    rows: Sequence[Any]
    total: int
    heard_ms: int | None = None
    """Of all of it, where that is counted."""


def narrow(period: ReportPeriod, month: str | None) -> ReportPeriod:
    """The days of a period that lie in the month `2026-03`; the period itself without a month.

    Raises:
        RuleError: that is no month, or none of the period.
    """
    if not month:
        return period
    try:
        named = parse(month)
    except RuleError:
        named = None
    if named is None or named.kind is not PeriodKind.CALENDAR_MONTH:
        raise RuleError("Hãy ghi tháng như 2026-03.", field="month")
    if named.first > period.last or named.last < period.first:
        raise RuleError(f"Tháng {named.first:%m/%Y} không thuộc kỳ {period}.", field="month")
    return custom(max(named.first, period.first), min(named.last, period.last))


def trace(station: Station, of: str, wanted: FigureRef, limit: int, offset: int = 0) -> Found:
    """A page of what stands behind a figure, and how many there are of it.

    Raises:
        RuleError: `of` is none of `KINDS`, or the outcome is unknown.
    """
    narrowed = wanted.narrowed
    if of not in KINDS:
        raise RuleError(f"Không liệt kê được “{of}”. Có: {', '.join(KINDS)}.", field="of")
    if narrowed.outcome is not None and narrowed.outcome not in log.OUTCOMES:
        raise RuleError(f"Không có kết quả “{narrowed.outcome}”. Có: {', '.join(log.OUTCOMES)}.", field="outcome")
    stretch = stretch_of(station, wanted.period, up_to=wanted.up_to)
    with station.db.read() as session:
        if of == "airings":
            return Found(*log.airings(session, stretch, narrowed, limit, offset))
        if of == "entries":
            return Found(*log.entries(session, stretch, narrowed, limit, offset))
        if of == "scripts":
            return Found(*log.scripts(session, stretch, narrowed, limit, offset))
        if of == "written":
            return Found(*log.written(session, stretch, limit, offset))
        sent, _ = figures.broadcasts(session, stretch)
    heard = {"full": True, "missed": False}.get(narrowed.outcome or "")
    kept = [s for s in reversed(sent) if heard is None or s.heard is heard]
    return Found(kept[offset : offset + limit], len(kept))
