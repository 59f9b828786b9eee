"""How late broadcasts start, how long a stop takes, and what an idle play-out costs; prints a table in Markdown.

Run it on a quiet machine: `python -m tests.benchmarks.airing [--count 200] [--idle 30] [--render]`. A meter of its own stamps
the moment at which the first sample reaches the sink; play-out's own log is not asked.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from broadcaster.clock import SystemClock
from broadcaster.db import schema
from broadcaster.db.models import BroadcastRow, ZoneRow
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import ItemKind, Origin, RundownItem
from broadcaster.home import Home
from broadcaster.media import ffmpeg
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.file import FileOptions
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import broadcasts, ear
from broadcaster.services.desk import beside
from broadcaster.services.station import Station
from tests.kit.horns import RecordedHorn
from tests.kit.site import site

SETTINGS = """
[hours]
windows = ["00:00-23:59"]
[playout.sinks.main]
kind = "null"
[playout.sinks.aircheck]
kind = "null"
"""
ZONES = 20
SPACING_S = 0.5


def render(stop: threading.Event) -> threading.Thread:
    """Master speech-like sound over and over at low priority, as the worker does."""

    def work() -> None:
        noise = ["-f", "lavfi", "-i", "anoisesrc=duration=30:color=pink:sample_rate=48000"]
        while not stop.is_set():
            with contextlib.suppress(Exception):
                ffmpeg.run([*noise, "-af", "loudnorm", "-f", "null", "-"], low_priority=True, cancel=stop)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


class Meter:
    """A sink around another, which notes when the first and the last sample of each broadcast came."""

    def __init__(self, sink):
        self.sink = sink
        self.name, self.kind, self.paced = sink.name, sink.kind, sink.paced
        self.exclusive, self.latency = False, sink.latency
        self.first: dict[int, float] = {}
        self.last: dict[int, float] = {}

    def check(self):
        return self.sink.check()

    def open(self, feed):
        return _Stream(self, self.sink.open(feed), feed.broadcast_id)


class _Stream:
    def __init__(self, meter, stream, number):
        self._meter, self._stream, self._number = meter, stream, number

    def write(self, pcm):
        now = time.time()
        self._meter.first.setdefault(self._number, now)
        self._meter.last[self._number] = now
        self._stream.write(pcm)

    def drop(self):
        self._stream.drop()

    def close(self):
        self._stream.close()


def make_station(root: Path, seconds: dict[str, float]) -> tuple[Station, dict[str, RundownItem]]:
    home = Home(root)
    home.make_folders()
    home.settings_file.write_text(SETTINGS, encoding="utf-8")
    settings = home.settings()
    database = Database(home.database_url(settings))
    schema.upgrade(database)
    with database.write() as session:
        for n in range(ZONES):
            session.add(ZoneRow(code=f"ap-{n}", name=f"Ấp {n}", place="", sink="main", volume=100, position=n))
    items = {}
    for name, length in seconds.items():
        made = root / "make.flac"
        source = f"sine=frequency=440:sample_rate=48000:duration={length}"
        command = [
            ffmpeg.program(),
            "-loglevel",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            source,
            "-sample_fmt",
            "s16",
            str(made),
        ]
        subprocess.run(command, check=True)
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        target = home.store / digest[:2] / f"{digest}.flac"
        target.parent.mkdir(exist_ok=True)
        made.replace(target)
        items[name] = RundownItem(1, ItemKind.CUE, name, digest, round(length * 1000))
    return Station(home, settings, database, SystemClock()), items


def plan(station: Station, start: dt.datetime, item: RundownItem, zone: str, key: str) -> int:
    with station.db.write() as session:
        row = BroadcastRow(
            slot_key=key,
            origin=Origin.ONCE,
            title="Đo",
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=5),
            zones=[zone],
            rundown=(item,),
            reasons=[],
            sound_ms=item.duration_ms,
            late="air",
        )
        session.add(row)
        session.flush()
        return row.id


def row(title: str, values: list[float], unit: str = "ms") -> str:
    values = sorted(values)
    p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
    median = statistics.median(values)
    return f"| {title} | {len(values)} | {median:.2f} | {p99:.2f} | {values[-1]:.2f} | {values[0]:.2f} | {unit} |"


def starts(kind: str, count: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        station, items = make_station(Path(folder), {"tone": 0.3})
        inner = (
            RecordedHorn("main", FileOptions(), site(station.home.airchecks))
            if kind == "file"
            else SimulatedHorn("main")
        )
        meter = Meter(inner)
        begin = station.now() + dt.timedelta(seconds=35)
        planned = {}
        for n in range(count):
            at = begin + dt.timedelta(seconds=n * SPACING_S)
            planned[plan(station, at, items["tone"], f"ap-{n % ZONES}", f"do/{n}")] = at.timestamp()
        stop = threading.Event()
        playout = Playout(*beside(station, refusal=lambda *_: None), sinks={"main": meter}, urgent=True)
        thread = threading.Thread(target=playout.run, args=(stop,))
        thread.start()
        while len(meter.first) < count and time.time() < max(planned.values()) + 10:
            time.sleep(0.5)
        stop.set()
        thread.join()
        station.close()
        late = [(meter.first[n] - at) * 1000 for n, at in planned.items() if n in meter.first]
        return row(f"start lateness, {kind} sink", late)


def stops(count: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        station, items = make_station(Path(folder), {"long": 60.0})
        meter = Meter(SimulatedHorn("main"))
        stop = threading.Event()
        playout = Playout(*beside(station, refusal=lambda *_: None), sinks={"main": meter}, urgent=True)
        thread = threading.Thread(target=playout.run, args=(stop,))
        thread.start()
        took = []
        from broadcaster.domain.people.roles import machine

        for n in range(count):
            number = plan(station, station.now() + dt.timedelta(seconds=0.3), items["long"], "ap-0", f"do/{n}")
            ear.ring(station.home)
            while number not in meter.first:
                time.sleep(0.01)
            time.sleep(0.3)
            pressed = time.time()
            broadcasts.send(station, machine(), "stop", zones=None)
            while playout.airings():
                time.sleep(0.005)
            took.append((meter.last[number] - pressed) * 1000 + 20)
        stop.set()
        thread.join()
        station.close()
        return row("stop: from the button to the end of the fade", took)


def idle(seconds: float) -> str:
    with tempfile.TemporaryDirectory() as folder:
        station, items = make_station(Path(folder), {"tone": 0.3})
        plan(station, station.now() + dt.timedelta(hours=5), items["tone"], "ap-0", "do/x")
        command = [sys.executable, "-m", "broadcaster", "--home", folder, "playout"]  # as `loa up` starts it
        child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
        time.sleep(6)
        process = psutil.Process(child.pid)
        before = process.cpu_times()
        time.sleep(seconds)
        after = process.cpu_times()
        cpu = (after.user + after.system - before.user - before.system) / seconds * 100
        memory = process.memory_info().rss / 2**20
        child.kill()
        child.wait()
        station.close()
        return f"\nIdle play-out process: {cpu:.2f} % of one core, {memory:.0f} MiB resident ({seconds:.0f} s)."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--stops", type=int, default=20)
    parser.add_argument("--idle", type=float, default=30.0)
    parser.add_argument("--render", action="store_true", help="a render at low priority beside the starts and stops")
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)
    print("| what | n | median | p99 | worst | best | unit |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    stop = threading.Event()
    working = render(stop) if wanted.render else None
    print(starts("file", wanted.count), flush=True)
    print(starts("null", wanted.count), flush=True)
    print(stops(wanted.stops), flush=True)
    stop.set()
    if working is not None:
        working.join(10)
    print(idle(wanted.idle), flush=True)


if __name__ == "__main__":
    main()
