"""Where a broadcast may stand: at a moment, this very minute, or at the soonest moment that is possible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.domain.air.broadcasts import (
    NO_SESSION,
    SESSION_KINDS,
    BroadcastKind,
    BroadcastState,
    ItemKind,
    Origin,
)
from broadcaster.domain.air.causes import Why
from broadcaster.errors import RuleError
from broadcaster.services.schedule.coming import HANDS_OFF, editable
from broadcaster.services.schedule.item_faults import item_faults
from broadcaster.services.schedule.room import Room
from broadcaster.services.scripts.approving import refusals
from broadcaster.services.station import Station

_AHEAD_DAYS = 3
"""So far ahead a place is looked for."""
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why a broadcast cannot air this minute, and when it could."""

    why: str
    """A Vietnamese sentence."""
    soonest: dt.datetime | None
    """None: not in the coming days, or never as it is."""


def faults_on(station: Station, session: Session, row: BroadcastRow, at: dt.datetime) -> dict[int, Why]:
    """What of a broadcast play-out would refuse at a moment, by item number."""
    return item_faults(session, broadcast_of(row), station.local(at).date(), refusals(session, _scripts(row)))


def _scripts(row: BroadcastRow) -> set[int]:
    return {i.script_id for i in row.rundown if i.script_id is not None}


def fault_words(row: BroadcastRow, faults: dict[int, Why]) -> list[str]:
    """The items that will not air, a sentence each."""
    return [f"Mục “{i.title}” sẽ không phát. {faults[i.no].text}" for i in row.rundown if i.no in faults]


def require_words(station: Station, session: Session, row: BroadcastRow, at: dt.datetime) -> None:
    """Check that of what is spoken something may air at a moment.

    Raises:
        RuleError: it holds words, and all of them would be refused.
    """
    faults = faults_on(station, session, row, at)
    spoken = [i for i in row.rundown if i.kind is not ItemKind.CUE]
    if _wordless(row, faults):
        raise RuleError(
            f"Vào {station.local(at):%H:%M %d/%m} không bài nào của buổi này phát được. {faults[spoken[0].no].text} "
            "Hãy xếp lại nội dung hoặc duyệt lại bài.",
            field="items",
        )


def _wordless(row: BroadcastRow, faults: Mapping[int, Why]) -> bool:
    """Whether it holds words, and none of them may be said."""
    spoken = [i.no for i in row.rundown if i.kind is not ItemKind.CUE]
    return bool(spoken) and faults.keys() >= set(spoken)


def require_place(
    station: Station,
    session: Session,
    row: BroadcastRow,
    starts_at: dt.datetime,
    zones: Sequence[str],
    *,
    besides: int | None = None,
    length: dt.timedelta | None = None,
) -> None:
    """Check that a broadcast may stand at a coming moment in `zones`, as if number `besides` stood nowhere.

    It takes the room that its slot has, one of its own as long as it sounds, unless `length` says otherwise.

    Raises:
        RuleError: it is too soon, outside the hours, taken, or more than the Quy chế allows.
    """
    if starts_at <= station.now() + HANDS_OFF:
        raise RuleError(
            "Giờ phát phải sau bây giờ ít nhất một phút. Muốn phát ngay thì dùng “Phát ngay”.", field="start"
        )
    room = Room.read(station, session, starts_at)
    _require(room, row, starts_at, _length(row) if length is None else length, zones, besides=besides)


def not_now(station: Station, session: Session, row: BroadcastRow) -> NotNow | None:
    """Why a planned broadcast cannot air this minute, and when it could at the soonest; None when it can."""
    room = room_ahead(station, session)
    try:
        _require_now(session, row, room)
    except RuleError as error:
        free = row.kind in SESSION_KINDS and editable(row, station.now())
        return NotNow(error.message, soonest(session, row, room) if free else None)
    return None


def room_ahead(station: Station, session: Session) -> Room:
    """The room that is left as far ahead as a place is looked for."""
    return Room.read(station, session, station.now(), station.now() + dt.timedelta(days=_AHEAD_DAYS + 1))


def _require_now(session: Session, row: BroadcastRow, room: Room) -> None:
    station = room.station
    overdue = row.state is BroadcastState.CUED and row.starts_at <= station.now()  # as what a stop held back
    if row.state is not BroadcastState.PLANNED and not overdue:
        raise RuleError("Buổi này đang được chuẩn bị để phát, hoặc đã xong.", field="broadcast")
    if row.kind is BroadcastKind.EMERGENCY:
        raise RuleError("Bản tin khẩn cấp phát ở trang Khẩn cấp.", field="broadcast")
    if not row.rundown or not row.zones:
        raise RuleError("Buổi này chưa có mục nào, hoặc không có cụm loa nào.", field="items")
    if row.kind is not BroadcastKind.TRIAL:
        length = min(dt.timedelta(milliseconds=row.sound_ms), row.ends_at - row.starts_at)
        now = station.now()
        _require(room, row, now, length, row.zones, besides=row.id, now=now)
        require_words(station, session, row, station.now())


def soonest(session: Session, row: BroadcastRow, room: Room) -> dt.datetime | None:
    """The first moment at which a broadcast may stand, its own first; None when there is none in the coming days.

    What is in the way and what may be said were read once; all moments are held against that.
    """
    station, length, zones = room.station, _length(row), row.zones
    why, broadcast = refusals(session, _scripts(row)), broadcast_of(row)
    hours, days = station.settings.station_hours, dict[dt.date, bool]()
    for at in _moments(row, room):
        local = station.local(at)
        if at <= station.now() + HANDS_OFF or not hours.allows(local, length):
            continue
        if room.taken_by(zones, at, at + length, besides=row.id):
            continue
        day = local.date()
        if day not in days:
            speaks = not _wordless(row, item_faults(session, broadcast, day, why))
            days[day] = speaks and _session_fits(room, row, at, length)
        if days[day]:
            return at
    return None


def _session_fits(room: Room, row: BroadcastRow, at: dt.datetime, length: dt.timedelta) -> bool:
    try:
        _require_session(room, row, at, length, row.zones, besides=row.id)
    except RuleError:
        return False
    return True


def _length(row: BroadcastRow) -> dt.timedelta:
    """The room that a broadcast takes: its slot's, or that of its sound when it has no slot."""
    once = row.kind is BroadcastKind.ONCE and row.rundown
    return dt.timedelta(milliseconds=row.sound_ms) if once else row.ends_at - row.starts_at


def _moments(row: BroadcastRow, room: Room) -> Iterator[dt.datetime]:
    """Moments at which a place may begin: windows open, other broadcasts end."""
    station = room.station
    now, tz = station.now(), station.settings.tz
    least = now + HANDS_OFF + _MINUTE
    if row.state is not BroadcastState.PLANNED:
        yield row.starts_at
    found = {_whole_minute(least)}
    for offset in range(_AHEAD_DAYS):
        day = station.today() + dt.timedelta(days=offset)
        found |= {w.on(day, tz)[0].astimezone(dt.UTC) for w in station.settings.station_hours.windows}
    last = now + dt.timedelta(days=_AHEAD_DAYS + 1)
    found |= {_whole_minute(o.ends_at) for o in room.standing(now) if o.starts_at < last}
    yield from sorted(m for m in found if m >= least)


def _whole_minute(moment: dt.datetime) -> dt.datetime:
    """The moment, or the next whole minute after it."""
    down = moment.astimezone(dt.UTC).replace(second=0, microsecond=0)
    return down if down == moment else down + _MINUTE


def _require(
    room: Room,
    row: BroadcastRow,
    starts_at: dt.datetime,
    length: dt.timedelta,
    zones: Sequence[str],
    *,
    besides: int | None,
    now: dt.datetime | None = None,
) -> None:
    station = room.station
    station.settings.station_hours.require(station.local(starts_at).replace(tzinfo=None), length, field="start")
    room.require_free(zones, starts_at, starts_at + length, besides=besides, now=now)
    _require_session(room, row, starts_at, length, zones, besides=besides)


def _require_session(
    room: Room,
    row: BroadcastRow,
    starts_at: dt.datetime,
    length: dt.timedelta,
    zones: Sequence[str],
    *,
    besides: int | None,
) -> None:
    rest = besides is not None and row.origin in NO_SESSION  # a copy of a rest is a session of its own
    if row.kind in SESSION_KINDS and not rest and row.origin is not Origin.TALK:
        room.require_caps(zones, starts_at, length, besides=besides)
