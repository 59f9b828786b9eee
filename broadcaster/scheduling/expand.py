"""From rotations to dated occurrences, in station time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broadcaster.domain.schedule.rotations import DayKind, Rotation, Slot, in_use


class Place(NamedTuple):
    """One slot of a rotation at one moment: by this, planning finds what it wrote before."""

    rotation: str | None
    slot: str | None
    starts_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One slot on one day; moments are aware UTC."""

    rotation: str
    slot: Slot
    day: dt.date
    starts_at: dt.datetime

    @property
    def place(self) -> Place:
        """What tells it from every other one."""
        return Place(self.rotation, self.slot.code, self.starts_at)

    @property
    def ends_at(self) -> dt.datetime:
        """The latest end."""
        return self.starts_at + self.slot.max_length


def expand(
    rotations: Sequence[Rotation],
    first: dt.date,
    days: int,
    exceptions: Mapping[dt.date, DayKind],
    zone: ZoneInfo,
    left_out: Mapping[dt.date, Collection[str]] | None = None,
) -> Iterator[Occurrence]:
    """Yield what `rotations` say for `days` station days from `first`, in order of time, but for slots `left_out`."""
    for offset in range(days):
        day = first + dt.timedelta(days=offset)
        rotation, joining = in_use(rotations, day, exceptions.get(day, DayKind.ORDINARY))
        out = (left_out or {}).get(day, ())
        ruling = joining if rotation is None else [rotation, *joining]
        slots = [(s, r.code) for r in ruling for s in r.slots if s.on(day) and s.code not in out]
        for slot, code in sorted(slots, key=lambda found: (found[0].start, found[0].code, found[1])):
            local = dt.datetime.combine(day, slot.start, tzinfo=zone)
            yield Occurrence(code, slot, day, local.astimezone(dt.UTC))
