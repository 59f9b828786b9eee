"""Play-out: airs what the rows say, at its time, by itself, and never loses what happened.

Threads: the clerk (the caller of `run`: commands, plans, journal into the database, heartbeat), the alarm, the ear on
loopback, one for each broadcast from T-30 s to its verdict, and one player for each sink while it sounds. Only the
clerk and the claim at T-30 s touch the database, so that a database that hangs holds up no sound.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import logging
import socket
import threading
from collections.abc import Mapping
from typing import Any

from broadcaster.clock import SystemClock
from broadcaster.domain.broadcasts import BroadcastState, Phase
from broadcaster.domain.desk import LEFT, PORT_FILE, PROCESS, Bundle, Verb, zones_of
from broadcaster.errors import StationError
from broadcaster.playout.airing.airing import Airing
from broadcaster.playout.airing.claims import Claims, reserve
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
from broadcaster.services.air import broadcasts, emergency_soundings, heartbeats
from broadcaster.services.scripts import approving
from broadcaster.services.station import Station

log = logging.getLogger(__name__)

AHEAD = dt.timedelta(hours=24)
POLL_S = 1.0
RECONCILE_S = 5.0
BEAT_S = 5.0
LEASE_S = 5.0
HOUSEKEEPING_S = 3600.0
RECHECK_S = 600.0


class Playout:
    """Unattended play-out of one station; `run` holds the home's lock, so there is exactly one.

    Args:
        station: the open station.
        alarm: the alarm clock; APScheduler's by default.
        sinks: the ways out; by default those of the settings.
        refusal: why a script may not air, asked when a broadcast is pinned and again at T-30 s.
        urgent: put this process and its players before all others; for a process of its own.
        inline: play on the calling thread over a frozen clock; for simulations.
        chunk_ms: samples are handed to the sinks in pieces of this length.
        durable: force the journal to the disk.
        proves: compare what leaves each sink with what was approved; not where time is simulated.
    """

    def __init__(
        self,
        station: Station,
        *,
        alarm: Alarm | None = None,
        sinks: Mapping[str, Sink] | None = None,
        refusal: broadcasts.Refusal = approving.refusal,
        urgent: bool = False,
        inline: bool = False,
        chunk_ms: int = CHUNK_MS,
        durable: bool = True,
        proves: bool | None = None,
    ) -> None:
        self.station = station
        self.clock = station.clock
        self.alarm = alarm or ApschedulerAlarm(station.clock)
        self.sinks = (
            Sinks(dict(sinks), {})
            if sinks is not None
            else resolve_sinks(station.settings, station.home, station.clock)
        )
        self._refusal = refusal
        self._inline = inline
        self.host = socket.gethostname()
        place = hashlib.sha256(str(station.home.root).encode()).hexdigest()[:8]
        self.owner = f"{self.host[:100]}:{place}"
        self.journal = Journal(station.home.playout, station.clock, durable=durable)
        self._wake = threading.Event()
        self._shelf = Shelf(station.home.playout / "bundles")
        self._tapes = TapeRoom(station.home.store, station.home.playout / "tapes")
        self._tenure = Tenure(
            station, self.owner, station.settings.playout.lease_seconds, station.home.playout / "rival.json"
        )
        self._belief = Belief(station.clock, self.journal.last_time())
        self._claims = Claims(station, self._shelf, self.owner, refusal, inline=inline)
        self._troubles = Troubles(self.journal, self._wake.set)
        self._ear = Ear(station.home.run / PORT_FILE, self._heard)
        self._checked: dict[int, float] = {}
        self._due_at: dict[str, float] = {}
        self.floor = Floor(station, self._shelf, self.alarm, self._changed)
        self._crew = self.floor.crew = Crew(
            clock=self.clock,
            journal=self.journal,
            tapes=self._tapes,
            sinks=self.sinks.by_name,
            hours=station.settings.station_hours,
            tz=station.settings.tz,
            host=self.host,
            confirm=self._claims.confirm,
            fault=self._troubles.sink,
            reserve=functools.partial(reserve, self.clock, self.floor.airings),
            muted=self.floor.is_muted,
            changed=self._changed,
            leads=Leads.of(station.clock),
            urgent=urgent,
            inline=inline,
            chunk_ms=chunk_ms,
            alarm=self._troubles.tell,
            several=self.sinks.several,
            may_begin=self._may_begin,
            talks=station.home.run / "talks",
            relays={
                name: Relay(source, station.settings.sound.loudness, station.settings.tz)
                for name, source in station.settings.relays.items()
            },
            proves=isinstance(station.clock, SystemClock) if proves is None else proves,
        )
        self._control = Control(self.floor, self.trust_clock)

    @classmethod
    def of(cls, station: Station) -> Playout:
        """Return the play-out of a real station: its own sinks, APScheduler's alarm."""
        return cls(station, urgent=True)

    # Life

    def run(self, stop: threading.Event) -> None:
        """Air until `stop` is set, then end in order: what sounds is faded out and logged.

        Raises:
            AirError: another play-out holds this home.
        """
        with home_lock(self.station.home.run / "playout.lock"):
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
        with contextlib.suppress(StationError):
            self._renew()  # what was left open may go on only where it is this machine's turn
        self.journal.doubtful = bool(self._belief.hold)
        self.journal.write("boot", {"host": self.host})
        past = recovery.look_back(self.journal.last_segment())
        self.floor.ended |= past.ended
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
        with contextlib.suppress(StationError):
            replay(self.station, self.journal, self.owner)
        self._tenure.end()
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
            ("lease", min(LEASE_S, self.station.settings.playout.lease_seconds / 4), self._renew),
            ("orders", 0.0, self._obey_all),
            ("reconcile", RECONCILE_S, self.reconcile),
            ("replay", 0.0, self._replay),
            ("beat", 0.0 if self._inline else BEAT_S, self._beat),
            ("housekeeping", HOUSEKEEPING_S, self._housekeeping),
        ):
            now = self.clock.monotonic()
            if now < self._due_at.get(name, 0.0):
                continue
            try:
                step()
                self._due_at[name] = now + every
            except StationError as error:
                away = error.message
                break
            except Exception:
                log.exception("clerk: %s failed", name)
                self._due_at[name] = now + max(every, RECONCILE_S)
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

    def _renew(self) -> None:
        self._tenure.renew()
        self._claims.heir_since = self._tenure.heir_since

    def _look_at_sinks(self) -> None:
        """Tell of what broke between broadcasts, when no player is there to notice."""
        for name, sink in self.sinks.by_name.items():
            if isinstance(sink, Standing) and name not in self.sinks.notes:
                self._troubles.sink(name, sink.trouble)

    # What is due

    def reconcile(self) -> None:
        """Pin what is due in the coming day and set its alarms; forget what was taken back.

        Raises:
            StationError: the database is away; what is pinned still airs.
        """
        if self._tenure.hold:
            return
        held = bool(self._belief.hold)
        now = self.clock.now()
        steady = self.clock.monotonic()
        emergency_soundings.tend(self.station)
        with self.station.db.read() as session:
            rows = broadcasts.due(session, now + AHEAD)
            if held:
                rows = [r for r in rows if r.broadcast.asked_for and abs(r.broadcast.starts_at - now) <= LEFT]
            zones = broadcasts.zones(session)
            fresh: dict[int, Bundle] = {}
            for row in rows:
                b = row.broadcast
                others = row.owner not in {None, self.owner} and now < b.ends_at + LEFT
                heir = self._tenure.heir_since
                others = others and not (heir and row.state is BroadcastState.CUED and b.starts_at > heir)
                if self.floor.has(b.id) or b.id in self.floor.ended or others:
                    continue
                old = self._shelf.get(b.id)
                faults = old.faults if old is not None and old.broadcast == b else None
                if faults is None or steady >= self._checked.get(b.id, 0.0):
                    self._checked[b.id] = steady + RECHECK_S
                    day = self.station.local(b.starts_at).date()
                    faults = broadcasts.item_faults(session, b, day, self._refusal)
                fresh[b.id] = Bundle(b, zones_of(zones, b.zones), faults)
        keys = self.alarm.keys()
        for number, bundle in fresh.items():
            if self._shelf.put(bundle) or alarm_key(number) not in keys:
                self._set_alarm(bundle)
        for number in self._shelf.numbers() if not held else ():
            if number not in fresh and not self.floor.has(number):
                self.alarm.cancel(alarm_key(number))
                self._shelf.drop(number)
                self._checked.pop(number, None)

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
            arguments = message.get("arguments") or {}
            self._control.obey(
                int(message.get("order", 0)), Verb.STOP, arguments, str(message.get("by", "")), dt.timedelta(0)
            )
        self.look_again()
        return None

    def _obey_all(self) -> None:
        while not self._tenure.hold:
            with self.station.db.read() as session:
                orders = broadcasts.orders(session)
            if not orders:
                return
            now = self.clock.now()
            said = {o.id: self._control.obey(o.id, o.verb, o.arguments, o.by, now - o.at) for o in orders}
            answers = {number: text for number, text in said.items() if text is not None}
            with self.station.db.write() as session:
                for number, text in answers.items():
                    broadcasts.answer(session, number, text, now)
            for number in answers:
                self._control.forget(number)
            self._due_at.pop("beat", None)
            if not answers:
                return

    # What others should know

    def _replay(self) -> None:
        if replay(self.station, self.journal, self.owner) and not self.airings():
            self.journal.turn_over()

    def _beat(self) -> None:
        if self._inline:
            return
        process = f"{PROCESS}-standby" if self._tenure.hold else PROCESS
        heartbeats.beat(self.station, process, self.status())

    def status(self) -> dict[str, Any]:
        """Return what play-out does now, JSON-able; see `status.status_of`."""
        return status_of(
            self.station,
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
