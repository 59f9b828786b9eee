"""Single airings beside the rotation: a broadcast at a chosen moment, and a trial heard on the air-check only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow, origins
from broadcaster.db.queries import zones as zones_queries
from broadcaster.db.queries.zones import cue_sounds, zone_map
from broadcaster.domain.air.broadcasts import (
    NO_SESSION,
    OPEN_STATES,
    SESSION_KINDS,
    UNHEARD,
    BroadcastKind,
    BroadcastState,
    RundownItem,
)
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.candidates import Candidate, CueSound
from broadcaster.domain.schedule.rundown import cue_item, script_item
from broadcaster.domain.schedule.windows import HeldSession, require_session
from broadcaster.domain.setup.zones import names_in_words
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.planning import unwritten
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
            require_free(station, session, codes, starts_at, starts_at + length)
            if not tone:
                require_caps(station, session, codes, starts_at, length)
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


def require_caps(
    station: Station,
    session: Session,
    zones: Sequence[str],
    starts_at: dt.datetime,
    length: dt.timedelta,
    *,
    besides: int | None = None,
    field: str = "start",
) -> None:
    """Check that the Quy chế allows one more session in `zones` on the day of `starts_at`, but for number `besides`.

    Raises:
        RuleError: it does not; the sentence names the limit.
    """
    day = station.local(starts_at).date()
    monday = day_start(day - dt.timedelta(days=day.weekday()), station.settings.tz)
    rows = session.execute(
        select(BroadcastRow.id, BroadcastRow.starts_at, BroadcastRow.title, BroadcastRow.zones).where(
            BroadcastRow.starts_at >= monday,
            BroadcastRow.starts_at < monday + dt.timedelta(days=7),
            BroadcastRow.kind.in_(SESSION_KINDS),
            BroadcastRow.origin.not_in(NO_SESSION),
            BroadcastRow.state.not_in(UNHEARD),
        )
    ).all()
    held: dict[str, list[HeldSession]] = {zone: [] for zone in zones}
    sessions = [(at, title, codes) for number, at, title, codes in rows if number != besides]
    sessions += [
        (d.occurrence.starts_at, d.occurrence.slot.title, list(d.zones))
        for d in unwritten(station, session, day - dt.timedelta(days=day.weekday()), 7)
    ]
    for at, title, codes in sorted(sessions, key=lambda s: s[0]):
        local = station.local(at)
        for code in held.keys() & set(codes):
            held[code].append(HeldSession(local.date(), f"“{title}” {local:%H:%M}"))
    names = zones_queries.zone_names(session)
    require_session(station.settings.caps, held, day, length, names=names, field=field)


def standing_between(start: dt.datetime, end: dt.datetime) -> Select[BroadcastRow]:
    """The broadcasts that need their outputs at some moment from `start` to `end`, trials aside."""
    return select(BroadcastRow).where(
        BroadcastRow.starts_at < end,
        BroadcastRow.ends_at > start,
        BroadcastRow.kind != BroadcastKind.TRIAL,
        BroadcastRow.state.in_(OPEN_STATES),
    )


def require_free(
    station: Station,
    session: Session,
    zones: Sequence[str],
    start: dt.datetime,
    end: dt.datetime,
    *,
    besides: int | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Check that nothing else needs the outputs of `zones` from `start` to `end` (aware UTC), but for `besides`.

    With `now`, what is overdue and does not sound is not in the way: a stop may hold it back.

    Raises:
        RuleError: another broadcast is on then; the sentence names it, and whose amplifier it is that both want.
    """
    outputs = station.outputs(session)
    rows = session.scalars(standing_between(start, end))
    for row in rows:
        if now is not None and row.starts_at <= now and row.state is not BroadcastState.AIRING:
            continue
        if row.id != besides and outputs.collide(row.zones, zones):
            local, names = station.local(row.starts_at), zones_queries.zone_names(session)
            there = [names.get(z, z) for z in outputs.meeting(row.zones, zones)]
            shared = "" if set(row.zones) & set(zones) else f" ở cùng âm ly ({names_in_words(there)})"
            raise RuleError(
                f"Giờ này đã có buổi “{row.title}” ({local:%H:%M %d/%m}){shared}. Hãy chọn giờ khác hoặc cụm loa khác.",
                field="start",
            )
