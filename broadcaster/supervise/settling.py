"""What an upgrade that was cut off left behind, put in order at the next start: a version, and its database."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Final

from broadcaster import keeping
from broadcaster.clock import Clock
from broadcaster.domain.log.marks import BROUGHT_BACK, FILE
from broadcaster.domain.setup.upgrades import TRIAL, Action, Upgrade, UpgradeStep, settle
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.locks import FileLock
from broadcaster.services.setup.upgrade import databases, record
from broadcaster.services.setup.upgrade.versions import Versions
from broadcaster.supervise import bond

_ENDING_S: Final = 30.0
_CUT: Final = "Lần nâng cấp này bị cắt ngang."


def settled(home: Home, clock: Clock, tell: Callable[[str], object]) -> None:
    """Put in order what an upgrade that was cut off left behind; say what was done.

    Raises:
        StationError: one is being carried out just now.
    """
    found = record.last(home)
    if found is None or found.step.over or TRIAL in os.environ:
        return
    until = clock.monotonic() + _ENDING_S
    while record.under_way(home) and clock.monotonic() < until:  # whoever carries it out is about to end it
        clock.sleep_until(clock.monotonic() + 0.2)
    if (found := record.last(home)) is None or found.step.over:
        return
    with alone(home):
        touched = settle(found.step, moved=_moved(found)) is not Action.FORGET
        if touched and (left := bond.end(home, bond.living(home))):
            raise StationError(
                f"Bản đang chạy thử không tắt được: {', '.join(map(str, left.values()))}.", code="locked"
            )
        put_in_order(home, clock, found)
    if now := record.last(home):
        tell(now.sentence)


@contextlib.contextmanager
def alone(home: Home) -> Iterator[None]:
    """Be the only one at work on an upgrade of this home.

    Raises:
        StationError: another one is.
    """
    lock = FileLock(record.lock(home))
    try:
        if not lock.take():
            raise StationError("Đài đang được nâng cấp. Xem: loa upgrade status", code="locked")
        yield
    finally:
        lock.close()


def put_in_order(home: Home, clock: Clock, upgrade: Upgrade, why: str = _CUT) -> Upgrade:
    """Do what `settle` says of an upgrade that nobody carries out any more; return how it stands then."""
    kept = databases.kept(home)
    match settle(upgrade.step, moved=_moved(upgrade)):
        case Action.FORGET:
            kept.clear(old=True)
            return record.go(home, clock, upgrade, UpgradeStep.BACK, why=why, told=False)
        case Action.RETURN:
            if upgrade.migrated:
                kept.return_old()
                _replay_from(home, upgrade)
            return record.go(home, clock, upgrade, UpgradeStep.BACK, why=why, told=False)
        case Action.KEEP:
            if upgrade.migrated:
                kept.place_new()
            kept.clear(old=not upgrade.migrated)
            return record.go(home, clock, upgrade, UpgradeStep.DONE, why="", told=False)
    return upgrade


def _moved(upgrade: Upgrade) -> bool:
    return Versions.at(upgrade.versions).current() == upgrade.new


def forgotten(home: Home, clock: Clock) -> None:
    """Forget an upgrade that was cut off before the station was touched; to be asked by whoever is `alone`.

    Raises:
        StationError: it was cut off later.
    """
    found = record.last(home)
    if found is None or found.step.over:
        return
    if settle(found.step, moved=_moved(found)) is not Action.FORGET:
        raise StationError("Lần nâng cấp trước bị cắt ngang. Hãy chạy: loa upgrade settle", code="unsettled")
    put_in_order(home, clock, found)


def _replay_from(home: Home, upgrade: Upgrade) -> None:
    """Let play-out tell the old database what it has aired since; a mark that was signed meanwhile is explained."""
    place = home.playout / "replayed.json"
    if upgrade.replayed is None:
        keeping.forget(place)
    else:
        keeping.keep(place, json.dumps(list(upgrade.replayed)))
    if size_of_marks(home) != upgrade.marks:
        words = f"trở về phiên bản {upgrade.old} sau khi thử {upgrade.new}"
        keeping.keep(home.playout / BROUGHT_BACK, words)


def replayed(home: Home) -> tuple[str, int] | None:
    """How far play-out's journal is in the database."""
    try:
        segment, offset = json.loads((home.playout / "replayed.json").read_text(encoding="ascii"))
        return str(segment), int(offset)
    except (OSError, ValueError, TypeError):
        return None


def size_of_marks(home: Home) -> int:
    """Of the file of signed marks: it grows when one is signed."""
    path = home.playout / FILE
    return path.stat().st_size if path.is_file() else 0
