"""Shared fixtures: both databases, a frozen clock, a small station."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import uuid
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, text

from broadcaster import threads
from broadcaster.clock import FrozenClock
from broadcaster.db import schema, session
from broadcaster.db.session import Database
from broadcaster.services.people import passwords
from tests.kit import open_writes, postgres, properties
from tests.kit.clocks import NOON
from tests.kit.founding import no_rows
from tests.needs import browser_fault

# A container's habit; without byte code each run rewrites every test, and each `loa` of a test compiles the whole anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
properties.register()
pytest_plugins = ("tests.kit.hangs",)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Before the first test: look for garbage less often, and say once that there is no browser."""
    gc.collect()
    gc.freeze()  # the modules and the tests stay: they are not looked through for garbage again and again
    gc.set_threshold(20_000, 20, 20)
    driving = [item for item in session.items if item.get_closest_marker("browser")]
    if not driving or session.config.option.collectonly or (fault := browser_fault()) is None:
        return
    if os.environ.get("PARTIAL") != "1":
        raise pytest.UsageError(f"{len(driving)} tests need a browser: {fault} (PARTIAL=1 leaves them out)")
    for item in driving:
        item.add_marker(pytest.mark.skip(reason=fault))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL on loopback for this session; its URL without a database name."""
    with postgres.made() as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database that others are copied from."""
    admin = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE loa_template"))
    database = Database(f"{postgres_server}/loa_template")
    schema.upgrade(database)
    database.dispose()
    admin.dispose()
    return "loa_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    path.write_bytes(no_rows())
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    path = tmp_path / "station.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@contextmanager
def _databases(server: str) -> Iterator[Callable[[str], str]]:
    """Make databases from a template on a server; drop them all at the end."""
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def new(template: str) -> str:
        made.append(f"loa_{uuid.uuid4().hex[:12]}")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{made[-1]}" TEMPLATE "{template}"'))
        return f"{server}/{made[-1]}"

    try:
        yield new
    finally:
        with admin.connect() as connection:
            for name in made:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Make a PostgreSQL database with nothing in it; its address."""
    with _databases(postgres_server) as new:
        yield lambda: new("template0")


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    with _databases(postgres_server) as new:
        yield new(postgres_template)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind; the server's turn is left out of the fast suite."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOON)


@pytest.fixture
def wav(tmp_path):
    """Write samples (floats, channels last) as a 16-bit WAV and return its path."""
    count = 0

    def make(samples, rate=48_000) -> Path:
        nonlocal count
        count += 1
        path = tmp_path / f"made{count}.wav"
        data = np.atleast_2d(np.asarray(samples, dtype=float).T).T
        with wave.open(str(path), "wb") as out:
            out.setnchannels(data.shape[1])
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.clip(data, -1, 1) * 32767).round().astype("<i2").tobytes())
        return path

    return make


@pytest.fixture
def fake_ffmpeg(tmp_path, monkeypatch):
    """Put a shell script in front of PATH under ffmpeg's name."""

    def make(body: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        script = folder / "ffmpeg"
        script.write_text("#!/bin/sh\n" + body)
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    return make


@pytest.fixture(scope="session", autouse=True)
def _light_hashes() -> Iterator[None]:
    """Hash passwords with the least work: the parameters are not what is tested, and each test signs in."""
    with pytest.MonkeyPatch.context() as patch:
        light = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        patch.setattr(passwords, "_hasher", lambda: light)
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture(autouse=True)
def _mask_of_before() -> Iterator[None]:
    """A command that is called here shuts what this process makes from then on; the next test begins as a person does."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def _no_thread_fails(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a thread of ours raises is survived there; here it is a fault, unless the test brings it about."""
    before = threads.failures()
    yield
    after = threads.failures()
    for name in after.keys() - before.keys() | {n for n in before if after[n] != before[n]}:
        threads.forget(name)  # the next test is told nothing of it
    if request.node.get_closest_marker("failing_threads") is None:
        assert after == before


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Let every station's engine know the SQL that those before it compiled: a quarter of the work of a short test."""
    made = Database.__init__
    # One is made here, before any test: the lock in it is of this process, not of threads that take turns in a story.
    here = Database("sqlite:///:memory:").engine
    here._compiled_cache.capacity = 4000  # type: ignore[union-attr]
    here.connect().close()  # its dialect learns whom it speaks to
    here.dispose()
    first: dict[str, Engine] = {"sqlite": here}

    def sharing(self: Database, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        known = first.setdefault(self.engine.dialect.name, self.engine)
        if known.dialect.server_version_info is None:  # it never reached its server, so it learnt nothing
            known = first[self.engine.dialect.name] = self.engine
        self.engine.dialect = self.engine.pool._dialect = known.dialect
        self.engine._compiled_cache = known._compiled_cache

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "__init__", sharing)
        patch.setattr(session, "LASTING", "OFF")  # a file of a test outlives no power cut: wait for no disk
        yield


@pytest.fixture(scope="session", autouse=True)
def _writes_watched() -> Iterator[None]:
    with open_writes.watched():
        yield


@pytest.fixture(autouse=True)
def _nothing_slow_in_a_write() -> Iterator[None]:
    """No program, line, sleep or file while a write transaction is open; no kept sound is written in its place."""
    yield
    assert open_writes.taken() == []
