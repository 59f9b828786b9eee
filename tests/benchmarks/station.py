"""A whole station measured from outside: planning, a bulletin, start, idle cost.

    python -m tests.benchmarks.station [planning|bulletin|start|idle ...]

Each figure stands beside an alternative of the same run where there is one.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from broadcaster.clock import FrozenClock
from broadcaster.domain.schedule.candidates import Candidate, CueSound
from broadcaster.domain.schedule.rotations import CueStep, DayKind, FillStep, Rotation, Slot
from broadcaster.domain.schedule.rundown import History, fill
from broadcaster.domain.scripts.scripts import Genre, Priority
from broadcaster.scheduling.expand import expand
from tests.kit.web import health

PORT = 18533


def planning() -> None:
    """Plan a year for 50 zones, 3 slots a day, each zone its own slot; rows into SQLite; beside the bare expansion."""
    from sqlalchemy import delete, func, select

    from broadcaster.db.models import BroadcastRow, ZoneRow
    from broadcaster.domain.people.roles import machine
    from broadcaster.services.schedule.planning import plan
    from broadcaster.services.schedule.rotations import apply_rotation
    from broadcaster.services.setup.founding import init

    with tempfile.TemporaryDirectory() as folder:
        clock = FrozenClock(dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC))
        station = init(Path(folder) / "home", clock=clock)
        with station.db.write() as session:
            session.execute(delete(ZoneRow))
            for n in range(50):
                session.add(ZoneRow(code=f"z{n:02d}", name=f"Cụm {n}", position=n))
        slots = "".join(
            f'[[slot]]\ncode = "s{n:02d}-{h}"\ntitle = "Buổi {h} giờ"\nstart = "{h}:00"\nmax_minutes = 20\nzones = ["z{n:02d}"]\n'
            f'[[slot.item]]\nkind = "cue"\ncue = "ngat"\n[[slot.item]]\nkind = "fill"\n'
            for n in range(50)
            for h in ("05", "11", "17")
        )
        apply_rotation(
            station, machine(), f'[rotation]\ncode = "nam"\ntitle = "Năm"\nvalid_from = 2026-01-01\n{slots}', "nam.toml"
        )
        began, cpu = time.perf_counter(), time.process_time()
        result = plan(station, 365)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        with station.db.read() as session:
            count = session.scalar(select(func.count()).select_from(BroadcastRow))
        again = time.perf_counter()
        second = plan(station, 365)
        again = time.perf_counter() - again
        station.close()
    began = time.perf_counter()
    rotation = Rotation(
        code="r",
        title="R",
        days=DayKind.ORDINARY,
        slots=tuple(
            Slot(
                code=f"s{n}-{h}",
                title="B",
                start=dt.time(h),
                max_length=dt.timedelta(minutes=20),
                weekdays=frozenset(range(7)),
                zones=(f"z{n:02d}",),
                steps=(CueStep("ngat"), FillStep()),
            )
            for n in range(50)
            for h in (5, 11, 17)
        ),
        valid_from=dt.date(2026, 1, 1),
    )
    from zoneinfo import ZoneInfo

    bare = sum(1 for _ in expand([rotation], dt.date(2027, 1, 1), 365, {}, ZoneInfo("Asia/Ho_Chi_Minh")))
    bare_s = time.perf_counter() - began
    print(
        f"plan a year, 50 zones: {count} broadcasts, {wall:.1f} s wall, {cpu:.1f} s CPU ({result.added} added); "
        f"again {again:.1f} s ({second.added} added); bare expansion of {bare} occurrences {bare_s:.2f} s"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    _filling()


def _filling() -> None:
    """Fill one slot among 40 candidates."""
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    found = [
        Candidate(
            script_id=n,
            revision=1,
            title=f"Bài {n}",
            topic=f"t{n % 10}",
            unit="vhxh",
            genre=Genre.COLUMN,
            priority=Priority.NORMAL,
            valid_from=None,
            valid_to=None,
            approved_at=at,
            spoken_sha256="a" * 64,
            audio_sha256="b" * 64,
            duration_ms=70_000,
            voice="v",
        )
        for n in range(40)
    ]
    slot = Slot(
        code="s",
        title="S",
        start=dt.time(5),
        max_length=dt.timedelta(minutes=20),
        weekdays=frozenset(range(7)),
        zones=("all",),
        steps=(CueStep("ngat"), FillStep(max_items=8, separator="ngat")),
    )
    cues = {"ngat": CueSound("ngat", "Ngắt", "c" * 64, 1500)}
    history, runs = History(), 2000
    began = time.perf_counter()
    for n in range(runs):
        fill(slot, at + dt.timedelta(days=n), at.date(), found, cues, history)
    print(f"fill one slot among 40 scripts: {(time.perf_counter() - began) / runs * 1e6:.0f} µs")


def _five_minutes() -> str:
    """Return different sentences of the starter texts, some five minutes of them."""
    from broadcaster.services.setup.founding import starter_files
    from broadcaster.text import front_matter

    bodies, words = [], 0
    for path in reversed(starter_files()):
        body = front_matter.parse(path.read_text(encoding="utf-8"), name=path.name).body
        if "{" not in body and words < 830:
            bodies.append(body)
            words += len(body.split())
    return "\n\n".join(bodies)


_PLAIN = """
import os, sys
from pathlib import Path
from broadcaster.media import ffmpeg
from pydub import AudioSegment
from pydub.effects import normalize
AudioSegment.converter = ffmpeg.program()
said = AudioSegment.silent(500)
for name in sys.argv[2:]:
    said += AudioSegment.from_wav(name) + AudioSegment.silent(400)
normalize(said).export(sys.argv[1], format="mp3", bitrate="64k")
"""
"""What a good hobbyist writes around gTTS, once it has its sentences."""


def bulletin() -> None:
    """Seconds and peak memory to produce a five-minute bulletin, cold and with every sentence cached, by each voice."""
    from broadcaster.services.setup.founding import init

    for voice in ("espeak:vi+f2", "vi-neural:south-female"):
        with tempfile.TemporaryDirectory() as folder:
            station = init(Path(folder) / "home", overrides={"speech": {"voices": [voice]}})
            body = _five_minutes()
            (Path(folder) / "b.md").write_text(f'+++\ntitle = "Bản tin"\nunit = "vhxh"\n+++\n{body}', encoding="utf-8")
            station.close()
            home = ["--home", str(Path(folder) / "home")]
            _loa([*home, "script", "add", str(Path(folder) / "b.md")])
            for name in ("cold", "cached"):
                seconds, peak = _loa([*home, "script", "speak", "1"])
                with sqlite3.connect(Path(folder) / "home" / "station.db") as db:
                    length = db.execute("select duration_ms from renditions order by id desc").fetchone()[0] / 1000
                print(
                    f"bulletin {voice} {name}: {length:.0f} s of sound in {seconds:.1f} s ({seconds / length:.3f} x real time), peak {peak:.0f} MB"
                )
            given = sorted((Path(folder) / "home" / "audio" / "clips").glob("*/*.wav"))
            seconds, peak = _timed(
                [sys.executable, "-W", "ignore", "-c", _PLAIN, f"{folder}/plain.mp3", *map(str, given)]
            )
            print(
                f"  a plain pydub script given the same {len(given)} sentences, joined, normalized, MP3: "
                f"{seconds:.1f} s ({seconds / length:.3f} x real time), peak {peak:.0f} MB; it speaks, shapes and measures nothing"
            )


def start() -> None:
    """Seconds from `loa up` to a panel that answers and a play-out that beats."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _loa(["init", str(home)])
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "broadcaster", "--home", str(home), "up", "--port", str(PORT)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(lambda: health(PORT)[0] != 0)
            web = time.perf_counter() - began

            def beats() -> bool:
                with sqlite3.connect(home / "station.db") as db:
                    return (
                        db.execute("select count(*) from heartbeats where process in ('playout', 'worker')").fetchone()[
                            0
                        ]
                        == 2
                    )

            _wait(beats)
            print(f"loa up: panel answers after {web:.1f} s, all three ready after {time.perf_counter() - began:.1f} s")
            _idle(process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        print(f"Ctrl-C to all stopped, exit code {process.returncode}")


def _idle(pid: int, seconds: float = 60.0) -> None:
    """CPU and memory of all processes of a station that waits for its next broadcast."""
    time.sleep(15)
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    before = sum(sum(p.cpu_times()[:2]) for p in family)
    time.sleep(seconds)
    used = sum(sum(p.cpu_times()[:2]) for p in family) - before
    memory = {p.cmdline()[5] if len(p.cmdline()) > 5 else "up": p.memory_info().rss / 1e6 for p in family}
    print(
        f"idle: {100 * used / seconds:.2f} % of one core over {seconds:.0f} s; memory "
        + ", ".join(f"{n} {m:.0f} MB" for n, m in memory.items())
        + f", sum {sum(memory.values()):.0f} MB"
    )


def _loa(arguments: list[str]) -> tuple[float, float]:
    return _timed([sys.executable, "-m", "broadcaster", *arguments])


def _timed(command: list[str]) -> tuple[float, float]:
    """Return the seconds that a command took, and the peak memory (MB) of it and its children together."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0.0
    while process.poll() is None:
        try:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            peak = max(peak, sum(p.memory_info().rss for p in family) / 1e6)
        except psutil.Error:
            pass
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(process.stderr.read().decode() if process.stderr else "failed")
    return time.perf_counter() - began, peak


def _wait(ready: object, most: float = 60.0) -> None:
    end = time.perf_counter() + most
    while time.perf_counter() < end:
        with suppress(OSError, sqlite3.Error):
            if ready():  # type: ignore[operator]
                return
        time.sleep(0.05)
    raise SystemExit("not ready in time")


if __name__ == "__main__":
    os.environ.pop("LOA_HOME", None)
    chosen = sys.argv[1:] or ["planning", "bulletin", "start"]
    for name in chosen:
        {"planning": planning, "bulletin": bulletin, "start": start}[name]()
