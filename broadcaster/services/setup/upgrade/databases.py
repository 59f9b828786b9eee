"""The database of an upgrade: a copy is migrated and looked at, put in the place of the old one in one stroke, or not.

A file of SQLite is replaced by another; on PostgreSQL two schemas change names in one transaction.
"""

from __future__ import annotations

import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from broadcaster import keeping
from broadcaster.clock import SystemClock
from broadcaster.db import copying, schema, version
from broadcaster.db.session import Database
from broadcaster.errors import RuleError, StationError
from broadcaster.home import SQLITE, Home
from broadcaster.services.air.fitness import LEAST_FREE
from broadcaster.services.log import playlog
from broadcaster.services.setup.upgrade.record import folder

_OLD, _NEW, _TRIED = "loa_old", "loa_new", "loa_tried"
_OPTIONS: Final = "options=-csearch_path%3D"
_ENDING_S: Final = 30.0
"""So long what was ended may take to let go of the file."""
_COUNTED: Final = ("play_log", "audit_events")


class Kept(ABC):
    """The database of a station, from outside of any version."""

    @property
    @abstractmethod
    def copy_url(self) -> str:
        """The address of the copy that is to be migrated."""

    @abstractmethod
    def copy(self) -> None:
        """Make the copy, as the database is at this moment; whatever was left of an earlier one goes."""

    @abstractmethod
    def place_new(self) -> None:
        """Put the migrated copy in the place of the database; nothing may have it open. Again does nothing."""

    @abstractmethod
    def return_old(self) -> None:
        """Bring the old database back and throw the new one away. Again does nothing."""

    @abstractmethod
    def turn_round(self) -> None:
        """Let the old database that was kept be the copy to be put in place, and keep the present one."""

    @abstractmethod
    def clear(self, *, old: bool) -> None:
        """Throw copies away, with `old` also the old database that was kept."""

    @abstractmethod
    def counts(self, *, old: bool = False) -> tuple[int, int]:
        """How many entries the play log has, and how many deeds of people are on record; `old`: of the one kept."""


class KeptFile(Kept):
    """A file of SQLite.

    Args:
        home: the station's.
        path: where the file is.
    """

    def __init__(self, home: Home, path: Path) -> None:
        self._path = path
        self._old, self._new, self._part = (folder(home) / f"{name}.db" for name in ("old", "new", "part"))

    @property
    def copy_url(self) -> str:
        """Of `new.db`."""
        return f"{SQLITE}{self._new.as_posix()}"

    def copy(self) -> None:
        """Copy by SQLite's own way, twice: one to keep, one to migrate."""
        keeping.make_folder(self._old.parent)
        self.clear(old=True)
        if shutil.disk_usage(self._old.parent).free < 3 * self._path.stat().st_size + LEAST_FREE:
            raise RuleError("Ổ đĩa không đủ chỗ cho hai bản sao của cơ sở dữ liệu.", field=str(self._old.parent))
        self._keep()
        shutil.copyfile(self._old, self._new)

    def _keep(self) -> None:
        _unlink(self._part, itself=True)
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(self._part)) as to:
            source.backup(to)
        _sealed(self._part)
        keeping.settle(self._part, self._old)

    def turn_round(self) -> None:
        """Rename the old one, then copy the present one."""
        keeping.settle(self._old, self._new)
        self._keep()

    def place_new(self) -> None:
        """Replace the file, once neither of them has anything beside it."""
        if self._new.is_file():
            _sealed(self._new)
            _sealed(self._path)
            keeping.settle(self._new, self._path)

    def return_old(self) -> None:
        """Replace the file by the one that was kept; what lies beside the new one goes first."""
        if self._old.is_file():
            _unlink(self._path, itself=False)
            keeping.sync_folder(self._path.parent)
            keeping.settle(self._old, self._path)
        self.clear(old=False)

    def clear(self, *, old: bool) -> None:
        """Remove the files."""
        for path in (self._new, self._part, *((self._old,) if old else ())):
            _unlink(path, itself=True)

    def counts(self, *, old: bool = False) -> tuple[int, int]:
        """Counted in the file."""
        path = self._old if old else self._path
        if not path.is_file():
            raise RuleError("Cơ sở dữ liệu của phiên bản trước không còn.", code="no-old-database")
        with closing(sqlite3.connect(path)) as connection:
            there = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
            found = [
                connection.execute(f"select count(*) from {t}").fetchone()[0] if t in there else 0  # noqa: S608
                for t in _COUNTED
            ]
        return found[0], found[1]


def _sealed(path: Path) -> None:
    """Write all of a database into its one file.

    Raises:
        StationError: somebody has it open.
    """
    clock = SystemClock()
    until = clock.monotonic() + _ENDING_S
    while not _into_one_file(path):
        if clock.monotonic() > until:
            raise StationError(f"Có chương trình khác đang mở cơ sở dữ liệu ({path.name}).", code="in-use")
        clock.sleep_until(clock.monotonic() + 0.2)


def _into_one_file(path: Path) -> bool:
    """Whether nobody else has it open, and so all of it is in the one file now."""
    try:
        with closing(sqlite3.connect(path, timeout=1)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
            connection.execute("pragma journal_mode = delete")
    except sqlite3.OperationalError:
        return False
    return True


def _unlink(path: Path, *, itself: bool) -> None:
    for suffix in ("-wal", "-shm", "-journal", *(("",) if itself else ())):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class KeptSchema(Kept):
    """The schema of a PostgreSQL in which a station's tables lie.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def copy_url(self) -> str:
        """Of the second schema."""
        return f"{self._url}{'&' if '?' in self._url else '?'}{_OPTIONS}{_NEW}"

    def copy(self) -> None:
        """Build the schema anew beside, in this program's form, and bring all rows over."""
        self.clear(old=True)
        with self._begun() as connection:
            connection.execute(text(f"CREATE SCHEMA {_NEW}"))
        source, target = Database(self._url), Database(self.copy_url)
        try:
            schema.upgrade(target)
            copying.copy_rows(source, target)
        finally:
            source.dispose()
            target.dispose()

    def place_new(self) -> None:
        """Change the names in one transaction."""
        with self._begun() as connection:
            if _NEW in (there := _schemas(connection)) and _OLD not in there:
                here = connection.scalar(text("SELECT current_schema()"))
                connection.execute(text(f'ALTER SCHEMA "{here}" RENAME TO {_OLD}'))
                connection.execute(text(f'ALTER SCHEMA {_NEW} RENAME TO "{here}"'))

    def return_old(self) -> None:
        """Change them back."""
        with self._begun() as connection:
            if _OLD in _schemas(connection):
                here = connection.scalar(text("SELECT current_schema()"))
                connection.execute(text(f'ALTER SCHEMA "{here}" RENAME TO {_TRIED}'))
                connection.execute(text(f'ALTER SCHEMA {_OLD} RENAME TO "{here}"'))
        self.clear(old=False)

    def turn_round(self) -> None:
        """Rename the old one; the present one is kept when it is put in place."""
        self.clear(old=False)
        with self._begun() as connection:
            connection.execute(text(f"ALTER SCHEMA {_OLD} RENAME TO {_NEW}"))

    def clear(self, *, old: bool) -> None:
        """Drop the schemas that are left."""
        with self._begun() as connection:
            for name in (_NEW, _TRIED, *((_OLD,) if old else ())):
                connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))

    def counts(self, *, old: bool = False) -> tuple[int, int]:
        """Counted in the schema."""
        with self._begun() as connection:
            where = _OLD if old else str(connection.scalar(text("SELECT current_schema()")))
            there = set(inspect(connection).get_table_names(schema=where))
            if old and not there:
                raise RuleError("Cơ sở dữ liệu của phiên bản trước không còn.", code="no-old-database")
            query = 'SELECT count(*) FROM "{}".{}'
            found = [connection.scalar(text(query.format(where, t))) or 0 if t in there else 0 for t in _COUNTED]
        return found[0], found[1]

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        database = Database(self._url)
        try:
            with database.connect() as connection, connection.begin():
                yield connection
        finally:
            database.dispose()


def _schemas(connection: Connection) -> set[str]:
    return set(inspect(connection).get_schema_names())


def kept(home: Home) -> Kept:
    """The database of a station."""
    url = home.database_url(home.settings_in_use())
    path = url.removeprefix(SQLITE)
    return KeptFile(home, Path(path)) if path != url else KeptSchema(url)


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of a copy."""

    changed: bool
    """It has another form now."""
    entries: int
    """Of the play log."""
    faults: tuple[str, ...] = ()
    """Of the log's chain, where it was computed anew."""


def migrated(url: str, *, whole: bool) -> Migrated:
    """Bring a copy to this program's form; with `whole` the chain of its log is computed anew, which may take minutes.

    Raises:
        StationError: what came of it is not the station that it was.
    """
    database = Database(url)
    try:
        changed = not version.is_current(database)
        before = _entries(database)
        schema.upgrade(database)
        if not version.is_current(database) or schema.drift(database):
            raise StationError("Bản sao của cơ sở dữ liệu không thành đúng dạng của phiên bản mới.", code="migration")
        if database.is_sqlite:
            _sound(database)
        if (after := _entries(database)) != before:
            raise StationError(f"Nhật ký có {before} dòng, sau khi chuyển còn {after}.", code="migration")
        if not whole:
            return Migrated(changed, after)
        with database.read() as session:
            return Migrated(changed, after, tuple(fault.what for fault in playlog.verify(session).faults))
    finally:
        database.dispose()


def _entries(database: Database) -> int:
    with database.connect() as connection:
        if not inspect(connection).has_table("play_log"):
            raise StationError("Bản sao không phải cơ sở dữ liệu của một đài.", code="migration")
        return int(connection.scalar(text("SELECT count(*) FROM play_log")) or 0)


def _sound(database: Database) -> None:
    with database.connect() as connection:
        damaged = connection.scalar(text("PRAGMA quick_check"))
        astray = connection.execute(text("PRAGMA foreign_key_check")).first()
    if damaged != "ok" or astray is not None:
        raise StationError("Bản sao của cơ sở dữ liệu không lành lặn sau khi chuyển.", code="migration")
