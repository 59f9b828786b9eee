"""What becomes of approved scripts: planned, aired, or lost in silence, told from the plan and the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, PlayLogEntry, Revision
from broadcaster.domain.air.broadcasts import OPEN_STATES
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.uptake import Uptake, uptake
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station

LATELY: Final = dt.timedelta(days=14)
"""So long after its approval a script that nothing takes is told of on the first page."""


def uptakes(
    station: Station, session: Session, script_ids: Collection[int] | None = None, extra: Candidate | None = None
) -> dict[int, Uptake]:
    """What becomes of each script that may air, or of some; of `extra` too, which is not approved yet."""
    approved = airable(session)
    asked = [c for c in approved if script_ids is None or c.script_id in script_ids]
    if extra is not None:
        asked = [extra, *(c for c in asked if c.script_id != extra.script_id)]
    if not asked:
        return {}
    today, days = station.today(), station.settings.playout.plan_days
    slots = [slot for r in rotations_in_force(session) if r.valid_to is None or r.valid_to >= today for slot in r.slots]
    planned, told = _ahead(station, session)
    heard = _heard(session, [c.script_id for c in asked])
    return {
        c.script_id: uptake(
            c,
            slots,
            approved,
            today,
            days=days,
            next_at=planned.get(c.script_id),
            last_at=at if (at := heard.get(c.script_id)) and at >= c.approved_at else None,
            told=told.get(c.script_id, ()),
        )
        for c in asked
    }


@dataclass(frozen=True, slots=True)
class LostScript:
    """An approved script that nothing airs by itself."""

    script_id: int
    title: str
    uptake: Uptake


def lost(station: Station, session: Session, *, by: str | None = None) -> list[LostScript]:
    """What was approved lately, was never heard and is in no coming broadcast, the newest first."""
    since = station.now() - LATELY
    recent = [c for c in airable(session) if c.approved_at >= since]
    if by is not None:
        mine = select(Revision.script_id).where(Revision.author == by)
        recent = [c for c in recent if c.script_id in set(session.scalars(mine))]
    found = uptakes(station, session, [c.script_id for c in recent]) if recent else {}
    recent.sort(key=lambda c: c.approved_at, reverse=True)
    return [LostScript(c.script_id, c.title, u) for c in recent if (u := found[c.script_id]).state.lost]


def _ahead(station: Station, session: Session) -> tuple[dict[int, dt.datetime], dict[int, list[str]]]:
    """When each script is planned next, and why coming broadcasts left others out."""
    rows = session.execute(
        select(BroadcastRow.starts_at, BroadcastRow.rundown, BroadcastRow.reasons)
        .where(BroadcastRow.starts_at > station.now(), BroadcastRow.state.in_(OPEN_STATES))
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    )
    planned: dict[int, dt.datetime] = {}
    told: dict[int, list[str]] = {}
    for starts_at, rundown, reasons in rows:
        for item in rundown:
            if item.script_id is not None:
                planned.setdefault(item.script_id, starts_at)
        for reason in reasons:
            if reason.script_id is not None and not reason.chosen:
                told.setdefault(reason.script_id, []).append(reason.why)
    return planned, told


def _heard(session: Session, script_ids: Collection[int]) -> dict[int, dt.datetime]:
    query = (
        select(PlayLogEntry.script_id, func.max(PlayLogEntry.started_at))
        .where(PlayLogEntry.script_id.in_(script_ids), PlayLogEntry.outcome == Outcome.FULL)
        .group_by(PlayLogEntry.script_id)
    )
    return {row[0]: row[1] for row in session.execute(query) if row[0] is not None and row[1] is not None}
