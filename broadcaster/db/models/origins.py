"""How a broadcast comes into being: one constructor for each origin, and the one writer of `slot_key`.

The key only has to be unique together with the start; nobody reads it. What a broadcast came from stands in `origin`,
`origin_id`, `rotation_code`, `slot_code` and `attempt`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from broadcaster.db.models.schedule import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin, Overrun, RundownItem
from broadcaster.domain.air.lateness import LatePolicy

_REST_ROOM = dt.timedelta(seconds=30)
"""A broadcast that is as long as its sound may end so much later."""
_GRACE_S = 120


def slot_key(origin: Origin, *parts: object) -> str:
    """A name that no other broadcast of this start has: what it came from, and `parts` that tell it apart.

    What is named by nothing that tells it apart gets a random part.
    """
    known = [str(p) for p in parts] or [uuid.uuid4().hex[:16]]
    return "/".join([origin.value, *known])[:140]


def of_rotation(rotation_code: str, slot_code: str) -> dict[str, Any]:
    """The columns that make a planned row one of the rotation: for planning, which writes many rows at once."""
    return {
        "slot_key": slot_key(Origin.ROTATION, rotation_code, slot_code),
        "origin": Origin.ROTATION,
        "rotation_code": rotation_code,
        "slot_code": slot_code,
        "by_hand": False,
        "confirmed_by": "",
    }


def once(
    title: str, zones: Sequence[str], items: Sequence[RundownItem], starts_at: dt.datetime, *, tone: bool = False
) -> BroadcastRow:
    """One broadcast of its own, as long as its sound; a `tone` that tries a horn is no session."""
    return _single(Origin.TONE if tone else Origin.ONCE, BroadcastKind.ONCE, title, zones, items, starts_at)


def trial(title: str, zones: Sequence[str], items: Sequence[RundownItem], starts_at: dt.datetime) -> BroadcastRow:
    """A broadcast that is heard on the air-check alone."""
    return _single(Origin.TRIAL, BroadcastKind.TRIAL, title, zones, items, starts_at)


def empty(title: str, zones: Sequence[str], starts_at: dt.datetime, length: dt.timedelta) -> BroadcastRow:
    """A broadcast of its own that a person will fill, cut where its time is over."""
    made = _single(Origin.ONCE, BroadcastKind.ONCE, title, zones, (), starts_at)
    made.ends_at, made.overrun, made.by_hand = starts_at + length, Overrun.CUT, True
    return made


def moved(row: BroadcastRow, starts_at: dt.datetime) -> BroadcastRow:
    """A broadcast of the rotation at another time."""
    return _twin(Origin.MOVED, row, row.zones, starts_at)


def copied(row: BroadcastRow, zones: Sequence[str], starts_at: dt.datetime) -> BroadcastRow:
    """The same rundown once more at another time."""
    return _twin(Origin.COPIED, row, zones, starts_at)


def stopped_rest(
    row: BroadcastRow, items: Sequence[RundownItem], zones: Sequence[str], starts_at: dt.datetime
) -> BroadcastRow:
    """What was not heard of `row` when a person stopped it, in the `zones` that missed it."""
    made = _single(
        Origin.STOPPED_REST, BroadcastKind.ONCE, f"{row.title} (phần còn lại)"[:300], zones, items, starts_at
    )
    made.origin_id = row.id
    return made


def emergency_rest(
    row: BroadcastRow,
    items: Sequence[RundownItem],
    zones: Sequence[str],
    starts_at: dt.datetime,
    *,
    attempt: int,
    emergency_id: int | None,
    wanted_since: dt.datetime,
) -> BroadcastRow:
    """What was not heard of `row` because an emergency had the horns; its origin is the one that was cut first.

    It goes on with what has wanted the horns since `wanted_since`, and is held back by what held that back.
    """
    title = f"{row.title} (phần bị ngắt)"[:300]
    made = _single(Origin.EMERGENCY_REST, BroadcastKind.ONCE, title, zones, items, starts_at)
    made.origin_id = row.origin_id if row.origin is Origin.EMERGENCY_REST else row.id
    made.attempt, made.emergency_id, made.grace_s = attempt, emergency_id, 60
    made.ordered_at = wanted_since
    return made


def emergency(
    emergency_id: int,
    confirmed_by: str,
    title: str,
    zones: Sequence[str],
    items: Sequence[RundownItem],
    starts_at: dt.datetime,
    grace: dt.timedelta,
    *,
    attempt: int,
    ordered_at: dt.datetime,
) -> BroadcastRow:
    """One sounding of an emergency; `attempt` 0 is the first, its words may come as a second row of that number."""
    made = _single(Origin.EMERGENCY, BroadcastKind.EMERGENCY, title[:300], zones, items, starts_at)
    made.origin_id = made.emergency_id = emergency_id
    made.ends_at = made.ends_at - _REST_ROOM + grace
    made.attempt, made.confirmed_by, made.grace_s = attempt, confirmed_by, int(grace.total_seconds())
    made.ordered_at = ordered_at
    return made


def talk(
    title: str, zones: Sequence[str], item: RundownItem, now: dt.datetime, *, urgent: bool, speaker: str
) -> BroadcastRow:
    """A person at the microphone, from now on."""
    kind = BroadcastKind.EMERGENCY if urgent else BroadcastKind.ONCE
    made = _single(Origin.TALK, kind, title, zones, [item], now)
    made.grace_s, made.confirmed_by, made.ordered_at = 30, speaker, now
    return made


def _single(
    origin: Origin,
    kind: BroadcastKind,
    title: str,
    zones: Sequence[str],
    items: Sequence[RundownItem],
    starts_at: dt.datetime,
) -> BroadcastRow:
    """A planned row that airs as soon after its time as it can, whole."""
    sound_ms = sum(i.duration_ms for i in items)
    return BroadcastRow(
        slot_key=slot_key(origin),
        origin=origin,
        kind=kind,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(milliseconds=sound_ms) + _REST_ROOM,
        zones=list(zones),
        rundown=tuple(items),
        reasons=(),
        sound_ms=sound_ms,
        late=LatePolicy.AIR,
        grace_s=_GRACE_S,
        overrun=Overrun.FINISH,
        state=BroadcastState.PLANNED,
    )


def _twin(origin: Origin, row: BroadcastRow, zones: Sequence[str], starts_at: dt.datetime) -> BroadcastRow:
    """The same again at another time, changed by a person and so left alone by planning."""
    same: dict[str, Any] = {
        name: getattr(row, name) for name in ("title", "rundown", "reasons", "sound_ms", "late", "grace_s", "overrun")
    }
    return BroadcastRow(
        slot_key=slot_key(origin),
        origin=origin,
        origin_id=row.id,
        kind=BroadcastKind.ONCE,
        starts_at=starts_at,
        ends_at=starts_at + (row.ends_at - row.starts_at),
        zones=list(zones),
        state=BroadcastState.PLANNED,
        by_hand=True,
        **same,
    )
