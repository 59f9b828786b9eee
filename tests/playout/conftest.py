"""A station on a temporary home, with sounds made here and rows written straight into the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from broadcaster.clock import FrozenClock, SystemClock
from tests.kit.air import ALL_DAY, Air, make_air
from tests.kit.clocks import MORNING


@pytest.fixture
def make():
    """The maker of stations, for tests that need several."""
    return make_air


@pytest.fixture
def air(tmp_path) -> Iterator[Air]:
    """A station over a frozen clock at 04:50 on a Tuesday in Viet Nam, with the usual windows."""
    made = make_air(tmp_path / "dai", FrozenClock(MORNING - dt.timedelta(minutes=10)))
    yield made
    made.station.close()


@pytest.fixture
def live(tmp_path) -> Iterator[Air]:
    """A station over the machine's clock that may sound all day."""
    made = make_air(tmp_path / "dai", SystemClock(), windows=ALL_DAY)
    yield made
    made.station.close()


@pytest.fixture
def three(air):
    """Two zones, and a rundown of chime (1 s), bulletin (3 s) and closing (0.5 s)."""
    air.sound("chuông", 1.0)
    air.sound("bản tin", 3.0, 500)
    air.sound("kết", 0.5, 600)
    air.zones("ap-1", "ap-2")
    return [air.cue(1, "chuông"), air.script(2, "bản tin"), air.cue(3, "kết")]


@pytest.fixture
def made():
    """Sinks to be finished."""
    sinks: list = []
    yield sinks
    for sink in sinks:
        sink.finish()
