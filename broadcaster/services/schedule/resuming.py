"""The way back from DỪNG PHÁT: the rest of a broadcast that a person stopped, aired as one of its own, once.

What is left is what no entry of a zone tells as heard in full, in the broadcast or a rest of it, whoever planned that.
A rest keeps the numbers that its items had, so that it can be told which of them were made good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, PlayLogEntry, origins
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import (
    LEAD,
    OPEN_STATES,
    SESSION_KINDS,
    BroadcastState,
    Origin,
    RundownItem,
)
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.shown import SHOWN
from broadcaster.domain.air.shown import deciding as of_broadcast
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.item_faults import item_faults
from broadcaster.services.schedule.room import Room
from broadcaster.services.scripts import approving
from broadcaster.services.station import Station

WITHIN = dt.timedelta(hours=2)
"""What was stopped longer ago is no longer news."""
_RESTS = frozenset({Origin.STOPPED_REST, Origin.EMERGENCY_REST})
_NEVER = frozenset({Origin.EMERGENCY, Origin.TRIAL, Origin.TONE, Origin.TALK})
"""What has no rest: an emergency goes on under Khẩn cấp alone, a person at the microphone speaks anew."""
_SEAM = dt.timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Rest:
    """Items that the same zones did not hear."""

    items: tuple[RundownItem, ...]
    """As in the broadcast, read again from their beginning: half a notice is no notice."""
    zones: tuple[str, ...]


def items_of(row: BroadcastRow, numbers: Collection[int]) -> list[RundownItem]:
    """The items of these numbers, which they keep."""
    return [i for i in row.rundown if i.no in numbers]


def length_of(items: Iterable[RundownItem]) -> dt.timedelta:
    """How long the items sound."""
    return dt.timedelta(milliseconds=sum(i.duration_ms for i in items))


def rests_of(session: Session, row: BroadcastRow) -> list[Rest]:
    """What a zone did not hear in full yet, nor will by a rest that is planned: zones that lack the same together.

    The row may be a broadcast or a rest of one.
    """
    root = _root(session, row)
    family = [root, *_rests(session, root)]
    lines = session.scalars(select(PlayLogEntry).where(PlayLogEntry.broadcast_id.in_([b.id for b in family]))).all()
    corrected = {line.corrects for line in lines if line.corrects}
    done = {(e.item_no, e.zone) for e in lines if e.outcome is Outcome.FULL and e.id not in corrected}
    for rest in family[1:]:
        if rest.state in OPEN_STATES:
            done |= {(i.no, z) for i in rest.rundown for z in rest.zones}
    lacking: dict[tuple[int, ...], list[str]] = {}
    for zone in root.zones:
        if numbers := tuple(i.no for i in root.rundown if (i.no, zone) not in done):
            lacking.setdefault(numbers, []).append(zone)
    return [Rest(tuple(items_of(root, numbers)), tuple(zones)) for numbers, zones in lacking.items()]


def may_resume(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether a person stopped this programme, not long ago: no emergency, no talk, nothing that ended by itself."""
    ended = row.finished_at or row.ends_at
    stopped = row.state in {BroadcastState.PARTIAL, BroadcastState.MISSED} and Cause.PERSON_STOPPED in row.causes
    left_out = row.state is BroadcastState.PARTIAL and Cause.LEFT_OUT in row.causes  # while it was on air
    programme = row.kind in SESSION_KINDS and row.origin not in _NEVER
    return programme and (stopped or left_out) and now - ended < WITHIN


def resumable(session: Session, rows: Iterable[BroadcastRow], now: dt.datetime) -> set[int]:
    """The numbers of those of `rows` of which something is left that may go on."""
    return {row.id for row in rows if may_resume(row, now) and rests_of(session, row)}


def deciding(row: BroadcastRow, rests: Sequence[Rest]) -> dict[str, Any]:
    """All that a person is shown before the rest of a broadcast goes on."""
    return of_broadcast(broadcast_of(row), rests=[([i.no for i in rest.items], rest.zones) for rest in rests])


def resume(station: Station, actor: Actor, broadcast_id: int, *, seal: str | None = None) -> int:
    """Plan the rest of a stopped broadcast a few seconds from now, in the zones that missed it; return its number.

    Zones that missed other items hear theirs one after the other. What may not air any more is left out. `seal` is
    that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor may not operate.
        NotFoundError: there is no such broadcast.
        NotAsShownError: what is left of it is no longer what was shown.
        RuleError: no person stopped it, nothing is left of it, it ended too long ago, the hour is not allowed, or the
            zones are taken.
    """
    actor.require(Permission.OPERATE)
    with station.db.write() as session:
        row = one_of(session, BroadcastRow, broadcast_id)
        if not may_resume(row, station.now()):
            raise RuleError(
                "Chỉ phát tiếp được buổi mà người vận hành vừa dừng trong hai giờ qua; phát khẩn cấp thì làm ở trang "
                "Khẩn cấp. Hãy xếp một buổi mới.",
                field="broadcast",
            )
        require_shown(deciding(row, rests_of(session, row)), seal, SHOWN)
        rests = _airable(station, session, row)
        starts_at = (station.now() + LEAD).replace(microsecond=0)
        whole = sum((length_of(r.items) + _SEAM for r in rests), dt.timedelta()) - _SEAM
        local = station.local(starts_at).replace(tzinfo=None)
        station.settings.station_hours.require(local, whole, field="start")
        room = Room.read(station, session, starts_at)
        for zones in {rest.zones for rest in rests}:
            room.require_free(zones, starts_at, starts_at + whole)
        numbers = []
        for rest in rests:
            numbers.append(_plan(station, session, actor, row, rest, starts_at))
            starts_at += length_of(rest.items) + _SEAM
        return numbers[0]


def _airable(station: Station, session: Session, row: BroadcastRow) -> list[Rest]:
    """The rests in zones that are in use, without what was withdrawn meanwhile."""
    in_use = set(zone_map(session).expand(["all"], where="zones"))
    found = rests_of(session, row)
    faults = item_faults(session, broadcast_of(_root(session, row)), station.today(), approving.refusal)
    rests = [
        Rest(items, zones)
        for rest in found
        if (items := tuple(i for i in rest.items if i.no not in faults))
        and (zones := tuple(z for z in rest.zones if z in in_use))
    ]
    if not rests:
        why = next((f" {why.text}" for why in faults.values()), "") if found else ""
        raise RuleError(f"Buổi này không còn phần nào phát tiếp được.{why}", field="broadcast")
    return rests


def _plan(
    station: Station, session: Session, actor: Actor, row: BroadcastRow, rest: Rest, starts_at: dt.datetime
) -> int:
    made = origins.stopped_rest(_root(session, row), rest.items, rest.zones, starts_at)
    made.ordered_at = station.now()
    session.add(made)
    session.flush()
    note = f"Phần còn lại của số {row.id}"
    Trail(session, station.now(), actor).record("resume", "broadcast", made.id, note=note)
    return made.id


def _root(session: Session, row: BroadcastRow) -> BroadcastRow:
    """The broadcast that this is a rest of, or itself."""
    while row.origin in _RESTS and row.origin_id is not None:
        origin = session.get(BroadcastRow, row.origin_id)
        if origin is None:
            break
        row = origin
    return row


def _rests(session: Session, root: BroadcastRow) -> Sequence[BroadcastRow]:
    """All rests of a broadcast that were planned, and rests of those."""
    found: dict[int, BroadcastRow] = {}
    ids = [root.id]
    while ids:
        query = select(BroadcastRow).where(BroadcastRow.origin.in_(_RESTS), BroadcastRow.origin_id.in_(ids))
        fresh = {r.id: r for r in session.scalars(query) if r.id not in found}
        found |= fresh
        ids = list(fresh)
    return list(found.values())
