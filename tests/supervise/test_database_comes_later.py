"""A real `loa up` over a real PostgreSQL that comes later than the station, goes away in the middle and comes back."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, select, text

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow, Job, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.services.air.fitness import Organ
from broadcaster.services.log import playlog
from broadcaster.services.schedule.once import air_once
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station, open_station
from broadcaster.services.work import jobs
from tests.kit import postgres
from tests.kit.icecast import free_port
from tests.kit.postgres import Server
from tests.kit.scripts import approved
from tests.kit.waiting import until
from tests.kit.web import health

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]
WHO = machine("thử")


@dataclass
class Site:
    """A station on a server of its own, and what its horn heard."""

    server: Server
    root: Path
    heard: Path
    port: int
    script: int

    @contextmanager
    def opened(self) -> Iterator[Station]:
        station = open_station(self.root, clock=SystemClock())
        try:
            yield station
        finally:
            station.close()

    @contextmanager
    def up(self, log: Path) -> Iterator[None]:
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*self.loa, "up", "--port", str(self.port)], stdout=out, stderr=subprocess.STDOUT
            )
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(90) == 0, log.read_text(encoding="utf-8")

    @property
    def loa(self) -> list[str]:
        return [sys.executable, "-m", "broadcaster", "--home", str(self.root)]

    def says(self, organ: Organ) -> str:
        return str(health(self.port)[1].get(organ.value, ""))

    def sign_in(self) -> tuple[int, str]:
        """What the panel says to somebody who signs in with a wrong password."""
        there = f"http://127.0.0.1:{self.port}/login"
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with browser.open(there, timeout=20) as answer:
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
        assert token
        said = urllib.parse.urlencode({"csrf_token": token[1], "username": "vanhanh", "password": "không phải"})
        try:
            with browser.open(there, said.encode(), timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def planned(self, seconds: int) -> int:
        with self.opened() as station:
            at = station.now() + dt.timedelta(seconds=seconds)
            return air_once(station, WHO, [self.script], title=f"Buổi {at:%H:%M:%S}", starts_at=at, zones=["am01"])

    def pinned(self, number: int) -> bool:
        return (self.root / "run" / "playout" / "bundles" / f"{number}.json").is_file()

    def sound(self) -> int:
        """Samples that were heard: an output is opened, and silent, some seconds before its broadcast begins."""
        data = self.heard.read_bytes() if self.heard.exists() else b""
        return int(np.count_nonzero(np.frombuffer(data[: len(data) // 2 * 2], "<i2")))

    def aired(self, number: int) -> None:
        """It has its verdict and its line in the log, and the chain holds."""
        with self.opened() as station:

            def verdict() -> BroadcastState | None:
                with station.db.read() as session:
                    state = session.get_one(BroadcastRow, number).state
                return state if state.terminal else None

            assert until(verdict, 90, every=0.5) is BroadcastState.AIRED
            with station.db.read() as session:
                lines = session.scalars(select(PlayLogEntry).where(PlayLogEntry.broadcast_id == number)).all()
                assert len(lines) == 1, "each line once"
                assert playlog.verify(session).holds

    def works(self) -> None:
        """The worker does what it is asked for."""
        with self.opened() as station:
            with station.db.write() as session:
                job = jobs.want(session, station.now(), JobKind.PLAN, "asked", {}, by="thử")
            until(lambda: self._done(station, job), 90, every=0.5)

    def _done(self, station: Station, job: int) -> bool:
        with station.db.read() as session:
            return session.get_one(Job, job).state is JobState.DONE


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("later")
    with postgres.made() as server:
        admin = create_engine(f"{server.url}/postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE loa"))
        admin.dispose()
        heard = folder / "heard.raw"
        overrides = {
            "database": {"url": f"{server.url}/loa"},
            "speech": {"voices": ["tone:beep"], "listen_back": False},
            "hours": {"windows": ["00:00-24:00"], "sessions_per_day": 0, "minutes_per_session": 0},
            "playout": {"sinks": {"main": {"kind": "pipe", "options": {"command": ["tee", "-a", str(heard)]}}}},
        }
        station = init(folder / "dai", overrides=overrides)
        script = approved(station)
        station.close()
        yield Site(server, station.home.root, heard, free_port(), script)


def test_a_database_that_comes_later_is_waited_for_while_what_was_kept_is_heard(site: Site, tmp_path: Path) -> None:
    with site.up(tmp_path / "first.log"):
        until(lambda: site.says(Organ.WORKER) == "ok", 120, every=0.3)
        number = site.planned(60)
        until(lambda: site.pinned(number), 60, every=0.3)
    site.server.stop()
    before, log = site.sound(), tmp_path / "second.log"
    with site.up(log):
        said = until(lambda: site.says(Organ.DATABASE), 90, every=0.3)
        assert "chưa nối được tới máy chủ PostgreSQL" in said
        until(lambda: "Máy phát vẫn chạy" in site.says(Organ.DATABASE), 60, every=0.3)
        assert health(site.port)[0] == 503
        code, page = site.sign_in()
        assert code == 503
        assert "Cơ sở dữ liệu chưa trả lời" in page
        doctor = subprocess.run([*site.loa, "doctor"], capture_output=True, text=True, timeout=120, check=False)
        assert doctor.returncode == 1
        assert "HỎNG  Cơ sở dữ liệu: Cơ sở dữ liệu chưa dùng được: chưa nối được" in doctor.stdout
        until(lambda: site.sound() > before + 25_000, 120, every=0.3)
        assert "Đài vẫn bật và chờ" in log.read_text(encoding="utf-8")
        site.server.start()
        until(lambda: {site.says(Organ.DATABASE), site.says(Organ.WORKER)} == {"ok"}, 120, every=0.5)
        assert site.sign_in()[0] == 422
        assert "Cơ sở dữ liệu đã trả lời." in log.read_text(encoding="utf-8")
        site.aired(number)
        site.works()
    fell = [line for line in log.read_text(encoding="utf-8").splitlines() if "process fell" in line]
    assert not fell


def test_a_database_that_goes_away_in_the_middle_costs_no_sound_and_no_line(site: Site, tmp_path: Path) -> None:
    log = tmp_path / "up.log"
    with site.up(log):
        until(lambda: site.says(Organ.WORKER) == "ok", 120, every=0.3)
        number = site.planned(15)
        until(lambda: site.pinned(number), 60, every=0.2)
        before = site.sound()
        site.server.stop()
        until(lambda: site.sound() > before + 25_000, 90, every=0.3)
        assert site.sign_in()[0] == 503
        stopped = subprocess.run([*site.loa, "stop", "--yes"], capture_output=True, text=True, timeout=60, check=False)
        assert stopped.returncode == 0, stopped.stderr
        asked = subprocess.run([*site.loa, "script", "list"], capture_output=True, text=True, timeout=60, check=False)
        assert asked.returncode == 1
        assert asked.stderr.startswith("Lỗi: Cơ sở dữ liệu chưa dùng được: chưa nối được tới máy chủ PostgreSQL")
        site.server.start()
        until(lambda: {site.says(Organ.DATABASE), site.says(Organ.WORKER)} == {"ok"}, 120, every=0.5)
        site.works()
        with site.opened() as station, station.db.read() as session:
            row = until(lambda: session.get(BroadcastRow, number, populate_existing=True).state.terminal, 90, every=0.5)
            assert row
            assert session.scalars(select(PlayLogEntry).where(PlayLogEntry.broadcast_id == number)).all()
            assert playlog.verify(session).holds
    assert "process fell" not in log.read_text(encoding="utf-8")
