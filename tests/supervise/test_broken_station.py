"""A real `loa up` in which things are mistyped, killed, blocked and locked: told within seconds, healed where it can be.

One station for all of them: each test leaves it well. What must be seen broken is kept so until it was seen.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow, ZoneRow
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.panel.web.frame import Frame
from broadcaster.services.air.fitness import Organ
from broadcaster.services.schedule.once import air_once
from broadcaster.services.setup import doctor
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station, open_station
from broadcaster.supervise import bond
from broadcaster.worker.pings import Signal
from tests.kit.broken_starts import BROKEN, WHOLE_FILE
from tests.kit.icecast import free_port
from tests.kit.scripts import approved
from tests.kit.waiting import until
from tests.kit.watcher import KEY, Twin
from tests.kit.web import health

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]

HORN = """
import pathlib, sys, time
wish = pathlib.Path(sys.argv[1])
while data := sys.stdin.buffer.read1(4096):
    said = wish.read_text()
    if said == "die":
        sys.exit("âm ly tắt")
    while wish.read_text() == "block":
        time.sleep(0.05)
"""
"""An amplifier that does as it is told: take sound, die, or take no more."""
SCRIPT, LONG = 1, 2
"""A short script, and one of twenty seconds."""
ZONES = {"am02": "real"} | {
    f"am{n:02}": broken.output for n, broken in enumerate((b for b in BROKEN.values() if b.output), 3)
}


@dataclass
class Up:
    """The station and what stands around it."""

    process: subprocess.Popen[bytes]
    station: Station
    port: int
    log: Path
    heard: Path
    wish: Path
    watcher: Twin

    def sick(self, organ: Organ) -> str:
        """What `/healthz` says of a part; empty while it is well, or nobody answers."""
        code, words = health(self.port)
        said = str(words.get(organ.value, "ok"))
        assert code != 200 or said == "ok"
        return "" if said == "ok" else said

    def well(self, organ: Organ) -> bool:
        code, words = health(self.port)
        return bool(code) and words.get(organ.value) == "ok"

    def doctor(self, organ: Organ) -> bool | None:
        return next(c.ok for c in doctor.examine(self.station, thorough=False) if c.name == organ.label)

    def frame(self) -> Frame:
        """What the pill of every page is drawn from."""
        return Frame(self.station)

    @contextlib.contextmanager
    def unhealed(self) -> Iterator[None]:
        """Nobody starts again what falls."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    def kill(self, name: str) -> int:
        pid = bond.living(self.station.home)[name]
        os.kill(pid, signal.SIGKILL)
        until(lambda: bond.living(self.station.home).get(name) != pid, 10)
        return pid

    def planned(self, zone: str, script: int = SCRIPT) -> int:
        """A broadcast for a zone, in a few seconds, or once what an earlier test planned is out of the way."""

        def plan() -> int:
            at = self.station.now() + dt.timedelta(seconds=8)
            return air_once(self.station, machine("thử"), [script], title=f"Buổi {zone}", starts_at=at, zones=[zone])

        return until(plan, 120, every=1, passing=(RuleError,))

    def aired(self, zone: str, script: int = SCRIPT) -> BroadcastState:
        """What becomes of a broadcast for a zone."""
        made = self.planned(zone, script)

        def ended() -> BroadcastState | None:
            with self.station.db.read() as session:
                state = session.get_one(BroadcastRow, made).state
            return state if state.terminal else None

        found = until(ended, 60, every=0.2)
        assert found is not None
        return found


def loud(path: Path) -> bool:
    return path.exists() and bool(
        (np.abs(np.frombuffer(path.read_bytes()[: path.stat().st_size // 2 * 2], "<i2")) > 300).any()
    )


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    heard, wish, horn = folder / "heard.raw", folder / "wish", folder / "horn.py"
    wish.write_text("play")
    horn.write_text(HORN, encoding="utf-8")
    good = {"kind": "pipe", "options": {"command": ["tee", str(heard)]}}
    real = {"kind": "pipe", "options": {"command": [sys.executable, str(horn), str(wish)], "keep": True}}
    watcher = Twin()
    overrides = {
        "watch": {"ping": watcher.address},
        "speech": {"voices": ["tone:beep"], "listen_back": False},
        "hours": {"windows": ["00:00-24:00"], "sessions_per_day": 0, "minutes_per_session": 0},
        "playout": {"sinks": {"main": good, "real": real, "aircheck": {"kind": "file"}}},
    }
    made = init(folder / "đài % xã", overrides=overrides)
    assert approved(made) == SCRIPT
    assert approved(made, "Kính thưa bà con. Hôm nay trời đẹp. " * 12) == LONG
    with made.db.write() as session:
        for row in session.scalars(select(ZoneRow)):
            row.sink = ZONES.get(row.code, "main")
    for what in BROKEN.keys() - WHOLE_FILE:
        BROKEN[what].do(made.home)
    made.close()
    port, log = free_port(), folder / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "broadcaster", "--home", str(made.home.root), "up", "--port", str(port)],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    station = open_station(made.home.root, clock=SystemClock())
    try:
        found = Up(process, station, port, log, heard, wish, watcher)
        until(lambda: found.well(Organ.PLAYOUT) and found.well(Organ.WORKER), 120, every=0.2)
        yield found
    finally:
        station.close()
        watcher.close()
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 0, log.read_text(encoding="utf-8")


def test_whatever_is_broken_at_the_start_is_named_and_the_rest_is_heard(up: Up) -> None:
    printed = up.log.read_text(encoding="utf-8").casefold()
    outputs = until(lambda: up.sick(Organ.OUTPUT), 30).casefold()
    for what in BROKEN.keys() - WHOLE_FILE:
        broken = BROKEN[what]
        if broken.output:
            assert broken.told.casefold() in printed, what
            assert broken.told.casefold() in outputs, what
    assert "“main”" not in outputs
    assert "“real”" not in outputs
    assert up.aired("am01") is BroadcastState.AIRED
    assert loud(up.heard), "the meter behind the good output"
    assert up.aired("am03") is not BroadcastState.AIRED, "the output of a mistyped option carries nothing"


@pytest.mark.parametrize("organ", [Organ.PLAYOUT, Organ.WORKER])
def test_a_process_that_is_killed_is_told_at_once_and_comes_back(up: Up, organ: Organ) -> None:
    with up.unhealed():
        killed = up.kill(organ.value)
        until(lambda: up.sick(organ), 15)
        assert up.doctor(organ) is False
        facts = up.frame().facts()
        assert not facts.present.alive if organ is Organ.PLAYOUT else facts.fitness.of(organ)
    until(lambda: up.well(organ), 60, every=0.2)
    assert bond.living(up.station.home)[organ.value] != killed
    assert up.doctor(organ)


def test_a_panel_that_is_killed_comes_back_at_its_port(up: Up) -> None:
    with up.unhealed():
        up.kill("web")
        assert health(up.port)[0] == 0
    until(lambda: up.well(Organ.PLAYOUT), 60, every=0.2)


def test_a_play_out_that_hangs_is_told_as_one_that_does_not_run(up: Up) -> None:
    pid = bond.living(up.station.home)["playout"]
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: up.sick(Organ.PLAYOUT), 40, every=0.2)
        assert up.well(Organ.DATABASE)
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: up.well(Organ.PLAYOUT), 30, every=0.2)


@pytest.mark.parametrize(("wish", "words"), [("die", "đã dừng"), ("block", "không nhận kịp")])
def test_an_amplifier_that_dies_or_takes_no_more_is_told_and_healed(up: Up, wish: str, words: str) -> None:
    up.wish.write_text(wish)
    try:
        until(lambda: f"“real”: {'Lệnh' if wish == 'die' else 'Đường ra'}" in up.sick(Organ.OUTPUT), 30, every=0.1)
        assert words in up.sick(Organ.OUTPUT)
        # It is tried again and again, and for the moment of each trial nothing is known against it.
        until(lambda: up.doctor(Organ.OUTPUT) is False, every=0.1)
        until(lambda: words in up.frame().facts().fitness.of(Organ.OUTPUT), every=0.1)
    finally:
        up.wish.write_text("play")
    until(lambda: "“real”" not in up.sick(Organ.OUTPUT), 60, every=0.2)


def test_a_locked_database_is_told_apart_from_a_play_out_that_is_dead(up: Up) -> None:
    lock = sqlite3.connect(up.station.home.root / "station.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        until(lambda: "Máy phát vẫn chạy" in up.sick(Organ.DATABASE), 60, every=0.5)
        assert up.well(Organ.PLAYOUT)
        assert up.well(Organ.WORKER)
        facts = up.frame().facts()
        assert facts.present.alive
        assert facts.ailment is not None
        assert facts.ailment.organ is Organ.DATABASE
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    until(lambda: up.well(Organ.DATABASE), 60, every=0.5)


def test_a_broadcast_that_sounds_of_nothing_is_told_while_it_runs(up: Up) -> None:
    with up.station.db.write() as session:
        session.get_one(ZoneRow, "am12").volume = 0
    number = up.planned("am12", LONG)
    try:
        said = until(lambda: up.sick(Organ.QUIET), 60, every=0.2)
        assert "“Buổi am12”" in said
        assert "“main”" in said
        assert up.doctor(Organ.QUIET) is False
        until(lambda: up.well(Organ.QUIET), 60, every=0.2)
    finally:
        with up.station.db.write() as session:
            session.get_one(ZoneRow, "am12").volume = 100
    with up.station.db.read() as session:
        assert session.get_one(BroadcastRow, number).state is not BroadcastState.AIRED


def test_a_broadcast_whose_time_passes_by_a_play_out_that_hangs_is_told_before_it_is_called_dead(up: Up) -> None:
    pid = bond.living(up.station.home)["playout"]
    up.planned("am01")
    os.kill(pid, signal.SIGSTOP)
    try:
        said = until(lambda: up.sick(Organ.LATE), 40, every=0.2)
        assert "“Buổi am01”" in said
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: up.well(Organ.LATE) and up.well(Organ.PLAYOUT), 60, every=0.2)


def test_somebody_far_away_hears_the_beginning_and_then_which_parts_are_not_well(up: Up) -> None:
    assert up.watcher.told(Signal.START, 0)
    told = until(lambda: [one for one in up.watcher.heard if one[0].endswith(Signal.FAIL)], 120)
    assert all(KEY in path for path, _ in told)
    assert any(Organ.OUTPUT.code in body for _, body in told)
    assert KEY not in up.log.read_text(encoding="utf-8")


def test_a_real_station_gives_its_figures_and_the_sign_of_the_one_process(up: Up) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    for process in ("playout", "worker", "web"):
        assert re.search(rf'loa_process_resident_bytes{{process="{process}"}} [1-9]', text)
    assert 'loa_output_up{output="main"} 1.0' in text
    with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/healthz/live", timeout=30) as answer:
        assert answer.read() == b"ok\n"
