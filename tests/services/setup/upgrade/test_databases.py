"""The database of an upgrade: the copy is migrated, changed for the old one in one stroke, and back; on both kinds."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from broadcaster.db import schema
from broadcaster.db.session import Database
from broadcaster.errors import RuleError, StationError
from broadcaster.home import Home
from broadcaster.services.log import playlog
from broadcaster.services.setup.upgrade import databases
from broadcaster.services.setup.upgrade.databases import Kept, KeptFile, KeptSchema
from tests.kit.entries import AT, entry
from tests.kit.founding import no_rows

OLDER = Path(__file__).parents[3] / "db" / "older"


@pytest.fixture
def server(postgres_server: str) -> Iterator[str]:
    name, plain = f"upgrade_{uuid.uuid4().hex[:12]}", postgres_server.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"{postgres_server}/{name}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=["file", pytest.param("schema", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/station.db" if request.param == "file" else request.getfixturevalue("server")


@pytest.fixture
def kept(url: str, tmp_path: Path) -> Kept:
    database = Database(url)
    schema.upgrade(database)
    log(database, 1)
    database.dispose()
    return KeptFile(Home(tmp_path), tmp_path / "station.db") if database.is_sqlite else KeptSchema(url)


def log(database: Database, number: int) -> None:
    with database.write() as session:
        playlog.append(session, [entry(number)], AT)


def logged(url: str) -> set[str]:
    database = Database(url)
    with database.read() as session:
        assert playlog.verify(session).faults == ()
        found = {line.entry.id for line in playlog.entries(session)}
    database.dispose()
    return found


def wrote(url: str, number: int) -> None:
    database = Database(url)
    log(database, number)
    database.dispose()


def test_the_copy_is_put_in_place_and_the_old_database_comes_back_as_it_was_each_as_often_as_asked(
    kept: Kept, url: str
) -> None:
    kept.copy()
    wrote(kept.copy_url, 2)  # the copy is another database
    assert logged(url) == {"b1-1-z1"}
    for _ in range(2):
        kept.place_new()
        assert logged(url) == {"b1-1-z1", "b2-1-z1"}
    assert (kept.counts()[0], kept.counts(old=True)[0]) == (2, 1)
    wrote(url, 3)
    for _ in range(2):
        kept.return_old()
        assert logged(url) == {"b1-1-z1"}
    wrote(url, 4)
    kept.return_old()
    assert logged(url) == {"b1-1-z1", "b4-1-z1"}
    with pytest.raises(RuleError):
        kept.counts(old=True)


def test_a_return_by_hand_puts_the_kept_database_in_place_and_keeps_the_present_one(kept: Kept, url: str) -> None:
    kept.copy()
    wrote(kept.copy_url, 2)
    kept.place_new()
    kept.turn_round()
    kept.place_new()
    assert logged(url) == {"b1-1-z1"}
    kept.return_old()
    assert logged(url) == {"b1-1-z1", "b2-1-z1"}


def test_a_file_that_somebody_has_open_is_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_ENDING_S", 0.0)
    path = tmp_path / "station.db"
    path.write_bytes(no_rows())
    kept = KeptFile(Home(tmp_path), path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma journal_mode = wal")
        other.execute("create table held (x)")
        kept.copy()
        wrote(kept.copy_url, 2)
        with pytest.raises(StationError, match="đang mở"):
            kept.place_new()
        assert other.execute("select count(*) from play_log").fetchone() == (0,)


def test_a_released_database_is_migrated_with_every_entry_and_one_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((OLDER / "station-0013.sqlite.sql").read_text(encoding="utf-8"))
        entries = connection.execute("select count(*) from play_log").fetchone()[0]
    done = databases.migrated(f"sqlite:///{path}", whole=True)
    assert (done.changed, done.entries, done.faults) == (True, entries, ())
    assert entries > 0
    assert not databases.migrated(f"sqlite:///{path}", whole=False).changed
    with pytest.raises(StationError):
        databases.migrated(f"sqlite:///{tmp_path}/none.db", whole=False)
