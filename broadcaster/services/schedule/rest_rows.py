"""The row of a rest: what of a broadcast was not heard, aired as a broadcast of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.broadcasts import BroadcastKind, BroadcastState, Overrun, RundownItem
from broadcaster.domain.lateness import LatePolicy

_ROOM = dt.timedelta(seconds=30)
"""A rest may end so much later than its sound alone would."""


def items_of(row: BroadcastRow, numbers: Collection[int]) -> list[RundownItem]:
    """Return the items of these numbers, numbered anew from 1; an item is read again from its beginning."""
    kept = [i for i in row.rundown if i["no"] in numbers]
    return [RundownItem.from_json({**item, "no": no}) for no, item in enumerate(kept, 1)]


def length_of(items: Sequence[RundownItem]) -> dt.timedelta:
    """Return how long the items sound."""
    return dt.timedelta(milliseconds=sum(i.duration_ms for i in items))


def rest_row(
    row: BroadcastRow,
    items: Sequence[RundownItem],
    zones: Sequence[str],
    starts_at: dt.datetime,
    *,
    slot_key: str,
    called: str,
    grace_s: int,
) -> BroadcastRow:
    """Return the planned row, not yet in any session, that airs `items` of `row` in `zones` from `starts_at` on.

    Args:
        row: the broadcast that was cut short.
        items: see `items_of`.
        zones: those that did not hear them.
        starts_at: aware.
        slot_key: its key, unique for this moment.
        called: what is added to the title, in brackets.
        grace_s: how late it may begin (s).
    """
    length = length_of(items)
    return BroadcastRow(
        slot_key=slot_key,
        kind=BroadcastKind.ONCE,
        title=f"{row.title} ({called})"[:300],
        starts_at=starts_at,
        ends_at=starts_at + length + _ROOM,
        zones=list(zones),
        rundown=[i.as_json() for i in items],
        reasons=[],
        sound_ms=length // dt.timedelta(milliseconds=1),
        late=LatePolicy.AIR.value,
        grace_s=grace_s,
        overrun=Overrun.FINISH.value,
        state=BroadcastState.PLANNED,
    )
