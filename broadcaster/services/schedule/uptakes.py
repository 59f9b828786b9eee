"""What becomes of approved scripts: planned, aired, or lost in silence, told from the plan and the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, BroadcastRow, PlayLogEntry, Revision, Script
from broadcaster.domain.air.broadcasts import OPEN_STATES
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.matters import Matter, mark_of
from broadcaster.domain.schedule.uptake import Uptake, uptake
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.services.schedule import letting_be
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station


def uptakes(
    station: Station, session: Session, script_ids: Collection[int] | None = None, extra: Candidate | None = None
) -> dict[int, Uptake]:
    """What becomes of each script that may air, or of some; of `extra` too, which is not approved yet."""
    approved = airable(session)
    asked = [c for c in approved if script_ids is None or c.script_id in script_ids]
    if extra is not None:
        asked = [extra, *(c for c in asked if c.script_id != extra.script_id)]
    return _told(station, session, asked, approved, _heard(session, [c.script_id for c in asked]))


def _told(
    station: Station,
    session: Session,
    asked: Sequence[Candidate],
    approved: Sequence[Candidate],
    heard: Mapping[int, dt.datetime],
) -> dict[int, Uptake]:
    if not asked:
        return {}
    today, days = station.today(), station.settings.playout.plan_days
    slots = [slot for r in rotations_in_force(session) if r.valid_to is None or r.valid_to >= today for slot in r.slots]
    planned, told = _ahead(station, session)
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
    mark: str
    """By which a person lets it be."""
    since: dt.datetime
    """When it was approved."""


def lost(station: Station, session: Session, *, by: str | None = None) -> list[LostScript]:
    """What was never heard since its approval, is in no coming broadcast and nobody lets be, the newest first."""
    unheard, approved = _unheard(session), airable(session)
    answered = letting_be.answers(session)
    waiting = [c for c in approved if c.script_id in unheard and _mark(c) not in answered]
    if by is not None:
        mine = set(session.scalars(select(Revision.script_id).where(Revision.author == by)))
        waiting = [c for c in waiting if c.script_id in mine]
    found = _told(station, session, waiting, approved, {})
    waiting.sort(key=lambda c: c.approved_at, reverse=True)
    return [
        LostScript(c.script_id, c.title, u, _mark(c), c.approved_at)
        for c in waiting
        if (u := found[c.script_id]).state.lost
    ]


def let_be(station: Station, actor: Actor, marks: Collection[str]) -> None:
    """Let scripts that nothing airs be, by the marks that `lost` gives them.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: none of them is lost any more.
    """
    with station.db.read() as session:
        things = {x.mark: (Matter.SCRIPT, f"{x.title}: {x.uptake.why}") for x in lost(station, session)}
    letting_be.let_be(station, actor, {mark: things[mark] for mark in marks if mark in things})


def _mark(c: Candidate) -> str:
    """A new approval is a new question."""
    return mark_of(Matter.SCRIPT, c.script_id, c.approved_at)


def _unheard(session: Session) -> set[int]:
    """The approved scripts that no entry says were heard whole since their last approval: one look at each."""
    latest = (
        select(Approval.script_id, func.max(Approval.at).label("at"))
        .join(Script, Script.id == Approval.script_id)
        .where(Script.state == ScriptState.APPROVED)
        .group_by(Approval.script_id)
        .subquery()
    )
    heard = exists().where(
        PlayLogEntry.script_id == latest.c.script_id,
        PlayLogEntry.outcome == Outcome.FULL,
        PlayLogEntry.started_at >= latest.c.at,
    )
    return set(session.scalars(select(latest.c.script_id).where(~heard)))


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
