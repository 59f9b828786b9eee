"""Signs that are never dumb: a sound of the station whose file is gone is found again, or a shipped one stands in.

A stand-in is told of (`lacking`) until a person uploads the sound again or settles for the shipped one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from broadcaster.db.models import CueRow
from broadcaster.domain.people.roles import machine
from broadcaster.domain.work.jobs import JobKind
from broadcaster.home import Home
from broadcaster.rooms import room
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.cues import shipped
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.sound.store import Store, digest

BESIDE: Final = "sounds"
"""The folder beside the backups where each sound lies once, by its hash."""
_KEEPER: Final = machine("tự động")


def file_of(kit: Mapping[str, Any]) -> Path:
    """The file of a sound of the kit."""
    return room("audio") / str(kit["file"])


def stand_in(row: CueRow) -> Mapping[str, Any] | None:
    """The sound of the kit that may stand in for a row: of its name, else of its kind; None when there is none."""
    kit = shipped()
    return kit.get(row.name) or next((s for s in kit.values() if s["kind"] == row.kind), None)


def intact(store: Store, sha256: str) -> bool:
    """Whether a sound is there as it was put; its bytes are read once for each time that the file changes."""
    path = store.path(sha256)
    try:
        found = path.stat()
        return _digest(path, found.st_mtime_ns, found.st_size) == sha256
    except OSError:
        return False


@lru_cache(maxsize=4096)
def _digest(path: Path, _changed: int, _size: int) -> str:
    return digest(path)


def usable(station: Station, row: CueRow) -> tuple[str, int]:
    """The hash and the length (ms) of a sound that is there for a row, at this very moment; its own if it can be."""
    store = Store(station.home.store)
    if intact(store, row.audio_sha256) or (kit := stand_in(row)) is None:
        return row.audio_sha256, row.duration_ms
    return store.put(file_of(kit)), round(kit["seconds"] * 1000)


def mend(station: Station) -> list[str]:
    """See to it that every sign has a sound; return the titles of those whose own was found, or has a stand-in now."""
    store = Store(station.home.store)
    with station.db.read() as session:
        rows = list(session.scalars(select(CueRow).order_by(CueRow.name)))
        ailing = [row.name for row in rows if row.lost_sha256 or not intact(store, row.audio_sha256)]
    if not ailing:
        return []
    told = []
    found = {row.name: _found(row, station.home, store) for row in rows if row.name in ailing}
    with station.db.write() as session:
        for row in session.scalars(select(CueRow).where(CueRow.name.in_(ailing)).order_by(CueRow.name)):
            before = row.audio_sha256
            if (row.lost_sha256 or before) == found[row.name].own:  # nobody gave it another meanwhile
                _mend(row, found[row.name])
            if row.audio_sha256 != before:
                told.append(row.title)
                Trail(session, station.now(), _KEEPER).record(
                    "stand-in", "sound", row.name, before={"sha256": before}, after={"sha256": row.audio_sha256}
                )
        if told:
            jobs.want(session, station.now(), JobKind.PLAN, "change", {}, by=_KEEPER.username)
    return told


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is for a sign: its own sound if that is there, and one of the kit by hash and length (ms)."""

    own: str
    there: bool
    kit: tuple[str, int] | None


def _found(row: CueRow, home: Home, store: Store) -> _Found:
    own = row.lost_sha256 or row.audio_sha256
    beside = home.backups / BESIDE / own[:2] / f"{own}.flac"
    if not intact(store, own) and beside.is_file() and digest(beside) == own:
        store.put(beside)
    if intact(store, own) or (kit := stand_in(row)) is None:
        return _Found(own, intact(store, own), None)
    return _Found(own, there=False, kit=(store.put(file_of(kit)), round(kit["seconds"] * 1000)))


def _mend(row: CueRow, found: _Found) -> None:
    if found.there:
        if row.lost_sha256 is not None:
            row.audio_sha256, row.duration_ms = found.own, row.lost_ms or row.duration_ms
        row.lost_sha256 = row.lost_ms = None
    elif found.kit is not None and found.kit[0] != found.own:
        row.lost_sha256, row.lost_ms = found.own, row.lost_ms or row.duration_ms
        row.audio_sha256, row.duration_ms = found.kit


def settle(row: CueRow) -> None:
    """Leave the stand-in for good."""
    row.lost_sha256 = row.lost_ms = None
