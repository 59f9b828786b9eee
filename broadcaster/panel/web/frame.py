"""What every page shows around its own matter: the on-air state and how many scripts wait, read once a second.

Nothing in it belongs to one person: who may see what is asked of each request, by the views and the templates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from broadcaster.db.queries import air
from broadcaster.db.queries.scripts import many
from broadcaster.services.air import ear
from broadcaster.services.air.fitness import Ailment, Fitness, Organ, fitness
from broadcaster.services.station import Station

FIT_S = 10.0
"""How long what was found of the station's fitness counts (s)."""
KEPT = dt.timedelta(seconds=1)
"""How long what another process did (play-out, worker) may go unseen; the bar of a page asks every two seconds."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The state of the station at one moment, the same for everybody."""

    present: air.Present
    waiting: int
    """Scripts that wait for the leader."""
    returned: Mapping[str, int]
    """How many scripts were returned to each author."""
    fitness: Fitness
    """Whether what is due would be heard, as of the last seconds."""

    @property
    def ailment(self) -> Ailment | None:
        """The gravest thing that will keep horns silent and that the on-air state does not say itself."""
        if not self.present.alive:
            return None
        return next((a for a in self.fitness.ailments if a.organ.unsaid or a.organ is Organ.OUTPUT), None)


class Frame:
    """The facts of one process, read anew when they are a second old or when this process wrote anything.

    So whoever presses a button sees its effect in the next answer. Two requests that find them old both read: no
    request waits for another's database.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._kept: tuple[int, dt.datetime, Facts] | None = None
        self._fit: tuple[float, Fitness] | None = None

    def facts(self, *, fresh: bool = False) -> Facts:
        """The facts; `fresh` reads them now, for what is decided by them rather than shown."""
        db = self._station.db
        writes, now = db.writes, self._station.now()  # before reading: a write meanwhile makes what was read old
        kept = self._kept
        # A clock that was set back makes them old too.
        if not fresh and kept and kept[0] == writes and dt.timedelta() <= now - kept[1] < KEPT:
            return kept[2]
        with db.read() as session:
            word = ear.word(self._station.home)
            present = air.present(session, now, self._station.settings.several, word=word)
            found = Facts(present, *many.hand_counts(session), self._fitness())
        self._kept = (writes, now, found)
        return found

    def _fitness(self) -> Fitness:
        steady = self._station.clock.monotonic()
        if self._fit is None or steady - self._fit[0] > FIT_S:
            self._fit = steady, fitness(self._station)
        return self._fit[1]
