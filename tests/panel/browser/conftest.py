"""The seeded station behind a real server, and a real Chromium before it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server

from broadcaster.clock import FrozenClock
from broadcaster.panel import create_app
from broadcaster.services.station import Station, open_station
from tests.kit import seed
from tests.kit.browser import ARGUMENTS, CHROMIUM
from tests.kit.panel import one_who_speaks


@pytest.fixture
def lived(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    root = tmp_path_factory.mktemp("browser") / "station"
    shutil.copytree(seeded, root, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    station = open_station(root, clock=FrozenClock(seed.NOW))
    yield station
    station.close()


@pytest.fixture
def address(lived: Station) -> Iterator[str]:
    server = create_server(create_app(lived, {"RATELIMIT_ENABLED": False}), host="127.0.0.1", port=0, threads=4)
    runner = threading.Thread(target=server.run, daemon=True)
    runner.start()
    with one_who_speaks(lived):
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
    server.close()
    runner.join(5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
