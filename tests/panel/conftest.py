"""The seeded station, copied for each test, and clients signed in as each role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from broadcaster.clock import FrozenClock
from broadcaster.panel import create_app
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.panel import Client, SignIn


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications of a session."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a living station; never written to."""
    root = tmp_path_factory.mktemp("seed") / "station"
    station = seed.build(root, FrozenClock(seed.NOW))
    with station.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    station.close()
    return root


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(seed.NOW)


@pytest.fixture
def station(seeded: Path, tmp_path: Path, clock: FrozenClock) -> Iterator[Station]:
    root = tmp_path / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    opened = open_station(root, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def app(station: Station, compiled: FileSystemBytecodeCache) -> Flask:
    made = create_app(station, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    made.test_client_class = Client
    made.jinja_env.bytecode_cache = compiled
    return made


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Return a client signed in as a person of the seed."""

    def as_person(username: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"username": username, "password": seed.PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return as_person
