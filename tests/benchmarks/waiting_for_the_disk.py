"""What it costs that a write waits for the disk, beside one that does not: a deed of a person, and a round of beats.

python -m tests.benchmarks.waiting_for_the_disk --folder /var/tmp --count 300
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from broadcaster import keeping
from broadcaster.clock import SystemClock
from broadcaster.db import session as sessions
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station
from tests.kit.air import make_air
from tests.kit.people import LEADER


def measured(act: Callable[[int], object], count: int) -> str:
    """The median, the 99th percentile and the worst of so many, in milliseconds."""
    took = []
    for n in range(count):
        begun = time.perf_counter()
        act(n)
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    return f"{statistics.median(took):.2f} | {took[int(0.99 * count)]:.2f} | {took[-1]:.2f}"


def deed(station: Station) -> Callable[[int], None]:
    """What the smallest grave act writes: a line of the audit, chained."""

    def act(n: int) -> None:
        with station.db.write() as session:
            Trail(session, station.now(), LEADER).record("edit", "settings", str(n))

    return act


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"))
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    print("| what | median ms | p99 | worst |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        station = make_air(Path(folder) / "dai", SystemClock()).station
        for mode, words in (
            ("FULL", "waits for the disk"),
            ("NORMAL", "does not, as before"),
            ("FULL", "waits, again"),
        ):
            sessions.LASTING = mode
            print(f"| a chained row of the database, {words} | {measured(deed(station), options.count)} |")
        path = Path(folder) / "file"
        for lasting, words in ((True, "file and folder synced"), (False, "renamed alone")):
            took = measured(lambda n, lasting=lasting: keeping.keep(path, f"{n}" * 200, lasting=lasting), options.count)
            print(f"| a small file replaced, {words} | {took} |")
        station.close()


if __name__ == "__main__":
    main()
