"""One door to the database, for SQLite in the home and PostgreSQL by URL alike."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, CursorResult, Engine, UpdateBase, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from broadcaster.db.base import Encoded, json_text
from broadcaster.errors import RuleError, StationError
from broadcaster.home import SQLITE

_BUSY_MS = 10_000


class Database:
    """Opens sessions: `read()` for looking, `write()` for one transaction that changes things."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine: Engine = _engine(url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _sqlite_connect)
            event.listen(self.engine, "begin", _sqlite_begin)
        self.info: dict[str, Any] = {}
        """What whoever opened it wants every session to know, as `Session.info`."""
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=self.info)
        self.writes = 0
        """How often this process committed: what was read before it changed may be old."""
        self._counting = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session whose changes are thrown away; rows read in it may be used after it."""
        with self._guard(), self._sessions() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open one transaction: committed at the end, rolled back whole on any error.

        On SQLite it takes the write lock at once, so that what was read in it stays true until it commits.
        """
        with self._guard(), self._sessions() as session:
            if self.is_sqlite:
                session.connection(execution_options={"loa_immediate": True})
            yield session
            session.commit()
        with self._counting:
            self.writes += 1

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open a connection of its own, for what concerns the schema.

        Raises:
            DatabaseUnavailableError: it does not answer.
        """
        with self._guard(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", None)
            if not (
                isinstance(error, OperationalError) or error.connection_invalidated or (code or 0) & 0xFF in _DAMAGED
            ):
                raise
            full = code == sqlite3.SQLITE_FULL or (code is not None and _no_room(self.url))
            words = _FULL if full else _words(code) or str(error.orig).strip().partition("\n")[0]
            raise DatabaseUnavailableError(words, full=full) from error

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


_DAMAGED: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_FULL: Final = "ổ đĩa đã đầy, hãy xóa bớt tệp"
_WORDS: Final = {
    sqlite3.SQLITE_READONLY: "không có quyền ghi tệp station.db, hoặc ổ đĩa chỉ cho đọc",
    sqlite3.SQLITE_CANTOPEN: "không mở được tệp station.db: thiếu quyền, ổ đĩa chỉ cho đọc, hoặc đường dẫn quá dài",
    sqlite3.SQLITE_IOERR: "ổ đĩa không đọc hoặc ghi được tệp station.db",
    sqlite3.SQLITE_BUSY: "một chương trình khác khóa nó quá lâu",
    sqlite3.SQLITE_NOTADB: "tệp station.db bị hỏng, hãy khôi phục từ bản sao lưu",
    sqlite3.SQLITE_CORRUPT: "tệp station.db bị hỏng, hãy khôi phục từ bản sao lưu",
}
"""Why SQLite refuses, by the low byte of its code."""
_PAGE: Final = 65_536


def _words(code: int | None) -> str:
    return _WORDS.get(code & 0xFF, "") if code is not None else ""


def _no_room(url: str) -> bool:
    """Whether the disk of a file of SQLite is full; it says so in several ways."""
    try:
        return shutil.disk_usage(Path(url.removeprefix(SQLITE)).parent).free < _PAGE
    except OSError:
        return False


def _engine(url: str, **options: Any) -> Engine:
    """The engine of a database.

    Raises:
        RuleError: the setting is no address of a database, or its driver is not installed.
    """
    path = url.removeprefix(SQLITE)
    whole = URL.create("sqlite", database=path) if path != url else url  # a path may hold what an address may not
    try:
        return create_engine(whole, json_serializer=_json, **options)
    except ModuleNotFoundError as error:
        raise RuleError(
            f"Máy này chưa cài phần nối tới cơ sở dữ liệu ấy (thiếu “{error.name}”). Với PostgreSQL hãy cài gói "
            "loa-xa[postgres], hoặc bỏ trống url để dùng tệp của đài.",
            field="database.url",
        ) from None
    except (ArgumentError, ValueError):
        raise RuleError(
            "Không phải địa chỉ cơ sở dữ liệu; viết như postgresql+psycopg://loa@máy/loa, hoặc bỏ trống.",
            field="database.url",
        ) from None


def changed(session: Session, statement: UpdateBase) -> int:
    """Carry out an UPDATE or DELETE; return how many rows it met."""
    found = session.execute(statement, execution_options={"synchronize_session": False})
    return found.rowcount if isinstance(found, CursorResult) else 0


class DatabaseUnavailableError(StationError):
    """Raised when the database does not answer, is locked too long, or its disk is full."""

    code = "database"

    def __init__(self, detail: str, *, full: bool = False) -> None:
        super().__init__(f"Cơ sở dữ liệu chưa dùng được: {detail}.")
        self.full = full
        """Whether the disk has no room for it."""


def _json(value: Any) -> str:
    return value.text if isinstance(value, Encoded) else json_text(value)


def _sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("loa_immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
