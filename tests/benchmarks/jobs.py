"""Background work: rows that are the queue, against Huey beside the rows as it was until ADR 0061.

`python -m tests.benchmarks.jobs` measures the rows on SQLite; with `--postgres URL` also on a server, where two workers
play two machines; with Huey installed (`pip install "huey>=3,<4"`, no dependency of this program) the same with Huey.
A handler notes the moment at which it was begun; on one machine all processes read the same monotonic clock.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import text

from broadcaster.domain.work.jobs import JobKind
from broadcaster.services.setup.founding import init
from broadcaster.services.station import open_station
from broadcaster.services.work import jobs
from broadcaster.worker import consumer

NAP_S = 0.3
"""Between two wishes whose pick-up is timed."""


def note(folder: Path, arguments: Any) -> None:
    """Write down that a job was begun, and by whom; `sleep` makes it last."""
    began = time.monotonic()
    with (folder / f"done-{os.getpid()}.txt").open("a") as file:
        file.write(f"{arguments['n']} {began} {began - arguments.get('at', began)}\n")
    time.sleep(arguments.get("sleep", 0))


def noted(folder: Path) -> list[tuple[int, float, float]]:
    """Number, moment and wait of each job that was begun."""
    lines = [line.split() for path in folder.glob("done-*.txt") for line in path.read_text().splitlines()]
    return [(int(n), float(began), float(waited)) for n, began, waited in lines]


class Rows:
    """Jobs as this program does them."""

    name = "rows"

    def __init__(self, home: Path) -> None:
        self.station = open_station(home)

    def ask(self, wishes: list[dict[str, Any]]) -> None:
        with self.station.db.write() as session:
            for wish in wishes:
                jobs.want(session, self.station.now(), JobKind.LISTEN, str(wish["n"]), wish, by="x")

    def work(self, folder: Path) -> None:
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        consumer.run(self.station, stop, dict.fromkeys(JobKind, lambda _s, a, _p: "n" in a and note(folder, a)))


class Huey:
    """Jobs as Huey alone would do them: its SQLite file or its PostgreSQL table, one thread, polling up to 0.5 s."""

    name = "Huey"

    def __init__(self, home: Path) -> None:
        import huey
        from huey.consumer import Consumer

        url = open_station(home).db.url
        where: dict[str, Any] = {"filename": str(home / "run" / "queue.db")}
        made = huey.SqliteHuey
        if not url.startswith("sqlite"):
            where, made = {"dsn": url.replace("+psycopg", "")}, huey.PostgresHuey
        self.queue = made("loa", results=False, utc=True, **where)
        self.folder = home.parent

        @self.queue.task()
        def perform(wish: dict[str, Any]) -> None:
            note(self.folder, wish)

        self.task = perform

        class Quiet(Consumer):
            def _set_signal_handlers(self) -> None:
                pass

        self.consumer = Quiet(self.queue, workers=1, periodic=False, initial_delay=0.05, max_delay=0.5)

    def ask(self, wishes: list[dict[str, Any]]) -> None:
        for wish in wishes:
            self.task(wish)

    def work(self, _folder: Path) -> None:
        self.consumer.start()
        signal.sigwait([signal.SIGTERM])
        self.consumer.stop(graceful=True)


def worker(kind: str, home: Path) -> subprocess.Popen[bytes]:
    made = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.jobs", "--worker", kind, str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(4)
    return made


def waited_for(folder: Path, count: int, seconds: float) -> float:
    began = time.monotonic()
    while len(noted(folder)) < count and time.monotonic() - began < seconds:
        time.sleep(0.05)
    return time.monotonic() - began


def fresh(url: str | None, number: int) -> Path:
    """A new home; on a server its own database."""
    folder = Path(tempfile.mkdtemp(prefix="loa-jobs-"))
    overrides: dict[str, Any] = {}
    if url is not None:
        from sqlalchemy import create_engine

        base, _, _ = url.rpartition("/")
        with create_engine(url, isolation_level="AUTOCOMMIT").connect() as admin:
            admin.execute(text(f"DROP DATABASE IF EXISTS loa_jobs_{number}"))
            admin.execute(text(f"CREATE DATABASE loa_jobs_{number}"))
        overrides = {"database": {"url": f"{base}/loa_jobs_{number}"}}
    init(folder / "home", overrides=overrides).close()
    return folder


def pick_up(side: type[Rows | Huey], folder: Path, count: int) -> str:
    asker, made = side(folder / "home"), worker(side.name, folder / "home")
    for n in range(count):
        asker.ask([{"n": n, "at": time.monotonic()}])
        time.sleep(NAP_S + (1.5 if n % 20 == 0 else 0))  # now and then the worker has had nothing to do for a while
    waited_for(folder, count, 30)
    made.terminate()
    made.wait()
    waits = sorted(1000 * w for *_, w in noted(folder))
    return f"n {len(waits)}: median {statistics.median(waits):.1f} ms, p99 {waits[int(len(waits) * 0.99) - 1]:.0f}, worst {waits[-1]:.0f}"


def many(side: type[Rows | Huey], folder: Path, count: int, workers: int = 1) -> str:
    asker = side(folder / "home")
    began = time.monotonic()
    asker.ask([{"n": n} for n in range(count)])
    asked = time.monotonic() - began
    made = [worker(side.name, folder / "home") for _ in range(workers)]
    waited_for(folder, count, 900)
    for one in made:
        one.terminate()
        one.wait()
    found = noted(folder)
    began = [moment for _, moment, _ in found]
    twice = len(found) - len({n for n, *_ in found})
    by = sorted(len(p.read_text().splitlines()) for p in folder.glob("done-*.txt"))
    took = max(began) - min(began)
    return f"asked in {asked:.1f} s, done in {took:.1f} s by {by}, {count - len(found) + twice} missing, {twice} twice"


def killed(side: type[Rows | Huey], folder: Path) -> str:
    asker, made = side(folder / "home"), worker(side.name, folder / "home")
    asker.ask([{"n": 0, "sleep": 20}])
    waited_for(folder, 1, 10)
    made.kill()
    fell = time.monotonic()
    made.wait()
    other = worker(side.name, folder / "home")
    waited_for(folder, 2, 40)
    other.kill()
    other.wait()
    again = [moment - fell for _, moment, _ in noted(folder) if moment > fell]
    return f"begun again {again[0]:.1f} s later by the next worker" if again else "never begun again: it is gone"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worker", nargs=2)
    parser.add_argument("--postgres")
    parser.add_argument("--count", type=int, default=10_000)
    chosen = parser.parse_args()
    if chosen.worker:
        side = {"rows": Rows, "Huey": Huey}[chosen.worker[0]]
        side(Path(chosen.worker[1])).work(Path(chosen.worker[1]).parent)
        return
    sides: list[type[Rows | Huey]] = [Rows, *([Huey] if find_spec("huey") else [])]
    print(f"load {os.getloadavg()}")
    tests: list[tuple[str, Callable[[type[Rows | Huey], Path], str]]] = [
        ("pick-up", lambda side, folder: pick_up(side, folder, 100)),
        ("killed in mid-job", killed),
        ("two workers, 2,000 jobs", lambda side, folder: many(side, folder, 2_000, workers=2)),
        (f"{chosen.count} jobs", lambda side, folder: many(side, folder, chosen.count)),
    ]
    number = 0
    for what, test in tests:
        for where, url in (("SQLite", None), ("PostgreSQL", chosen.postgres)):
            for side in sides if url or where == "SQLite" else ():
                number += 1
                print(f"| {where} | {side.name} | {what} | {test(side, fresh(url, number))} |", flush=True)


if __name__ == "__main__":
    main()
