"""A real station whose broadcast falls silent on the air, and whose people are told through a receiver of the tests."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadcaster.clock import SystemClock
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from tests.kit.air import Air, let_in, tone

LOUD_S = 3.0
SILENT_S = 45.0
SETTINGS: dict[str, Any] = {
    "speech": {"voices": ["tone:beep"]},
    "hours": {"windows": ["00:00-24:00"]},
    "playout": {"sinks": {"main": {"kind": "pipe", "options": {"command": ["cat"]}}}},
}


@dataclass
class Living:
    """A station under `loa up`."""

    station: Station
    air: Air
    up: subprocess.Popen[bytes]

    def fall_silent(self, after: dt.timedelta) -> dt.datetime:
        """Plan a broadcast that sounds for a moment and then no more; when it falls silent."""
        station = self.station
        self.air.sounds["tieng"] = (tone(station.home.store, LOUD_S), round(LOUD_S * 1000))
        self.air.sounds["im"] = (tone(station.home.store, SILENT_S, hz=0.0), round(SILENT_S * 1000))
        starts_at = station.now() + after
        with station.db.write() as session:
            for name in ("tieng", "im"):
                session.add(let_in(*self.air.sounds[name], station.now()))
        self.air.plan(starts_at, [self.air.cue(1, "tieng"), self.air.cue(2, "im")], "ap-thu", slot_key="thu/im")
        return starts_at + dt.timedelta(seconds=LOUD_S)


@contextlib.contextmanager
def living(home: Path, receiver: str, port: int) -> Iterator[Living]:
    """Found a station whose people are told at `receiver`, and have it live until the block ends."""
    alerts = {
        "senders": {"thu": {"kind": "webhook", "options": {"url": receiver}}},
        "people": {"truong-dai": {"role": "Trưởng đài", "senders": ["thu"], "least": "urgent"}},
    }
    station = init(home, overrides={**SETTINGS, "alerts": alerts}, clock=SystemClock())
    air = Air(station)
    air.zones("ap-thu")
    command = [sys.executable, "-m", "broadcaster", "--home", str(home), "up", "--port", str(port)]
    with (home / "up.log").open("wb") as out:
        up = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield Living(station, air, up)
    finally:
        up.terminate()
        try:
            up.wait(60)
        except subprocess.TimeoutExpired:
            up.kill()
            up.wait(30)
        station.close()
