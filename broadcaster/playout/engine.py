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
from typing import Any

from broadcaster.clock import Clock, SystemClock
from broadcaster.domain.broadcasts import Phase
from broadcaster.domain.desk import LEFT, PORT_FILE, Bundle, Desk, DeskAwayError, Order, Status, Verb
from broadcaster.home import Home
from broadcaster.playout.airing.airing import Airing
from broadcaster.playout.airing.claims import Claims, reserve, within
from broadcaster.playout.airing.control import Control
from broadcaster.playout.airing.machine import Crew, Leads
from broadcaster.playout.airing.register import Floor, alarm_key
from broadcaster.playout.host.alarm import Alarm, ApschedulerAlarm
from broadcaster.playout.host.clock_trust import Belief
from broadcaster.playout.host.lease import Tenure
from broadcaster.playout.host.lock import home_lock
from broadcaster.playout.host.loopback import Ear
from broadcaster.playout.host.priority import favour_process
from broadcaster.playout.record import recovery
from broadcaster.playout.record.incidents import Troubles
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.record.pinned import Shelf
from broadcaster.playout.record.replay import replay
from broadcaster.playout.sinks import Sinks, resolve_sinks
from broadcaster.playout.sinks.base import Sink, Standing
from broadcaster.playout.sound.decoded import TapeRoom
from broadcaster.playout.sound.player import CHUNK_MS
from broadcaster.playout.sound.relay import Relay
from broadcaster.playout.status import status_of
from broadcaster.settings import Settings

log = logging.getLogger(__name__)

AHEAD = dt.timedelta(hours=24)
POLL_S = 1.0
RECONCILE_S = 5.0
BEAT_S = 5.0
HOUSEKEEPING_S = 3600.0
FIRST_S = 5.0
"""So long the first beat waits for a desk that begins together with play-out."""


class Playout:
    """Unattended play-out of one station; `run` holds the home's lock, so there is exactly one.

    Args:
        desk: answers what is due, and takes what happened.
        home: play-out's own folders.
        settings: the sinks, relays and hours.
        clock: the time.
        alarm: the alarm clock; APScheduler's by default.
        sinks: the ways out; by default those of the settings.
        urgent: put this process and its players before all others; for a process of its own.
        inline: play on the calling thread over a frozen clock; for simulations.
        chunk_ms: samples are handed to the sinks in pieces of this length.
        durable: force the journal to the disk.
        proves: compare what leaves each sink with what was approved; not where time is simulated.
    """

    def __init__(
        self,
        desk: Desk,
        home: Home,
        settings: Settings,
        clock: Clock,
        *,
        alarm: Alarm | None = None,
        sinks: Mapping[str, Sink] | None = None,
        urgent: bool = False,
        inline: bool = False,
        chunk_ms: int = CHUNK_MS,
        durable: bool = True,
        proves: bool | None = None,
    ) -> None:
        self.desk = desk
        self.home = home
        self.clock = clock
        self.alarm = alarm or ApschedulerAlarm(clock)
        self.sinks = Sinks(dict(sinks), {}) if sinks is not None else resolve_sinks(settings, home, clock)
        self._inline = inline
        self.host = socket.gethostname()
        self.journal = Journal(home.playout, clock, durable=durable)
        self._wake = threading.Event()
        self._shelf = Shelf(home.playout / "bundles")
        self._tapes = TapeRoom(home.store, home.playout / "tapes")
        self._tenure = Tenure(desk, clock, settings.playout.lease_seconds, home.playout / "rival.json")
        self._beat_s = min(BEAT_S, settings.playout.lease_seconds / 4)
        self._belief = Belief(clock, self.journal.last_time())
        self._claims = Claims(desk, clock, self._shelf, self._tenure, inline=inline)
        self._troubles = Troubles(self.journal, self._wake.set)
        self._ear = Ear(home.run / PORT_FILE, self._heard)
        self._due_at: dict[str, float] = {}
        self.floor = Floor(self._shelf, self.alarm, self._changed)
        self._crew = self.floor.crew = Crew(
            clock=self.clock,
            journal=self.journal,
            tapes=self._tapes,
            sinks=self.sinks.by_name,
            hours=settings.station_hours,
            tz=settings.tz,
            host=self.host,
            confirm=self._claims.confirm,
            fault=self._troubles.sink,
            reserve=functools.partial(reserve, self.clock, self.floor.airings),
            muted=self.floor.is_muted,
            changed=self._changed,
            leads=Leads.of(clock),
            urgent=urgent,
            inline=inline,
            chunk_ms=chunk_ms,
            alarm=self._troubles.tell,
            several=self.sinks.several,
            may_begin=self._may_begin,
            talks=home.run / "talks",
            relays={
                name: Relay(source, settings.sound.loudness, settings.tz) for name, source in settings.relays.items()
            },
            proves=isinstance(clock, SystemClock) if proves is None else proves,
        )
        self._control = Control(self.floor, self.journal, self.trust_clock)

    # Life

    def run(self, stop: threading.Event) -> None:
        """Air until `stop` is set, then end in order: what sounds is faded out and logged.

        Raises:
            AirError: another play-out holds this home.
        """
        with home_lock(self.home.run / "playout.lock"):
            if self._crew.urgent:
                favour_process()
            self.open()
            threading.Thread(target=self._wake_on, args=(stop,), name="playout-stop", daemon=True).start()
            try:
                while not stop.is_set():
                    self.tick()
                    self._wake.wait(POLL_S)
            finally:
                self.close()

    def open(self) -> None:
        """Take up the work: finish what an earlier life left open, load what is pinned, start the alarm and the ear."""
        with contextlib.suppress(DeskAwayError):  # what was left open may go on only where it is this machine's turn
            self._beat() if self._inline else within(FIRST_S, self._beat)
        self.journal.doubtful = bool(self._belief.hold)
        self.journal.write("boot", {"host": self.host})
        past = recovery.look_back(self.journal.last_segment())
        self.floor.ended |= past.ended
        self._control.know(past.obeyed)
        pinned = self._shelf.load()
        self.alarm.start(self._jumped)
        if not self._inline:
            self._ear.open()
        self.sinks.start()
        for name, why in self.sinks.notes.items():
            self._troubles.sink(name, why)
        for number, one in past.unfinished.items():
            self.floor.recover(number, one, pinned.get(number))
        for number in pinned:
            if number not in self.floor.ended and not self.floor.has(number):
                self._set_alarm(pinned[number])

    def close(self) -> None:
        """End in order: fade out, log, bring the journal into the database."""
        self.alarm.stop()
        self._ear.close()
        self.floor.clear(5)
        with contextlib.suppress(DeskAwayError):
            replay(self.desk, self.journal)
        self._tenure.end(self.status())
        self.journal.close()
        self.sinks.finish()

    def _wake_on(self, stop: threading.Event) -> None:
        stop.wait()
        self._wake.set()

    def look_again(self) -> None:
        """Look at the plan in the next round, however soon that is."""
        self._due_at.pop("reconcile", None)
        self._wake.set()

    def tick(self) -> None:
        """Do one round of the clerk's work; nothing that fails here stops the next round."""
        self._wake.clear()
        self._tell_of_the_clock()
        self.journal.retry()
        self._troubles.tell("journal", self.journal.trouble and f"Đĩa không ghi được nhật ký: {self.journal.trouble}.")
        self._look_at_sinks()
        away = ""
        for name, every, step in (
            ("beat", self._beat_s, self._beat),
            ("orders", 0.0, self._obey_all),
            ("reconcile", RECONCILE_S, self.reconcile),
            ("replay", 0.0, self._replay),
            ("beat", self._beat_s, self._beat),  # again, when what was done just now changed what is to be told
            ("housekeeping", HOUSEKEEPING_S, self._housekeeping),
        ):
            now = self.clock.monotonic()
            if now < self._due_at.get(name, 0.0):
                continue
            try:
                step()
                self._due_at[name] = now + every
            except DeskAwayError as error:
                away = error.message
                break
            except Exception:
                log.exception("clerk: %s failed", name)
                self._due_at[name] = now + max(every, RECONCILE_S)
        if away and not self._troubles.now("database"):
            log.warning("desk is away: %s", away)
        self._troubles.tell("database", away)
        self._troubles.tell("lease", self._tenure.hold)

    @property
    def hold(self) -> str:
        """Why nothing may begin by itself now, in Vietnamese; empty when all is well."""
        return self._belief.hold or self._tenure.hold

    def _may_begin(self, one: Airing) -> bool:
        """Whether a broadcast may begin: what a person asked for this very minute does not wait for a believed clock.

        After a power cut in a storm the clock may be wrong, and the emergency must be heard all the same.
        """
        return not self._tenure.hold and (one.unplanned or one.broadcast.asked_for or not self._belief.hold)

    def _tell_of_the_clock(self) -> None:
        why = self._belief.hold
        self.journal.doubtful = bool(why)
        self._troubles.tell("clock", why)

    def _look_at_sinks(self) -> None:
        """Tell of what broke between broadcasts, when no player is there to notice."""
        for name, sink in self.sinks.by_name.items():
            if isinstance(sink, Standing) and name not in self.sinks.notes:
                self._troubles.sink(name, sink.trouble)

    # What is due

    def reconcile(self) -> None:
        """Pin what is due in the coming day and set its alarms; forget what was taken back.

        Raises:
            DeskAwayError: the desk is away; what is pinned still airs.
        """
        if self._tenure.hold:
            return
        held = bool(self._belief.hold)
        now = self.clock.now()
        fresh: dict[int, Bundle] = {}
        for bundle in self.desk.due(now + AHEAD, self._tenure.heir_since).bundles:
            b = bundle.broadcast
            believed = not held or (b.asked_for and abs(b.starts_at - now) <= LEFT)
            if believed and not self.floor.has(b.id) and b.id not in self.floor.ended:
                fresh[b.id] = bundle
        keys = self.alarm.keys()
        for number, bundle in fresh.items():
            if self._shelf.put(bundle) or alarm_key(number) not in keys:
                self._set_alarm(bundle)
                self._due_at.pop("beat", None)
        for number in self._shelf.numbers() if not held else ():
            if number not in fresh and not self.floor.has(number):
                self.alarm.cancel(alarm_key(number))
                self._shelf.drop(number)
                self._due_at.pop("beat", None)

    def _set_alarm(self, bundle: Bundle) -> None:
        b = bundle.broadcast
        self.alarm.set(
            alarm_key(b.id),
            b.starts_at - dt.timedelta(seconds=self._crew.leads.cue),
            functools.partial(self._rung, b.id),
        )

    def _rung(self, broadcast_id: int) -> None:
        bundle = self._shelf.get(broadcast_id)
        if bundle is not None and self._may_begin(one := Airing(self._crew, bundle)):
            self.floor.launch(one)

    def _changed(self) -> None:
        """What is on air changed: say so in the next round, and soon."""
        self._due_at.pop("beat", None)
        self._wake.set()

    # Commands

    def airings(self) -> list[Airing]:
        """Return the broadcasts on their way."""
        return self.floor.airings()

    def trust_clock(self) -> str:
        """Believe the clock as it stands; return the answer."""
        self._belief.trust()
        self._wake.set()
        return "Đã tin đồng hồ máy; máy phát làm việc trở lại."

    def _heard(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        if message.get("ask") == "levels":
            lanes = (lane for one in self.airings() if one.phase is Phase.AIR for lane in one.lanes)
            return {"levels": {lane.sink.name: round(lane.level, 1) for lane in lanes}}
        if message.get("verb") == Verb.STOP:
            number, by = int(message.get("order", 0)), str(message.get("by", ""))
            order = Order(number, Verb.STOP, message.get("arguments") or {}, by, self.clock.now())
            self._control.obey(order, dt.timedelta(0))
        self.look_again()
        return None

    def _obey_all(self) -> None:
        if self._tenure.hold:
            return
        now = self.clock.now()
        for order in self.desk.orders():
            if self._control.obey(order, now - order.at):
                self._due_at.pop("beat", None)

    # What others should know

    def _replay(self) -> None:
        if replay(self.desk, self.journal) and not self.airings():
            self.journal.turn_over()

    def _beat(self) -> None:
        if self._inline:
            return  # nobody watches a simulation, and no other machine takes its turn
        hold = self._tenure.hold
        self._tenure.renew(self.status())
        if self._tenure.hold != hold:
            self._tenure.renew(self.status())  # whoever stands by says why

    def status(self) -> Status:
        """What play-out does now."""
        return status_of(
            self.clock.now(),
            self.host,
            self.airings(),
            [b for n in self._shelf.numbers() if n not in self.floor.ended and (b := self._shelf.get(n)) is not None],
            {name: self._troubles.of_sink(name) for name in self.sinks.by_name},
            self.hold,
            self.floor.muted(),
            clock_doubted=bool(self._belief.hold),
        )

    def _jumped(self, by: float) -> None:
        self._tell_of_the_clock()
        way = "tới" if by > 0 else "lui"
        self._troubles.note("clock-step", f"Đồng hồ máy nhảy {way} {abs(by):.1f} giây.")
        self._due_at.clear()
        self._wake.set()

    def _housekeeping(self) -> None:
        keep = {i.audio_sha256 for n in self._shelf.numbers() if (b := self._shelf.get(n)) for i in b.broadcast.rundown}
        self._tapes.prune(keep)
        for name, note in self.sinks.tend() if not self._belief.hold else ():
            self._troubles.note(f"kept-{name}", note)
