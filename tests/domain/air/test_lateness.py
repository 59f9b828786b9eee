"""What a late broadcast does: wait, air, join or be skipped, never anything else."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.lateness import Air, Join, LatePolicy, Skip, Wait, decide

START = dt.datetime(2026, 3, 2, 22, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=30)
GRACE = dt.timedelta(minutes=2)


def at(seconds: float, policy: LatePolicy) -> object:
    return decide(START + dt.timedelta(seconds=seconds), START, END, policy, GRACE)


@given(st.floats(-100_000, -0.001), st.sampled_from(LatePolicy))
def test_nothing_is_ever_aired_early(seconds: float, policy: LatePolicy) -> None:
    assert isinstance(at(seconds, policy), Wait)


@given(st.floats(0, 100_000), st.sampled_from(LatePolicy))
def test_beyond_grace_or_end_nothing_is_aired(late: float, policy: LatePolicy) -> None:
    decision = at(late, policy)
    if late > GRACE.total_seconds():
        assert isinstance(decision, Skip)
        assert decision.why.text.endswith(".")
        assert decision.why.cause is Cause.TOO_LATE
    if isinstance(decision, Join):
        assert decision.offset == pytest.approx(late, abs=1e-5)


def test_each_policy_within_the_grace() -> None:
    assert isinstance(at(60, LatePolicy.AIR), Air)
    assert isinstance(at(60, LatePolicy.JOIN), Join)
    assert isinstance(at(60, LatePolicy.SKIP), Skip)
    assert all(isinstance(at(0.5, p), Air) for p in LatePolicy)
