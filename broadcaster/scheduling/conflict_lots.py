"""Conflicts put together for people: what is wrong in the same way day after day is told once, the gravest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.scheduling.conflict import Conflict


@dataclass(frozen=True, slots=True)
class Lot:
    """One thing that is wrong, perhaps several times."""

    first: Conflict
    others: tuple[Conflict, ...] = ()
    """The same later on, in order of time."""

    @property
    def marks(self) -> tuple[str, ...]:
        """Of all that it tells."""
        return tuple(mark for c in (self.first, *self.others) for mark in c.marks)


def lots(found: Iterable[Conflict]) -> list[Lot]:
    """Conflicts that come in order of time put together by what they are about."""
    gathered: dict[tuple[object, ...], list[Conflict]] = {}
    for number, c in enumerate(found):
        alike = (c.kind, c.remedy, c.about, c.answer) if c.about else (number,)
        gathered.setdefault(alike, []).append(c)
    made = [Lot(first, tuple(others)) for first, *others in gathered.values()]
    return sorted(made, key=lambda lot: not lot.first.kind.grave)
