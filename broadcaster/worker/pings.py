"""The dead man's ping: while horns would be heard, somebody far away is told so each minute; silence tells the rest.

It goes out of the worker: a worker that is dead sends none, and of everything else it asks `fitness`, as all do. Each
one is sent by a thread of its own, so that an address that hangs holds up nothing; no word in it is about a person.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select

from broadcaster import __version__
from broadcaster.alerting.posting import post
from broadcaster.db.models import BroadcastRow
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.errors import StationError
from broadcaster.logs import EventLog
from broadcaster.secret import KeyedAddress
from broadcaster.services.air.fitness import Ailment, fitness
from broadcaster.services.station import Station
from broadcaster.threads import WatchedThread, survived

log = EventLog(__name__)
EVERY_S: Final = 60.0
SETTLE_S: Final = 30.0
"""After the first sign so long is waited until all processes have begun."""
LOOK_S: Final = 5.0
"""How often it is looked whether a broadcast has ended."""
_WHO: Final = "Người canh từ xa"
_ON_THEIR_WAY: Final = 3
"""More pings than these do not hang at once: what comes then is left out."""
_LOST: Final = frozenset(
    {BroadcastState.MISSED, BroadcastState.REFUSED, BroadcastState.UNHEARD, BroadcastState.UNKNOWN}
)
_WANTED: Final = frozenset(
    {Cause.PERSON_STOPPED, Cause.HELD_BACK, Cause.LEFT_OUT, Cause.MOVED, Cause.MUTED, Cause.RESTORED}
)
"""A person wanted that it was not heard."""


class Signal(StrEnum):
    """What a ping says by its address."""

    START = "/start"
    WELL = ""
    FAIL = "/fail"


@dataclass(frozen=True, slots=True)
class Ping:
    """One ping."""

    signal: Signal
    body: str

    def address(self, base: KeyedAddress) -> KeyedAddress:
        """Where it goes."""
        place = urlsplit(base.reveal())
        return KeyedAddress(place._replace(path=place.path.rstrip("/") + self.signal).geturl())


def ping_of(ailments: Sequence[Ailment]) -> Ping:
    """The ping of a station with these ailments: their short codes and a few words each, and no title of anything."""
    told = dict.fromkeys(f"{a.organ.code} {a.organ.wrong}" for a in ailments)
    return Ping(Signal.FAIL if told else Signal.WELL, "\n".join([f"loa-xa {__version__}", *(told or ["tốt"])]))


def ping_after(states: Sequence[tuple[BroadcastState, Sequence[Cause]]]) -> Ping | None:
    """The ping after broadcasts of which one was lost that nobody had stopped; None when none was."""
    lost = [state.label for state, causes in states if state in _LOST and not _WANTED & set(causes)]
    return Ping(Signal.FAIL, "\n".join([f"loa-xa {__version__}", *lost])) if lost else None


class Pinger:
    """Sends the pings of one station while its settings name an address."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._due = 0.0
        self._ended = station.now()
        """Broadcasts that ended by then were told of."""
        self._began = False
        self._out: list[WatchedThread] = []
        self.trouble = ""
        """Why the last ping was not taken, in Vietnamese."""

    def run(self, stop: threading.Event) -> None:
        """Ping until `stop` is set."""
        while not stop.is_set():
            with survived("ping"):
                self.look()
            stop.wait(LOOK_S)

    def look(self) -> None:
        """Send what is due."""
        station, address = self._station, self._station.settings.watch.ping
        if not address:
            self._began, self.trouble = False, ""
            return
        if not self._began:
            self._began, self._due, self._ended = True, station.clock.monotonic() + SETTLE_S, station.now()
            self._send(address, Ping(Signal.START, f"loa-xa {__version__}"))
        if ended := self._lately_ended():
            self._due = station.clock.monotonic()
            if (lost := ping_after(ended)) is not None:
                self._send(address, lost)
                self._due += EVERY_S
        if station.clock.monotonic() >= self._due:
            self._due = station.clock.monotonic() + EVERY_S
            self._send(address, ping_of(fitness(station).ailments))

    def _lately_ended(self) -> Sequence[tuple[BroadcastState, Sequence[Cause]]]:
        now = self._station.now()
        found = (
            select(BroadcastRow.state, BroadcastRow.causes)
            .where(BroadcastRow.starts_at > now - dt.timedelta(days=1), BroadcastRow.kind != BroadcastKind.TRIAL)
            .where(BroadcastRow.finished_at > self._ended, BroadcastRow.finished_at <= now)
        )
        try:
            with self._station.db.read() as session:
                ended = [(state, causes) for state, causes in session.execute(found) if state.terminal]
        except DatabaseUnavailableError:
            return []  # the ping of the minute tells of it, and this is asked again
        self._ended = now
        return ended

    def _send(self, address: KeyedAddress, ping: Ping) -> None:
        self._out = [one for one in self._out if one.is_alive()]
        if len(self._out) >= _ON_THEIR_WAY:
            log.warning("a ping is left out: others hang")
            return
        self._out.append(WatchedThread(lambda: self._go(ping.address(address), ping.body), "ping-out", once=True))
        self._out[-1].start()

    def _go(self, address: KeyedAddress, body: str) -> None:
        try:
            post(address, body.encode(), {"Content-Type": "text/plain; charset=utf-8"}, who=_WHO).require_taken(_WHO)
            self.trouble = ""
        except StationError as error:
            self.trouble = error.message
            log.warning("ping not taken", error=error.message)
