"""The power goes between any two calls to the disk: a station opens, what was answered holds, nothing airs twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks import cuts

pytestmark = pytest.mark.slow


@pytest.mark.timeout(900)
def test_a_power_cut_at_any_call_loses_nothing_that_was_answered_and_corrupts_nothing(tmp_path: Path) -> None:
    """`LOA_CUTS` says how many; ten thousand are in docs/benchmarks.md."""
    wanted = int(os.environ.get("LOA_CUTS", "60"))
    totals = cuts.cut(tmp_path, wanted, 1, seed=7)
    assert dict(totals.faults) == {}
    assert totals.cuts == wanted
    assert min(totals.promises, totals.sounded, totals.kinds["sync"]) > 0


@pytest.mark.timeout(900)
def test_the_instrument_finds_out_a_station_that_waits_for_no_disk(tmp_path: Path) -> None:
    totals = cuts.cut(tmp_path, 60, 1, seed=7, hurried=True)
    assert any(fault.startswith("answered") for fault in totals.faults)
