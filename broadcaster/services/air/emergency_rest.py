"""What becomes of a programme that an emergency interrupted: it goes on afterwards, or is dropped with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, PlayLogEntry
from broadcaster.domain.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.desk import YIELDED
from broadcaster.domain.emergencies import Interrupted, resumption
from broadcaster.domain.playlog import Outcome
from broadcaster.services.air import broadcasts
from broadcaster.services.schedule.rest_rows import items_of, length_of, rest_row
from broadcaster.services.schedule.rotations import zone_map
from broadcaster.services.station import Station

RECENT = dt.timedelta(hours=1)
"""A programme that was cut longer ago is over for good."""
_MOST_RESUMPTIONS = 3


def resume(station: Station, session: Session, emergencies: Sequence[Emergency], now: dt.datetime) -> int:
    """Plan the rest of each programme that an emergency cut, once the horns are free again."""
    by_id = {e.id: e for e in emergencies}
    sounding = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.kind == BroadcastKind.EMERGENCY,
            BroadcastRow.state.in_(broadcasts.OPEN_STATES),
            BroadcastRow.starts_at <= now + dt.timedelta(seconds=5),
        )
    ).all()
    busy = {zone for b in sounding for zone in b.zones}
    cut = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
            BroadcastRow.state.in_([BroadcastState.PARTIAL, BroadcastState.MISSED]),
            BroadcastRow.finished_at > now - RECENT,
            BroadcastRow.verdict.contains(YIELDED) | BroadcastRow.verdict.contains(f"“{broadcasts.URGENT_TITLE}"),
        )
    ).all()
    added = 0
    for b in cut:
        root, _, nth = (
            b.slot_key.removeprefix("resume/").partition("/")
            if b.slot_key.startswith("resume/")
            else (str(b.id), "", "0")
        )
        number = int(nth.partition("-")[0]) + 1
        if session.scalar(select(BroadcastRow.id).where(BroadcastRow.slot_key.startswith(f"resume/{root}/{number}-"))):
            continue
        rests = _rests(session, b)
        if any(busy & set(zones) for zones in rests.values()):
            continue  # the emergency still sounds there
        for part, (items, zones) in enumerate(rests.items()):
            _plan_rest(station, session, b, f"resume/{root}/{number}-{part}", items, zones, by_id, now, number)
            added += 1
    return added


def _rests(session: Session, b: BroadcastRow) -> dict[tuple[int, ...], tuple[str, ...]]:
    """Return which zones did not hear which items because of an emergency: item numbers -> zones."""
    lost: dict[str, list[int]] = {}
    for e in session.scalars(
        select(PlayLogEntry)
        .where(PlayLogEntry.broadcast_id == b.id, PlayLogEntry.outcome != Outcome.FULL)
        .order_by(PlayLogEntry.item_no)
    ):
        if e.reason == YIELDED or e.reason.startswith(f"Đang phát buổi “{broadcasts.URGENT_TITLE}"):
            lost.setdefault(e.zone, []).append(e.item_no)
    rests: dict[tuple[int, ...], tuple[str, ...]] = {}
    for zone, items in lost.items():
        rests[tuple(items)] = (*rests.get(tuple(items), ()), zone)
    return rests


def _plan_rest(
    station: Station,
    session: Session,
    b: BroadcastRow,
    slot_key: str,
    item_nos: tuple[int, ...],
    zones: tuple[str, ...],
    emergencies: dict[int, Emergency],
    now: dt.datetime,
    number: int,
) -> None:
    items = items_of(b, item_nos)
    start = now + dt.timedelta(seconds=2)
    cause = next((e for e in emergencies.values() if _touches(session, e, b, zones)), None)
    why = _why_not(station, session, cause, start, length_of(items), zones, number)
    made = rest_row(b, items, zones, start, slot_key=slot_key, called="phần bị ngắt", grace_s=60)
    made.emergency_id = cause.id if cause else None
    if why:
        made.state, made.verdict, made.finished_at = BroadcastState.CANCELLED, why, now
    session.add(made)
    session.flush()


def _touches(session: Session, e: Emergency, b: BroadcastRow, zones: Sequence[str]) -> bool:
    """Whether this emergency was in force while the programme should have been on."""
    over = e.ended_at is not None and b.finished_at is not None and e.ended_at < b.starts_at
    shared = set(zone_map(session).expand(e.zones, where="zones")) & set(zones)
    return (
        bool(shared) and not over and b.finished_at is not None and (e.confirmed_at or b.finished_at) <= b.finished_at
    )


def _why_not(
    station: Station,
    session: Session,
    cause: Emergency | None,
    start: dt.datetime,
    length: dt.timedelta,
    zones: Sequence[str],
    number: int,
) -> str:
    if cause is not None and cause.interrupted is Interrupted.DROP:
        return "Người xác nhận phát khẩn cấp chọn bỏ phần bị ngắt."
    if number > _MOST_RESUMPTIONS:
        return f"Đã bị ngắt {_MOST_RESUMPTIONS} lần; phần còn lại bỏ."
    window_end = station.settings.station_hours.end_at(station.local(start))
    planned = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.state.in_(broadcasts.OPEN_STATES),
            BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
            BroadcastRow.ends_at > start,
            BroadcastRow.starts_at < start + length,
        )
    ).all()
    others = [
        (p.starts_at, p.starts_at + dt.timedelta(milliseconds=p.sound_ms)) for p in planned if set(p.zones) & set(zones)
    ]
    return resumption(start, length, window_end, others)
