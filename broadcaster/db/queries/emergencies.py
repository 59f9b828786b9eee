"""Reads of emergencies: what holds now, what waits for a person, what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency
from broadcaster.domain.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.emergencies import EmergencyState


@dataclass(frozen=True, slots=True)
class Urgent:
    """An emergency that holds now, as every page shows it."""

    id: int
    title: str
    zones: tuple[str, ...]
    repeat_minutes: int | None
    next_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """An emergency and how often it sounded."""

    row: Emergency
    aired: int
    next_at: dt.datetime | None


def urgent(session: Session, now: dt.datetime) -> tuple[Urgent, ...]:
    """Return what holds now, newest first."""
    rows = session.scalars(
        select(Emergency).where(Emergency.state == EmergencyState.ACTIVE).order_by(Emergency.id.desc())
    ).all()
    return tuple(Urgent(r.id, r.title, tuple(r.zones), r.repeat_minutes, _next(session, r.id, now)) for r in rows)


def stories(session: Session, now: dt.datetime, *states: EmergencyState, limit: int = 30) -> Sequence[Story]:
    """Return emergencies in one of `states`, newest first."""
    rows = session.scalars(
        select(Emergency).where(Emergency.state.in_(states)).order_by(Emergency.id.desc()).limit(limit)
    ).all()
    return [story(session, r, now) for r in rows]


def story(session: Session, row: Emergency, now: dt.datetime) -> Story:
    """Return one emergency with what became of it."""
    aired = session.scalar(
        select(func.count())
        .select_from(BroadcastRow)
        .where(_sounds(row.id), BroadcastRow.state.in_([BroadcastState.AIRED, BroadcastState.PARTIAL]))
    )
    return Story(row, aired or 0, _next(session, row.id, now))


def unreviewed(session: Session) -> Sequence[Emergency]:
    """Return what sounded, is over or was never to be repeated, and no leader has looked at yet."""
    query = select(Emergency).where(Emergency.confirmed_at.is_not(None), Emergency.finding.is_(None))
    return session.scalars(query.order_by(Emergency.id)).all()


def soundings(session: Session, number: int, limit: int = 60) -> Sequence[BroadcastRow]:
    """Return the broadcasts of an emergency, and of what it interrupted, newest first."""
    query = select(BroadcastRow).where(
        BroadcastRow.emergency_id == number, BroadcastRow.state != BroadcastState.PLANNED
    )
    return session.scalars(query.order_by(BroadcastRow.starts_at.desc()).limit(limit)).all()


def _sounds(number: int) -> ColumnElement[bool]:
    return (BroadcastRow.emergency_id == number) & (BroadcastRow.kind == BroadcastKind.EMERGENCY)


def _next(session: Session, number: int, now: dt.datetime) -> dt.datetime | None:
    return session.scalar(
        select(func.min(BroadcastRow.starts_at)).where(
            _sounds(number), BroadcastRow.state == BroadcastState.PLANNED, BroadcastRow.starts_at >= now
        )
    )
