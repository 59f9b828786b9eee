"""The reports that are to be handed in soon, or are late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from broadcaster.db.models import Report
from broadcaster.domain.reports import periods
from broadcaster.domain.reports.periods import ReportPeriod
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that is to be handed in: its period, the last day for it, and whether it was drawn after its end."""

    period: ReportPeriod
    written: str
    day: dt.date
    left: int
    """Days left; negative when it is late."""
    report: int | None


def due(station: Station) -> list[DueReport]:
    """The reports whose day comes within the days of reminding, or passed in the last 30 days undrawn."""
    settings, today = station.settings.report, station.today()
    found = []
    with station.db.read() as session:
        for year in (today.year, today.year - 1):
            for written, period in periods.due(year, cutoff=settings.cutoff_day):
                day = periods.deadline(period, settings.due_day)
                left = (day - today).days
                if not -30 <= left <= settings.remind_days:
                    continue  # and no question is asked about it: the first page opens often
                number = session.scalars(
                    select(Report.id)
                    .where(Report.first == period.first, Report.last == period.last)
                    .order_by((Report.issued_on.is_not(None)).desc(), Report.id.desc())
                ).first()
                drawn_at = session.scalar(select(Report.at).where(Report.id == number)) if number else None
                done = drawn_at is not None and station.local(drawn_at).date() > period.last
                if left >= 0 or not done:
                    found.append(DueReport(period, written, day, left, number if done else None))
    return sorted(found, key=lambda d: d.day)
