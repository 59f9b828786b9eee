"""The watch: looks at the station, keeps the book of alerts, and has people told.

It runs in the worker, from before that has its database. While the worker is dead or hangs, the supervisor starts one
that stands in (`loa alerts watch`): the beat of the worker's is a file whose time changes, which needs neither rows nor
room on the disk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import queue
import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from broadcaster.alerting import places
from broadcaster.alerting.sender import SendError
from broadcaster.alerting.sending import send
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.alerts.book import AlertBook, AlertMessage, Recipient
from broadcaster.domain.alerts.quiet import QuietHours
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import judge
from broadcaster.domain.alerts.troubles import Damper, Seen, Trouble, TroubleKind
from broadcaster.domain.alerts.words import body_of, title_of
from broadcaster.errors import StationError
from broadcaster.logs import EventLog
from broadcaster.services.air import leases
from broadcaster.services.alerts import letter
from broadcaster.services.alerts.facts import FactFinder
from broadcaster.services.alerts.outbox import Outbox
from broadcaster.services.desk import owner_of
from broadcaster.services.station import Station
from broadcaster.settings import Settings
from broadcaster.threads import WatchedThread, survived

log = EventLog(__name__)
LOOK_S: Final = 3.0
SEND_S: Final = 20.0
"""A sender that takes longer is given up, for another may be quicker."""
AT_ONCE: Final = 2
"""Messages on their way at one time: each is a process."""
FORGET_S: Final = 6 * 3600.0

_BLIND_TO: Final = Trouble(
    TroubleKind.PART,
    "watch",
    Rank.URGENT,
    "Phần canh đài bị lỗi nên đài có thể hỏng mà không ai hay. Hãy xem loa doctor, rồi khởi động lại đài.",
)
_BLIND: Final = Seen({_BLIND_TO.key: _BLIND_TO}, frozenset())
"""What is seen when looking itself fails: nothing else is begun or over."""

Send = Callable[[str, str, str], None]
"""Hands a title and a body to a sender of the settings, by its name; raises a `StationError` when it is not taken."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one message."""

    message: AlertMessage
    via: str
    """The sender that took it; empty: none did."""
    errors: tuple[tuple[str, str], ...]
    """Those that did not, each with its reason."""
    after_s: float


def recipients(settings: Settings) -> list[Recipient]:
    """The people of the settings who are told; the places of a way beside one another are people of their own."""
    alerts = settings.alerts
    many = {name: places.count(sender.options) for name, sender in alerts.senders.items()}
    return [
        Recipient(
            places.named(name[:60], number),
            tuple(places.named(way, number) for way in one.senders if number < many.get(way, 1)),
            Rank(one.least),
            QuietHours.parse(alerts.quiet if one.quiet is None else one.quiet),
            one.decides,
        )
        for name, one in alerts.people.items()
        for number in range(max(many.get(way, 1) for way in one.senders))
    ]


def news(station: Station, trouble: Trouble) -> None:
    """Put into the outbox what has no end: everybody gets it once."""
    Outbox(station).change(lambda book: book.begin(trouble, uuid.uuid4().hex, station.now(), ended=True))


class Watch:
    """Looks, writes down and sends, round by round.

    Args:
        station: the open station; its database may be away.
        send_by: hands a message over; by default in a process of its own.
        find: gathers what is known and judges it.
    """

    def __init__(
        self, station: Station, *, send_by: Send | None = None, find: Callable[[], Seen] | None = None
    ) -> None:
        self._station = station
        self._send = send_by or functools.partial(_send, station)
        finder = FactFinder(station)
        self._find = find or (lambda: judge(finder.look()))
        self._outbox = Outbox(station)
        self._damper = Damper()
        self._ended: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._busy: set[str] = set()
        """People to whom a message is on its way."""
        self._failing: set[str] = set()
        """Senders that failed the last time: others go first."""
        self._chance = random.SystemRandom()
        self._forget_at = 0.0

    def round(self) -> None:
        """Look once, and set on its way what is due."""
        station = self._station
        self._take_outcomes()
        if _another_watches(station):
            return
        seen = _BLIND
        with survived("alerts-look"):
            seen = self._find()
        now, people = station.now(), recipients(station.settings)
        letter.write(station, self._outbox)
        told = {key: alert.kind for key, alert in self._outbox.change(AlertBook.open).items()}
        begun, over = self._damper.step(station.clock.monotonic(), seen, told)
        uids = {trouble.key: uuid.uuid4().hex for trouble in begun}

        def keep(book: AlertBook) -> list[AlertMessage]:
            book.tidy(people, now)
            for key in over:
                book.end(key, now)
            for trouble in begun:
                book.begin(trouble, uids[trouble.key], now)
            book.grow(seen.troubles)
            book.address(people, now)
            return book.due(people, now, station.local(now).time())

        for message in self._outbox.change(keep):
            if message.person not in self._busy and len(self._busy) < AT_ONCE:
                self._set_out(message)
        if station.clock.monotonic() >= self._forget_at:
            self._outbox.forget()
            self._forget_at = station.clock.monotonic() + FORGET_S

    def _set_out(self, message: AlertMessage) -> None:
        if not self._outbox.change(lambda book: book.claim(message, self._station.now())):
            return
        person = next(p for p in recipients(self._station.settings) if p.name == message.person)
        order = sorted(person.senders, key=lambda name: name in self._failing)
        self._busy.add(message.person)
        WatchedThread(functools.partial(self._deliver, message, order), "alert-sender", once=True).start()

    def _deliver(self, message: AlertMessage, senders: list[str]) -> None:
        """Try one sender after the other, in a thread; what became of it goes back to the watch."""
        station, errors, after, via = self._station, [], 0.0, ""
        title, body = title_of(message, station.settings.station.name), body_of(message, station.settings.tz)
        try:
            for name in senders:
                try:
                    self._send(name, title, body)
                except StationError as error:
                    errors.append((name, error.message))
                    after = max(after, (isinstance(error, SendError) and error.after_s) or 0.0)
                else:
                    via = name
                    break
        finally:
            self._ended.put(_Outcome(message, via, tuple(errors), after))

    def _take_outcomes(self) -> None:
        while not self._ended.empty():
            one, now = self._ended.get(), self._station.now()
            self._busy.discard(one.message.person)
            self._failing |= {name for name, _ in one.errors}
            self._failing.discard(one.via)
            for name, error in one.errors:
                self._outbox.note_sender(name, error)
            if one.via:
                self._outbox.note_sender(one.via, "")
                log.info("people told", person=one.message.person, via=one.via, alerts=len(one.message.alerts))
            else:
                log.warning("people not told", person=one.message.person, errors=[error for _, error in one.errors])
            self._outbox.change(functools.partial(_keep_outcome, one, now, self._chance.random()))

    def settle(self, seconds: float) -> None:
        """Wait until what is on its way has arrived or failed, and write that down."""
        clock = self._station.clock
        until = clock.monotonic() + seconds
        while self._busy and clock.monotonic() < until:
            self._take_outcomes()
            if self._busy:
                clock.sleep_until(clock.monotonic() + 0.05)


def run(station: Station, stop: threading.Event, *, standing_in: bool = False) -> None:
    """Watch until `stop` is set; a worker's watch shows each round that it lives, one that stands in shows nothing."""
    watch, beat = Watch(station), station.home.alerts_beat
    while not stop.is_set():
        with survived("alerts"):
            watch.round()
        if not standing_in:
            with contextlib.suppress(OSError):
                beat.touch(mode=0o600)
                os.utime(beat)
        stop.wait(LOOK_S)
    watch.settle(SEND_S)


def _keep_outcome(one: _Outcome, now: dt.datetime, chance: float, book: AlertBook) -> None:
    if one.via:
        book.sent(one.message, now, one.via[:64])
    else:
        why = " ".join(error for _, error in one.errors) or "Cách báo tin bị lỗi."
        book.failed(one.message, now, why, chance=chance, after_s=one.after_s)


def _send(station: Station, name: str, title: str, body: str) -> None:
    senders = station.settings.alerts.senders
    way, number = places.parted(name, senders)
    sender = senders.get(way)
    if sender is None:
        raise StationError(f"Cài đặt không có cách báo tin “{way}”.")
    send(name, sender.kind, places.at(sender.options, number), title, body, seconds=SEND_S)


def _another_watches(station: Station) -> bool:
    """Whether another machine plays, where several share one station: it tells people then."""
    if station.db.is_sqlite:
        return False
    with contextlib.suppress(DatabaseUnavailableError):
        return leases.held_by_another(station, owner_of(station.home))
    return False
