"""An emergency in force that was not heard in full is sounded again: a crash, another emergency, a broken output."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from broadcaster.db.models import Emergency, Heartbeat
from broadcaster.db.queries.air import SILENT_AFTER
from broadcaster.db.queries.messages import messages_now, soundings_of
from broadcaster.db.queries.stops import known
from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import PROCESS
from broadcaster.domain.air.outlets import unheard as lost
from broadcaster.services.station import Station

_PASSING = frozenset(
    {
        Cause.YIELDED_TO_EMERGENCY,
        Cause.ZONE_BUSY,
        Cause.TOO_LATE,
        Cause.SINK_FAILED,
        Cause.POWER_CUT,
        Cause.UNWRITTEN,
        Cause.SHUT_DOWN,
        Cause.LEASE_LOST,
        Cause.PROGRAM_FAULT,
    }
)
"""What may be over by the next try; what a person decided, or no try can mend, is not among it."""
_FIRST, _LONGEST = dt.timedelta(seconds=30), dt.timedelta(minutes=5)
"""Between tries that fail one after the other; the first new one comes at once."""
_NEAR = dt.timedelta(minutes=1)


def zones_to_try(station: Station, session: Session, row: Emergency, now: dt.datetime) -> tuple[str, ...]:
    """The zones in which an emergency should be sounded again now; none while something of it is under way or near."""
    rows = soundings_of(session, row, until=now + _NEAR)
    if any(not b.state.terminal for b in rows):
        return ()
    ended = [b for b in rows if b.state.terminal and any(i.kind is ItemKind.EMERGENCY for i in b.rundown)]
    if not ended:
        return ()  # its words are still to come
    unheard = messages_now(session, [row], now, station.outputs(session), known(session))[row.id].unheard
    horns = _horns_now(station, session, now)
    zones = tuple(z for z, why in unheard.items() if why in _PASSING or (why is Cause.NO_HORN and z in horns))
    return zones if zones and now >= _next_try(row, [b.finished_at for b in ended if _failed(b.state)], now) else ()


def _horns_now(station: Station, session: Session, now: dt.datetime) -> frozenset[str]:
    """The zones that have a way out just now: what went into a recording is said again once a horn is back."""
    beat, outputs = session.get(Heartbeat, PROCESS), station.outputs(session)
    if beat is None or now - beat.at > SILENT_AFTER:
        return frozenset()
    return frozenset(outputs.on(outputs.names - lost(beat.status, outputs.names).keys()))


def _failed(state: BroadcastState) -> bool:
    return state is not BroadcastState.AIRED


def _next_try(row: Emergency, failed_at: list[dt.datetime | None], now: dt.datetime) -> dt.datetime:
    since = row.ordered_at or now
    times = sorted(at for at in failed_at if at is not None and at >= since)
    if len(times) < 2:
        return now
    return times[-1] + min(_FIRST * (1 << min(len(times) - 2, 10)), _LONGEST)
