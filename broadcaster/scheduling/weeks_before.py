"""What the last weeks had on the air and the coming ones lack: a regular session that went, by whatever door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from broadcaster.scheduling.air_difference import AirSession

BACK, AHEAD = 28, 35
"""So many days are compared; a month more than four weeks, for what falls on days of the month."""
REGULAR = 2
"""What aired so often in the weeks before is regular."""


def gone(past: Sequence[AirSession], ahead: Iterable[AirSession]) -> list[AirSession]:
    """The last airing of each regular session of `past` that none `ahead` stands for, with the zones that lack it.

    It is stood for by its own slot, by the same session of another rotation, or by whatever airs at its hour.
    """
    coming = list(ahead)
    by_slot: dict[tuple[str, str], list[AirSession]] = {}
    for session in past:
        by_slot.setdefault((session.rotation, session.slot), []).append(session)
    found = []
    for (rotation, slot), sessions in by_slot.items():
        if len(sessions) < REGULAR:
            continue
        last = max(sessions, key=lambda s: s.at)
        heard = frozenset(z for s in sessions for z in s.zones)
        for now in coming:
            own = (now.rotation, now.slot) == (rotation, slot)
            if own or now.same_programme(last) or now.at.time() == last.at.time():
                heard -= now.zones
        if heard:
            found.append(replace(last, zones=heard))
    return sorted(found, key=lambda s: (s.at, s.rotation, s.slot))
