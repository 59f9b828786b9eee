"""A watch in a process of its own, over the station's real rows: what it sends it adds to a file; it may be killed over it.

`python -m tests.kit.watching_process HOME FILE ROUNDS [--die] [--ahead SECONDS]`
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import signal
import time
from pathlib import Path

from broadcaster.clock import SystemClock
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Seen, Trouble, TroubleKind
from broadcaster.services.alerts.watching import Watch
from broadcaster.services.station import open_station

STEP_S = 0.25


class Ahead(SystemClock):
    """The machine's clock, some seconds ahead."""

    def __init__(self, by: float) -> None:
        self._by = dt.timedelta(seconds=by)

    def now(self) -> dt.datetime:
        return super().now() + self._by


def troubles(count: int) -> list[Trouble]:
    return [
        Trouble(TroubleKind.SILENT, f"loa-{n:02}", Rank.URGENT, f"Đường ra <{n:02}> im lặng.") for n in range(count)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--die", action="store_true")
    parser.add_argument("--ahead", type=float, default=0.0)
    asked = parser.parse_args()
    station = open_station(asked.home, clock=Ahead(asked.ahead))

    def send(name: str, title: str, body: str) -> None:
        line = f"{name} {title} {body}".replace("\n", " ")
        with asked.file.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
        if asked.die:
            os.kill(os.getpid(), signal.SIGKILL)

    now: dict[str, Trouble] = {}
    found = {t.key: t for t in troubles(asked.rounds)}
    watch = Watch(station, send_by=send, find=lambda: Seen(dict(now), frozenset({TroubleKind.SILENT})))
    for key, trouble in found.items():
        now[key] = trouble
        time.sleep(STEP_S - time.time() % STEP_S)  # with the other one, so that they meet
        watch.round()
    for _ in range(4):
        watch.settle(20)
        watch.round()
    watch.settle(20)
    station.close()


if __name__ == "__main__":
    main()
