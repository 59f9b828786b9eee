"""One zone, several sinks: each plays, fails and comes back on its own; the log holds what the zone heard.

What was heard whole through one of them was heard. Horns that must be counted apart are zones of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from broadcaster.playout.sound.events import Ended
from broadcaster.playout.sound.player import Lane


@dataclass(frozen=True, slots=True)
class Over:
    """An item that is over in a zone: the best that was heard of it, and the outputs that let something of it out."""

    zone: str
    best: Ended
    through: frozenset[str]


class FanIn:
    """Collects the ends of an item from all the players of a zone."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._players: dict[str, set[str]] = {}
        for lane in lanes:
            for zone in lane.zones:
                self._players.setdefault(zone, set()).add(lane.sink.name)
        self._ends: dict[tuple[int, str], dict[str, Ended]] = {}

    def take(self, lane: Lane, event: Ended) -> list[Over]:
        """Take an end; return the zones where nothing more can come of that item."""
        done = []
        for zone in lane.zones:
            ends = self._ends.setdefault((event.item_no, zone), {})
            ends[lane.sink.name] = event
            if len(ends) == len(self._players[zone]):
                done.append(_over(zone, ends))
                del self._ends[event.item_no, zone]
        return done

    def rest(self) -> list[Over]:
        """What is left when every player has ended, though some never came to an item."""
        left = [_over(zone, ends) for (_, zone), ends in sorted(self._ends.items())]
        self._ends.clear()
        return left


def together(heard: Iterable[Over]) -> list[tuple[Ended, list[str], frozenset[str]]]:
    """Each end with all the zones that it stands for, and the outputs that let something of it out there."""
    found: dict[tuple[int, frozenset[str]], tuple[Ended, list[str], frozenset[str]]] = {}
    for one in heard:
        found.setdefault((id(one.best), one.through), (one.best, [], one.through))[1].append(one.zone)
    return list(found.values())


def _over(zone: str, ends: Mapping[str, Ended]) -> Over:
    best = max(ends.values(), key=lambda e: (e.outlet.heard, e.whole, e.heard))
    through = frozenset(name for name, e in ends.items() if e.heard and e.outlet.heard and not e.silent)
    return Over(zone, best, through)
