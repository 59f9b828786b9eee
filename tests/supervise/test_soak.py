"""Half a day of ordinary use leaves nothing behind: no handle, no thread, no file, no memory."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.kit.files import unruled
from tests.kit.growth import growth, settled
from tests.kit.simulated_days import simulated_days

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not psutil.LINUX, reason="counts handles and memory as Linux tells"),
]
HOURS = 12
ALLOWED = 1.0
"""MB in a simulated hour: a first emergency loads what no hour before needed."""


def test_simulated_hours_of_ordinary_use_let_no_handle_thread_file_or_memory_grow(tmp_path: Path) -> None:
    with simulated_days(tmp_path) as days:
        looks = list(days.live(HOURS))
        assert not [status for status in days.said if status >= 500]
        assert unruled(days.station.home) == []
    assert looks[-1].rows["play_log"] > 0, "something aired"
    assert looks[-1].rows["emergencies"] == 1
    kept = settled(looks)
    for what in ("handles", "threads", "leftovers"):
        values = [getattr(look, what) for look in kept]
        assert max(values[len(values) // 2 :]) <= max(values[: len(values) // 2]), what
    grown = growth([look.hour for look in kept], [look.memory for look in kept])
    assert not grown.beyond(ALLOWED), str(grown)
