"""A small real station: temporary home, tone voice, frozen clock, both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from broadcaster.clock import FrozenClock
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station, open_station
from tests.kit.clocks import NOON

FOUNDED = "sqlite:////founded"
"""What the founded home's settings say of a database, until a copy has its own."""


def _found(root: Path, url: str) -> Path:
    init(
        root, overrides={"speech": {"voices": ["tone:beep"]}, "database": {"url": url}}, clock=FrozenClock(NOON)
    ).close()
    return root


@pytest.fixture(scope="session")
def sqlite_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows of a new station."""
    path = tmp_path_factory.mktemp("founded") / "station.db"
    shutil.copyfile(sqlite_template, path)
    _found(path.parent / "home", f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The rows of a new station, on the server."""
    admin = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE loa_founded TEMPLATE {postgres_template}"))
    admin.dispose()
    _found(tmp_path_factory.mktemp("founded") / "home", f"{postgres_server}/loa_founded")
    return "loa_founded"


@pytest.fixture(scope="session")
def founded(sqlite_template: Path) -> Path:
    """The home of a new station, which every test's own is a copy of; its database lies beside it."""
    home = sqlite_template.parent / "home"
    file = home / "station.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(f"sqlite:///{sqlite_template}", FOUNDED), encoding="utf-8")
    return home


@pytest.fixture
def station_of(founded: Path, tmp_path: Path, clock: FrozenClock) -> Iterator[Callable[[str], Station]]:
    """Open a new station over a database of new rows; without an address over its home's own."""
    opened: list[Station] = []

    def new(url: str) -> Station:
        root = tmp_path / "home"
        shutil.copytree(founded, root)
        if not url:
            shutil.copyfile(founded.parent / "station.db", root / "station.db")
        for file in (root / "station.toml", root / "run" / "settings.toml"):
            file.write_text(file.read_text(encoding="utf-8").replace(FOUNDED, url), encoding="utf-8")
        opened.append(open_station(root, clock=clock))
        return opened[-1]

    yield new
    for one in opened:
        one.close()


@pytest.fixture
def station(station_of: Callable[[str], Station], database_url: str) -> Station:
    return station_of(database_url)
