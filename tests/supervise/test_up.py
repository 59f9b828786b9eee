"""`loa up`: three real processes, started, watched, and stopped in order."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from broadcaster import private
from broadcaster.domain.people.roles import machine
from broadcaster.services.setup import restarting
from broadcaster.services.station import open_station
from tests.kit.waiting import until
from tests.kit.web import answers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]


def wait_for(ready: Callable[[], object]) -> None:
    until(ready, 90, every=0.2, passing=(OSError, sqlite3.Error))


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def test_all_three_live_fall_and_rise_and_stop_in_order(tmp_path: Path) -> None:
    home, port, log = tmp_path / "home", free_port(), tmp_path / "up.log"
    loa = [sys.executable, "-m", "broadcaster", "--home", str(home)]
    subprocess.run([*loa, "init"], check=True, capture_output=True)
    with log.open("wb") as out:
        up = subprocess.Popen([*loa, "up", "--port", str(port)], stdout=out, stderr=subprocess.STDOUT, umask=0)
    try:
        wait_for(lambda: answers(port))
        wait_for(lambda: {"playout", "worker"} <= set(heartbeats(home)))
        first = heartbeats(home)["playout"]
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: heartbeats(home).get("playout", first) != first)
    finally:
        up.send_signal(signal.SIGINT)
        code = up.wait(60)
    text = log.read_text(encoding="utf-8")
    assert code == 0, text
    assert "process fell" in text
    assert "process killed" not in text
    stopped = re.findall(r"process stopped.*?process=(\w+)", text)
    assert stopped == ["web", "worker", "playout"]
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
    lines = (home / "logs" / "playout.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["timestamp"] for line in lines)
    assert private.open_to_others(home) == []


def test_a_restart_that_was_asked_for_comes_at_a_quiet_moment_and_the_station_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, port = tmp_path / "home", free_port()
    loa = [sys.executable, "-m", "broadcaster", "--home", str(home)]
    subprocess.run([*loa, "init"], check=True, capture_output=True)
    station = open_station(home)
    up = subprocess.Popen([*loa, "up", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port))
        wait_for(lambda: {"playout", "worker"} <= set(heartbeats(home)))
        before = heartbeats(home)
        monkeypatch.setenv("LOA_SUPERVISED", "1")
        restarting.ask(station, machine())
        wait_for(lambda: all(heartbeats(home)[name] != pid for name, pid in before.items()))
        wait_for(lambda: answers(port))
        assert restarting.wish(station) is None
        assert not station.home.restart_now.exists()
        assert up.poll() is None
    finally:
        station.close()
        up.send_signal(signal.SIGINT)
        up.wait(60)


def heartbeats(home: Path) -> dict[str, int]:
    with sqlite3.connect(home / "station.db") as db:
        return dict(db.execute("select process, pid from heartbeats"))
