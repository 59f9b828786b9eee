"""From rotations to dated occurrences, in station time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broadcaster.domain.schedule.rotations import DayKind, Rotation, Slot, ruling


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
) -> Iterator[Occurrence]:
    """Yield what `rotations` say for `days` station days from `first`, in order of time.

    A day of a kind that no rotation rules falls back to the ordinary one; but on a day of mourning without a
    rotation of its own nothing airs.
    """
    for offset in range(days):
        day = first + dt.timedelta(days=offset)
        kind = exceptions.get(day, DayKind.ORDINARY)
        rotation = ruling(rotations, day, kind)
        if rotation is None and kind is not DayKind.MOURNING:
            rotation = ruling(rotations, day, DayKind.ORDINARY)
        if rotation is None:
            continue
        slots = sorted((s for s in rotation.slots if s.on(day)), key=lambda s: (s.start, s.code))
        for slot in slots:
            local = dt.datetime.combine(day, slot.start, tzinfo=zone)
            yield Occurrence(rotation.code, slot, day, local.astimezone(dt.UTC))
