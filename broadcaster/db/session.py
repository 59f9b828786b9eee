"""One door to the database, for SQLite in the home and PostgreSQL by URL alike."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, CursorResult, Engine, UpdateBase, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from broadcaster.db import chaining
from broadcaster.db.base import Encoded, json_text
from broadcaster.db.refusals import refused
from broadcaster.errors import RuleError
from broadcaster.home import SQLITE
from broadcaster.secret import Address

_BUSY_MS: Final = 10_000
"""How long whoever wants to write waits for another who does, on either kind of database."""
LASTING = "FULL"
"""How SQLite writes what a person was told is done: down to the disk before the answer."""
_THEN: Final = "then"
_LINE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""How long a server's silence is borne (s, the last in ms): one that lost its power says nothing."""


class Database:
    """Opens sessions: `read()` for looking, `write()` for one transaction that changes things."""

    def __init__(self, url: str) -> None:
        self.url = url
        Address(url)  # from now on its password is kept out of every text
        self.is_sqlite = url.startswith("sqlite")
        self.engine: Engine = _engine(url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _sqlite_connect)
            event.listen(self.engine, "begin", _sqlite_begin)
        else:
            event.listen(self.engine, "connect", _server_connect)
        self.info: dict[str, Any] = {}
        """What whoever opened it wants every session to know, as `Session.info`."""
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=self.info)
        chaining.follow(self._sessions)
        self.writes = 0
        """How often this process committed: what was read before it changed may be old."""
        self._counting = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session whose changes are thrown away; rows read in it may be used after it."""
        with self._guard(), self._sessions() as session:
            yield session

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Session]:
        """Open one transaction: committed at the end, rolled back whole on any error.

        What it wrote outlives a power cut from the moment it ends; only what comes again by itself, and what nobody
        was promised, is not `lasting`. On SQLite it takes the write lock at once, so that what was read in it stays
        true until it commits.
        """
        with self._guard(), self._sessions() as session:
            if self.is_sqlite:
                session.connection(execution_options={"loa_write": LASTING if lasting else "NORMAL"})
            session.info[chaining.LASTING] = lasting
            yield session
            session.commit()
            then = session.info.pop(_THEN, {})
        with self._counting:
            self.writes += 1
        for act in then.values():
            act()

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
            if (away := refused(error, self.url)) is None:
                raise
            raise away from error

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: str, **options: Any) -> Engine:
    """The engine of a database.

    Raises:
        RuleError: the setting is no address of a database, or its driver is not installed.
    """
    path = url.removeprefix(SQLITE)
    whole = URL.create("sqlite", database=path) if path != url else url  # a path may hold what an address may not
    try:
        if not isinstance(whole, URL) and (asked := make_url(whole)).get_backend_name() == "postgresql":
            options["connect_args"] = {name: value for name, value in _LINE.items() if name not in asked.query}
        return create_engine(whole, json_serializer=_json, hide_parameters=True, **options)
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


def once_written(session: Session, name: str, act: Callable[[], object]) -> None:
    """Do something once this transaction stands, and once for each `name`; never when it is rolled back."""
    session.info.setdefault(_THEN, {})[name] = act


def changed(session: Session, statement: UpdateBase) -> int:
    """Carry out an UPDATE or DELETE; return how many rows it met."""
    found = session.execute(statement, execution_options={"synchronize_session": False})
    return found.rowcount if isinstance(found, CursorResult) else 0


def _json(value: Any) -> str:
    return value.text if isinstance(value, Encoded) else json_text(value)


def _sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")  # before anything that may have to wait
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA synchronous = {LASTING}")
    cursor.close()


def _server_connect(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {_BUSY_MS}")
        cursor.execute(  # a server that was told to be quick is not, where a person is promised something
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _sqlite_begin(connection: Connection) -> None:
    synchronous = connection.get_execution_options().get("loa_write")
    if synchronous:
        connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")  # it holds until the next write says its own
    connection.exec_driver_sql("BEGIN IMMEDIATE" if synchronous else "BEGIN")
