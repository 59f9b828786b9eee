"""What sounds for an emergency: the first broadcast and its repeats.

All of it is rows, planned a day ahead: play-out pins them on its own disk, so that a storm's bulletin is repeated
though the database, the worker and the panel are gone, and after a restart too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Command, CueRow, Emergency, origins
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind, BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.air.emergencies import EmergencyState, repeat_after, repeats
from broadcaster.services.air import broadcasts
from broadcaster.services.air.emergency_rest import RECENT, resume
from broadcaster.services.station import Station

AHEAD = dt.timedelta(hours=24)
GRACE = dt.timedelta(minutes=10)
"""A sounding later than this is left out: the next repeat comes soon enough."""
_ALERT_KIND = "alert"
_SEAM = dt.timedelta(seconds=1)
"""From the planned end of the tone to the words, when they come as a broadcast of their own."""
_HANDS_OFF = dt.timedelta(seconds=60)


def begin(station: Station, session: Session, row: Emergency, now: dt.datetime) -> int:
    """Plan the first sounding for this moment, and the repeats; return the number of the first broadcast."""
    rundown = _rundown(station, session, row)
    first = _broadcast(session, row, 0, now, rundown, GRACE)
    extend(station, session, row, now)
    return first.id


def speech_arrived(station: Station, session: Session, row: Emergency, now: dt.datetime) -> None:
    """Put the words on the air when the tone went ahead alone, and the best voice into the coming repeats."""
    if row.state is not EmergencyState.ACTIVE or row.confirmed_at is None:
        return
    rows = _own(session, row)
    if not any(_speaks(b) for b in rows):
        tone_end = row.confirmed_at + dt.timedelta(milliseconds=max((b.sound_ms for b in rows), default=0))
        _broadcast(session, row, 0, max(now, tone_end + _SEAM), _rundown(station, session, row)[-1:], GRACE)
    rundown = tuple(_rundown(station, session, row))
    for b in rows:
        if b.state is BroadcastState.PLANNED and b.starts_at > now + _HANDS_OFF and b.rundown != rundown:
            b.rundown, b.sound_ms = rundown, sum(i.duration_ms for i in rundown)
    extend(station, session, row, now)


def extend(station: Station, session: Session, row: Emergency, now: dt.datetime) -> int:
    """Plan the repeats of the coming day that are not planned yet; return how many were added."""
    if row.repeat_minutes is None or row.confirmed_at is None or not row.quick_sha256:
        return 0  # a tone without words, again and again, would only frighten
    rundown = _rundown(station, session, row)
    every = repeat_after(row.repeat_minutes, sum(i.duration_ms for i in rundown))
    known = {b.attempt for b in _own(session, row)}
    added = 0
    for number, moment in repeats(row.confirmed_at, every, now, now + AHEAD):
        if number not in known:
            _broadcast(session, row, number, moment, rundown, min(GRACE, every / 2))
            added += 1
    return added


def end(session: Session, row: Emergency, now: dt.datetime, *, by: str = "") -> None:
    """Take back what is planned and cut what sounds; rows that already began keep their own verdict."""
    later = [BroadcastRow.emergency_id == row.id, BroadcastRow.kind == BroadcastKind.EMERGENCY]
    session.execute(
        delete(BroadcastRow).where(*later, BroadcastRow.state == BroadcastState.PLANNED, BroadcastRow.starts_at > now)
    )
    for number in session.scalars(select(BroadcastRow.id).where(*later, BroadcastRow.state.in_(OPEN_STATES))).all():
        order = Command(
            verb=Verb.SKIP, arguments={"broadcast_id": number}, by=by or row.confirmed_by, at=now, done_at=None
        )
        session.add(order)


def tend(station: Station) -> bool:
    """Look after the emergencies: plan further repeats, let interrupted programmes go on; return whether rows changed.

    Called by play-out's clerk in each of its rounds, and by the worker; costs one small read when all is calm.
    """
    now = station.now()
    with station.db.read() as session:
        found = session.scalars(_recent(now)).first()
    if found is None:
        return False
    with station.db.write() as session:
        rows = session.scalars(_recent(now)).all()
        changed = sum(extend(station, session, r, now) for r in rows if r.state is EmergencyState.ACTIVE)
        changed += resume(station, session, now)
        return bool(changed)


def _recent(now: dt.datetime) -> Any:
    recent = or_(Emergency.state == EmergencyState.ACTIVE, Emergency.ended_at > now - RECENT)
    return select(Emergency).where(Emergency.confirmed_at.is_not(None), recent).order_by(Emergency.id)


def _own(session: Session, row: Emergency) -> Sequence[BroadcastRow]:
    query = select(BroadcastRow).where(
        BroadcastRow.emergency_id == row.id, BroadcastRow.kind == BroadcastKind.EMERGENCY
    )
    return session.scalars(query.order_by(BroadcastRow.starts_at)).all()


def _speaks(b: BroadcastRow) -> bool:
    return any(i.kind is ItemKind.EMERGENCY for i in b.rundown)


def _rundown(station: Station, session: Session, row: Emergency) -> list[RundownItem]:
    """Tone and words; without a tone in the station, or words yet, what there is."""
    wanted = session.get(CueRow, station.settings.emergency.alert)
    alert = wanted or session.scalars(select(CueRow).where(CueRow.kind == _ALERT_KIND).order_by(CueRow.name)).first()
    items = [RundownItem(1, ItemKind.CUE, alert.title, alert.audio_sha256, alert.duration_ms)] if alert else []
    sha, ms, voice = row.good_sha256, row.good_ms, row.good_voice
    if sha is None:
        sha, ms, voice = row.quick_sha256, row.quick_ms, row.quick_voice
    if sha is not None:
        items.append(RundownItem(len(items) + 1, ItemKind.EMERGENCY, row.title, sha, ms, voice=voice or None))
    return items


def _broadcast(
    session: Session, row: Emergency, attempt: int, at: dt.datetime, rundown: Sequence[RundownItem], grace: dt.timedelta
) -> BroadcastRow:
    zones = zone_map(session).expand(row.zones, where="zones")
    title = broadcasts.URGENT_TITLE + row.title
    made = origins.emergency(row.id, row.confirmed_by, title, zones, rundown, at, grace, attempt=attempt)
    session.add(made)
    session.flush()
    return made
