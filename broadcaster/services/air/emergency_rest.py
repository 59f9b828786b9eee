"""What becomes of a programme that an emergency interrupted: it goes on afterwards, or is dropped with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, PlayLogEntry, origins
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastKind, BroadcastState, Origin
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.emergencies import Interrupted, resumption
from broadcaster.domain.air.stops import wanted_since
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.schedule.resuming import items_of, length_of
from broadcaster.services.station import Station

RECENT = dt.timedelta(hours=1)
"""A programme that was cut longer ago is over for good."""
_MOST_RESUMPTIONS = 3


def resume(station: Station, session: Session, now: dt.datetime) -> int:
    """Plan the rest of each programme that an emergency cut, once the horns are free again."""
    sounding = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.kind == BroadcastKind.EMERGENCY,
            BroadcastRow.state.in_(OPEN_STATES),
            BroadcastRow.starts_at <= now + dt.timedelta(seconds=5),
        )
    ).all()
    busy, outputs = {zone for b in sounding for zone in b.zones}, station.outputs(session)
    ended = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
            BroadcastRow.state.in_([BroadcastState.PARTIAL, BroadcastState.MISSED]),
            BroadcastRow.finished_at > now - RECENT,
        )
    ).all()
    added = 0
    for b in ended:
        if Cause.YIELDED_TO_EMERGENCY not in b.causes:
            continue
        number = (b.attempt or 0) + 1 if b.origin is Origin.EMERGENCY_REST else 1
        root = b.origin_id if b.origin is Origin.EMERGENCY_REST else b.id
        known = select(BroadcastRow.id).where(
            BroadcastRow.origin == Origin.EMERGENCY_REST,
            BroadcastRow.origin_id == root,
            BroadcastRow.attempt == number,
        )
        if session.scalar(known.limit(1)):
            continue
        rests = _rests(session, b)
        if any(outputs.collide(busy, zones) for zones in rests.values()):
            continue  # the emergency still sounds there
        for items, zones in rests.items():
            _plan_rest(station, session, b, items, zones, now, number)
            added += 1
    return added


def _rests(session: Session, b: BroadcastRow) -> dict[tuple[int, ...], tuple[str, ...]]:
    """Which zones did not hear which items because of an emergency: item numbers -> zones."""
    lost: dict[str, list[int]] = {}
    for e in session.scalars(
        select(PlayLogEntry)
        .where(PlayLogEntry.broadcast_id == b.id, PlayLogEntry.outcome != Outcome.FULL)
        .order_by(PlayLogEntry.item_no)
    ):
        if e.because is Cause.YIELDED_TO_EMERGENCY:
            lost.setdefault(e.zone, []).append(e.item_no)
    rests: dict[tuple[int, ...], tuple[str, ...]] = {}
    for zone, items in lost.items():
        rests[tuple(items)] = (*rests.get(tuple(items), ()), zone)
    return rests


def _plan_rest(
    station: Station,
    session: Session,
    b: BroadcastRow,
    item_nos: tuple[int, ...],
    zones: tuple[str, ...],
    now: dt.datetime,
    number: int,
) -> None:
    items = items_of(b, item_nos)
    start = now + dt.timedelta(seconds=2)
    took = session.get(Emergency, b.cut_by_emergency_id) if b.cut_by_emergency_id is not None else None
    why = _why_not(station, session, took, start, length_of(items), zones, number)
    emergency_id = took.id if took else None
    since = min(wanted_since(broadcast_of(b)), b.started_at or now)  # it may have begun before its time
    made = origins.emergency_rest(b, items, zones, start, attempt=number, emergency_id=emergency_id, wanted_since=since)
    if why and why.cause:
        made.state, made.verdict, made.finished_at = BroadcastState.CANCELLED, why.text, now
        made.causes = (why.cause,)
    session.add(made)
    session.flush()


def _why_not(
    station: Station,
    session: Session,
    took: Emergency | None,
    start: dt.datetime,
    length: dt.timedelta,
    zones: Sequence[str],
    number: int,
) -> Why:
    if took is not None and took.interrupted is Interrupted.DROP:
        return Why(Cause.DROPPED_FOR_EMERGENCY, "Người xác nhận phát khẩn cấp chọn bỏ phần bị ngắt.")
    if number > _MOST_RESUMPTIONS:
        return Why(Cause.INTERRUPTED_TOO_OFTEN, f"Đã bị ngắt {_MOST_RESUMPTIONS} lần; phần còn lại bỏ.")
    window_end = station.settings.station_hours.end_at(station.local(start))
    planned = session.scalars(
        select(BroadcastRow).where(
            BroadcastRow.state.in_(OPEN_STATES),
            BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
            BroadcastRow.ends_at > start,
            BroadcastRow.starts_at < start + length,
        )
    ).all()
    outputs = station.outputs(session)
    others = [
        (p.starts_at, p.starts_at + dt.timedelta(milliseconds=p.sound_ms))
        for p in planned
        if outputs.collide(p.zones, zones)
    ]
    return resumption(start, length, window_end, others)
