"""Reads of the present moment: what is on the air, what comes next, what is turned off or held back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Heartbeat, Incident, MuteRow, ZoneRow
from broadcaster.db.queries.emergencies import Urgent, urgent
from broadcaster.db.queries.stops import HeldNow, held, known
from broadcaster.db.queries.zones import zone_of
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.desk import PlayoutWord
from broadcaster.domain.air.mutes import Mute, silenced
from broadcaster.domain.air.outlets import unheard
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.setup.zones import ZoneState

SILENT_AFTER = dt.timedelta(seconds=20)
"""A play-out that has not beaten for longer is taken for dead."""
_STOPPED = dt.timedelta(minutes=30)
"""So long a zone that was stopped says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAirNow:
    """One broadcast on air; times aware UTC."""

    broadcast_id: int
    title: str
    trial: bool
    urgent: bool
    """Whether it is an emergency, which is heard through a mute."""
    zones: tuple[str, ...]
    started_at: dt.datetime
    length_ms: int
    item_no: int
    item_count: int
    item_title: str
    item_started_at: dt.datetime
    item_ms: int
    outputs: frozenset[str] = frozenset()
    """The outputs that carry it, by play-out's own word."""
    also: tuple[str, ...] = ()
    """Zones that hear it though nobody addressed them: they hang on one of those outputs."""
    unheard: bool = False
    """Whether no horn carries it: all zones that it was meant for have no way out."""

    @property
    def ends_at(self) -> dt.datetime:
        """When the sound ends if nothing happens."""
        return self.started_at + dt.timedelta(milliseconds=self.length_ms)


@dataclass(frozen=True, slots=True)
class NextBroadcast:
    """The next broadcast."""

    id: int
    title: str
    starts_at: dt.datetime
    sound_ms: int
    items: int
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ZoneNow:
    """One zone at this moment."""

    code: str
    name: str
    sink: str
    state: ZoneState
    words: str
    """The same in Vietnamese, with what is on air or what is wrong."""
    airing: bool = False
    """Whether a broadcast runs for it, heard or not."""
    stopped_at: dt.datetime | None = None
    """When all its outputs were stopped, while that is news."""

    @property
    def rests_stopped(self) -> bool:
        """Whether it is silent since a stop."""
        return self.stopped_at is not None and self.state is ZoneState.REST


@dataclass(frozen=True, slots=True)
class MutedNow:
    """An output that is turned off, with the zones that hang on it."""

    mute: Mute
    zones: tuple[str, ...]

    @property
    def zone(self) -> str:
        """One of them, by whose name it is turned on again; empty where none is in use."""
        return self.zones[0] if self.zones else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the station is doing now."""

    alive: bool
    """Whether play-out gives signs of life."""
    last_beat: dt.datetime | None
    airing: tuple[OnAirNow, ...]
    coming: NextBroadcast | None
    mutes: tuple[MutedNow, ...]
    """What a person turned off."""
    muted: tuple[str, ...]
    """Codes of the zones that hear nothing of it: all their outputs are turned off."""
    hold: str
    """Why nothing may air at present, in a Vietnamese sentence; empty when all is well."""
    clock_doubted: bool
    """Whether it is the clock, which a person may confirm."""
    troubles: tuple[str, ...]
    """What is wrong with sinks, and which of them nobody hears, in Vietnamese sentences."""
    zone_count: int
    zones: tuple[ZoneNow, ...]
    urgent: tuple[Urgent, ...]
    """Emergencies that hold now, also while they do not sound."""
    outputs: Outputs
    """Which zones can only sound, or be silent, together."""
    held: tuple[HeldNow, ...]
    """What a stop holds back until a person lets it go."""

    @property
    def alarm_unheard(self) -> bool:
        """Whether an emergency sounds that no horn carries."""
        sounding = [a for a in self.airing if a.urgent]
        return bool(sounding) and all(a.unheard for a in sounding)

    @property
    def sounding(self) -> bool:
        """Whether there is something to stop: it sounds, or an emergency is on its way from siren to last word."""
        return bool(self.airing) or any(u.now.under_way for u in self.urgent)

    @property
    def heard(self) -> tuple[str, ...]:
        """The zones where something sounds or an emergency is on its way, in their order, whatever their output is."""
        coming = {z for u in self.urgent if u.now.under_way for z in self.outputs.reach(u.now.zones)}
        return tuple(z.code for z in self.zones if z.airing or z.code in coming)

    @property
    def names(self) -> dict[str, str]:
        """The name of each zone by its code."""
        return {z.code: z.name for z in self.zones}

    @property
    def zone_counts(self) -> tuple[tuple[ZoneState, int], ...]:
        """How many zones are in each state, of the states that occur."""
        found = Counter(z.state for z in self.zones)
        return tuple((state, found[state]) for state in ZoneState if found[state])

    @property
    def calm(self) -> bool:
        """Whether every zone is on air or waits."""
        return all(z.state in {ZoneState.AIR, ZoneState.REST} for z in self.zones)

    def muted_until(self, code: str) -> dt.datetime | None:
        """When a zone that hears nothing is heard again by itself; None where it is not turned off."""
        return min((m.mute.until for m in self.mutes if code in m.zones), default=None) if code in self.muted else None

    def shared(self, code: str) -> tuple[str, ...]:
        """The zones that fall silent when zone `code` is stopped: those on air through its outputs."""
        return tuple(z for z in self.outputs.reach((code,)) if z in self.heard) or (code,)


def playout_status(beat: Heartbeat | None, now: dt.datetime, word: PlayoutWord | None) -> Mapping[str, Any] | None:
    """What play-out said last, by its row or, when that is old, by its own word; None when it does not live."""
    asked = word or PlayoutWord()
    if beat is not None and now - beat.at < SILENT_AFTER:
        return None if asked.gone and asked.speaks_for(beat.host) else beat.status
    return asked.said


def present(
    session: Session,
    now: dt.datetime,
    several: Mapping[str, tuple[str, ...]] | None = None,
    *,
    word: PlayoutWord | None = None,
) -> Present:
    """What is on air and what comes next, by rows and play-out's own word.

    Of what began before its last word that word counts: a row tells of an end only when the journal was brought in.
    `several` are the names that stand for more than one output; `word` is what play-out said just now.
    """
    beat = session.get(Heartbeat, "playout")
    status = playout_status(beat, now, word)
    alive = status is not None
    status = status or {}
    words = by_broadcast(status.get("on_air"))
    rows = session.scalars(
        select(BroadcastRow)
        .where(or_(BroadcastRow.state == BroadcastState.AIRING, BroadcastRow.id.in_(words)))
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    ).all()
    upcoming = session.scalars(
        select(BroadcastRow)
        .where(
            BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED]),
            BroadcastRow.starts_at > now - dt.timedelta(minutes=2),
            BroadcastRow.id.not_in(words),
        )
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
        .limit(1)
    ).first()
    zones = session.scalars(select(ZoneRow).order_by(ZoneRow.position, ZoneRow.code)).all()
    enabled = [z.code for z in zones if z.enabled]
    outputs = Outputs.of(map(zone_of, zones), several or {})
    off, stops = silenced(mutes_in_force(session, now), now), known(session)
    muted = outputs.only_on(off)
    sinks: Mapping[str, str] = status.get("sinks") or {}
    lost = unheard(status, outputs.names) if sinks else {}
    spoke_at = beat.at if beat is not None and status is beat.status else now
    over = {r.id for r in rows if "on_air" in status and r.id not in words and _began(r) < spoke_at}
    believed = [r for r in rows if r.id not in over] if alive else []
    airing = tuple(a for row in believed if (a := _airing(row, words.get(row.id, {}))).zones)
    recent = {z.code: stops.held(now - _STOPPED, outputs.of_zones((z.code,))) for z in zones}
    stopped = {code: stop.at for code, stop in recent.items() if stop is not None}
    alarms = urgent(session, now, outputs, stops, over=over, alive=alive)
    shown = tuple(
        replace(
            _zone_now(
                z,
                alive=alive,
                heard=heard_in(z.code, airing, outputs),
                muted=muted,
                lost=[lost.get(n, "") for n in outputs.by_zone[z.code]],
            ),
            stopped_at=stopped.get(z.code),
        )
        for z in zones
    )
    bad = {z.code for z in shown if z.state is ZoneState.BAD}
    return Present(
        alive=alive,
        last_beat=beat.at if beat else None,
        airing=tuple(
            replace(
                a,
                also=() if a.trial else tuple(z for z in outputs.on(a.outputs - lost.keys()) if z not in a.zones),
                unheard=bool(a.zones) and bad.issuperset(a.zones),
            )
            for a in airing
        ),
        coming=_coming(upcoming),
        mutes=tuple(MutedNow(m, outputs.on((m.output,))) for m in off.values()),
        muted=muted,
        hold=str(status.get("hold") or ""),
        clock_doubted=bool(status.get("clock_doubted")),
        troubles=tuple((lost | unheard(status, (n for n, why in sinks.items() if why != "ok"))).values()),
        zone_count=len(enabled),
        zones=shown,
        urgent=alarms,
        outputs=outputs,
        held=(*_held_messages(alarms), *held(session, outputs, stops, now)),
    )


def mutes_in_force(session: Session, now: dt.datetime) -> list[Mute]:
    """What is turned off now or later, oldest first."""
    query = select(MuteRow).where(MuteRow.ended_at.is_(None), MuteRow.until > now).order_by(MuteRow.id)
    return [
        Mute(id=m.id, output=m.output, zone=m.zone, since=m.since, until=m.until, by=m.by, why=m.why)
        for m in session.scalars(query)
    ]


def incidents(session: Session, limit: int = 5) -> Sequence[Incident]:
    """The last incidents, those still open first."""
    return session.scalars(
        select(Incident).order_by(Incident.ended_at.is_not(None), Incident.started_at.desc()).limit(limit)
    ).all()


def _zone_now(
    zone: ZoneRow, *, alive: bool, heard: OnAirNow | None, muted: Sequence[str], lost: Sequence[str]
) -> ZoneNow:
    if not zone.enabled:
        state, words = ZoneState.OFF, "Ngừng dùng"
    elif not alive:
        state, words = ZoneState.LOST, "Không rõ: máy phát không chạy"
    elif all(lost):  # what still goes out through another of its outputs is heard
        state, words = ZoneState.BAD, f"Không ra loa. {' '.join(lost)}"
    elif zone.code in muted and not (heard is not None and heard.urgent):
        state, words = ZoneState.MUTED, "Đang tắt tiếng"
    elif heard is not None:
        besides = "" if zone.code in heard.zones else " (chung âm ly)"
        state, words = ZoneState.AIR, f"Đang phát: {heard.title}{besides}"
    else:
        state, words = ZoneState.REST, "Chờ phát"
    return ZoneNow(zone.code, zone.name, zone.sink, state, words, airing=heard is not None)


def heard_in(code: str, airing: Sequence[OnAirNow], outputs: Outputs) -> OnAirNow | None:
    """What sounds in a zone, whoever it is for: an emergency first, then what is for the zone itself."""
    there = [a for a in airing if not a.trial and outputs.collide(a.zones, (code,))]
    return max(there, key=lambda a: (a.urgent, code in a.zones), default=None)


def by_broadcast(said: Any) -> dict[int, Mapping[str, Any]]:
    """Play-out's word on what it airs, by broadcast; it says one airing or a list of them."""
    found: dict[int, Mapping[str, Any]] = {}
    for word in said if isinstance(said, list) else [said]:
        if isinstance(word, Mapping):
            broadcast = word.get("broadcast")
            number = broadcast.get("id") if isinstance(broadcast, Mapping) else broadcast
            if isinstance(number, int):
                found[number] = word
    return found


def _airing(row: BroadcastRow, word: Mapping[str, Any]) -> OnAirNow:
    started = _began(row)
    said = word.get("item")
    item: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    number = item.get("no") if item else said if isinstance(said, int) else 0
    planned = next((i for i in row.rundown if i.no == number), None)
    place = row.rundown.index(planned) + 1 if planned else number  # a rest keeps the numbers of the whole
    return OnAirNow(
        broadcast_id=row.id,
        title=row.title,
        trial=row.kind is BroadcastKind.TRIAL,
        urgent=row.kind is BroadcastKind.EMERGENCY,
        zones=tuple(word.get("zones", row.zones)),
        outputs=frozenset(word.get("levels") or ()),
        started_at=started,
        length_ms=row.sound_ms,
        item_no=place if isinstance(place, int) else 0,
        item_count=len(row.rundown),
        item_title=str(item.get("title") or (planned.title if planned else "")),
        item_started_at=_moment(word.get("started_at")) or started,
        item_ms=int(word.get("duration_ms") or (planned.duration_ms if planned else 0)),
    )


def _began(row: BroadcastRow) -> dt.datetime:
    return row.started_at or row.starts_at


def _coming(row: BroadcastRow | None) -> NextBroadcast | None:
    if row is None:
        return None
    return NextBroadcast(row.id, row.title, row.starts_at, row.sound_ms, len(row.rundown), tuple(row.zones))


def _moment(text: Any) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _held_messages(alarms: Sequence[Urgent]) -> list[HeldNow]:
    """The emergencies that a stop holds back somewhere."""
    return [
        HeldNow(u.id, True, u.title, tuple(u.now.stopped), None, max(u.now.stopped.values(), key=lambda s: s.at))
        for u in alarms
        if u.now.stopped
    ]
