"""Reads of an emergency as the one message that it is, from its siren to its last word, and of who has heard it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.stops import Stops
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
    stopped: tuple[str, ...]
    """Zones where a stop holds it back."""
    unheard: Mapping[str, Cause | None]
    """Zones that tried and did not hear it in full, with what kept the last try from them."""


def soundings_of(session: Session, row: Emergency) -> Sequence[BroadcastRow]:
    """The soundings of an emergency, past and to come, in their order."""
    query = select(BroadcastRow).where(
        BroadcastRow.emergency_id == row.id, BroadcastRow.kind == BroadcastKind.EMERGENCY
    )
    return session.scalars(query.order_by(BroadcastRow.starts_at, BroadcastRow.id)).all()


def message_now(session: Session, row: Emergency, now: dt.datetime, outputs: Outputs, stops: Stops) -> MessageNow:
    """How far an emergency is."""
    rows = soundings_of(session, row)
    zones = outputs.in_use(dict.fromkeys(z for b in rows for z in b.zones))
    ordered_at = row.ordered_at or now
    stopped = tuple(z for z in zones if stops.held(ordered_at, outputs.of_zones((z,))) is not None)
    free = set(zones) - set(stopped)
    coming = [b for b in rows if not b.state.terminal and b.starts_at <= now + SOON and free & set(b.zones)]
    voice = not (row.quick_sha256 or row.trouble) and now - ordered_at < _SPEAKING and bool(free)
    return MessageNow(
        zones=zones,
        sounding=any(b.state is BroadcastState.AIRING for b in rows),
        under_way=bool(coming) or voice,
        stopped=stopped,
        unheard=_unheard(session, rows, [z for z in zones if z not in stopped]),
    )


def _unheard(session: Session, rows: Sequence[BroadcastRow], zones: Sequence[str]) -> dict[str, Cause | None]:
    """Of `zones`, those in which something of it has ended and its words were never heard in full."""
    ended = [b.id for b in rows if b.state.terminal]
    if not ended:
        return {}
    entries = session.scalars(
        select(PlayLogEntry)
        .where(PlayLogEntry.broadcast_id.in_(ended), PlayLogEntry.zone.in_(zones))
        .order_by(PlayLogEntry.seq)
    ).all()
    heard = {e.zone for e in entries if e.kind is ItemKind.EMERGENCY and e.outcome is Outcome.FULL}
    short = [e for e in entries if e.outcome is not Outcome.FULL and e.zone not in heard]
    return {e.zone: e.because for e in short}
