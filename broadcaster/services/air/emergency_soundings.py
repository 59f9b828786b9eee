"""What sounds for an emergency: the first broadcast and its repeats.

All of it is rows, planned a day ahead: play-out pins them on its own disk, so that a storm's bulletin is repeated
though the database, the worker and the panel are gone, and after a restart too.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Command, CueRow, Emergency, origins
from broadcaster.db.queries.messages import soundings_of
from broadcaster.db.queries.stops import known
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind, BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.air.emergencies import NOTICE, READING, EmergencyState, last_start, repeat_after, repeats
from broadcaster.domain.people.roles import Actor, machine
from broadcaster.services.air import broadcasts, signs
from broadcaster.services.air.emergency_rest import RECENT, resume
from broadcaster.services.air.emergency_unheard import zones_to_try
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

log = logging.getLogger(__name__)

AHEAD = dt.timedelta(hours=24)
GRACE = dt.timedelta(minutes=10)
"""A sounding later than this is left out: the next repeat comes soon enough."""
_ALERT_KIND = "alert"
_HASTE = dt.timedelta(seconds=5)
"""What a person confirms is sounded, though its end is near."""
_CLOSED = {
    EmergencyState.CANCELLED: "cancel",
    EmergencyState.REPLACED: "replace",
    EmergencyState.EXPIRED: "expire",
}
_SEAM = dt.timedelta(seconds=1)
"""From the planned end of the tone to the words, when they come as a broadcast of their own."""
_HANDS_OFF = dt.timedelta(seconds=60)


def activate(station: Station, row: Emergency, by: str, now: dt.datetime) -> None:
    """Let a draft hold from now on, in the name of whoever confirmed it."""
    row.state, row.confirmed_by, row.confirmed_at = EmergencyState.ACTIVE, by, now
    lasts = READING if row.over else dt.timedelta(hours=station.settings.emergency.lasts_hours)
    row.expires_at = row.expires_at or now + lasts


def order(station: Station, session: Session, row: Emergency, now: dt.datetime) -> None:
    """Let an emergency want its outputs anew, from now on: no stop before holds it back, whatever the clock did."""
    outputs = station.outputs(session).of_zones(zone_map(session).expand(row.zones, where="zones"))
    at = known(session).after(now, outputs)
    if row.confirmed_at != at:
        row.let_go_at = at


def begin(station: Station, session: Session, row: Emergency, now: dt.datetime) -> int | None:
    """Plan the first sounding for this moment, and the repeats; return the number of the first broadcast.

    What is read without the alarm waits for its words.
    """
    rundown = rundown_of(station, session, row)
    if not rundown and row.over:
        return None
    first = _broadcast(session, row, 0, now, rundown, GRACE)
    extend(station, session, row, now)
    return first.id


def speech_arrived(station: Station, session: Session, row: Emergency, now: dt.datetime) -> None:
    """Put the words on the air when the tone went ahead alone, and the best voice into the coming repeats."""
    if row.state is not EmergencyState.ACTIVE or row.confirmed_at is None:
        return
    rows = soundings_of(session, row)
    if not any(_speaks(b) for b in rows):
        whole = rundown_of(station, session, row)
        if rows and all(b.state.terminal and b.state is not BroadcastState.AIRED for b in rows):
            _broadcast(session, row, 0, now, whole, GRACE)  # the tone was cut short: nobody would listen up
        else:
            tone_end = row.confirmed_at + dt.timedelta(milliseconds=max((b.sound_ms for b in rows), default=0))
            _broadcast(session, row, 0, max(now, tone_end + _SEAM), whole[-1:], GRACE)
    rundown = tuple(rundown_of(station, session, row))
    until = _last_start(row, rundown)
    for b in rows:
        if b.state is BroadcastState.PLANNED and b.starts_at > now + _HANDS_OFF and b.rundown != rundown:
            b.rundown, b.sound_ms = rundown, sum(i.duration_ms for i in rundown)
            if until is not None and b.starts_at > until:  # the better voice is the slower one
                session.delete(b)
    extend(station, session, row, now)


def extend(station: Station, session: Session, row: Emergency, now: dt.datetime) -> int:
    """Plan the repeats of the coming day that are not planned yet; return how many were added."""
    if row.repeat_minutes is None or row.confirmed_at is None or not row.quick_sha256:
        return 0  # a tone without words, again and again, would only frighten
    rundown = rundown_of(station, session, row)
    every = repeat_after(row.repeat_minutes, sum(i.duration_ms for i in rundown))
    known = {b.attempt for b in soundings_of(session, row)}
    added = 0
    until = _last_start(row, rundown)
    for number, moment in repeats(row.confirmed_at, every, now, min(now + AHEAD, until or now + AHEAD)):
        if number not in known:
            _broadcast(session, row, number, moment, rundown, min(GRACE, every / 2))
            added += 1
    return added


def again(station: Station, session: Session, row: Emergency, now: dt.datetime) -> None:
    """Let an emergency go on after a stop: at once from its siren, and its repeats at their times."""
    order(station, session, row, now)
    for b in soundings_of(session, row):
        if b.state in {BroadcastState.PLANNED, BroadcastState.CUED}:
            if b.starts_at > now:
                b.ordered_at = row.ordered_at
            else:
                _skip(session, b.id, row.confirmed_by, now)  # what was held back is said anew below
    _broadcast(session, row, 0, now, rundown_of(station, session, row), GRACE)
    extend(station, session, row, now)


def close(session: Session, row: Emergency, state: EmergencyState, now: dt.datetime, actor: Actor, reason: str) -> None:
    """End an emergency in `state`: nothing of it sounds any more, the trail says who ended it and why."""
    end(session, row, now, by=actor.username)
    row.state, row.ended_by, row.ended_at, row.end_reason = state, actor.username, now, reason
    broadcasts.report_incident(session, _near_end(row), "", now, over=True)
    Trail(session, now, actor).record(_CLOSED[state], "emergency", row.id, note=reason)
    log.info("emergency %d: %s", row.id, reason)


def prolonged(station: Station, session: Session, row: Emergency, now: dt.datetime) -> None:
    """Plan what a later end has room for."""
    broadcasts.report_incident(session, _near_end(row), "", now, over=True)
    extend(station, session, row, now)


def end(session: Session, row: Emergency, now: dt.datetime, *, by: str = "") -> None:
    """Take back what is planned and cut what sounds; rows that already began keep their own verdict."""
    later = [BroadcastRow.emergency_id == row.id, BroadcastRow.kind == BroadcastKind.EMERGENCY]
    session.execute(
        delete(BroadcastRow).where(*later, BroadcastRow.state == BroadcastState.PLANNED, BroadcastRow.starts_at > now)
    )
    for number in session.scalars(select(BroadcastRow.id).where(*later, BroadcastRow.state.in_(OPEN_STATES))).all():
        _skip(session, number, by or row.confirmed_by, now)
    no_words(session, row, now)


def no_words(session: Session, row: Emergency, now: dt.datetime) -> None:
    """Tell play-out that the words after the siren will not come: it keeps the outputs for them no longer."""
    if not row.quick_sha256:
        for b in soundings_of(session, row, until=now):
            if b.state.terminal and b.finished_at is not None and now - b.finished_at < _HANDS_OFF:
                _skip(session, b.id, row.confirmed_by, now)


def _skip(session: Session, number: int, by: str, now: dt.datetime) -> None:
    session.add(Command(verb=Verb.SKIP, arguments={"broadcast_id": number}, by=by, at=now, done_at=None))


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
        changed = sum(_tend(station, session, r, now) for r in session.scalars(_recent(now)).all())
        changed += resume(station, session, now)
        return bool(changed)


def _tend(station: Station, session: Session, row: Emergency, now: dt.datetime) -> int:
    """Let one emergency go on, or end when its time has come; return how many rows changed."""
    if row.state is not EmergencyState.ACTIVE:
        return 0
    if row.over and (said := _read_out(soundings_of(session, row))):
        close(session, row, EmergencyState.EXPIRED, now, machine(), said)
        return 1
    again = _sound_again(station, session, row, now)
    if row.expires_at is None:
        return again + extend(station, session, row, now)
    when = f"{station.local(row.expires_at):%H:%M %d/%m/%Y}"
    if row.expires_at <= now:
        close(session, row, EmergencyState.EXPIRED, now, machine(), f"Hết hiệu lực lúc {when}.")
        return 1
    if row.repeat_minutes is not None and row.expires_at - now <= NOTICE:
        note = f"Bản tin khẩn cấp số {row.id} “{row.title}” hết hiệu lực lúc {when} rồi thôi lặp. Còn cần thì kéo dài."
        broadcasts.report_incident(session, _near_end(row), note, now)
    return again + extend(station, session, row, now)


def _sound_again(station: Station, session: Session, row: Emergency, now: dt.datetime) -> int:
    """Sound an emergency again, from its siren, where it was not heard in full; return how many soundings."""
    if row.expires_at is not None and row.expires_at <= now:
        return 0
    zones = zones_to_try(station, session, row, now)
    if not zones:
        return 0
    log.warning("emergency %d was not heard in full in %s: it is sounded again", row.id, ", ".join(zones))
    Trail(session, now, machine()).record("again", "emergency", row.id, note=", ".join(zones))
    _broadcast(session, row, 0, now, rundown_of(station, session, row), GRACE, zones=zones)
    return 1


def _near_end(row: Emergency) -> str:
    return f"emergency-end-{row.id}"


def _read_out(rows: Sequence[BroadcastRow]) -> str:
    """How the one reading of what is over went; empty while it is still to be heard."""
    if any(b.state in OPEN_STATES for b in rows):
        return ""
    states = {b.state for b in rows if _speaks(b)}
    if BroadcastState.AIRED in states:
        return "Đã đọc xong."
    return "Đã đọc một phần; xem các lần phát." if BroadcastState.PARTIAL in states else ""


def _last_start(row: Emergency, rundown: Sequence[RundownItem]) -> dt.datetime | None:
    return last_start(row.expires_at, sum(i.duration_ms for i in rundown))


def _recent(now: dt.datetime) -> Any:
    recent = or_(Emergency.state == EmergencyState.ACTIVE, Emergency.ended_at > now - RECENT)
    return select(Emergency).where(Emergency.confirmed_at.is_not(None), recent).order_by(Emergency.id)


def _speaks(b: BroadcastRow) -> bool:
    return any(i.kind is ItemKind.EMERGENCY for i in b.rundown)


def rundown_of(station: Station, session: Session, row: Emergency) -> list[RundownItem]:
    """Tone and words; without a tone in the station, or words yet, what there is."""
    alert = alert_of(station, session)
    items = []
    if alert and not row.over:
        items.append(RundownItem(1, ItemKind.CUE, alert.title, *signs.usable(station, alert)))
    sha, ms, voice = row.good_sha256, row.good_ms, row.good_voice
    if sha is None:
        sha, ms, voice = row.quick_sha256, row.quick_ms, row.quick_voice
    if sha is not None:
        items.append(RundownItem(len(items) + 1, ItemKind.EMERGENCY, row.title, sha, ms, voice=voice or None))
    return items


def alert_of(station: Station, session: Session) -> CueRow | None:
    """The tone of this station's emergencies: the one that the settings name, or else the first of its kind."""
    wanted = session.get(CueRow, station.settings.emergency.alert)
    return wanted or session.scalars(select(CueRow).where(CueRow.kind == _ALERT_KIND).order_by(CueRow.name)).first()


def _broadcast(
    session: Session,
    row: Emergency,
    attempt: int,
    at: dt.datetime,
    rundown: Sequence[RundownItem],
    grace: dt.timedelta,
    *,
    zones: Sequence[str] = (),
) -> BroadcastRow:
    """Plan a sounding, in `zones` alone where those are given."""
    made = sounding_of(row, attempt, at, rundown, grace, zones or zone_map(session).expand(row.zones, where="zones"))
    session.add(made)
    session.flush()
    return made


def sounding_of(
    row: Emergency,
    attempt: int,
    at: dt.datetime,
    rundown: Sequence[RundownItem],
    grace: dt.timedelta,
    zones: Sequence[str],
) -> BroadcastRow:
    """A sounding that is not kept yet."""
    title = (broadcasts.OVER_TITLE if row.over else broadcasts.URGENT_TITLE) + row.title
    if (until := _last_start(row, rundown)) is not None:  # pinned by play-out, which may be alone when it is due
        grace = max(min(grace, until - at), _HASTE)
    since = row.ordered_at or at
    return origins.emergency(
        row.id, row.confirmed_by, title, zones, rundown, at, grace, attempt=attempt, ordered_at=since
    )
