"""Backups: everything that nothing makes again, each night; the sounds once each, by hash, beside the archives.

An archive holds the database, the settings, what the station keeps of its own (schedules, texts and lists, templates,
reports, proofs), the station's sounds, and a list of every other sound by hash. The sounds of that list lie in
`backups/sounds`, linked where the disk can link, so that a night costs what is new. A whole archive has them within.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from broadcaster import keeping
from broadcaster.db import copying
from broadcaster.db.models import CueRow, Rendition
from broadcaster.db.session import Database
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.home import SQLITE, Home
from broadcaster.later import Later
from broadcaster.locks import FileLock
from broadcaster.services import disk_room
from broadcaster.services.air.signs import BESIDE
from broadcaster.services.audit import Trail
from broadcaster.services.log import places
from broadcaster.services.scripts.recordings import HUMAN
from broadcaster.services.setup.archives import DAMAGE, DATABASE, LISTS, SETTINGS
from broadcaster.services.station import Station
from broadcaster.services.work import jobs

if TYPE_CHECKING:
    from broadcaster.db import schema
else:
    schema = Later("broadcaster.db.schema")

KEEP = 14
"""Backups kept: two weeks of nights."""
OWN: Final = ("schedules", "scripts", "web", "reports", "proofs")
"""Folders of the home whose files are in every archive."""
_PART: Final = "partial-"
WITHIN: Final = 200_000_000
"""What people recorded is in the archive itself while all of it is no more than this many bytes."""


def backup(station: Station, *, whole: bool = False) -> Path:
    """Write one backup into the home's `backups` folder; return the path of its archive.

    `whole` puts every sound within, to be carried elsewhere alone. A database of whatever kind goes in as SQLite, so
    that it can be brought back on any machine.

    Raises:
        RuleError: another one is being written.
        NoRoomError: the disk has no room for another.
        OSError: the disk is full or refuses.
    """
    home = station.home
    stamp = f"{station.local(station.now()):%Y%m%d-%H%M%S}"
    last = places.newest(home)
    target = home.backups / f"loa-{stamp}{places.suffix(last)}"
    lock = FileLock(home.run / "backup.lock")
    try:
        if not lock.take():
            raise RuleError("Đang có một bản sao lưu khác được làm. Hãy đợi bản ấy xong.", field="backup")
        for left in home.backups.glob(f"{_PART}*"):  # of one that was cut off
            shutil.rmtree(left, ignore_errors=True)
        disk_room.require(station, max((b.size for b in backups(home)[:1]), default=0), field="backup")
        with tempfile.TemporaryDirectory(prefix=_PART, dir=home.backups) as scratch:
            part = Path(scratch) / "backup.zip"
            _write(station, part, whole=whole)
            keeping.settle(part, target)
        _let_go(home)
    finally:
        lock.close()
    return target


def _write(station: Station, part: Path, *, whole: bool) -> None:
    """Write an archive down to the disk, and lay its sounds beside those of the others."""
    home = station.home
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        archive.write(_database(station, part.parent), DATABASE)
        archive.write(home.settings_file, SETTINGS)
        if (marks := home.root / places.MEMBER).is_file():
            archive.write(marks, places.MEMBER)
        for path in _own_files(home):
            archive.write(path, path.relative_to(home.root).as_posix())
        within = _irreplaceable(station)
        for name, folder in LISTS.items():
            sounds = sorted((home.root / folder).glob("??/*.flac"))
            archive.writestr(name, json.dumps({p.stem: p.stat().st_size for p in sounds}, indent=1))
            for path in sounds:
                if whole or path.stem in within:
                    archive.write(path, path.relative_to(home.root).as_posix(), zipfile.ZIP_STORED)
                _lay_beside(home, path)


def _database(station: Station, scratch: Path) -> Path:
    """Every row of the station at one moment, in a file of SQLite."""
    target = scratch / DATABASE
    if station.db.is_sqlite:
        with closing(sqlite3.connect(station.home.root / DATABASE)) as source, closing(sqlite3.connect(target)) as to:
            source.backup(to)
        return target
    copy = Database(f"{SQLITE}{target.as_posix()}")
    try:
        schema.upgrade(copy)
        copying.copy_rows(station.db, copy)
    finally:
        copy.dispose()
    return target


def _own_files(home: Home) -> Iterator[Path]:
    for name in OWN:
        yield from sorted(p for p in (home.root / name).rglob("*") if p.is_file())


def _irreplaceable(station: Station) -> set[str]:
    """The sounds that no machine makes again: the station's signs, and what people said."""
    with station.db.read() as session:
        signs = set(session.scalars(select(CueRow.audio_sha256)))
        voices = set(session.scalars(select(Rendition.audio_sha256).where(Rendition.voice == HUMAN)))
    originals = {p.stem: p.stat().st_size for p in (station.home.root / LISTS["recordings.json"]).glob("??/*.flac")}
    spoken = {sha: p.stat().st_size for sha in voices if (p := _place(station.home.store, sha)).is_file()}
    small = sum(originals.values()) + sum(spoken.values()) <= WITHIN
    return signs | (originals.keys() | spoken.keys() if small else set())


def _place(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / f"{sha256}.flac"


def _lay_beside(home: Home, path: Path) -> None:
    target = _place(home.backups / BESIDE, path.stem)
    if target.is_file() and target.stat().st_size == path.stat().st_size:
        return
    keeping.make_folder(target.parent)
    partial = target.with_suffix(".part")
    partial.unlink(missing_ok=True)
    try:
        os.link(path, partial)
    except OSError:  # another disk, or one that has no links
        shutil.copyfile(path, partial)
    keeping.settle(partial, target)


def _let_go(home: Home) -> None:
    """Remove what is older than the backups that are kept, and the sounds that none of those names."""
    archives = sorted(home.backups.glob("loa-*.zip"))
    for old in archives[:-KEEP]:
        old.unlink()
    named: set[str] = set()
    for kept in archives[-KEEP:]:
        try:
            with zipfile.ZipFile(kept) as archive:
                for name in LISTS.keys() & set(archive.namelist()):
                    named |= json.loads(archive.read(name)).keys()
        except DAMAGE:
            return  # what a damaged archive names is not known: nothing is let go of
    for path in (home.backups / BESIDE).glob("??/*"):
        if path.stem not in named:
            with contextlib.suppress(OSError):
                path.unlink()


def last_backup(home: Home) -> dt.datetime | None:
    """When the newest backup was written, aware UTC."""
    newest = max((p.stat().st_mtime for p in home.backups.glob("loa-*.zip")), default=None)
    return dt.datetime.fromtimestamp(newest, dt.UTC) if newest else None


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup on the disk; `at` aware UTC, `size` in bytes."""

    path: Path
    at: dt.datetime
    size: int

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.path.name


def backups(home: Home) -> list[Backup]:
    """The backups, the newest first."""
    found = []
    for path in sorted(home.backups.glob("loa-*.zip"), reverse=True):
        facts = path.stat()
        found.append(Backup(path, dt.datetime.fromtimestamp(facts.st_mtime, dt.UTC), facts.st_size))
    return found


def find(home: Home, name: str) -> Backup:
    """One backup by the name of its file.

    Raises:
        NotFoundError: there is none of that name.
    """
    found = next((b for b in backups(home) if b.name == name), None)
    if found is None:
        raise NotFoundError("Không có bản sao lưu này.", field="backup")
    return found


def want_backup(station: Station, actor: Actor, *, whole: bool) -> int:
    """Ask the worker for a backup now; return the number of the job.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    with station.db.write() as session:
        job = jobs.want(session, station.now(), JobKind.BACKUP, "now", {"whole": whole}, by=actor.username)
        Trail(session, station.now(), actor).record("backup", "station", station.home.root.name)
    return job
