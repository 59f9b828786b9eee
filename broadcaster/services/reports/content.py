"""What a report of a period says: its figures counted from the log, and all that stands around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, ChainHead, PlayLogEntry, Revision, Script, Topic, Unit, ZoneRow
from broadcaster.db.queries import figures
from broadcaster.db.queries import plans as plans_queries
from broadcaster.db.queries.figures import Stretch
from broadcaster.domain.log.chain import GENESIS
from broadcaster.domain.people.roles import STARTER_KIT
from broadcaster.domain.reports.activities import PartState
from broadcaster.domain.reports.figures import Figures
from broadcaster.domain.reports.periods import ReportPeriod, custom, previous, year_before
from broadcaster.domain.reports.plans import Campaign
from broadcaster.domain.scripts.scripts import Decision, Genre, ScriptState
from broadcaster.errors import RuleError
from broadcaster.reporting.document import ActivityLine, PartLine, ReportDocument
from broadcaster.services.log import playlog
from broadcaster.services.reports import activities, plans, tracking
from broadcaster.services.scripts.editing import OTHER_TOPIC
from broadcaster.services.station import Station

Progress = Callable[[float], None]
_TELL_EVERY = 5_000
"""Rows of the log between two signs of progress."""


@dataclass(frozen=True)
class LogRows:
    """Rows of the log of a period, read anew each time they are asked for, never held whole."""

    station: Station
    stretch: Stretch
    as_entries: bool
    tell: Callable[[int], None] | None = None
    """Told now and then how many rows were read."""

    def __iter__(self) -> Iterator[Any]:
        for number, row in enumerate(self._rows()):
            if self.tell and number % _TELL_EVERY == 0:
                self.tell(number)
            yield row

    def _rows(self) -> Iterator[Any]:
        with self.station.db.read() as session:
            if not self.as_entries:
                yield from figures.airings(session, self.stretch)
                return
            lines = playlog.entries(session, self.stretch.start, self.stretch.end)
            yield from (line.entry for line in lines if self.stretch.up_to is None or line.seq <= self.stretch.up_to)


def stretch_of(station: Station, period: ReportPeriod, **more: Any) -> Stretch:
    """The entries of a period as a stretch of the log."""
    return Stretch(*period.bounds(station.settings.tz), **more)


def figures_of(station: Station, session: Session, period: ReportPeriod, *, up_to: int | None = None) -> Figures:
    """The figures of a period, counted from the log; `up_to` as it was at that entry."""
    return figures.figures(session, stretch_of(station, period, up_to=up_to), station.settings.tz)


def refuse_future(station: Station, period: ReportPeriod) -> None:
    """Raise RuleError for a period that lies wholly in the future."""
    if period.first > station.today():
        raise RuleError(f"Kỳ {period} chưa tới nên chưa có số liệu.", field="period")


def document_of(
    station: Station, period: ReportPeriod, *, up_to: int | None = None, progress: Progress | None = None
) -> ReportDocument:
    """Everything a report of `period` says, with the same figures of the periods to compare with.

    `up_to` takes the log as it was at that entry; `progress` is told the share of the counting that is done.
    """
    tell = progress or untold
    cutoff = station.settings.report.cutoff_day
    with station.db.read() as session:
        start, end = period.bounds(station.settings.tz)
        head = session.get_one(ChainHead, 1)
        up_to = head.seq if up_to is None else up_to
        written = session.scalar(
            select(func.count(func.distinct(Revision.script_id))).where(
                Revision.number == 1,
                Revision.created_at >= start,
                Revision.created_at < end,
                Revision.author != STARTER_KIT,
            )
        )
        topics = session.scalars(select(Topic).order_by(Topic.position)).all()
        units = {u.code: u.name for u in session.scalars(select(Unit).order_by(Unit.code))}
        row = plans_queries.current(session, period.last)
        day = min(period.last, station.today())
        campaign = plans_queries.campaign_of(row) if row else None
        forms = plans.forms(station)
        stretch = stretch_of(station, period, up_to=up_to)
        counted = []
        for n, each in enumerate((period, previous(period, cutoff=cutoff), year_before(period, cutoff=cutoff))):
            tell(n / 4)
            counted.append(figures_of(station, session, each, up_to=up_to))
        tell(3 / 4)
        return ReportDocument(
            period=period,
            figures=counted[0],
            before=counted[1],
            year_before=counted[2],
            scripts_written=written or 0,
            topics={t.code: t.title for t in topics},
            topic_short={t.code: t.short for t in topics},
            other_topic=OTHER_TOPIC,
            units=units,
            zones={z.code: z.name for z in session.scalars(select(ZoneRow).order_by(ZoneRow.position))},
            genres={g.value: g.label for g in Genre},
            entries=LogRows(station, stretch, as_entries=True),
            airings=LogRows(station, stretch, as_entries=False),
            station=station.settings.issuer,
            form=station.settings.paper_form,
            tz=station.settings.tz,
            drawn_at=station.now(),
            last_hash=hash_at(session, up_to),
            last_seq=up_to,
            plan=tracking.progress_of(station, session, campaign, day, up_to=up_to)
            if campaign and campaign.first <= day
            else None,
            plan_in_period=_in_period(station, session, campaign, period, up_to) if campaign else None,
            forms={f.code: f.title for f in forms},
            groups={f.code: f.group.value for f in forms},
            activities=_activities(session, period, units, {t.code: t.short for t in topics}),
            parts=tuple(
                PartLine(units.get(code, code), part.body)
                for code, part in sorted(activities.parts(session, period.first, period.last).items())
                if part.state is PartState.MERGED
            ),
            slogans=_slogans(session, end),
        )


def hash_at(session: Session, seq: int) -> str:
    """The hash of the log's entry number `seq`; empty when the log has none of that number."""
    if seq == 0:
        return GENESIS
    return session.scalar(select(PlayLogEntry.hash).where(PlayLogEntry.seq == seq)) or ""


def untold(_share: float) -> None:
    """Stand for a progress that nobody watches."""


def _activities(
    session: Session, period: ReportPeriod, units: dict[str, str], topics: dict[str, str]
) -> tuple[ActivityLine, ...]:
    counts = activities.proof_counts(session)
    return tuple(
        ActivityLine(
            id=a.id,
            form=a.form,
            title=a.title,
            topic=topics.get(a.topic_code, a.topic_code),
            unit=units.get(a.unit_code, a.unit_code),
            day=a.day.isoformat(),
            place=a.place,
            attendance=a.attendance,
            views=a.views,
            link=a.link,
            proofs=counts.get(a.id, 0),
        )
        for a in reversed(activities.activities(session, period.first, period.last))
    )


def _in_period(
    station: Station, session: Session, plan: Campaign, period: ReportPeriod, up_to: int
) -> dict[str, int] | None:
    """The full airings of each topic on the plan's days of a period; None when the plan covers it wholly."""
    first, last = max(plan.first, period.first), min(plan.last, period.last)
    if (first, last) == (period.first, period.last):
        return None
    if first > last:
        return {}
    counted = figures_of(station, session, custom(first, last), up_to=up_to)
    return {topic: tally.full for topic, tally in counted.by_topic.items()}


def _slogans(session: Session, end: dt.datetime) -> tuple[str, ...]:
    """The slogans that a leader had approved before `end` and that are still in use."""
    approved = select(Approval.script_id).where(Approval.decision == Decision.APPROVED, Approval.at < end)
    query = select(Script.title).where(
        Script.genre == Genre.SLOGAN, Script.state == ScriptState.APPROVED, Script.id.in_(approved)
    )
    return tuple(session.scalars(query.order_by(Script.id)))
