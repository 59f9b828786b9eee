"""Play-out: airs what its desk says, at its time, by itself, and never loses what happened.

Threads: the clerk (the caller of `run`: orders, plans, journal to the desk, sign of life), the alarm, the ear on
loopback, one for each broadcast from T-30 s to its verdict, and one player for each sink while it sounds. Only the
clerk and the claim at T-30 s ask the desk, so that one that hangs holds up no sound.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import logging
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from broadcaster.clock import Clock, SystemClock
from broadcaster.domain.air.broadcasts import Phase
from broadcaster.domain.air.desk import (
    PORT_FILE,
    AirHours,
    Answer,
    Desk,
    DeskAwayError,
    Order,
    Status,
    Verb,
)
from broadcaster.domain.setup.zones import least_audible
from broadcaster.home import Home
from broadcaster.playout.airing.claims import Claims, within
from broadcaster.playout.airing.coming import Coming
from broadcaster.playout.airing.contract import AiringState
from broadcaster.playout.airing.control import Control
from broadcaster.playout.airing.machine import LeadTimes, Machine
from broadcaster.playout.airing.register import Register
from broadcaster.playout.airing.upkeep import Upkeep
from broadcaster.playout.host.agenda import Agenda
from broadcaster.playout.host.alarm_clock import Alarm, ApschedulerAlarm
from broadcaster.playout.host.clock_trust import ClockTrust
from broadcaster.playout.host.lease import Lease
from broadcaster.playout.host.lock import home_lock
from broadcaster.playout.host.loopback import Loopback
from broadcaster.playout.host.priority import favour_process
from broadcaster.playout.record import recovery
from broadcaster.playout.record.incidents import Incidents
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.record.mutes import KeptMutes
from broadcaster.playout.record.pinned import PinnedPlan
from broadcaster.playout.record.replay import replay
from broadcaster.playout.record.stopped import StopBook
from broadcaster.playout.sinks import Sinks, resolve_sinks
from broadcaster.playout.sinks.base import Sink
from broadcaster.playout.sound.ahead import Ahead
from broadcaster.playout.sound.decoded import DecodedCache
from broadcaster.playout.sound.player import CHUNK_MS
from broadcaster.playout.sound.relay import Relay
from broadcaster.playout.status import status_of
from broadcaster.reserve import Reserve, scarce
from broadcaster.settings import Settings
from broadcaster.threads import WatchedThread, survived

log = logging.getLogger(__name__)

POLL_S = 1.0
RECONCILE_S = 5.0
BEAT_S = 5.0
HORNS_S = 10.0
HOUSEKEEPING_S = 3600.0
SIGN_S = 300.0
FIRST_S = 5.0
"""So long the first beat waits for a desk that begins together with play-out."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How play-out plays: as a station's own process does, or within another one or a simulation."""

    urgent: bool = False
    """Put this process and its players before all others; for a process of its own."""
    inline: bool = False
    """Play on the calling thread over a frozen clock; for simulations."""
    chunk_ms: int = CHUNK_MS
    """Samples are handed to the sinks in pieces of this length."""
    durable: bool = True
    """Force the journal to the disk."""
    proves: bool | None = None
    """Compare what leaves each sink with what was approved; None: unless the time is simulated."""


class Playout:
    """Unattended play-out of one station; `run` holds the home's lock, so there is exactly one.

    Args:
        desk: answers what is due, and takes what happened.
        home: play-out's own folders.
        settings: the sinks, relays and hours.
        clock: the time.
        alarm: the alarm clock; APScheduler's by default.
        sinks: the ways out; by default those of the settings.
        relays: the programmes that may be relayed; by default those of the settings.
        manner: how it plays; by default as a station does.
    """

    def __init__(
        self,
        desk: Desk,
        home: Home,
        settings: Settings,
        clock: Clock,
        *,
        alarm: Alarm | None = None,
        sinks: Sinks | Mapping[str, Sink] | None = None,
        relays: Mapping[str, Relay] | None = None,
        manner: Manner = Manner(),
    ) -> None:
        self.desk = desk
        self._home = home
        self._settings = settings
        self.clock = clock
        self.alarm = alarm or ApschedulerAlarm(clock)
        self._lock_file = home.run / "playout.lock"
        self._beat_s = min(BEAT_S, settings.playout.lease_seconds / 4)
        folder = home.playout
        journal = Journal(folder, clock, durable=manner.durable)
        pinned = PinnedPlan(folder / "bundles", AirHours(settings.station_hours, settings.tz))
        lease = Lease(desk, clock, settings.playout.lease_seconds, folder / "rival.json")
        agenda = Agenda(clock)
        if relays is None:
            loudness, tz = settings.sound.loudness, settings.tz
            relays = {name: Relay(source, loudness, tz) for name, source in settings.relays.items()}
        if sinks is None:
            sinks = resolve_sinks(settings, home, clock)
        self.machine = Machine(
            clock=clock,
            host=socket.gethostname(),
            journal=journal,
            pinned=pinned,
            mutes=KeptMutes(folder / "mutes.json", clock),
            stops=StopBook(folder / "stops.json"),
            claims=Claims(desk, clock, pinned, lease, inline=manner.inline),
            lease=lease,
            trust=ClockTrust(clock, journal.last_time()),
            incidents=Incidents(journal, lambda: agenda.soon("beat")),
            agenda=agenda,
            decoded=DecodedCache(home.store, folder / "tapes"),
            sinks=sinks if isinstance(sinks, Sinks) else Sinks(dict(sinks), {}),
            relays=relays,
            talks=home.run / "talks",
            least_audible=least_audible(settings.sound.loudness),
            lead_times=LeadTimes.of(clock),
            chunk_ms=manner.chunk_ms,
            proves=isinstance(clock, SystemClock) if manner.proves is None else manner.proves,
            urgent=manner.urgent,
            inline=manner.inline,
        )
        self.register = Register(self.machine, self.alarm)
        self._control = Control(self.machine, self.register, self.trust_clock)
        self._loopback = Loopback(home.run / PORT_FILE, self._heard)
        self._reserve: Reserve | None = None
        self._told: set[tuple[int, str]] = set()
        """What sounded by the last sign of life."""
        self._ahead = Ahead(self.machine.decoded, lambda: not scarce(folder))
        self.coming = Coming(self.machine, self.register, desk, self.alarm, self._ahead)
        self._upkeep = Upkeep(self.machine, desk, folder, settings, self.airings)

    # Life

    def run(self, stop: threading.Event, reserve: Reserve | None = None) -> None:
        """Air until `stop` is set, then end in order: what sounds is faded out and logged.

        `reserve` is looked after meanwhile: room on the disk to give up when that is full.

        Raises:
            AirError: another play-out holds this home.
        """
        machine, self._reserve = self.machine, reserve
        with home_lock(self._lock_file):
            if machine.urgent:
                favour_process()
            self._make_room()  # before anything is written: the disk may be full
            self.open()
            WatchedThread(functools.partial(self._wake_on, stop), "playout-stop").start()
            try:
                while not stop.is_set():
                    with survived("playout-clerk"):
                        self.tick()
                    machine.agenda.wait(POLL_S)
            finally:
                self.close()

    def open(self) -> None:
        """Take up the work: finish what an earlier life left open, load what is pinned, start the alarm and the ear."""
        machine = self.machine
        with contextlib.suppress(DeskAwayError):  # what was left open may go on only where it is this machine's turn
            self._beat() if machine.inline else within(FIRST_S, self._beat)
        journal = machine.journal
        journal.doubtful = bool(machine.trust.hold)
        journal.write("boot", {"host": machine.host})
        past = recovery.look_back(journal.last_segment())
        self._control.know(past.obeyed)
        machine.stops.learn(past.stops)
        pinned = machine.pinned.load()
        self.alarm.start(self._upkeep.jumped)
        if not machine.inline:
            self._loopback.open()
        machine.sinks.start()
        for name, why in machine.sinks.notes.items():
            machine.incidents.sink(name, why)
        with contextlib.suppress(DeskAwayError):  # what was stopped meanwhile does not go on
            self._obey_stops() if machine.inline else within(FIRST_S, self._obey_stops)
        self.register.recover(past, pinned)
        for number, bundle in pinned.items():
            if not self.register.knows(number):
                self.coming.set_alarm(bundle)

    def close(self) -> None:
        """End in order: fade out, log, bring the journal to the desk."""
        machine = self.machine
        self.alarm.stop()
        self._ahead.close()
        self._loopback.close()
        self.register.clear(5)
        with contextlib.suppress(DeskAwayError):
            replay(self.desk, machine.journal)
        machine.lease.end(self.status())
        machine.journal.close()
        machine.sinks.finish()

    def _make_room(self) -> None:
        if self._reserve is not None:
            self.machine.incidents.tell("disk", self._reserve.tend())

    def _wake_on(self, stop: threading.Event) -> None:
        stop.wait()
        self.machine.agenda.soon()

    def look_again(self) -> None:
        """Look at the plan in the next round, however soon that is."""
        self.machine.agenda.soon("reconcile")

    def tick(self) -> None:
        """Do one round of the clerk's work; nothing that fails here stops the next round."""
        machine, agenda = self.machine, self.machine.agenda
        agenda.begin()
        self._upkeep.tell_of_the_clock()
        self._make_room()
        machine.journal.retry()
        trouble = machine.journal.trouble
        machine.incidents.tell("journal", trouble and f"Đĩa không ghi được nhật ký: {trouble}.")
        machine.incidents.tell("address", self._loopback.announce())
        self._upkeep.look_at_sinks()
        self._upkeep.look_at_threads()
        if self._sounding() != self._told:
            agenda.again("beat")
        away = ""
        for name, every, step in (
            ("beat", self._beat_s, self._beat),
            ("orders", 0.0, self._obey_all),
            ("horns", HORNS_S, self._upkeep.look_for_horns),
            ("reconcile", RECONCILE_S, self.coming.reconcile),
            ("replay", 0.0, self._replay),
            ("beat", self._beat_s, self._beat),  # again, when what was done just now changed what is to be told
            ("housekeeping", HOUSEKEEPING_S, self._upkeep.tidy),
            ("sign", SIGN_S, self._upkeep.sign),
        ):
            if not agenda.is_due(name):
                continue
            try:
                step()
                agenda.done(name, every)
            except DeskAwayError as error:
                away = error.message
                break
            except Exception:
                log.exception("clerk: %s failed", name)
                agenda.done(name, max(every, RECONCILE_S))
        if away and not machine.incidents.now("database"):
            log.warning("desk is away: %s", away)
        machine.incidents.tell("database", away)
        machine.incidents.tell("lease", machine.lease.hold)

    # Orders

    def trust_clock(self) -> str:
        """Believe the clock as it stands; return the answer."""
        self.machine.trust.trust()
        self.machine.agenda.soon()
        return "Đã tin đồng hồ máy; máy phát làm việc trở lại."

    def _heard(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        if message.get("ask") == "levels":
            lanes = (lane for one in self.airings() if one.phase is Phase.AIR for lane in one.lanes)
            return {"levels": {lane.sink.name: round(lane.level, 1) for lane in lanes}}
        if message.get("ask") == "alive":
            return {"round_s": self.machine.agenda.age}
        if message.get("ask") == "status":
            return dict(self.status())
        if (alone := message.get("alone")) is not None:
            return self._control.sound_alone(alone).as_json()
        if message.get("verb") == Verb.STOP:
            number, by = int(message.get("order", 0)), str(message.get("by", ""))
            at = dt.datetime.fromisoformat(str(message.get("at") or self.clock.now().isoformat()))
            order = Order(number, Verb.STOP, message.get("arguments") or {}, by, at)
            answer = self.obey(order)
            self.machine.agenda.soon("reconcile", "beat")
            return None if answer is None else answer.as_json()
        self.look_again()
        return None

    def obey(self, order: Order) -> Answer | None:
        """Carry out an order that was given this very moment; None when that was done before."""
        return self._control.obey(order, dt.timedelta(0))

    def _obey_stops(self) -> None:
        self._obey_all(frozenset({Verb.STOP}))

    def _obey_all(self, verbs: frozenset[Verb] = frozenset(Verb)) -> None:
        if self.machine.lease.hold:
            return
        now = self.clock.now()
        for order in self.desk.orders():
            if order.verb in verbs and self._control.obey(order, now - order.at) is not None:
                self.machine.agenda.again("beat")

    # What others should know

    def airings(self) -> list[AiringState]:
        """The broadcasts on their way, as they are now."""
        return [one.state for one in self.register.horns.on_their_way()]

    def _replay(self) -> None:
        if replay(self.desk, self.machine.journal) and not self.airings():
            self.machine.journal.turn_over()

    def _sounding(self) -> set[tuple[int, str]]:
        """What sounds through which sink."""
        on_air = (one for one in self.airings() if one.phase is Phase.AIR)
        return {(one.broadcast.id, lane.sink.name) for one in on_air for lane in one.lanes if lane.sounds}

    def _beat(self) -> None:
        if self.machine.inline:
            return  # nobody watches a simulation, and no other machine takes its turn
        self._told = self._sounding()
        lease = self.machine.lease
        hold = lease.hold
        lease.renew(self.status())
        if lease.hold != hold:
            lease.renew(self.status())  # whoever stands by says why

    def status(self) -> Status:
        """What play-out does now."""
        machine = self.machine
        numbers = [n for n in machine.pinned.numbers() if not self.register.has_ended(n)]
        return status_of(
            self.clock.now(),
            machine.host,
            self.airings(),
            [b for n in numbers if (b := machine.pinned.get(n)) is not None],
            {name: machine.incidents.of_sink(name) for name in machine.sinks.by_name},
            machine.hold,
            sorted(machine.mutes.now()),
            clock_doubted=bool(machine.trust.hold),
            outlets={name: machine.sinks.outlet(name) for name in machine.sinks.by_name},
            threads=self._upkeep.troubles,
        )
