"""Two stations on one machine: a browser that is signed in at both stays so."""

from __future__ import annotations

from pathlib import Path

from broadcaster.clock import FrozenClock
from broadcaster.panel.app import create_app
from tests.kit.founding import founded


def test_the_cookie_of_one_station_is_not_that_of_another(tmp_path: Path, clock: FrozenClock) -> None:
    names = []
    for folder in ("mot", "hai"):
        station = founded(tmp_path / folder, overrides={"speech": {"voices": ["tone:beep"]}}, clock=clock)
        names += [create_app(station).config["SESSION_COOKIE_NAME"] for _ in range(2)]
        station.close()
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert names[0] != names[2]
