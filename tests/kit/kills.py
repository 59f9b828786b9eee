"""kill -9 of a real play-out at random moments, again and again on one station, and what the log says afterwards.

    python -m tests.kit.kills --runs 300 --seed 1

Each life is a process of its own, forked from one that has everything imported, and killed 0.1 to 2 seconds later.
Broadcasts of three items begin all the time, in zones and with late policies that change. Each item is samples of
one value, so that the sink itself notes what really left and for how long. At the end one more life gives every
broadcast its verdict, and the books are compared: what was planned, what left the sink, what the log says.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import select

from broadcaster.clock import SystemClock
from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import RundownItem
from broadcaster.domain.air.lateness import ON_TIME
from broadcaster.domain.log.playlog import Outcome
from broadcaster.media import ffmpeg
from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.desk import beside
from broadcaster.services.log import playlog
from broadcaster.services.station import open_station
from tests.kit.air import ALL_DAY, Air, make_air

ZONES = 5
POLICIES = ("skip", "air", "join")
GRACE_S = 3
JITTER_S = 0.25
"""From the decision to start to the first sample, on a machine as busy as this makes it (s)."""
FRAGMENT = 4800
"""A fragment of up to a tenth of a second may sound before the journal knows of it (samples)."""


class Tally:
    """A sink that notes what leaves it: broadcast, value of the samples, how many; one line for each piece."""

    kind, paced, exclusive, latency = "null", False, False, 0.0

    def __init__(self, name: str, book: Path) -> None:
        self.name = name
        self._book = book

    def check(self) -> str:
        return ""

    def open(self, feed):
        return _Noted(feed.broadcast_id, os.open(self._book, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


class _Noted:
    def __init__(self, broadcast: int, handle: int) -> None:
        self._broadcast, self._handle = broadcast, handle

    def write(self, pcm) -> None:
        samples = np.frombuffer(pcm, "<i2")
        value = int(samples[0])
        line = f"{self._broadcast} {value // 1000} {len(samples)} {os.getpid()} {time.time():.4f}\n"
        os.write(self._handle, line.encode())

    def drop(self) -> None:
        pass

    def close(self) -> None:
        os.close(self._handle)


@dataclass
class Totals:
    """What came out."""

    runs: int = 0
    seed: int = 0
    broadcasts: int = 0
    killed_while_airing: int = 0
    entries: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    aired_twice: int = 0
    fragments_before_the_journal: int = 0
    late_beyond_policy: int = 0
    latest_over_policy_s: float = 0.0
    lost_from_the_log: int = 0
    without_verdict: int = 0
    sounded_but_logged_as_never_started: int = 0
    chain_holds: bool = False
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return self.chain_holds and not (
            self.aired_twice
            or self.late_beyond_policy
            or self.lost_from_the_log
            or self.without_verdict
            or self.sounded_but_logged_as_never_started
        )


def level(air: Air, name: str, seconds: float, value: int) -> None:
    """Keep a sound whose every sample is `value`."""
    folder = air.station.home.store
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "new.flac"
    shape = ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", "-", "-f", "flac", str(path)]
    data = np.full(round(48000 * seconds), value, "<i2").tobytes()
    subprocess.run([ffmpeg.program(), "-loglevel", "error", "-y", *shape], input=data, check=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    target = folder / digest[:2] / f"{digest}.flac"
    target.parent.mkdir(exist_ok=True)
    path.replace(target)
    air.keep(name, digest, seconds)


def live(home: Path, book: Path, stop: threading.Event) -> None:
    """Be a play-out until killed, or told to stop."""
    station = open_station(home)
    sinks = {"main": Tally("main", book), "aircheck": SimulatedHorn("aircheck")}
    try:
        Playout(*beside(station, refusal=lambda *_: None), sinks=sinks).run(stop)
    finally:
        station.close()


def fork(home: Path, book: Path) -> int:
    """Start a life; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        live(home, book, threading.Event())
    finally:
        os._exit(1)


def torture(folder: Path, runs: int, seed: int, say=lambda _line: None) -> Totals:
    """Kill play-out `runs` times and return the totals."""
    chance = random.Random(seed)
    totals = Totals(runs=runs, seed=seed)
    begun = time.monotonic()
    air = make_air(folder / "dai", SystemClock(), windows=ALL_DAY)
    for n, (name, seconds) in enumerate((("một", 0.3), ("hai", 0.8), ("ba", 0.25)), 1):
        level(air, name, seconds, n * 1000)
    zones = [f"ap-{n}" for n in range(ZONES)]
    air.zones(*zones)
    items = [air.cue(1, "một"), air.script(2, "hai"), air.cue(3, "ba")]
    book, numbers, free = folder / "book", [], dict.fromkeys(zones, air.station.now())
    for run in range(runs):
        now = air.station.now()
        for zone in [z for z in zones if free[z] <= now][:3]:
            at = now + chance.uniform(0.2, 2.2) * dt.timedelta(seconds=1)
            free[zone] = at + dt.timedelta(seconds=GRACE_S + 2)
            policy = chance.choice(POLICIES)
            key = f"{zone}-{run}"
            numbers.append(air.plan(at, items, zone, slot_key=key, late=policy, grace_s=GRACE_S))
        air.station.db.dispose()  # nothing of the database may be shared over a fork
        child = fork(air.station.home.root, book)
        time.sleep(chance.uniform(0.1, 2.0))
        size = book.stat().st_size if book.exists() else 0
        time.sleep(0.03)
        totals.killed_while_airing += (book.stat().st_size if book.exists() else 0) > size
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if (run + 1) % 25 == 0:
            say(f"{run + 1} kills, {len(numbers)} broadcasts")
    stop = threading.Event()
    last = threading.Thread(target=live, args=(air.station.home.root, book, stop))
    last.start()
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and _open(air):
        time.sleep(0.2)
    stop.set()
    last.join(30)
    _compare(air, numbers, items, book, totals)
    air.station.close()
    totals.seconds = round(time.monotonic() - begun, 1)
    return totals


def _open(air: Air) -> int:
    with air.station.db.read() as session:
        states = session.scalars(select(BroadcastRow.state))
        return sum(not s.terminal for s in states)


def _compare(air: Air, numbers: list[int], items: list[RundownItem], book: Path, totals: Totals) -> None:
    with air.station.db.read() as session:
        rows = {r.id: r for r in session.scalars(select(BroadcastRow))}
        log = list(session.scalars(select(PlayLogEntry)))
        totals.chain_holds = playlog.verify(session).holds
        _judge(rows, log, numbers, items, book, totals)


def _judge(rows, log, numbers, items, book: Path, totals: Totals) -> None:
    totals.broadcasts, totals.entries = len(numbers), len(log)
    totals.outcomes = dict(Counter(e.outcome.value for e in log))
    totals.verdicts = dict(Counter(rows[n].state.value for n in numbers))
    totals.without_verdict = sum(not rows[n].state.terminal or not rows[n].verdict for n in numbers)
    by_item = {(e.broadcast_id, e.item_no): e for e in log}
    totals.lost_from_the_log = len(numbers) * len(items) - len(by_item)
    left: dict[tuple[int, int], dict[str, int]] = {}
    for line in book.read_text().splitlines() if book.exists() else ():
        with contextlib.suppress(ValueError):
            broadcast, item, count, life, _ = line.split()
            lives = left.setdefault((int(broadcast), int(item)), {})
            lives[life] = lives.get(life, 0) + int(count)
    for key, lives in left.items():
        if key[1] == 0:
            continue
        if len(lives) > 1:
            *before, _ = lives.values()
            totals.aired_twice += max(before) > FRAGMENT
            totals.fragments_before_the_journal += max(before) <= FRAGMENT
        entry = by_item.get(key)
        if entry is not None and entry.started_at is None and max(lives.values()) > FRAGMENT:
            totals.sounded_but_logged_as_never_started += 1
    for entry in log:
        if entry.item_no != 1 or entry.started_at is None:
            continue
        row = rows[entry.broadcast_id]
        allowed = ON_TIME if row.late == "skip" else dt.timedelta(seconds=row.grace_s + 1)
        over = (entry.started_at - row.starts_at - allowed).total_seconds()
        totals.late_beyond_policy += over > JITTER_S
        totals.latest_over_policy_s = round(max(totals.latest_over_policy_s, over), 3)
        assert entry.outcome is not Outcome.FULL or entry.heard_ms == entry.duration_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        totals = torture(Path(folder), options.runs, options.seed, lambda line: print(line, flush=True))
    print(json.dumps(asdict(totals), ensure_ascii=False, indent=2))
    sys.exit(0 if totals.good else 1)


if __name__ == "__main__":
    main()
