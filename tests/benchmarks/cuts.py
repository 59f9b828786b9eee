"""The power goes at every call that a station makes of its disk: what is there afterwards, and what was lost.

    python -m tests.benchmarks.cuts --cuts 10000 --lives 4

A station lives for seconds while people are answered and broadcasts air (`tests.kit.cut_life`); strace notes each call.
The disk is laid out as it may be after a cut between two calls, with what was not synced dropped, torn or reordered
(`tests.kit.lost_disk`), opened by the real code and held against what was promised (`tests.kit.cut_examined`).
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from broadcaster.db import session as sessions
from tests.kit.cut_examined import Promises, faults
from tests.kit.cut_life import make_base
from tests.kit.disk_calls import recorded
from tests.kit.lost_disk import LostDisk


@dataclass
class CutTotals:
    """What came out."""

    seed: int
    lives: int = 0
    calls: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    cuts: int = 0
    promises: int = 0
    """Answers held against the disk, over all cuts."""
    sounded: int = 0
    """Items that had sounded before a cut, over all cuts."""
    bad: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def cut(
    folder: Path,
    cuts: int,
    lives: int,
    seed: int,
    say: Callable[[str], None] = lambda _line: None,
    *,
    hurried: bool = False,
) -> CutTotals:
    """Cut the power `cuts` times in so many lives; those that are `hurried` wait for no disk."""
    totals, begun = CutTotals(seed), time.monotonic()
    before, sessions.LASTING = sessions.LASTING, "OFF"  # who looks afterwards waits for no disk
    try:
        for life in range(lives):
            chance, more = random.Random(f"{seed}-{life}"), ["hurried"] * hurried
            _one(folder / str(life), cuts // lives, chance, totals, say, more)
    finally:
        sessions.LASTING = before
    totals.seconds = round(time.monotonic() - begun, 1)
    return totals


def _one(
    folder: Path, cuts: int, chance: random.Random, totals: CutTotals, say: Callable[[str], None], more: list[str]
) -> None:
    home, scratch, after = folder / "life" / "dai", folder / "scratch", folder / "after" / "dai"
    scratch.mkdir(parents=True)
    make_base(home)
    disk = LostDisk(home)
    command = [sys.executable, "-m", "tests.kit.cut_life", str(home), str(scratch), *more]
    calls = recorded(command, home, scratch)
    totals.lives, totals.calls = totals.lives + 1, totals.calls + len(calls)
    totals.kinds.update(call.kind for call in calls)
    times = Counter(chance.randrange(len(calls)) for _ in range(max(0, cuts - len(calls))))
    few = set(chance.sample(range(len(calls)), min(cuts, len(calls))))
    promises = Promises()
    for number, call in enumerate(calls):
        disk.take(call)
        if call.kind == "said":
            promises.hear(json.loads(call.data))
        for _ in range(times[number] + (number in few)):
            disk.build(after, chance)
            totals.cuts += 1
            totals.promises += len(promises.held)
            totals.sounded += len(promises.sounded)
            try:
                found = list(faults(after, promises))
            except Exception as error:  # noqa: BLE001 - whatever it is, a station must open
                found = [f"does not open: {type(error).__name__}: {error}"]
            totals.bad += bool(found)
            totals.faults.update(found)
            if totals.cuts % 500 == 0:
                say(f"{totals.cuts} cuts, {totals.bad} bad")
    shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--lives", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hurried", action="store_true", help="wait for no disk: what is lost then is found out")
    parser.add_argument("--folder", type=Path, help="where the disks are built; one in memory is quick")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        asked = options.cuts, options.lives, options.seed
        totals = cut(Path(folder), *asked, lambda line: print(line, flush=True), hurried=options.hurried)
    shown = {**vars(totals), "faults": dict(totals.faults.most_common(30))}
    print(json.dumps(shown, ensure_ascii=False, indent=2))
    sys.exit(1 if totals.bad else 0)


if __name__ == "__main__":
    main()
