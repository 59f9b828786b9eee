"""A station that lives a story: people at its panel, play-out over a clock that takes turns, a meter behind each horn.

What the meter hears is the truth; what the panel, the answers to orders and the log say is held against it.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, DayException, Emergency, PlayLogEntry, ZoneRow
from broadcaster.db.queries import air
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.people.roles import machine
from broadcaster.errors import AirError
from broadcaster.panel import create_app
from broadcaster.playout.engine import Playout
from broadcaster.playout.host.alarm_clock import SimulatedAlarm
from broadcaster.playout.sinks.base import RATE, Feed, Pcm
from broadcaster.playout.sinks.null import NullSink
from broadcaster.services.air import orders
from broadcaster.services.desk import beside
from broadcaster.services.log.playlog import verify
from broadcaster.services.people import accounts
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station, open_station
from tests.kit.panel import Client, confirm_emergency, work
from tests.kit.scripts import approved
from tests.kit.seed import PASSWORD, PEOPLE
from tests.kit.threads_in_turn import ruling
from tests.kit.turns import Turns

START = dt.datetime(2026, 3, 2, 22, 58, tzinfo=dt.UTC)
"""05:58 on a Tuesday in the station: two minutes before the first slot."""
OUTPUTS = {"am01": "chung", "am02": "chung", "am03": "rieng"}
"""Three zones, two of which share an output."""
CHUNK_MS = 100
FLOOR_DBFS = -47.0
"""Quieter than this nobody hears it."""
PAUSE_S = 1.2
"""The siren and those who speak pause for so long at most."""
SLACK_MS = 1000
"""What an item's own edges may hold of silence."""

SETTINGS = {
    "speech": {"voices": ["tone:beep"]},
    "emergency": {"quick_voice": "tone:beep"},
    "hours": {"sessions_per_day": 0, "days_per_week": 0},
    "playout": {"plan_days": 1, "sinks": {name: {"kind": "null"} for name in ("chung", "rieng", "aircheck")}},
}

_SLOT = """
[[slot]]
code = "luc-{code}"
title = "Buổi {code}"
start = "{start}"
max_minutes = 2
[[slot.item]]
kind = "fill"
max_items = 1
"""
ROTATION = """
[rotation]
code = "thuong"
title = "Ngày thường"
valid_from = 2026-01-01
""" + "".join(_SLOT.format(code=f"06{m:02d}", start=f"06:{m:02d}") for m in range(0, 40, 4))


@dataclass(frozen=True)
class Sound:
    """A stretch of one broadcast through one output, its own short pauses included; seconds of the story's clock."""

    start: float
    end: float
    broadcast: int


@dataclass
class Meter:
    """What left one output: a sink that listens."""

    name: str
    turns: Turns
    kind: str = "meter"
    outlet: Outlet = Outlet.LOUDSPEAKER
    where: str = "máy đo"
    paced: bool = False
    exclusive: bool = True
    latency: float = 0.0
    broken: str = ""
    heard: list[Sound] = field(default_factory=list)

    def check(self) -> str:
        return self.broken

    def open(self, feed: Feed) -> _Stream:
        if self.broken:
            raise AirError(self.broken)
        return _Stream(self, feed.broadcast_id)

    def ms(self, since: float = 0.0, until: float = float("inf"), broadcast: int | None = None) -> int:
        """How long it sounded between two moments (ms), in all or of one broadcast."""
        found = [s for s in self.heard if broadcast is None or s.broadcast == broadcast]
        return round(sum(max(0.0, min(s.end, until) - max(s.start, since)) for s in found) * 1000)

    def take(self, broadcast: int, seconds: float, *, loud: bool) -> None:
        """A piece left; what is silent counts when sound of the same broadcast is within `PAUSE_S` on both sides."""
        now = self.turns.monotonic()
        if not loud:
            return
        last = self.heard[-1] if self.heard else None
        if last is not None and last.broadcast == broadcast and now - last.end <= PAUSE_S:
            self.heard[-1] = Sound(last.start, now + seconds, broadcast)
        else:
            self.heard.append(Sound(now, now + seconds, broadcast))


@dataclass
class _Stream:
    meter: Meter
    broadcast: int

    def write(self, pcm: Pcm) -> None:
        if self.meter.broken:
            raise AirError(self.meter.broken)
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
        power = float(np.mean(samples**2)) / 32768**2 if len(samples) else 0.0
        loud = power > 0 and 10 * np.log10(power) > FLOOR_DBFS
        self.meter.take(self.broadcast, len(samples) / RATE, loud=loud)

    def drop(self) -> None:
        return

    def close(self) -> None:
        return


TERMINAL = frozenset(s for s in BroadcastState if s.terminal)
QUIET_S = 1.5
"""A confirmed stop is silence within this."""


def _touches(zones: Iterable[str], outputs: AbstractSet[str]) -> bool:
    return any(OUTPUTS[z] in outputs for z in (OUTPUTS if "all" in zones else zones))


def found(root: Path) -> Path:
    """Found the station that every story begins with: people, three zones, approved scripts, a slot every four minutes."""
    clock = FrozenClock(START - dt.timedelta(days=1))
    station = init(root, overrides=SETTINGS, clock=clock)
    kit = machine("bộ thử")
    for username, name, roles in PEOPLE:
        temporary = accounts.create_user(station, kit, username, name, roles)
        accounts.change_password(station, accounts.actor_named(station, username), temporary, PASSWORD)
    with station.db.write() as session:
        session.execute(delete(ZoneRow).where(ZoneRow.code.not_in(OUTPUTS)))
        session.execute(delete(DayException))
        for zone in session.scalars(select(ZoneRow)):
            zone.sink, zone.volume = OUTPUTS[zone.code], 100
    for n in range(3):
        approved(station, " ".join(["Bà con"] * (60 + 35 * n)) + ".", title=f"Bài {n}")
    apply_rotation(station, kit, ROTATION, "thuong.toml")
    with station.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    station.close()
    return root


@dataclass
class Stop:
    """A stop that was confirmed, and what it holds back."""

    at: float
    """From this moment on nothing of it is heard."""
    outputs: frozenset[str]
    broadcasts: frozenset[int]
    emergencies: frozenset[int]
    until: float = float("inf")
    """A person let it go on."""


class Story:
    """One story on a copy of the founded station."""

    def __init__(self, home: Path, turns: Turns) -> None:
        self.turns = turns
        self.station: Station = open_station(home, clock=turns)
        self.meters = {name: Meter(name, turns) for name in dict.fromkeys(OUTPUTS.values())}
        self.said: list[str] = []
        """What was done and said, for whoever reads a story that went wrong."""
        self.stops: list[Stop] = []
        self._clients: dict[str, FlaskClient] = {}
        self._app = create_app(self.station, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
        self._app.test_client_class = Client
        plan(self.station)
        self.playout: Playout | None = None
        self.live()
        self.wait(1)

    # Play-out

    def live(self) -> None:
        """Start play-out."""
        self.playout = Playout(
            *beside(self.station),
            alarm=SimulatedAlarm(self.turns, threaded=True),
            sinks={**self.meters, "aircheck": NullSink("aircheck")},
            relays={},
            chunk_ms=CHUNK_MS,
            durable=False,
            proves=False,
        )
        one = self.playout

        def clerk() -> None:
            one.open()
            while True:
                one.tick()
                one.machine.agenda.wait(1.0)

        self.turns.start("clerk", clerk)

    def kill(self) -> None:
        """End play-out as kill -9 does."""
        self.note("play-out is killed")
        self.turns.kill()
        assert self.playout is not None
        self.playout.machine.journal.close()
        self.playout = None

    # Time and people

    def note(self, words: str) -> None:
        self.said.append(f"{self.turns.monotonic():9.2f} {words}")

    def wait(self, seconds: float) -> None:
        self.turns.advance(seconds)
        work(self.station)

    def to_the_end(self) -> None:
        """Mend the horns, end what is in force, and let everything that is due come to its end."""
        for meter in self.meters.values():
            meter.broken = ""
        self.wait(60)
        for e in self.emergencies():
            if e.state is EmergencyState.ACTIVE:
                self.post("vanhanh", f"/emergency/{e.id}/cancel", reason="Đã hết nguy hiểm")
        self.wait(300)
        while any(b.state in {BroadcastState.CUED, BroadcastState.AIRING} for b in self.rows()):
            self.wait(5)
        self.wait(10)

    def person(self, username: str) -> FlaskClient:
        if username not in self._clients:
            client = self._app.test_client()
            answer = client.post("/login", data={"username": username, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            self._clients[username] = client
        return self._clients[username]

    def post(self, username: str, address: str, **data: object) -> str:
        """Let a person send a form, and read the page that comes."""
        answer = self.person(username).post(address, data=data, follow_redirects=True)
        self.note(f"{username} POST {address} {data or ''} -> {answer.status_code}")
        assert answer.status_code < 500, answer.text
        return answer.text

    def stop(self, *zones: str) -> None:
        """Stop all, or these zones and what shares their outputs; remember what must stay silent."""
        outputs = frozenset(OUTPUTS[z] for z in zones) or frozenset(self.meters)
        now = self.station.now()
        due = [b for b in self.rows() if b.starts_at <= now and b.state not in TERMINAL]
        page = self.post("vanhanh", "/stop", zone=list(zones))
        if orders.NO_ANSWER in page:
            return
        mine = [b for b in due if {OUTPUTS[z] for z in b.zones} & outputs]
        urgent = [e.id for e in self.emergencies() if e.state is EmergencyState.ACTIVE and _touches(e.zones, outputs)]
        at = self.turns.monotonic() + QUIET_S
        self.stops.append(Stop(at, outputs, frozenset(b.id for b in mine), frozenset(urgent)))

    def emergency(self, *zones: str, repeat: int | None = None) -> int | None:
        """Confirm an emergency at the panel; its number, or None when the panel refused."""
        known = {e.id for e in self.emergencies()}
        self.post(
            "vanhanh",
            "/emergency/",
            text="Nước lũ đang lên nhanh. Bà con di dời ngay.",
            zones=list(zones),
            reason="Công điện",
            repeat_minutes=str(repeat or ""),
            interrupted="resume",
            title="",
        )
        new = [e.id for e in self.emergencies() if e.id not in known]
        if not new:
            return None
        answer = confirm_emergency(self.person("vanhanh"), new[0])
        self.note(f"vanhanh confirms emergency {new[0]} -> {answer.status_code}")
        work(self.station)
        return new[0]

    # What is said

    def present(self) -> air.Present:
        with self.station.db.read() as session:
            return air.present(session, self.station.now())

    def rows(self) -> list[BroadcastRow]:
        with self.station.db.read() as session:
            found = list(session.scalars(select(BroadcastRow).order_by(BroadcastRow.id)))
            session.expunge_all()
            return found

    def emergencies(self) -> list[Emergency]:
        with self.station.db.read() as session:
            found = list(session.scalars(select(Emergency).order_by(Emergency.id)))
            session.expunge_all()
            return found

    def entries(self) -> list[PlayLogEntry]:
        with self.station.db.read() as session:
            found = list(session.scalars(select(PlayLogEntry).order_by(PlayLogEntry.seq)))
            session.expunge_all()
            return found

    def log_holds(self) -> bool:
        with self.station.db.read() as session:
            return verify(session).holds

    def close(self) -> None:
        self.station.close()


@contextmanager
def story(founded: Path, folder: Path) -> Iterator[Story]:
    """Begin a story on a copy of the founded station."""
    home = folder / "station"
    shutil.copytree(founded, home, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    turns = Turns(START)
    with ruling(turns):
        told = Story(home, turns)
        try:
            yield told
        finally:
            turns.kill()
            told.close()
    shutil.rmtree(home, ignore_errors=True)
