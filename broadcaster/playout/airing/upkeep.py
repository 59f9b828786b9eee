"""What play-out looks after beside the broadcasts: outputs, threads, the clock, the marks of its record, its disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from broadcaster import threads
from broadcaster.domain.air.desk import Desk
from broadcaster.errors import RuleError
from broadcaster.playout.airing.contract import AiringState
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.record import signing
from broadcaster.playout.sinks.base import BackgroundSink
from broadcaster.settings import Settings


class Upkeep:
    """Looks after the machine, and tells of what it finds as incidents.

    Args:
        machine: what play-out works with.
        desk: knows the ends of the chains that are signed.
        folder: play-out's own disk.
        settings: the station's name and time.
        airings: the broadcasts on their way, as they are now.
    """

    def __init__(
        self,
        machine: Machine,
        desk: Desk,
        folder: Path,
        settings: Settings,
        airings: Callable[[], Sequence[AiringState]],
    ) -> None:
        self._machine = machine
        self._desk = desk
        self._folder = folder
        self._settings = settings
        self._airings = airings
        self.troubles: dict[str, str] = {}
        """What is wrong with each thread."""

    def tell_of_the_clock(self) -> None:
        """Tell whether the clock is believed."""
        why = self._machine.trust.hold
        self._machine.journal.doubtful = bool(why)
        self._machine.incidents.tell("clock", why)

    def look_at_sinks(self) -> None:
        """Tell of what broke between broadcasts, when no player is there to notice."""
        sinks = self._machine.sinks
        for name, sink in sinks.by_name.items():
            if isinstance(sink, BackgroundSink) and name not in sinks.notes:
                self._machine.incidents.sink(name, sink.trouble)

    def look_at_threads(self) -> None:
        """Begin anew what died, and tell of it; a simulation has no threads."""
        troubles = {} if self._machine.inline else threads.troubles()
        if troubles != self.troubles:
            self.troubles = troubles
            self._machine.agenda.again("beat")
        self._machine.incidents.tell("threads", " ".join(troubles.values()))

    def look_for_horns(self) -> None:
        """See whether a card is back, or gone, and what broke is mended meanwhile."""
        sinks, incidents = self._machine.sinks, self._machine.incidents
        sinks.look()
        busy = {lane.sink.name for one in self._airings() for lane in one.lanes if not lane.over}
        for name, sink in sinks.by_name.items():
            if isinstance(sink, BackgroundSink) or name in busy:
                continue  # it says itself how it is, or its player does
            if name in sinks.replaceable:
                incidents.sink(name, sinks.notes.get(name, ""))
            else:
                incidents.sink(name, sinks.examine(name)[0])

    def jumped(self, by: float) -> None:
        """Tell that the clock was turned, and look at everything again."""
        self.tell_of_the_clock()
        way = "tới" if by > 0 else "lui"
        self._machine.incidents.note("clock-step", f"Đồng hồ máy nhảy {way} {abs(by):.1f} giây.")
        self._machine.agenda.all_soon()

    def sign(self) -> None:
        """Sign the record once a day, and at the first start after days off, while nothing is on its way to the air.

        Nobody signs a simulation.
        """
        machine, folder, settings = self._machine, self._folder, self._settings
        if machine.inline or machine.trust.hold or machine.lease.hold or self._airings():
            return
        now = self._machine.clock.now()
        try:
            if signing.due(folder, now, settings.tz):
                mark = signing.sign(folder, self._desk.ends(), at=now, station=settings.station.name)
                if mark.begins:
                    machine.incidents.note("new-key", f"Đài ký dấu bằng khóa mới từ dấu số {mark.number}. {mark.why}")
            why = ""
        except (RuleError, OSError) as error:
            why = error.message if isinstance(error, RuleError) else str(error.strerror)
        machine.incidents.tell("marks", why and f"Chưa ký được dấu của nhật ký: {why}")

    def tidy(self) -> None:
        """Throw away what nothing needs any more."""
        machine = self._machine
        bundles = (machine.pinned.get(n) for n in machine.pinned.numbers())
        machine.decoded.prune({i.audio_sha256 for b in bundles if b is not None for i in b.broadcast.rundown})
        for name, note in machine.sinks.tend() if not machine.trust.hold else ():
            machine.incidents.note(f"kept-{name}", note)
