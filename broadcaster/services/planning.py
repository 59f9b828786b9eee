"""The coming days planned: rotations become dated broadcasts with pinned rundowns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, DayException, PlayLogEntry
from broadcaster.domain.broadcasts import BroadcastKind, BroadcastState, RundownItem
from broadcaster.domain.bulletins import Candidate, Filled, History, fill
from broadcaster.domain.windows import Caps, breaches
from broadcaster.domain.zones import ZoneMap
from broadcaster.scheduling.expand import Occurrence, expand
from broadcaster.services.approving import airable
from broadcaster.services.rotations import cue_sounds, rotations_in_force, zone_map
from broadcaster.services.station import Station

# A broadcast this near is play-out's: it is being checked and loaded, and planning leaves it alone.
HANDS_OFF = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What a planning changed."""

    added: int
    changed: int
    removed: int
    kept: int
    warnings: tuple[str, ...]


def plan(station: Station, days: int | None = None, *, first: dt.date | None = None) -> PlanResult:
    """Write the broadcasts of the coming `days`; a second call adds nothing.

    Only broadcasts still `planned` and not about to start are filled anew; what airs or is past never moves.
    """
    now = station.now()
    first = first or station.today()
    days = days or station.settings.playout.plan_days
    with station.db.write() as session:
        exceptions = {e.day: e.kind for e in session.scalars(select(DayException))}
        occurrences = expand(rotations_in_force(session), first, days, exceptions, station.settings.tz)
        wanted, warnings = _allowed(station, [o for o in occurrences if o.starts_at > now + HANDS_OFF])
        until = dt.datetime.combine(first + dt.timedelta(days=days), dt.time(), tzinfo=station.settings.tz)
        rows = session.scalars(
            select(BroadcastRow).where(BroadcastRow.starts_at > now + HANDS_OFF, BroadcastRow.starts_at < until)
        )
        existing = {(r.slot_key, r.starts_at): r for r in rows}
        zones = zone_map(session)
        fresh: list[dict[str, Any]] = []
        changed = kept = 0
        for occurrence, values in _filled(session, wanted, existing, zones, now):
            row = existing.pop((occurrence.key, occurrence.starts_at), None)
            if row is None:
                fresh.append(values | {"slot_key": occurrence.key, "starts_at": occurrence.starts_at})
            elif values and not row.by_hand and any(getattr(row, k) != v for k, v in values.items()):
                for k, v in values.items():
                    setattr(row, k, v)
                changed += 1
            else:
                kept += 1
        stale = [
            r.id
            for r in existing.values()
            if r.state is BroadcastState.PLANNED and r.kind is BroadcastKind.ROTATION and not r.by_hand
        ]
        session.execute(delete(BroadcastRow).where(BroadcastRow.id.in_(stale)))
        if fresh:
            session.execute(insert(BroadcastRow), fresh)
        warnings += _cap_warnings(station.settings.caps, wanted, zones)
        return PlanResult(len(fresh), changed, len(stale), kept, tuple(warnings))


def _allowed(station: Station, wanted: Sequence[Occurrence]) -> tuple[list[Occurrence], list[str]]:
    """Leave out what the windows, which may have narrowed since a rotation was applied, no longer allow."""
    hours = station.settings.station_hours
    good, warnings = [], []
    for occurrence in wanted:
        local = station.local(occurrence.starts_at)
        if hours.allows(local.replace(tzinfo=None), occurrence.slot.max_length):
            good.append(occurrence)
        else:
            title = occurrence.slot.title
            warnings.append(f"{local:%H:%M %d/%m/%Y}: khung “{title}” nằm ngoài giờ được phép nên không lên lịch.")
    return good, warnings


def _filled(
    session: Session,
    wanted: Sequence[Occurrence],
    existing: dict[tuple[str, dt.datetime], BroadcastRow],
    zones: ZoneMap,
    now: dt.datetime,
) -> list[tuple[Occurrence, dict[str, Any]]]:
    """Return each occurrence with its columns; without columns where the row is no longer ours to fill."""
    cues = cue_sounds(session)
    candidates = airable(session)
    history = history_of(session, candidates, now)
    result: list[tuple[Occurrence, dict[str, Any]]] = []
    for occurrence in wanted:
        row = existing.get((occurrence.key, occurrence.starts_at))
        if row is not None and (row.by_hand or row.state is not BroadcastState.PLANNED):
            result.append((occurrence, {}))
            continue
        filled = fill(occurrence.slot, occurrence.starts_at, occurrence.day, candidates, cues, history)
        result.append((occurrence, _columns(occurrence, filled, zones)))
    return result


def _columns(occurrence: Occurrence, filled: Filled, zones: ZoneMap) -> dict[str, Any]:
    slot = occurrence.slot
    return {
        "kind": BroadcastKind.ROTATION,
        "title": slot.title,
        "ends_at": occurrence.ends_at,
        "zones": list(zones.expand(slot.zones, where=f"{occurrence.key}: zones")),
        "rundown": [i.as_json() for i in filled.items],
        "reasons": [asdict(r) for r in filled.reasons],
        "sound_ms": filled.sound_ms,
        "late": slot.late.value,
        "grace_s": int(slot.grace.total_seconds()),
        "overrun": slot.overrun.value,
        "state": BroadcastState.PLANNED,
        "verdict": "",
    }


def history_of(session: Session, candidates: Sequence[Candidate], now: dt.datetime) -> History:
    """Return what was last heard of each script, and what is about to be."""
    history = History()
    heard = session.execute(
        select(
            PlayLogEntry.script_id,
            func.max(PlayLogEntry.planned_at),
            func.count(func.distinct(PlayLogEntry.planned_at)),
        )
        .where(PlayLogEntry.outcome == "full", PlayLogEntry.planned_at > now - dt.timedelta(days=120))
        .group_by(PlayLogEntry.script_id)
    )
    for script_id, last, times in heard:
        if script_id is not None:
            history.last[script_id], history.counts[script_id] = last, times
    by_id = {c.script_id: c for c in candidates}
    near = session.scalars(
        select(BroadcastRow.rundown).where(
            BroadcastRow.starts_at > now - dt.timedelta(hours=12), BroadcastRow.starts_at <= now + HANDS_OFF
        )
    )
    for rundown in near:
        for item in (RundownItem.from_json(i) for i in rundown):
            if item.script_id in by_id:
                history.place(by_id[item.script_id], now)
    return history


def _cap_warnings(caps: Caps, wanted: Sequence[Occurrence], zones: ZoneMap) -> list[str]:
    held: dict[str, list[tuple[dt.date, float]]] = {}
    for occurrence in wanted:
        for code in zones.expand(occurrence.slot.zones, where=occurrence.key):
            held.setdefault(code, []).append((occurrence.day, occurrence.slot.max_length.total_seconds() / 60))
    by_sentence: dict[str, list[str]] = {}
    for code, sessions in held.items():
        for sentence in breaches(caps, sessions):
            by_sentence.setdefault(sentence, []).append(code)
    return [f"{sentence} (cụm loa {', '.join(codes)})" for sentence, codes in by_sentence.items()]
