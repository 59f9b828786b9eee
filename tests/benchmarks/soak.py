"""A station in ordinary use for an hour: what grows, of memory, handles and threads, in each process, and how surely.

    python -m tests.benchmarks.soak --minutes 60 --people 3
    python -m tests.benchmarks.soak --simulated-hours 72

`loa up` runs as it does anywhere. People turn pages and their bar asks every two seconds; a script is written and spoken each
minute, a broadcast airs each two, an emergency is declared and ended each five. The slope is the least squares' line over
the last two thirds, with its standard error (`tests.kit.growth`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
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
from tests.kit.growth import growth, settled
from tests.kit.people import EDITOR
from tests.kit.residents import Resident, residents
from tests.kit.scripts import draft
from tests.kit.simulated_days import Look, simulated_days
from tests.kit.waiting import until
from tests.kit.web import answers

PAGES = ["/", "/scripts/", "/schedule/", "/log/", "/zones/", "/approve/", "/reports/"]
SETTINGS = {
    "web": {"port": PORT},
    "speech": {"voices": ["tone:beep"]},
    "hours": {"windows": ["00:00-24:00"]},
    "playout": {"sinks": {"main": {"kind": "pipe", "options": {"command": ["cat"]}}, "aircheck": {"kind": "file"}}},
}


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


def _shown(samples: Mapping[str, list[tuple[float, Resident]]]) -> None:
    print(
        "| process | MB at a third, at the end | MB an hour | handles an hour | threads an hour | restarts |\n| --- |"
        + " --- |" * 5
    )
    for name, all_of_it in samples.items():
        kept = settled(all_of_it)
        if len(kept) < 10:
            continue
        hours = [second / 3600 for second, _ in kept]
        by = [growth(hours, [getattr(r, what) for _, r in kept]) for what in ("held", "handles", "threads")]
        pids = len({r.pid for _, r in all_of_it}) - 1
        print(
            f"| {name} | {kept[0][1].held:.1f}, {kept[-1][1].held:.1f} | {by[0]} | {by[1]} | {by[2]} | {pids} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument(
        "--simulated-hours", type=int, help="instead: so many hours over a stepped clock, in one process"
    )
    options = parser.parse_args()
    if options.simulated_hours:
        simulated(options.simulated_hours)
    else:
        real(options.minutes, options.people)


def simulated(hours: int) -> None:
    """Let the hours pass over a stepped clock, and tell what they leave."""
    looks: list[Look] = []
    with tempfile.TemporaryDirectory() as folder, simulated_days(Path(folder)) as days:
        for look in days.live(hours):
            looks.append(look)
            print(
                f"{look.hour:3.0f} h: {look.memory:.1f} MB, {look.handles} handles, {look.threads} threads, "
                f"{look.objects} objects, {look.leftovers} left files, {sum(look.rows.values())} rows",
                flush=True,
            )
        print("answers by status:", days.said)
    kept = settled(looks)
    at = [look.hour / 24 for look in kept]
    print("| what | at a third, at the end | a simulated day |\n| --- | --- | --- |")
    for what in ("memory", "handles", "threads", "objects", "leftovers"):
        values = [float(getattr(look, what)) for look in kept]
        print(f"| {what} | {values[0]:.1f}, {values[-1]:.1f} | {growth(at, values)} |")
    for table, rows in sorted(looks[-1].rows.items()):
        values = [float(look.rows[table]) for look in kept]
        if len(set(values)) > 1:
            print(f"| rows of `{table}` | {values[0]:.0f}, {rows} | {growth(at, values)} |")


def real(minutes: float, people_at_once: int) -> None:
    """Use a real station for so long, and tell what grew."""
    samples: dict[str, list[tuple[float, Resident]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "dai"
        air = _founded(home)
        command = [sys.executable, "-m", "broadcaster", "--home", str(home), "up"]
        up = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: answers(PORT), 120)
            begun, minute = time.monotonic(), 0
            end = begun + minutes * 60
            people = [Person(n, PAGES, time.perf_counter() + minutes * 60, 3.0) for n in range(people_at_once)]
            for person in people:
                person.sign_in()
                person.start()
            while (now := time.monotonic()) < end:
                if now - begun >= minute * 60:
                    _use(air, minute)
                    minute += 1
                for one in residents(up.pid):
                    samples[one.name].append((now - begun, one))
                if minute % 10 == 0 and now - begun < minute * 60 - 50:
                    print(f"{minute} minutes", flush=True)
                    _shown(samples)
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
