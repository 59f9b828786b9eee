"""What the plan of the year asks of the horns: airings of each topic, and how many there were so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import PlayLogEntry
from broadcaster.db.queries import plans as plans_queries
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.plans import LOUDSPEAKER


@dataclass(frozen=True, slots=True)
class Targets:
    """Airings wanted of each topic in the plan's period, and those done."""

    airings: Mapping[str, int] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)


def topic_targets(session: Session, day: dt.date) -> Targets:
    """The targets of the plan in force on `day`; empty when there is none, or it sets none for the horns."""
    row = plans_queries.current(session, day)
    if row is None or not row.first <= day <= row.last:
        return Targets()
    wanted = {t.code: t.targets.get(LOUDSPEAKER, 0) for t in plans_queries.campaign_of(row).topics}
    wanted = {code: number for code, number in wanted.items() if number > 0}
    if not wanted:
        return Targets()
    # A day's worth of slack at the edges is nothing against a year's target.
    since = day_start(row.first, dt.UTC)
    done = session.execute(
        select(PlayLogEntry.topic, func.count(func.distinct(PlayLogEntry.planned_at)))
        .where(
            PlayLogEntry.outcome == Outcome.FULL,
            PlayLogEntry.planned_at >= since,
            PlayLogEntry.topic.in_(wanted),
        )
        .group_by(PlayLogEntry.topic)
    )
    return Targets(wanted, {str(topic): int(times) for topic, times in done})
