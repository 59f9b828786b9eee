"""Backups: an online copy of the database and a list of every sound by hash; restore is tested."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.home import Home
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station
from broadcaster.services.work import jobs

KEEP = 14
"""Backups kept: two weeks of nights."""


def backup(station: Station, *, with_sound: bool = False) -> Path:
    """Write one backup into the home's `backups` folder; return its path.

    It holds the database (SQLite), `station.toml`, the schedules, the proofs and the manifest of the sound store;
    the sounds themselves too when `with_sound`. On PostgreSQL the database is left to `pg_dump`, and it says so.

    Raises:
        StationError: the disk is full or refuses.
    """
    home = station.home
    stamp = f"{station.local(station.now()):%Y%m%d-%H%M%S}"
    target = home.backups / f"loa-{stamp}.zip"
    with tempfile.TemporaryDirectory(dir=home.run) as scratch:
        part = Path(scratch) / "backup.zip"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            if station.db.is_sqlite:
                copy = Path(scratch) / "station.db"
                with closing(sqlite3.connect(home.root / "station.db")) as source, closing(sqlite3.connect(copy)) as to:
                    source.backup(to)
                archive.write(copy, "station.db")
            else:
                archive.writestr("POSTGRESQL.txt", "Cơ sở dữ liệu PostgreSQL cần được sao lưu riêng bằng pg_dump.\n")
            archive.write(home.settings_file, "station.toml")
            for path in sorted((home.root / "schedules").glob("*.toml")):
                archive.write(path, f"schedules/{path.name}")
            for path in sorted(p for p in home.proofs.rglob("*") if p.is_file()):  # nothing makes them again
                archive.write(path, path.relative_to(home.root).as_posix(), zipfile.ZIP_STORED)
            sounds = sorted(p for p in home.store.rglob("*.flac"))
            manifest = {p.stem: p.stat().st_size for p in sounds}
            archive.writestr("store.json", json.dumps(manifest, indent=1))
            if with_sound:
                for path in sounds:
                    archive.write(path, path.relative_to(home.root).as_posix(), zipfile.ZIP_STORED)
        part.replace(target)
    for old in sorted(home.backups.glob("loa-*.zip"))[:-KEEP]:
        old.unlink()
    return target


def restore(archive: Path, root: Path) -> Home:
    """Unpack a backup into the empty folder `root`; return the home.

    Raises:
        RuleError: the archive is not a backup of ours, or the folder is not empty.
    """
    if root.exists() and any(root.iterdir()):
        raise RuleError("Thư mục khôi phục phải trống, để không ghi đè lên đài đang có.", field=str(root))
    home = Home(root.resolve())
    try:
        with zipfile.ZipFile(archive) as bundle:
            names = set(bundle.namelist())
            if not {"station.toml", "store.json"} <= names:
                raise RuleError("Tệp này không phải bản sao lưu của đài.", field=str(archive))
            home.make_folders()
            for name in names:
                target = (home.root / name).resolve()
                if not target.is_relative_to(home.root):
                    raise RuleError("Bản sao lưu chứa đường dẫn lạ nên không khôi phục.", field=name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with bundle.open(name) as source, target.open("wb") as to:
                    shutil.copyfileobj(source, to)
    except (zipfile.BadZipFile, OSError) as error:
        raise RuleError(f"Không đọc được bản sao lưu: {error}.", field=str(archive)) from None
    return home


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


def want_backup(station: Station, actor: Actor, *, with_sound: bool) -> int:
    """Ask the worker for a backup now; return the number of the job.

    Raises:
        ForbiddenError: the actor may not manage the station.
    """
    actor.require(Permission.MANAGE)
    with station.db.write() as session:
        job = jobs.want(session, station.now(), JobKind.BACKUP, "now", {"with_sound": with_sound}, by=actor.username)
        Trail(session, station.now(), actor).record("backup", "station", station.home.root.name)
    return job


def restore_beside(station: Station, actor: Actor, name: str) -> Path:
    """Unpack a backup into a new folder beside the living station, which stays as it is; return the folder.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: the backup is damaged, or the disk refuses.
    """
    actor.require(Permission.MANAGE)
    found = find(station.home, name)
    root = station.home.root
    target = root.with_name(f"{root.name}-khoi-phuc-{station.local(station.now()):%Y%m%d-%H%M%S}")
    home = restore(found.path, target)
    with station.db.write() as session:
        Trail(session, station.now(), actor).record(
            "restore-backup", "station", root.name, note=f"{name} → {home.root}"
        )
    return home.root
