"""The seeded station behind a real server, and a real Chromium before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from broadcaster.clock import FrozenClock
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.browser import ARGUMENTS, CHROMIUM
from tests.kit.panel import one_who_speaks
from tests.kit.serving import served


@pytest.fixture
def lived(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    root = tmp_path_factory.mktemp("browser") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    yield station
    station.close()


@pytest.fixture
def address(lived: Station) -> Iterator[str]:
    with served(lived) as address, one_who_speaks(lived):
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives every browser of a process: two of it in one thread would be in each other's way."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()
