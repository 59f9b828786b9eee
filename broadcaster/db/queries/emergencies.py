"""Reads of the emergencies: which hold now, how often each sounded, what waits for its review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency
from broadcaster.db.queries.messages import MessageNow, messages_now
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.emergencies import EmergencyState, state_at
from broadcaster.domain.air.stops import Stops
from broadcaster.domain.people.scopes import machine_of
from broadcaster.domain.setup.outputs import Outputs


@dataclass(frozen=True, slots=True)
class Urgent:
    """An emergency that holds now, as every page shows it."""

    id: int
    title: str
    zones: tuple[str, ...]
    repeat_minutes: int | None
    next_at: dt.datetime | None
    expires_at: dt.datetime | None
    now: MessageNow
    machine: str
    """The other system that confirmed it; empty when a person did."""


@dataclass(frozen=True, slots=True)
class Story:
    """An emergency and how often it sounded."""

    row: Emergency
    state: EmergencyState
    """Where it stands now: what has expired is over, whoever is there to end it."""
    aired: int
    next_at: dt.datetime | None


def urgent(
    session: Session,
    now: dt.datetime,
    outputs: Outputs,
    stops: Stops,
    *,
    over: Collection[int] = (),
    alive: bool = True,
) -> tuple[Urgent, ...]:
    """What holds now, newest first; the one reading that something is over is no emergency, nor what has expired.

    Nothing sounds unless play-out is `alive`, nor what by its word is `over`, whatever the rows of these say.
    """
    rows = session.scalars(
        select(Emergency).where(in_force(now), Emergency.over.is_(False)).order_by(Emergency.id.desc())
    ).all()
    messages = messages_now(session, rows, now, outputs, stops, over=over, alive=alive)
    coming = _next_of(session, [r.id for r in rows], now)
    return tuple(
        Urgent(
            r.id,
            r.title,
            tuple(r.zones),
            r.repeat_minutes,
            coming.get(r.id),
            r.expires_at,
            messages[r.id],
            machine_of(r.confirmed_by),
        )
        for r in rows
    )


def stories(session: Session, now: dt.datetime, *states: EmergencyState, limit: int = 30) -> Sequence[Story]:
    """Emergencies in one of `states` now, newest first."""
    wanted: ColumnElement[bool] = Emergency.state.in_({*states} - {EmergencyState.ACTIVE})
    if EmergencyState.ACTIVE in states:
        wanted |= in_force(now)
    if EmergencyState.EXPIRED in states:
        wanted |= (Emergency.state == EmergencyState.ACTIVE) & ~in_force(now)
    rows = session.scalars(select(Emergency).where(wanted).order_by(Emergency.id.desc()).limit(limit)).all()
    return [story(session, r, now) for r in rows]


def in_force(now: dt.datetime) -> ColumnElement[bool]:
    """The condition that an emergency holds now: `state_at` for the database."""
    lasts = Emergency.expires_at.is_(None) | (Emergency.expires_at > now)
    return (Emergency.state == EmergencyState.ACTIVE) & lasts


def story(session: Session, row: Emergency, now: dt.datetime) -> Story:
    """One emergency with what became of it."""
    aired = session.scalar(
        select(func.count())
        .select_from(BroadcastRow)
        .where(_sounds(row.id), BroadcastRow.state.in_([BroadcastState.AIRED, BroadcastState.PARTIAL]))
    )
    state = state_at(row.state, row.expires_at, now)
    return Story(row, state, aired or 0, _next_of(session, [row.id], now).get(row.id))


def unreviewed(session: Session) -> Sequence[Emergency]:
    """What sounded, is over or was never to be repeated, and no leader has looked at yet."""
    query = select(Emergency).where(Emergency.confirmed_at.is_not(None), Emergency.finding.is_(None))
    return session.scalars(query.order_by(Emergency.id)).all()


def soundings(session: Session, number: int, limit: int = 60) -> Sequence[BroadcastRow]:
    """The broadcasts of an emergency, and of what it interrupted, newest first."""
    query = select(BroadcastRow).where(
        BroadcastRow.emergency_id == number, BroadcastRow.state != BroadcastState.PLANNED
    )
    return session.scalars(query.order_by(BroadcastRow.starts_at.desc()).limit(limit)).all()


def replaced(session: Session, number: int) -> Sequence[int]:
    """The numbers of the emergencies that ended for this one."""
    return session.scalars(select(Emergency.id).where(Emergency.replaced_by == number).order_by(Emergency.id)).all()


def _sounds(number: int) -> ColumnElement[bool]:
    return (BroadcastRow.emergency_id == number) & (BroadcastRow.kind == BroadcastKind.EMERGENCY)


def _next_of(session: Session, numbers: Sequence[int], now: dt.datetime) -> dict[int, dt.datetime]:
    if not numbers:
        return {}
    query = select(BroadcastRow.emergency_id, func.min(BroadcastRow.starts_at)).where(
        BroadcastRow.emergency_id.in_(numbers),
        BroadcastRow.kind == BroadcastKind.EMERGENCY,
        BroadcastRow.state == BroadcastState.PLANNED,
        BroadcastRow.starts_at >= now,
    )
    return {number: at for number, at in session.execute(query.group_by(BroadcastRow.emergency_id)).all() if number}
