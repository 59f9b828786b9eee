"""The seeded station, copied for each test, and clients signed in as each role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.local import LocalProxy

from broadcaster.clock import FrozenClock
from broadcaster.panel import create_app
from broadcaster.panel.app import secret_key
from broadcaster.panel.web.frame import Frame
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.panel import Client, SignIn


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications of a run, whichever worker needs them first."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


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


@dataclass
class Built:
    """The panel as it was built for the first test: its routes take long to compile, and are the same for all."""

    stations: list[Station]
    app: Flask
    extensions: dict[str, Any]
    config: dict[str, Any]
    views: dict[str, Any]


@pytest.fixture(scope="session")
def built(compiled: FileSystemBytecodeCache, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The panel, whose station is each test's own."""
    root = tmp_path_factory.mktemp("first") / "station"
    shutil.copytree(seeded, root)
    stations = [open_station(root, clock=FrozenClock(seed.NOW))]
    mine = cast("Station", LocalProxy(lambda: stations[-1]))
    app = create_app(mine, {"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False})
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = compiled
    return Built(stations, app, dict(app.extensions), dict(app.config), dict(app.view_functions))


@pytest.fixture
def app(station: Station, built: Built) -> Flask:
    """The panel of this test's station, as new."""
    built.stations[:] = [station]
    built.app.extensions.clear()
    built.app.extensions.update(built.extensions, station=station, frame=Frame(station))
    built.app.config.clear()
    built.app.config.update(built.config, SECRET_KEY=secret_key(station.home))
    built.app.view_functions.update(built.views)
    return built.app


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Return a client signed in as a person of the seed."""

    def as_person(username: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"username": username, "password": seed.PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return as_person
