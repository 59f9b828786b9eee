"""The real play-out process: it loads no database, and outlives the process that holds one."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from broadcaster.clock import SystemClock
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.log import playlog
from tests.kit.air import ALL_DAY, HORN, make_air
from tests.kit.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")]

SECOND = dt.timedelta(seconds=1)
LOA = """
import atexit, sys
out = sys.argv.pop(1)
atexit.register(lambda: open(out, "w").write("\\n".join(sorted(sys.modules))))
from broadcaster.cli import main
main()
"""
NOT_OURS = {"sqlalchemy", "alembic", "huey", "flask", "werkzeug", "jinja2"}


@pytest.fixture
def air(tmp_path):
    made = make_air(tmp_path / "dai", SystemClock(), windows=ALL_DAY, main=HORN)
    made.sound("ngắn", 0.5)
    made.sound("dài", 4.0, 300)
    made.zones("ap-1")
    yield made
    made.station.close()


@contextlib.contextmanager
def playout(air, modules: Path):
    """`loa playout`, which writes down at its end what it had loaded."""
    command = [sys.executable, "-c", LOA, str(modules), "--home", str(air.station.home.root), "playout"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def desk_of(process) -> psutil.Process | None:
    for child in process.children():
        with contextlib.suppress(psutil.Error):  # it fell in this very moment
            if child.cmdline()[-1:] == ["desk"]:
                return child
    return None


def plan(air, seconds, name="ngắn"):
    at = air.station.now() + seconds * SECOND
    return air.plan(at, [air.cue(1, name)], "ap-1", slot_key=f"s{at}", late="air", grace_s=120)


def test_it_airs_and_its_process_loads_no_database(air, tmp_path):
    modules = tmp_path / "modules"
    number = plan(air, 0.5)
    with playout(air, modules) as process:
        until(lambda: air.row(number).state.terminal, 60)
        desk = desk_of(process)
    assert air.row(number).state is BroadcastState.AIRED
    loaded = modules.read_text(encoding="utf-8").split()
    assert "broadcaster.playout.engine" in loaded
    assert not {name.partition(".")[0] for name in loaded} & NOT_OURS
    assert not [name for name in loaded if name.startswith(("broadcaster.db", "broadcaster.services"))]
    assert desk is not None
    assert not desk.is_running(), "the desk ends with whom it answers"


def test_killed_again_and_again_the_desk_costs_no_sound_and_no_line(air, tmp_path):
    numbers = [plan(air, seconds, name) for seconds, name in ((6, "dài"), (12, "ngắn"), (15, "dài"))]
    with playout(air, tmp_path / "modules") as process:
        until(lambda: len(list((air.station.home.playout / "bundles").glob("*.json"))) == 3, 60)
        while not air.row(numbers[-1]).state.terminal:
            if (desk := desk_of(process)) is not None:
                with contextlib.suppress(psutil.Error):
                    desk.kill()
            until(lambda: air.row(numbers[-1]).state.terminal or desk_of(process), 90)
            if air.station.now() > air.row(numbers[-1]).starts_at + 6 * SECOND:
                break  # it has sounded; now the lines may come
        until(lambda: all(air.row(n).state.terminal for n in numbers), 90)
    assert [air.row(n).state for n in numbers] == [BroadcastState.AIRED] * 3
    assert [(e.outcome, e.heard_ms) for e in air.log()] == [
        (Outcome.FULL, 4000),
        (Outcome.FULL, 500),
        (Outcome.FULL, 4000),
    ]
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


def test_a_desk_that_hangs_holds_up_no_sound(air, tmp_path):
    number = plan(air, 12)
    with playout(air, tmp_path / "modules") as process:
        until(lambda: list((air.station.home.playout / "bundles").glob("*.json")), 60)
        desk = until(lambda: desk_of(process))
        desk.suspend()
        journal = air.station.home.playout / "journal-00000001.jsonl"
        until(lambda: '"verdict"' in journal.read_text(encoding="utf-8"), 60)
        desk.kill()
        until(lambda: air.row(number).state.terminal, 90)
    (entry,) = air.log()
    assert entry.outcome is Outcome.FULL
    assert entry.started_at - entry.planned_at < SECOND
