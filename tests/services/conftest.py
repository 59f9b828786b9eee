"""A small real station: temporary home, tone voice, frozen clock, both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station


@pytest.fixture
def station(tmp_path: Path, clock: FrozenClock, database_url: str) -> Iterator[Station]:
    made = init(
        tmp_path / "home",
        overrides={"speech": {"voices": ["tone:beep"]}, "database": {"url": database_url}},
        clock=clock,
    )
    yield made
    made.close()
