"""A station in ordinary use for an hour: what grows, of memory, handles and threads, in each process, and how surely.

    python -m tests.benchmarks.soak --minutes 60 --people 3

`loa up` runs as it does anywhere. People turn pages and their bar asks every two seconds; a script is written and spoken each
minute, a broadcast airs each two, an emergency is declared and ended each five. The slope is the least squares' line over
the last two thirds, with its standard error: what a start loads is no growth.
"""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from broadcaster.domain.people.roles import Role, machine
from broadcaster.services.air import emergency_ending
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import want_rendition
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from tests.benchmarks.panel_load import PASSWORD, PORT, Person
from tests.kit import emergencies
from tests.kit.air import Air
from tests.kit.people import EDITOR
from tests.kit.residents import Resident, residents
from tests.kit.scripts import draft
from tests.kit.waiting import until
from tests.kit.web import answers

PAGES = ["/", "/scripts/", "/schedule/", "/log/", "/zones/", "/approve/", "/reports/"]
SETTINGS = {
    "web": {"port": PORT},
    "speech": {"voices": ["tone:beep"]},
    "hours": {"windows": ["00:00-24:00"]},
    "playout": {"sinks": {"main": {"kind": "null"}, "aircheck": {"kind": "file"}}},
}


def line(seconds: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The slope an hour of the least squares' line, and its standard error."""
    middle, count = statistics.fmean(seconds), len(seconds)
    square = sum((s - middle) ** 2 for s in seconds)
    level = statistics.fmean(values)
    slope = sum((s - middle) * (v - level) for s, v in zip(seconds, values, strict=True)) / square
    left = sum((v - level - slope * (s - middle)) ** 2 for s, v in zip(seconds, values, strict=True))
    return slope * 3600, (left / (count - 2) / square) ** 0.5 * 3600


def _founded(root: Path) -> Air:
    station = init(root, overrides=SETTINGS)
    temporary = accounts.create_user(station, machine(), "taithu", "Tải thử", [Role.OPERATOR, Role.EDITOR])
    signing_in.change_password(station, accounts.actor_named(station, "taithu"), temporary, PASSWORD)
    air = Air(station)
    air.sound("lời nói", 1.0, 700)
    air.sound("bài", 4.0)
    return air


def _use(air: Air, minute: int) -> None:
    station: Station = air.station
    want_rendition(station, EDITOR, add_script(station, EDITOR, draft(title=f"Bài phút {minute}")))
    zones = _zones(station)
    if minute % 2 == 0:
        at = station.now() + dt.timedelta(seconds=20)
        air.plan(at, [air.cue(1, "bài")], zones[0], slot_key=f"phut-{minute}", late="air", grace_s=60)
    if minute % 5 == 0:
        number = emergencies.declared(air, zones=(zones[-1],))
        time.sleep(5)
        emergency_ending.cancel(station, emergencies.OPERATOR, number, "thử xong")


def _zones(station: Station) -> list[str]:
    with station.db.read() as session:
        return list(session.connection().exec_driver_sql("SELECT code FROM zones ORDER BY position").scalars())


def _shown(samples: dict[str, list[tuple[float, Resident]]]) -> None:
    print(
        "| process | MB at a third, at the end | MB an hour | handles an hour | threads | restarts |\n| --- |"
        + " --- |" * 5
    )
    for name, all_of_it in samples.items():
        kept = all_of_it[len(all_of_it) // 3 :]
        if len(kept) < 10:
            continue
        at = [second for second, _ in kept]
        grown, error = line(at, [r.pss for _, r in kept])
        handles, handle_error = line(at, [r.handles for _, r in kept])
        threads = f"{min(r.threads for _, r in kept)} to {max(r.threads for _, r in kept)}"
        pids = len({r.pid for _, r in all_of_it}) - 1
        print(
            f"| {name} | {kept[0][1].pss:.1f}, {kept[-1][1].pss:.1f} | {grown:+.2f} ± {error:.2f} "
            f"| {handles:+.2f} ± {handle_error:.2f} | {threads} | {pids} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=3)
    options = parser.parse_args()
    samples: dict[str, list[tuple[float, Resident]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "dai"
        air = _founded(home)
        command = [sys.executable, "-m", "broadcaster", "--home", str(home), "up"]
        up = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: answers(PORT), 120)
            begun, minute = time.monotonic(), 0
            end = begun + options.minutes * 60
            people = [Person(n, PAGES, time.perf_counter() + options.minutes * 60, 3.0) for n in range(options.people)]
            for person in people:
                person.sign_in()
                person.start()
            while (now := time.monotonic()) < end:
                if now - begun >= minute * 60:
                    _use(air, minute)
                    minute += 1
                for one in residents(up.pid):
                    if one.name in {"supervise", "up", "playout", "desk", "worker", "web"}:
                        samples[one.name].append((now - begun, one))
                if minute % 10 == 0 and now - begun < minute * 60 - 50:
                    print(f"{minute} minutes", flush=True)
                time.sleep(10)
            for person in people:
                person.join(60)
            print("answers by status:", {c: sum(p.codes[c] for p in people) for p in people for c in p.codes})
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(60)
        outcomes: dict[str, int] = defaultdict(int)
        for entry in air.log():
            outcomes[entry.outcome] += 1
        print("entries:", dict(outcomes))
        air.station.close()
    _shown(samples)


if __name__ == "__main__":
    main()
