"""Reads of an emergency as the one message that it is, from its siren to its last word, and of who has heard it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.stops import Stop, Stops
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.setup.outputs import Outputs

SOON = dt.timedelta(seconds=5)
"""What is due within this is under way."""
_SPEAKING = dt.timedelta(minutes=5)
"""Words that are not there after this are not being spoken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNow:
    """How far one emergency is, and where it has yet to be heard."""

    zones: tuple[str, ...]
    """Where it is to be heard."""
    sounding: bool
    under_way: bool
    """Whether something of it sounds, is made ready or waits for its output: also between its siren and its words."""
    stopped: Mapping[str, Stop]
    """Zones where a stop holds it back."""
    unheard: Mapping[str, Cause | None]
    """Zones that tried and did not hear it in full, with what kept the last try from them."""


def soundings_of(session: Session, row: Emergency, until: dt.datetime | None = None) -> Sequence[BroadcastRow]:
    """The soundings of an emergency, past and to come or those that begin by `until`, in their order."""
    query = select(BroadcastRow).where(
        BroadcastRow.emergency_id == row.id, BroadcastRow.kind == BroadcastKind.EMERGENCY
    )
    if until is not None:
        query = query.where(BroadcastRow.starts_at <= until)
    return session.scalars(query.order_by(BroadcastRow.starts_at, BroadcastRow.id)).all()


def messages_now(
    session: Session,
    emergencies: Sequence[Emergency],
    now: dt.datetime,
    outputs: Outputs,
    stops: Stops,
    *,
    over: Collection[int] = (),
    alive: bool = True,
) -> dict[int, MessageNow]:
    """How far each of these is, by number; as many queries for many as for one.

    `over` are broadcasts that ended though their rows do not say so yet; nothing sounds unless play-out is `alive`.
    """
    if not emergencies:
        return {}
    rows: dict[int | None, list[BroadcastRow]] = defaultdict(list)
    begun = session.scalars(
        select(BroadcastRow)
        .where(
            BroadcastRow.emergency_id.in_([e.id for e in emergencies]),
            BroadcastRow.kind == BroadcastKind.EMERGENCY,
            BroadcastRow.starts_at <= now + SOON,
        )
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    ).all()
    begun = [b for b in begun if b.id not in over]
    for b in begun:
        rows[b.emergency_id].append(b)
    entries: dict[int | None, list[PlayLogEntry]] = defaultdict(list)
    ended = [b.id for b in begun if b.state.terminal]
    query = select(PlayLogEntry).where(PlayLogEntry.broadcast_id.in_(ended)).order_by(PlayLogEntry.seq)
    for e in session.scalars(query) if ended else ():
        entries[e.broadcast_id].append(e)
    return {
        row.id: replace(m, sounding=alive and m.sounding)
        for row in emergencies
        for m in [_message(row, rows[row.id], [e for b in rows[row.id] for e in entries[b.id]], now, outputs, stops)]
    }


def _message(
    row: Emergency,
    rows: Sequence[BroadcastRow],
    entries: Sequence[PlayLogEntry],
    now: dt.datetime,
    outputs: Outputs,
    stops: Stops,
) -> MessageNow:
    zones = outputs.in_use(dict.fromkeys(z for b in rows for z in b.zones))
    ordered_at = row.ordered_at or now
    stopped = {z: s for z in zones if (s := stops.held(ordered_at, outputs.of_zones((z,)))) is not None}
    free = [z for z in zones if z not in stopped]
    coming = any(not b.state.terminal and not set(free).isdisjoint(b.zones) for b in rows)
    voice = not (row.quick_sha256 or row.trouble) and now - ordered_at < _SPEAKING and bool(free)
    heard = {e.zone for e in entries if e.kind is ItemKind.EMERGENCY and e.outcome is Outcome.FULL}
    short = [e for e in entries if e.outcome is not Outcome.FULL and e.zone in free and e.zone not in heard]
    return MessageNow(
        zones=zones,
        sounding=any(b.state is BroadcastState.AIRING for b in rows),
        under_way=coming or voice,
        stopped=stopped,
        unheard={e.zone: e.because for e in short},
    )
