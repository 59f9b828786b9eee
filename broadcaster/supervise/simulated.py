"""A station over a frozen clock: a year of broadcasting in seconds, through the same engine, journal and log.

Everything is real but time and air: rows are claimed, hashes and approvals checked, samples handed to the sinks,
entries written through the journal into the chained log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Self

from broadcaster.clock import FrozenClock
from broadcaster.playout.engine import Manner, Playout
from broadcaster.playout.host.alarm_clock import SimulatedAlarm
from broadcaster.playout.sinks.base import Sink
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.desk import beside
from broadcaster.services.schedule.item_faults import Refusal
from broadcaster.services.scripts import approving
from broadcaster.services.station import Station

EVERY = dt.timedelta(hours=12)
"""From one of the clerk's rounds (commands, plan, journal into the database) to the next; a real one takes a second."""
WHOLE_ITEM_MS = 3_600_000


class Simulation:
    """Runs play-out of `station`, whose clock must be a `FrozenClock`; by default every sink swallows its sound.

    Args:
        station: the open station.
        sinks: the ways out.
        refusal: as for `Playout`.
        each_day: called with the station's date before each day's first round (planning, reports).
        each_round: called after each round with the simulated moment (a picture for a person, a real pause).
        every: simulated time from one of the clerk's rounds to the next; at most a day.
        chunk_ms: samples are handed to the sinks in pieces of this length; what is ordered meanwhile acts between two.
    """

    def __init__(
        self,
        station: Station,
        *,
        sinks: Mapping[str, Sink] | None = None,
        refusal: Refusal = approving.refusal,
        each_day: Callable[[dt.date], None] = lambda _day: None,
        each_round: Callable[[dt.datetime], None] = lambda _now: None,
        every: dt.timedelta = EVERY,
        chunk_ms: int = WHOLE_ITEM_MS,
    ) -> None:
        if not isinstance(station.clock, FrozenClock):
            raise TypeError("a simulation needs a station over a FrozenClock")
        self._station = station
        self._clock = station.clock
        self._alarm = SimulatedAlarm(station.clock)
        self._each_day = each_day
        self._each_round = each_round
        self._every = every
        self._day: dt.date | None = None
        names = {*station.settings.playout.sinks, "aircheck"}
        self.playout = Playout(
            *beside(station, refusal=refusal),
            alarm=self._alarm,
            sinks=sinks if sinks is not None else {name: SimulatedHorn(name) for name in names},
            manner=Manner(inline=True, chunk_ms=chunk_ms, durable=False),
        )

    def __enter__(self) -> Self:
        self.playout.open()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.playout.close()

    def run_until(self, end: dt.datetime) -> None:
        """Live on until `end` (aware); broadcasts that started before it are played to their end."""
        while self._clock.now() < end:
            self._round()
            self._alarm.run_until(min(end, self._clock.now() + self._every))
        self._round()

    def power_cut(self) -> None:
        """Die as a machine without power does: nothing is said goodbye to. Make a new `Simulation` to live again."""
        self._alarm.stop()
        self.playout.machine.journal.close()

    def _round(self) -> None:
        today = self._station.local(self._clock.now()).date()
        if today != self._day:
            self._day = today
            self._each_day(today)
            self.playout.look_again()
        self.playout.tick()
        self._each_round(self._clock.now())
