"""A station that lives a story: people at its panel, play-out over a clock that takes turns, a meter behind each horn.

What the meter hears is the truth; what the panel, the answers to orders and the log say is held against it.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from broadcaster.cli import cli, common
from broadcaster.db.models import BroadcastRow, Emergency, PlayLogEntry, Script
from broadcaster.db.queries import air
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.errors import StationError
from broadcaster.panel import create_app
from broadcaster.playout.engine import Manner, Playout
from broadcaster.playout.host.alarm_clock import SimulatedAlarm
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sinks.null import NullSink
from broadcaster.services.desk import beside
from broadcaster.services.log.playlog import verify
from broadcaster.services.schedule.planning import plan
from broadcaster.services.station import Station, open_station
from tests.kit.page_forms import form_to
from tests.kit.panel import Client, work
from tests.kit.seed import PASSWORD
from tests.kit.story_founding import OUTPUTS, START
from tests.kit.story_meter import CHUNK_MS, Meter
from tests.kit.threads_in_turn import Disk, ruling
from tests.kit.turns import Turns

PIECE_S = 0.5
"""So much of what a person says into the microphone is sent at a time."""
VOICE = (np.sin(np.arange(int(RATE * PIECE_S)) * 2 * np.pi * 440 / RATE) * 9000).astype("<i2").tobytes()


@dataclass(frozen=True)
class Stop:
    """A stop that was confirmed, and what it holds back."""

    at: float
    """From this moment on nothing of it is heard."""
    outputs: frozenset[str]
    broadcasts: frozenset[int]
    emergencies: frozenset[int]


@dataclass
class Line:
    """A person speaks into the microphone."""

    number: int
    """Of the broadcast."""
    left: float
    """So long yet (s)."""
    piece: int = 0


_UNTOLD = frozenset({"text", "body", "csrf_token", "draft", "tab", "version", "own", "kept", "item"})


class Story:
    """One story on a copy of the founded station."""

    def __init__(self, home: Path, turns: Turns, disk: Disk) -> None:
        self.turns, self.disk = turns, disk
        self.station: Station = open_station(home, clock=turns)
        self.meters = {name: Meter(name, turns) for name in dict.fromkeys(OUTPUTS.values())}
        self.said: list[str] = []
        """What was done and said, for whoever reads a story that went wrong."""
        self.stops: list[Stop] = []
        self.let_go: dict[tuple[int, bool], list[float]] = {}
        """When a person let a broadcast, or (True) an emergency, go on."""
        self.unwritten: set[int] = set()
        """What was open when play-out was killed on a full disk: what sounded of it could not be written anywhere."""
        self.line: Line | None = None
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
            manner=Manner(chunk_ms=CHUNK_MS, durable=False, proves=False),
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
        if self.disk.full:
            self.unwritten |= {b.id for b in self.rows() if not b.state.terminal}
        self.turns.kill()
        assert self.playout is not None
        self.playout.machine.journal.close()
        self.playout = None

    # Time and people

    def note(self, words: str) -> None:
        self.said.append(f"{self.turns.monotonic():9.2f} {words}")

    def wait(self, seconds: float) -> None:
        """Let time pass; whoever has an open line speaks meanwhile."""
        until = self.turns.monotonic() + seconds
        while self.line is not None and self.turns.monotonic() + PIECE_S <= until:
            self._speak(self.line)
            self.turns.advance(PIECE_S)
        self.turns.sleep_until(until)
        work(self.station)

    def _speak(self, line: Line) -> None:
        address = f"/live/{line.number}/pieces/{line.piece}"
        answer = self.person("vanhanh").post(address, data=VOICE, content_type="application/octet-stream")
        line.piece, line.left = line.piece + 1, line.left - PIECE_S
        if line.left <= 0 or not answer.get_json()["open"]:
            self.line = None
            self.post("vanhanh", f"/live/{line.number}/end")

    def to_the_end(self) -> None:
        """Mend what is broken, end what is in force, and let everything that is due come to its end."""
        self.disk.full = False
        if self.playout is None:
            self.live()
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
        self._clients.clear()  # what a stop held back took hours: whoever was signed in must sign in anew

    def person(self, username: str) -> FlaskClient:
        if username not in self._clients:
            client = self._app.test_client()
            answer = client.post("/login", data={"username": username, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            self._clients[username] = client
        return self._clients[username]

    def page(self, username: str, address: str) -> str:
        """Let a person open a page, and read it."""
        answer = self.person(username).get(address)
        assert answer.status_code < 500, f"{address}: {answer.text}"
        return answer.text

    def post(self, username: str, address: str, **data: object) -> str:
        """Let a person send a form, and read the page that comes."""
        answer = self.person(username).post(address, data=data, follow_redirects=True)
        shown = {k: v for k, v in data.items() if k not in _UNTOLD and v not in ("", [""])}
        self.note(f"{username} POST {address} {shown or ''} -> {answer.status_code}")
        assert answer.status_code < 500, answer.text
        return answer.text

    def command(self, *words: str) -> str:
        """Let somebody at the station's own machine call `loa`, and read what it prints."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(common, "open_station", functools.partial(open_station, clock=self.turns))
            called = CliRunner().invoke(cli, ["--home", str(self.station.home.root), *words])
        self.note(f"loa {' '.join(words)} -> {called.exit_code}: {' '.join(called.output.split())}")
        assert called.exception is None or isinstance(called.exception, (SystemExit, StationError)), called.exception
        return called.output

    def fill(
        self, username: str, at: str, /, address: str = "", pressed: tuple[str, str] | None = None, **typed: object
    ) -> str | None:
        """Let a person fill the form that the page `at` offers, and send it; None when it offers none to `address`."""
        fields = form_to(self.page(username, at), address or at, here=at, pressed=pressed, **typed)
        return None if fields is None else self.post(username, address or at, **fields)

    def ordered_anew(self, number: int, *, urgent: bool) -> None:
        """A person lets something go on: from now on no earlier stop holds it back."""
        self.let_go.setdefault((number, urgent), []).append(self.turns.monotonic())

    # What is said

    def present(self) -> air.Present:
        with self.station.db.read() as session:
            return air.present(session, self.station.now())

    def rows(self) -> list[BroadcastRow]:
        with self.station.db.read() as session:
            found = list(session.scalars(select(BroadcastRow).order_by(BroadcastRow.id)))
            session.expunge_all()
            return found

    def scripts(self) -> list[Script]:
        with self.station.db.read() as session:
            found = list(session.scalars(select(Script).order_by(Script.id)))
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
    turns, disk = Turns(START), Disk()
    with ruling(turns, disk):
        told = Story(home, turns, disk)
        try:
            yield told
        finally:
            turns.kill()
            told.close()
    shutil.rmtree(home, ignore_errors=True)
