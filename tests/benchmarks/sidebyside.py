"""Who starts when told: this play-out beside Liquidsoap, a cron-style script, and APScheduler with a subprocess.

    python -m tests.benchmarks.sidebyside [--count 500] [--spacing 2] [--no-render]      starts, all at once
    python -m tests.benchmarks.sidebyside --first                                        start to first sample, memory
    python -m tests.benchmarks.sidebyside --minutes 60                                   drift against the sample clock
    python -m tests.benchmarks.sidebyside --zones 50 [--seconds 60]                      many zones, processor

One meter (`pipe_meter.py`) listens to each of them on a pipe. A render runs at low priority meanwhile, as the worker's
does. Every system is told the same moments: the even seconds of the wall clock.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from broadcaster.clock import SystemClock
from broadcaster.media import ffmpeg
from broadcaster.services.desk import beside
from tests.benchmarks.airing import Meter, render
from tests.kit.air import ALL_DAY, make_air

METER = [sys.executable, str(Path(__file__).with_name("pipe_meter.py"))]
TIMER = """
import subprocess, sys, time, datetime as dt
from apscheduler.schedulers.background import BackgroundScheduler
scheduler = BackgroundScheduler(timezone=dt.timezone.utc)
scheduler.start()
def play():
    subprocess.Popen(sys.argv[2:], stdout=1)
start, every, count = (float(x) for x in sys.argv[1].split(","))
for n in range(int(count)):
    at = dt.datetime.fromtimestamp(start + n * every, dt.timezone.utc)
    scheduler.add_job(play, "date", run_date=max(at, dt.datetime.now(dt.timezone.utc)))
time.sleep(max(0, start + count * every - time.time()) + 3)
"""
SWITCH = """
settings.init.allow_root.set(true)
settings.log.stdout.set(false)
settings.frame.audio.samplerate.set(48000)
settings.frame.audio.channels.set(1)
tone = single("{tone}")
due = {{ int_of_float(time()) mod {every} == 0 and time() - float_of_int(int_of_float(time())) < 0.5 and time() >= {start} }}
s = switch(track_sensitive=false, [(due, tone)])
s = fallback(track_sensitive=false, [s, blank()])
output.external(flush=true, fallible=true, %wav(stereo=false, samplerate=48000, header=false), "{meter}", s)
"""
QUEUE = """
settings.init.allow_root.set(true)
settings.log.stdout.set(false)
settings.frame.audio.samplerate.set(48000)
settings.frame.audio.channels.set(1)
settings.server.telnet.set(true)
settings.server.telnet.port.set({port})
q = request.queue(id="q")
s = fallback(track_sensitive=false, [q, blank()])
output.external(flush=true, fallible=true, %wav(stereo=false, samplerate=48000, header=false), "{meter}", s)
"""


@dataclass
class System:
    """One of those that are compared."""

    name: str
    book: Path
    processes: list[subprocess.Popen] = field(default_factory=list)
    began: float = 0.0
    threads: list[threading.Thread] = field(default_factory=list)

    def onsets(self) -> list[float]:
        if not self.book.exists():
            return []
        return [float(line.split()[1]) for line in self.book.read_text().splitlines() if line.startswith("onset")]

    def first_sample(self) -> float | None:
        return next(iter(self.onsets()), None)

    def memory(self) -> float:
        """Resident memory of all its processes but the meter (MB)."""
        total = 0
        for process in self.processes:
            with contextlib.suppress(psutil.Error):
                one = psutil.Process(process.pid)
                for each in [one, *one.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error):
                        if "pipe_meter" not in " ".join(each.cmdline()):
                            total += each.memory_info().rss
        return total / 1e6

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for thread in self.threads:
            thread.join(5)


def tone_file(folder: Path, seconds: float, name: str = "tone.wav") -> Path:
    path = folder / name
    source = f"sine=frequency=700:duration={seconds}:sample_rate=48000,volume=3"
    ffmpeg.run(["-loglevel", "error", "-f", "lavfi", "-i", source, "-ac", "1", str(path)])
    return path


def ours(folder: Path, moments: list[float], seconds: float = 0.5, lead: float = 0.0) -> System:
    """The play-out of this project, its pipe sink leading to the meter."""
    del lead
    system = System("Loa Xã, pipe sink", folder / "ours.book")
    home = folder / "dai"
    air = make_air(home, SystemClock(), windows=ALL_DAY)
    command = [*METER, str(system.book)]
    text = "[hours]\nwindows = " + ALL_DAY + '\n[playout.sinks.main]\nkind = "pipe"\n'
    text += f"[playout.sinks.main.options]\ncommand = {command!r}\nkeep = true\n".replace("'", '"')
    text += '[playout.sinks.aircheck]\nkind = "null"\n'
    air.station.home.settings_file.write_text(text, encoding="utf-8")
    air.sound("tone", seconds, 700)
    air.zones("ap-1")
    for n, moment in enumerate(moments):
        at = dt.datetime.fromtimestamp(moment, dt.UTC)
        air.plan(at, [air.cue(1, "tone")], "ap-1", slot_key=f"s{n}", late="air", grace_s=60)
    air.station.close()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "broadcaster", "--home", str(home), "playout"]  # as `loa up` starts it
    system.began = time.time()
    log = (folder / "ours.log").open("wb")
    system.processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
    return system


def liquidsoap(folder: Path, name: str, script: str) -> System:
    system = System(name, folder / f"{name.rsplit(maxsplit=1)[-1]}.book")
    path = folder / f"{name.rsplit(maxsplit=1)[-1]}.liq"
    meter = " ".join([*METER, str(system.book)])
    path.write_text(script.replace("{meter}", meter), encoding="utf-8")
    system.began = time.time()
    log = (folder / f"{path.stem}.log").open("wb")
    system.processes.append(subprocess.Popen(["liquidsoap", str(path)], stdout=log, stderr=log))
    return system


def switched(folder: Path, start: float, every: int) -> System:
    long = tone_file(folder, 600, "long.wav")
    script = SWITCH.replace("{{", "{").replace("}}", "}").replace("{every}", str(every)).replace("{tone}", str(long))
    return liquidsoap(folder, "Liquidsoap, switch", script.replace("{start}", f"{start - 0.001:.3f}"))


def queued(folder: Path, moments: list[float], tone: Path) -> System:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    system = liquidsoap(folder, "Liquidsoap, queue", QUEUE.replace("{port}", str(port)))

    def push() -> None:
        link = None
        while link is None and system.processes[0].poll() is None:
            with contextlib.suppress(OSError):
                link = socket.create_connection(("127.0.0.1", port), 1)
            time.sleep(0.2)
        for moment in moments:
            if link is None:
                return
            time.sleep(max(0.0, moment - time.time()))
            with contextlib.suppress(OSError):
                link.sendall(f"q.push {tone}\n".encode())

    system.threads.append(threading.Thread(target=push, daemon=True))
    system.threads[0].start()
    return system


def metered(folder: Path, name: str, stem: str, command: list[str]) -> System:
    """A program whose standard output is the meter's input."""
    system = System(name, folder / f"{stem}.book")
    system.began = time.time()
    meter = subprocess.Popen([*METER, str(system.book)], stdin=subprocess.PIPE)
    program = subprocess.Popen(command, stdout=meter.stdin)
    meter.stdin.close()
    system.processes += [program, meter]
    return system


def player(tone: Path) -> list[str]:
    """What ffplay is on a machine without a screen: a player started for one file."""
    return [ffmpeg.program(), "-loglevel", "error", "-nostdin", "-re", "-i", str(tone), "-f", "s16le", "pipe:1"]


def cron(folder: Path, moments: list[float], tone: Path) -> System:
    """What cron does, without its whole minutes: a shell starts the player when the moment has come."""
    command = " ".join(player(tone))
    lines = [
        f'd=$(echo "{m} - $(date +%s.%N)" | awk \'{{print $1 - $3}}\'); sleep "${{d#-}}"; {command} &' for m in moments
    ]
    script = folder / "cron.sh"
    script.write_text("\n".join(lines) + "\nwait\n", encoding="utf-8")
    return metered(folder, "cron-style shell + ffplay-style player", "cron", ["bash", str(script)])


def timer(folder: Path, start: float, every: float, count: int, tone: Path) -> System:
    command = [sys.executable, "-c", TIMER, f"{start},{every},{count}", *player(tone)]
    return metered(folder, "APScheduler + subprocess", "timer", command)


def errors(system: System, moments: list[float]) -> list[float]:
    """Return start errors (ms) of the moments that were heard within a second."""
    found = system.onsets()
    near = [min(found, key=lambda o, m=m: abs(o - m), default=None) for m in moments]
    return [(o - m) * 1000 for o, m in zip(near, moments, strict=True) if o is not None and abs(o - m) < 1.0]


def row(name: str, values: list[float], count: int, memory: float) -> str:
    if not values:
        return f"| {name} | 0 of {count} heard | | | | | |"
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    return (
        f"| {name} | {len(values)} of {count} | {statistics.median(ordered):.1f} | {p99:.1f} | {ordered[-1]:.1f} "
        f"| {ordered[0]:.1f} | {memory:.0f} |"
    )


def starts(count: int, every: int, *, busy: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tone = tone_file(folder, 0.5)
        start = (int(time.time()) // every + 1) * every + 20
        moments = [float(start + n * every) for n in range(count)]
        stop = threading.Event()
        systems = [ours(folder, moments)]
        if shutil.which("liquidsoap"):
            systems += [switched(folder, float(start), every), queued(folder, moments, tone)]
        systems += [cron(folder, moments, tone), timer(folder, float(start), every, count, tone)]
        working = render(stop) if busy else None
        memory = {}
        try:
            while time.time() < moments[-1] + 2:
                time.sleep(1)
                for system in systems:
                    memory[system.name] = max(memory.get(system.name, 0.0), system.memory())
        finally:
            stop.set()
            for system in systems:
                system.end()
            if working is not None:
                working.join(10)
        print(f"{count} starts, one each {every} s, {'a render running' if busy else 'nothing else running'}\n")
        print("| who | heard | median ms | p99 ms | latest ms | earliest ms | resident MB |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for system in systems:
            print(row(system.name, errors(system, moments), count, memory[system.name]))


def first() -> None:
    """Print the time from the start of a process to the first sample, one system after the other."""
    print("| who | start to first sample, s | resident MB |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tone = tone_file(folder, 3.0)
        now = time.time()
        makers = [
            lambda f: ours(f, [time.time() + 0.2], 3.0),
            lambda f: metered(f, "shell + ffplay-style player", "cron", player(tone)),
            lambda f: timer(f, now, 1.0, 1, tone),
        ]
        if shutil.which("liquidsoap"):
            makers.insert(1, lambda f: switched(f, now, 1))
        for n, make in enumerate(makers):
            own = folder / str(n)
            own.mkdir()
            system = make(own)
            end = time.monotonic() + 60
            while system.first_sample() is None and time.monotonic() < end:
                time.sleep(0.02)
            memory = system.memory()
            heard = system.first_sample()
            system.end()
            print(f"| {system.name} | {'-' if heard is None else f'{heard - system.began:.2f}'} | {memory:.0f} |")


def drift(minutes: float) -> None:
    """Print how far the pipe's samples part from the sample clock over a long item."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = minutes * 60
        system = ours(folder, [time.time() + 10], seconds)
        while not system.onsets():
            time.sleep(0.2)
        time.sleep(seconds + 3)
        system.end()
        lines = [line.split() for line in system.book.read_text().splitlines()]
        begun = next((float(w[2]), int(w[3])) for w in lines if w[0] == "onset")
        ended = next((float(w[2]), int(w[3])) for w in lines if w[0] == "end")
        apart = (ended[0] - begun[0]) - (ended[1] - begun[1]) / 48000
        print(f"{minutes:g} minutes: the samples heard and the monotonic clock part by {apart * 1000:.1f} ms")


def zones(count: int, seconds: float) -> None:
    """Print what many zones at once, each with a programme of its own, cost, and how late each began."""
    from broadcaster.playout.engine import Playout
    from broadcaster.playout.sinks.file import FileOptions
    from tests.kit.horns import RecordedHorn
    from tests.kit.site import site

    with tempfile.TemporaryDirectory() as name:
        air = make_air(Path(name) / "dai", SystemClock(), windows=ALL_DAY)
        checks = Path(name) / "checks"
        sinks = {f"s{n}": Meter(RecordedHorn(f"s{n}", FileOptions(flac=False), site(checks))) for n in range(count)}
        start = air.station.now() + dt.timedelta(seconds=15)
        numbers = []
        for n in range(count):
            air.sound(f"p{n}", seconds, 300 + 20 * n)
            air.zones(f"ap-{n}", sink=f"s{n}", volume=90)
            numbers.append(air.plan(start, [air.cue(1, f"p{n}")], f"ap-{n}", slot_key=f"k{n}", late="air", grace_s=60))
        start = air.station.now() + dt.timedelta(seconds=15)
        from broadcaster.db.models import BroadcastRow

        with air.station.db.write() as session:
            for number in numbers:
                found = session.get(BroadcastRow, number)
                found.starts_at, found.ends_at = start, start + dt.timedelta(hours=1)
        playout = Playout(*beside(air.station, refusal=lambda *_: None), sinks=sinks, urgent=True)
        stop = threading.Event()
        thread = threading.Thread(target=playout.run, args=(stop,))
        thread.start()
        me = psutil.Process()
        time.sleep(max(0.0, (start - air.station.now()).total_seconds()) + 2)
        before, at = sum(me.cpu_times()[:2]), time.monotonic()
        time.sleep(max(1.0, seconds - 5))
        used = (sum(me.cpu_times()[:2]) - before) / (time.monotonic() - at)
        memory = me.memory_info().rss / 1e6
        time.sleep(6)
        stop.set()
        thread.join(30)
        late = [
            (s.first[n] - start.timestamp()) * 1000
            for s, n in zip(sinks.values(), numbers, strict=True)
            if n in s.first
        ]
        full = sum(air.row(n).state.value == "aired" for n in numbers)
        proofs = "with proof of airing"
        print(f"{count} zones, {count} programmes at once, file sinks, {proofs}: {used * 100:.0f} % of one core,")
        print(f"{memory:.0f} MB resident; {full} aired whole; start median {statistics.median(late):.1f} ms,", end=" ")
        print(f"latest {max(late):.1f} ms")
        air.station.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--spacing", type=int, default=2)
    parser.add_argument("--no-render", action="store_true")
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--zones", type=int)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    if options.first:
        first()
    elif options.minutes:
        drift(options.minutes)
    elif options.zones:
        zones(options.zones, options.seconds)
    else:
        starts(options.count, options.spacing, busy=not options.no_render)


if __name__ == "__main__":
    main()
