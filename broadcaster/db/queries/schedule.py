"""Reads of broadcasts, rotations and exception days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    BroadcastRow,
    DayException,
    PlayLogEntry,
    RotationRow,
)
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastState, Origin
from broadcaster.domain.log.playlog import Outcome


def broadcasts(session: Session, start: dt.datetime, end: dt.datetime) -> Sequence[BroadcastRow]:
    """The broadcasts that start in [start, end), in order of time."""
    return session.scalars(
        select(BroadcastRow)
        .where(BroadcastRow.starts_at >= start, BroadcastRow.starts_at < end)
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    ).all()


def broadcast(session: Session, number: int) -> BroadcastRow:
    """One broadcast.

    Raises:
        NotFoundError: there is none of that number.
    """
    return one_of(session, BroadcastRow, number)


def upcoming(session: Session, after: dt.datetime, limit: int = 4) -> Sequence[BroadcastRow]:
    """The next broadcasts that start at or after a moment and are still to air."""
    query = select(BroadcastRow).where(
        BroadcastRow.starts_at >= after, BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED])
    )
    return session.scalars(query.order_by(BroadcastRow.starts_at, BroadcastRow.id).limit(limit)).all()


def exceptions(session: Session, first: dt.date, last: dt.date) -> dict[dt.date, DayException]:
    """The days from `first` to `last` that are not ordinary."""
    rows = session.scalars(select(DayException).where(DayException.day >= first, DayException.day <= last))
    return {row.day: row for row in rows}


def rotations(session: Session) -> Sequence[RotationRow]:
    """The newest version of each rotation in force."""
    newest = select(RotationRow.code, func.max(RotationRow.version).label("v")).group_by(RotationRow.code).subquery()
    query = (
        select(RotationRow)
        .join(newest, (newest.c.code == RotationRow.code) & (newest.c.v == RotationRow.version))
        .where(RotationRow.retired_at.is_(None))
        .order_by(RotationRow.code)
    )
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class ItemInZone:
    """How one item went in one zone."""

    zone: str
    outcome: Outcome
    reason: str


def heard(session: Session, broadcast_id: int) -> dict[int, list[ItemInZone]]:
    """What the play log says of a broadcast, by number of the item and then by zone; without corrections."""
    entry = PlayLogEntry
    query = select(entry.item_no, entry.zone, entry.outcome, entry.reason).where(
        entry.broadcast_id == broadcast_id, entry.corrects.is_(None)
    )
    found: defaultdict[int, list[ItemInZone]] = defaultdict(list)
    for number, zone, outcome, reason in session.execute(query.order_by(entry.item_no, entry.zone, entry.seq)):
        found[number].append(ItemInZone(zone, outcome, reason))
    return found


def heard_besides(session: Session, broadcast_id: int) -> tuple[str, ...]:
    """The zones in which a broadcast was heard though nobody addressed them."""
    entry = PlayLogEntry
    query = select(entry.also).where(entry.broadcast_id == broadcast_id, entry.heard_ms > 0).order_by(entry.seq)
    return tuple(dict.fromkeys(zone for also in session.scalars(query) for zone in also))


def next_uses(session: Session, script_id: int, now: dt.datetime, limit: int = 3) -> list[BroadcastRow]:
    """The next broadcasts that have a script in their rundown."""
    rows = session.scalars(
        select(BroadcastRow)
        .where(
            BroadcastRow.starts_at > now,
            BroadcastRow.starts_at < now + dt.timedelta(days=8),
            BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED]),
        )
        .order_by(BroadcastRow.starts_at)
    )
    return [r for r in rows if any(i.script_id == script_id for i in r.rundown)][:limit]


def broadcasts_between(session: Session, start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    """The broadcasts that start in [start, end), in order of time, as plain rows."""
    rows = session.scalars(
        select(BroadcastRow)
        .where(BroadcastRow.starts_at >= start, BroadcastRow.starts_at < end)
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    )
    return [row_of(r) for r in rows]


def broadcast_detail(session: Session, number: int) -> dict[str, Any]:
    """One broadcast with the reasons behind its rundown.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = one_of(session, BroadcastRow, number)
    return row_of(row) | {"reasons": [r.as_json() for r in row.reasons]}


def row_of(r: BroadcastRow) -> dict[str, Any]:
    """A broadcast as a plain row."""
    return {
        "id": r.id,
        "origin": r.origin.value,
        "rotation": r.rotation_code,
        "slot": r.slot_code,
        "kind": r.kind.value,
        "title": r.title,
        "starts_at": r.starts_at,
        "ends_at": r.ends_at,
        "zones": r.zones,
        "rundown": [i.as_json() for i in r.rundown],
        "sound_ms": r.sound_ms,
        "late": r.late.value,
        "state": r.state.value,
        "state_label": r.state.label,
        "verdict": r.verdict,
        "started_at": r.started_at,
        "finished_at": r.finished_at,
    }


def broadcast_of(row: BroadcastRow) -> Broadcast:
    """The row as the domain sees it."""
    return Broadcast(
        id=row.id,
        title=row.title,
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zones=tuple(row.zones),
        rundown=row.rundown,
        late=row.late,
        grace=dt.timedelta(seconds=row.grace_s),
        overrun=row.overrun,
        confirmed_by=row.confirmed_by,
        ordered_at=row.ordered_at,
        continues=row.origin in {Origin.EMERGENCY, Origin.EMERGENCY_REST},
        begun_at=row.started_at,
    )


def definitions_in_force(session: Session) -> dict[str, dict[str, Any]]:
    """The tables of the rotations in force by code, in the shape of their TOML files."""
    newest: dict[str, RotationRow] = {}
    for row in session.scalars(select(RotationRow).order_by(RotationRow.code, RotationRow.version)):
        newest[row.code] = row
    return {r.code: r.definition for r in newest.values() if r.retired_at is None}
