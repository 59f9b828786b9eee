"""The day the machine dies: a new one, the stick and the paper, and the station is on the air again.

With `LOA_DRILL_WHEEL=dist/loa_xa-….whl` the new machine is bare: the minutes run from `pip install` of that wheel.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.services.log import airchecks
from broadcaster.services.scripts.approving import airable
from broadcaster.services.setup.starter import FIRST_TITLE
from broadcaster.services.station import open_station
from broadcaster.sound import samples
from broadcaster.sound.analysis import RATE
from tests.kit.icecast import free_port
from tests.kit.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]
AGAIN = "Phát lại trên máy mới"
WHEEL = Path(os.environ["LOA_DRILL_WHEEL"]).resolve() if "LOA_DRILL_WHEEL" in os.environ else None


class Machine:
    """A machine on which the program is installed: the one of these tests, or a bare one with a wheel."""

    python = sys.executable

    def install(self, wheel: Path, folder: Path) -> None:
        """Install the wheel as whoever has a new machine does; from now on commands are its own."""
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
        self.python = str(folder / "bin" / "python")
        installing = [self.python, "-m", "pip", "install", "-q", str(wheel.resolve())]
        subprocess.run(installing, check=True, timeout=600)


machine = Machine()


@pytest.fixture(autouse=True)
def _this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "python", sys.executable, raising=False)
    monkeypatch.chdir(tmp_path)  # what is installed is run, not what lies in the folder


def loa(home: Path | None, *arguments: object, code: int = 0) -> str:
    """A command at the machine, as a person types it."""
    place = ["--home", str(home)] if home else []
    done = subprocess.run(
        [machine.python, "-m", "broadcaster", *place, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def living(home: Path, log: Path) -> Iterator[None]:
    """The station's real processes, ended in order afterwards."""
    with log.open("wb") as out:
        up = subprocess.Popen(
            [machine.python, "-m", "broadcaster", "--home", str(home), "up", "--starter", "--port", str(free_port())],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield
        assert up.poll() is None, log.read_text(encoding="utf-8")
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(90)


def heard(home: Path, title: str, scratch: Path) -> dict[str, object] | None:
    """How a broadcast ended, and how loud its recording is; None while it is not over."""
    station = open_station(home)
    try:
        with station.db.read() as session:
            row = session.scalars(select(BroadcastRow).where(BroadcastRow.title == title)).first()
            if row is None or not row.state.terminal:
                return None
            spoken = session.scalars(
                select(PlayLogEntry).where(PlayLogEntry.broadcast_id == row.id, PlayLogEntry.script_id.is_not(None))
            ).all()
            kept = airchecks.of_entry(station, session, spoken[0])
            assert kept is not None, "nothing was recorded"
            sound = samples.decode(kept.path, scratch / "mono.raw")
            first = int(kept.start_s * RATE)
            stretch = sound.around(0, sound.count)[first : first + int(kept.length_s * RATE)]
            return {
                "state": row.state,
                "outcomes": {e.outcome for e in spoken},
                "loud": float(np.sqrt(np.mean(stretch**2))) > 0.01,
            }
    finally:
        station.close()


def database_of(home: Path) -> str:
    """The address of the database that a station works with; empty: a file of its own."""
    station = open_station(home)
    try:
        return station.settings.database.url.reveal() if station.settings.database.url else ""
    finally:
        station.close()


def facts(home: Path) -> tuple[int, int, list[int]]:
    """How many entries the log has, up to which; and the scripts that may air."""
    station = open_station(home)
    try:
        with station.db.read() as session:
            count, last = session.execute(select(func.count(), func.max(PlayLogEntry.seq))).one()
            return count, last, sorted(one.script_id for one in airable(session) if one.script_id)
    finally:
        station.close()


@pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
def test_a_new_machine_with_the_stick_and_the_paper_is_on_the_air_again(
    kept_in: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = fresh = ""
    if kept_in == "postgresql":
        empty = request.getfixturevalue("empty_postgres")
        lost, fresh = empty(), empty()
    old, new, stick, key = (tmp_path / name for name in ("cu", "moi/dai", "stick", "giay.txt"))
    stick.mkdir()
    loa(
        None,
        "init",
        old,
        *(("--set", f"database.url={json.dumps(lost)}") if lost else ()),
        "--set",
        'speech.voices=["espeak:vi+f2"]',
        "--set",
        "speech.listen_back=false",
        "--set",
        'hours.windows=["00:00-23:59"]',
        "--set",
        "hours.sessions_per_day=0",
        "--set",
        f'backup.targets={{usb={{kind="folder", options={{path={json.dumps(str(stick))}}}}}}}',
    )
    shown = loa(old, "key", "paper")
    groups = re.findall(r"^  (.+)$", shown, flags=re.MULTILINE)
    key.write_text(" ".join(groups), encoding="utf-8")
    with living(old, tmp_path / "cu.log"):
        until(lambda: heard(old, FIRST_TITLE, tmp_path), 420, every=1)
    first = heard(old, FIRST_TITLE, tmp_path)
    assert first is not None
    assert first["loud"]
    loa(old, "carry", "now")
    before = facts(old)
    shutil.rmtree(old)  # the disk is dead

    since = time.monotonic()
    if WHEEL:
        machine.install(WHEEL, tmp_path / "venv")
    installed = time.monotonic()
    told = loa(
        None,
        "restore",
        "--from",
        stick,
        "--key-file",
        key,
        "--run-commands",
        *(("--database", fresh) if fresh else ()),
        new,
    )
    assert "KHÔNG PHÁT ĐƯỢC" not in told
    assert facts(new) == before
    assert database_of(new) == fresh
    loa(new, "log", "verify")
    with living(new, tmp_path / "moi.log"):
        loa(new, "air", before[2][0], "--title", AGAIN)
        until(lambda: heard(new, AGAIN, tmp_path), 240, every=1)
    minutes, setting_up = (time.monotonic() - since) / 60, (installed - since) / 60
    assert heard(new, AGAIN, tmp_path) == first
    loa(new, "log", "verify")
    nights = set(stick.glob("*/nights/*.list"))
    loa(new, "carry", "now")
    later = set(stick.glob("*/nights/*.list")) - nights
    assert {path.parent for path in later} == {path.parent for path in nights}, "it goes on sealing for the same paper"
    with capsys.disabled():
        print(
            f"\na new machine was on the air again, and had spoken to the end, after {minutes:.1f} minutes, {setting_up:.1f} of them for pip"
        )
