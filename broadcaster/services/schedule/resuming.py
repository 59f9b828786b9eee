"""The way back from DỪNG PHÁT: the rest of a broadcast that was stopped, aired as one of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, PlayLogEntry, origins
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import LEAD, BroadcastKind, BroadcastState, RundownItem
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.once import require_free
from broadcaster.services.station import Station

WITHIN = dt.timedelta(hours=2)
"""What was stopped longer ago is no longer news."""


def items_of(row: BroadcastRow, numbers: Collection[int]) -> list[RundownItem]:
    """The items of these numbers, numbered anew from 1; an item is read again from its beginning."""
    kept = [i for i in row.rundown if i.no in numbers]
    return [replace(item, no=no) for no, item in enumerate(kept, 1)]


def length_of(items: Sequence[RundownItem]) -> dt.timedelta:
    """How long the items sound."""
    return dt.timedelta(milliseconds=sum(i.duration_ms for i in items))


def rest_of(session: Session, row: BroadcastRow) -> tuple[list[RundownItem], tuple[str, ...]]:
    """The items that some zone did not hear in full, numbered anew, and those zones.

    The item that was cut is read again from its beginning: half a notice is no notice.
    """
    lines = session.scalars(select(PlayLogEntry).where(PlayLogEntry.broadcast_id == row.id)).all()
    corrected = {line.corrects for line in lines if line.corrects}
    short = [line for line in lines if line.outcome is not Outcome.FULL and line.id not in corrected]
    numbers = {line.item_no for line in short}
    zones = tuple(z for z in row.zones if any(line.zone == z for line in short))
    return items_of(row, numbers), zones


def may_resume(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether a broadcast was stopped before its end, not long ago."""
    ended = row.finished_at or row.ends_at
    return row.state is BroadcastState.PARTIAL and row.kind is not BroadcastKind.TRIAL and now - ended < WITHIN


def resume(station: Station, actor: Actor, broadcast_id: int) -> int:
    """Plan the rest of a stopped broadcast a few seconds from now, in the zones that missed it; return its number.

    Raises:
        ForbiddenError: the actor may not operate.
        NotFoundError: there is no such broadcast.
        RuleError: nothing is left of it, it ended too long ago, the hour is not allowed, or the zones are taken.
    """
    actor.require(Permission.OPERATE)
    with station.db.write() as session:
        row = one_of(session, BroadcastRow, broadcast_id)
        items, zones = rest_of(session, row)
        zones = tuple(z for z in zones if z in zone_map(session).expand(["all"], where="zones"))
        _require_rest(row, items, zones, station.now())
        starts_at = (station.now() + LEAD).replace(microsecond=0)
        length = length_of(items)
        local = station.local(starts_at).replace(tzinfo=None)
        station.settings.station_hours.require(local, length, field="start")
        require_free(station, session, zones, starts_at, starts_at + length)
        rest = origins.stopped_rest(row, items, zones, starts_at)
        session.add(rest)
        session.flush()
        Trail(session, station.now(), actor).record(
            "resume", "broadcast", rest.id, note=f"Phần còn lại của số {row.id}"
        )
        return rest.id


def _require_rest(row: BroadcastRow, items: Sequence[RundownItem], zones: Sequence[str], now: dt.datetime) -> None:
    if not may_resume(row, now):
        raise RuleError(
            "Chỉ phát tiếp được buổi vừa dừng giữa chừng trong hai giờ qua. Hãy xếp một buổi mới.", field="broadcast"
        )
    if not items or not zones:
        raise RuleError("Buổi này không còn phần nào chưa phát.", field="broadcast")
