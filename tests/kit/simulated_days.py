"""A whole station in one process over a clock that is stepped: days of ordinary use pass in minutes, and what they leave is looked at.

Play-out's engine, its desk and journal, the worker's duties and jobs, the watch of the alerts and the panel are the real
ones; time, the sound card and the voice (a tone) are not.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from flask.testing import FlaskClient
from sqlalchemy import func, select

from broadcaster.clock import FrozenClock
from broadcaster.db.base import Base
from broadcaster.domain.people.roles import machine
from broadcaster.domain.work.jobs import JobTurn
from broadcaster.panel import create_app
from broadcaster.playout.sinks import resolve_sinks
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import watched
from broadcaster.services.alerts.watching import Watch
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.work import performing
from broadcaster.supervise.simulated import Simulation
from broadcaster.worker.consumer import reconcile
from broadcaster.worker.handlers import HANDLERS
from tests.kit.founding import founded
from tests.kit.page_forms import form_to
from tests.kit.panel import Client, confirm_emergency
from tests.kit.scripts import approved
from tests.kit.seed import PASSWORD, PEOPLE

ROUND: Final = dt.timedelta(minutes=5)
"""From one round of everybody's duties to the next; the real ones are seconds apart."""
START: Final = dt.datetime(2026, 3, 1, 17, tzinfo=dt.UTC)
"""Midnight of a Monday in the station."""
SESSIONS: Final = ("05:00", "06:30", "11:00", "17:00", "18:00")
SETTINGS: Final = {
    "speech": {"voices": ["tone:beep"], "listen_back": False},
    "emergency": {"quick_voice": "tone:beep"},
    "hours": {"sessions_per_day": 0, "days_per_week": 0},
    "playout": {"plan_days": 3, "sinks": {"main": {"kind": "null"}, "aircheck": {"kind": "file"}}},
}
ROTATION: Final = '[rotation]\ncode = "thuong"\ntitle = "Ngày thường"\nvalid_from = 2026-01-01\n' + "".join(
    f'[[slot]]\ncode = "luc-{start.replace(":", "")}"\ntitle = "Buổi {start}"\nstart = "{start}"\nmax_minutes = 10\n'
    '[[slot.item]]\nkind = "cue"\ncue = "ngat"\n[[slot.item]]\nkind = "fill"\nmax_items = 3\n'
    for start in SESSIONS
)
PAGES: Final = (
    "/",
    "/fragments/bar",
    "/scripts/",
    "/schedule/",
    "/log/",
    "/zones/",
    "/reports/",
    "/sounds/",
    "/alerts/",
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the process holds at one moment."""

    hour: float
    """Simulated, since the start."""
    memory: float
    """Proportional resident memory (MB)."""
    handles: int
    threads: int
    objects: int
    """That the interpreter looks after, once all rubbish is gone."""
    leftovers: int
    """Files in the folder for what is thrown away."""
    rows: dict[str, int]
    """By table."""


class SimulatedDays:
    """A station whose days pass when told."""

    def __init__(self, folder: Path) -> None:
        self._temporary = folder / "tmp"
        self.station = founded(folder / "dai", overrides=SETTINGS, clock=FrozenClock(START))
        kit = machine("bộ thử")
        for username, name, roles in PEOPLE:
            first = accounts.create_user(self.station, kit, username, name, roles)
            signing_in.change_password(self.station, accounts.actor_named(self.station, username), first, PASSWORD)
        for n in range(4):
            approved(self.station, " ".join(["Bà con"] * (20 + 10 * n)) + ".", title=f"Bài {n}")
        apply_rotation(self.station, kit, ROTATION, "thuong.toml")
        plan(self.station)
        self._watch = Watch(self.station)
        sinks = resolve_sinks(self.station.settings, self.station.home, self.station.clock)
        recorder = sinks.by_name["aircheck"]
        self.simulation = Simulation(
            self.station,
            sinks={"main": SimulatedHorn("main"), "aircheck": recorder},
            each_round=self._everybody,
            every=ROUND,
            chunk_ms=1000,
        )
        self._app = create_app(self.station, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
        self._app.test_client_class = Client
        self.said: dict[int, int] = {}
        """Answers of the panel, by status."""

    def live(self, hours: int) -> Iterator[Look]:
        """Let so many hours pass, and look after each."""
        with self.simulation:
            for hour in range(1, hours + 1):
                self._people(hour)
                self.simulation.run_until(START + dt.timedelta(hours=hour))
                yield self._look(hour)

    def close(self) -> None:
        """Let go of the station."""
        self.station.close()

    def _everybody(self, _now: dt.datetime) -> None:
        """One round of the worker, the watch and the people's bars."""
        station, playout = self.station, self.simulation.playout
        playout.desk.beat(playout.status())
        watched.beat(station, "worker", {"ping": ""})
        performing.renew(station)
        reconcile(station)
        while performing.perform_next(station, HANDLERS, up_to=JobTurn.UPKEEP):
            pass
        self._watch.round()
        self._watch.settle(20)

    def _people(self, hour: int) -> None:
        """Whoever is at the panel in this hour: pages, a script each third hour, an emergency each day."""
        by = {name: self._signed_in(name) for name in ("vanhanh", "bientap", "lanhdao", "quantri")}
        for client in by.values():
            for page in PAGES:
                self._noted(client.get(page).status_code)
        if hour % 3 == 0:
            self._script(by["bientap"], by["lanhdao"], hour)
        if hour % 24 == 8:
            self._emergency(by["vanhanh"])

    def _signed_in(self, username: str) -> FlaskClient:
        client = self._app.test_client()
        self._noted(client.post("/login", data={"username": username, "password": PASSWORD}).status_code)
        return client

    def _script(self, editor: FlaskClient, leader: FlaskClient, hour: int) -> None:
        body = " ".join([f"Bà con chú ý tin số {hour}"] * 4) + "."
        fields = form_to(
            editor.get("/scripts/new").text,
            "/scripts/new",
            here="/scripts/new",
            pressed=("then", "submit"),
            title=f"Tin {hour}",
            body=body,
        )
        written = editor.post("/scripts/new", data=fields)
        self._noted(written.status_code)
        self._everybody(self.station.now())
        for number in re.findall(r"/approve/(\d+)", leader.get("/approve/").text)[:1]:
            at = f"/approve/{number}"
            fields = form_to(leader.get(at).text, at, here=at, pressed=("decision", "approve"))
            self._noted(leader.post(at, data=fields).status_code)

    def _emergency(self, operator: FlaskClient) -> None:
        until = self.station.local(self.station.now() + dt.timedelta(minutes=30))
        drafted = operator.post(
            "/emergency/",
            data={
                "text": "Nước lũ đang lên nhanh. Bà con di dời ngay.",
                "zones": ["all"],
                "reason": "Công điện",
                "repeat_minutes": "10",
                "expires_at": f"{until:%Y-%m-%dT%H:%M}",
                "interrupted": "resume",
                "title": "",
            },
        )
        self._noted(drafted.status_code)
        self._everybody(self.station.now())
        (number,) = re.findall(r"/emergency/(\d+)/confirm", drafted.location)
        self._noted(confirm_emergency(operator, int(number)).status_code)

    def _noted(self, status: int) -> None:
        self.said[status] = self.said.get(status, 0) + 1

    def _look(self, hour: float) -> Look:
        gc.collect()
        process = psutil.Process()
        memory = process.memory_full_info()
        with self.station.db.read() as session:
            tables = Base.metadata.sorted_tables
            rows = {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
        return Look(
            hour,
            getattr(memory, "pss", memory.uss) / 1e6,
            process.num_fds(),
            process.num_threads(),
            len(gc.get_objects()),
            sum(len(files) for _, _, files in os.walk(self._temporary)),
            rows,
        )


@contextmanager
def simulated_days(folder: Path) -> Iterator[SimulatedDays]:
    """A station under `folder`, whose throw-away files are counted."""
    (folder / "tmp").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "tmp")
    made = SimulatedDays(folder)
    try:
        yield made
    finally:
        made.close()
        tempfile.tempdir = before
