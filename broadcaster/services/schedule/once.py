"""Single airings beside the rotation: a broadcast at a chosen moment, and a trial heard on the air-check only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from broadcaster.db.models import origins
from broadcaster.db.queries.zones import cue_sounds, zone_map
from broadcaster.domain.air.broadcasts import (
    RundownItem,
)
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.candidates import Candidate, CueSound
from broadcaster.domain.schedule.rundown import cue_item, script_item
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.room import Room
from broadcaster.services.scripts.approving import airable
from broadcaster.services.station import Station


class WordlessError(RuleError):
    """Raised when a broadcast would hold nothing spoken and nobody chose that."""

    def __init__(self) -> None:
        super().__init__("Buổi này chỉ có nhạc, không có lời nào để bà con nghe.", field="items")


def air_once(
    station: Station,
    actor: Actor,
    items: Sequence[int | str],
    *,
    title: str,
    starts_at: dt.datetime,
    zones: Sequence[str] = ("all",),
    trial: bool = False,
    tone: bool = False,
    wordless: bool = False,
) -> int:
    """Plan one broadcast of `items` (script numbers and names of station sounds); return its number.

    A trial goes to the air-check alone and may run at any hour; a tone that tries a horn is no session. Only a tone,
    or what was chosen to be `wordless`, airs without a script: tunes with nothing between them look like a broadcast
    and tell nobody anything.

    Raises:
        RuleError: an item is not approved or unknown, nothing would be spoken, the hour is not allowed, the Quy chế
            allows no more sessions, or another broadcast is on then.
    """
    actor.require(Permission.SCHEDULE if not trial else Permission.OPERATE)
    with station.db.write() as session:
        approved = {c.script_id: c for c in airable(session)}
        cues = cue_sounds(session)
        day = None if trial else station.local(starts_at).date()
        rundown = [_item(n, wanted, approved, cues, day) for n, wanted in enumerate(items, 1)]
        if not (tone or wordless or any(i.script_id is not None for i in rundown)):
            raise WordlessError
        length = dt.timedelta(milliseconds=sum(i.duration_ms for i in rundown))
        codes = zone_map(session).expand(zones, where="zones")
        if not trial:
            local = station.local(starts_at).replace(tzinfo=None)
            station.settings.station_hours.require(local, length, field="start")
            room = Room.read(station, session, starts_at)
            room.require_free(codes, starts_at, starts_at + length)
            if not tone:
                room.require_caps(codes, starts_at, length)
        if trial:
            row = origins.trial(title, codes, rundown, starts_at)
        else:
            row = origins.once(title, codes, rundown, starts_at, tone=tone)
        row.ordered_at = station.now()
        session.add(row)
        session.flush()
        Trail(session, station.now(), actor).record("plan", "broadcast", row.id, note=title)
        return row.id


def _item(
    number: int, wanted: int | str, approved: dict[int, Candidate], cues: dict[str, CueSound], day: dt.date | None
) -> RundownItem:
    if isinstance(wanted, int):
        if wanted not in approved:
            raise RuleError(f"Kịch bản số {wanted} chưa được duyệt nên chưa phát được.", field="items")
        if day is not None and not approved[wanted].valid_on(day):
            raise RuleError(f"“{approved[wanted].title}” chưa đến hoặc đã hết hạn vào ngày phát.", field="items")
        return script_item(approved[wanted], number)
    if wanted not in cues:
        raise RuleError(f"Không có âm thanh nào tên “{wanted}”.", field="items")
    return cue_item(cues[wanted], number)
