"""One zone, several sinks: each plays, fails and comes back on its own; the log holds what the zone heard.

What was heard whole through one of them was heard. Horns that must be counted apart are zones of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from broadcaster.playout.sound.events import Ended
from broadcaster.playout.sound.player import Lane


class FanIn:
    """Collects the ends of an item from all the players of a zone."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._players: dict[str, set[str]] = {}
        for lane in lanes:
            for zone in lane.zones:
                self._players.setdefault(zone, set()).add(lane.sink.name)
        self._ends: dict[tuple[int, str], dict[str, Ended]] = {}

    def take(self, lane: Lane, event: Ended) -> list[tuple[str, Ended]]:
        """Take an end; return the zones where nothing more can come of that item, with the best that was heard."""
        done = []
        for zone in lane.zones:
            ends = self._ends.setdefault((event.item_no, zone), {})
            ends[lane.sink.name] = event
            if len(ends) == len(self._players[zone]):
                done.append((zone, _best(ends.values())))
                del self._ends[event.item_no, zone]
        return done

    def rest(self) -> list[tuple[str, Ended]]:
        """What is left when every player has ended, though some never came to an item."""
        left = [(zone, _best(ends.values())) for (_, zone), ends in sorted(self._ends.items())]
        self._ends.clear()
        return left


def together(heard: Iterable[tuple[str, Ended]]) -> list[tuple[Ended, list[str]]]:
    """Each end with all the zones that it stands for."""
    found: dict[int, tuple[Ended, list[str]]] = {}
    for zone, event in heard:
        found.setdefault(id(event), (event, []))[1].append(zone)
    return list(found.values())


def _best(ends: Iterable[Ended]) -> Ended:
    return max(ends, key=lambda e: (e.outlet.heard, e.whole, e.heard))
