"""Ranks and quiet hours of what people are told."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.alerts.quiet import QuietHours
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.errors import RuleError

MINUTES = st.integers(0, 1439).map(lambda m: dt.time(m // 60, m % 60))


@given(MINUTES, MINUTES, MINUTES)
def test_every_minute_is_quiet_by_a_stretch_or_by_the_rest_of_the_day(start, end, at):
    hours = QuietHours(start, end)
    assert QuietHours.parse(str(hours)).covers(at) == hours.covers(at)
    if start != end:
        assert hours.covers(at) != QuietHours(end, start).covers(at)
        assert hours.covers(start)
        assert not hours.covers(end)
    else:
        assert not hours.covers(at)


@pytest.mark.parametrize("text", ["22:00", "22-5-3", "25:00-05:00", "đêm"])
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(RuleError):
        QuietHours.parse(text)


def test_a_graver_thing_reaches_whoever_a_lesser_reaches():
    reached = [[rank.reaches(least) for rank in Rank] for least in Rank]
    assert reached == [[True, True, True], [False, True, True], [False, False, True]]
    assert all(rank.label for rank in Rank)
