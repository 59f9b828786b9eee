"""What of a broadcast was not heard, as the items of a broadcast of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.broadcasts import RundownItem


def items_of(row: BroadcastRow, numbers: Collection[int]) -> list[RundownItem]:
    """The items of these numbers, numbered anew from 1; an item is read again from its beginning."""
    kept = [i for i in row.rundown if i.no in numbers]
    return [replace(item, no=no) for no, item in enumerate(kept, 1)]


def length_of(items: Sequence[RundownItem]) -> dt.timedelta:
    """How long the items sound."""
    return dt.timedelta(milliseconds=sum(i.duration_ms for i in items))
