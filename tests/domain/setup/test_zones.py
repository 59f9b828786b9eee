"""Zones: how loud at which hour."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.setup.zones import parse_bands, volume_at
from broadcaster.errors import RuleError

times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def test_a_zone_is_as_loud_as_its_band_says_and_else_as_its_own_volume() -> None:
    bands = parse_bands(["17:00-18:00 80%", "05:00-06:00 40", ""])
    assert [str(b) for b in bands] == ["05:00-06:00 40", "17:00-18:00 80"]
    found = {
        f"{h}:{m:02d}": volume_at(95, bands, dt.time(h, m)) for h, m in ((4, 59), (5, 0), (5, 59), (6, 0), (17, 30))
    }
    assert found == {"4:59": 95, "5:00": 40, "5:59": 40, "6:00": 95, "17:30": 80}


@pytest.mark.parametrize(
    "text", ["05:00-06:00", "05:00 60", "06:00-05:00 60", "05:00-06:00 101", "05:00-06:00 -1", "x"]
)
def test_a_band_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_bands([text])
    assert len(caught.value.message) > 20


def test_a_band_may_go_over_midnight_and_still_meets_no_other() -> None:
    bands = parse_bands(["23:30-00:30 40", "05:00-06:00 60"])
    at = {(23, 29): 95, (23, 30): 40, (0, 0): 40, (0, 29): 40, (0, 30): 95, (3, 15): 95, (5, 0): 60}
    assert {time: volume_at(95, bands, dt.time(*time)) for time in at} == at
    with pytest.raises(RuleError, match="chồng giờ"):
        parse_bands(["23:30-00:30 40", "00:00-01:00 60"])


def test_bands_do_not_overlap() -> None:
    with pytest.raises(RuleError, match="chồng giờ"):
        parse_bands(["05:00-06:00 60", "05:30-07:00 40"])


@given(a=times, b=times, volume=st.integers(0, 100), own=st.integers(0, 100), at=times)
def test_inside_the_band_its_volume_counts_and_nowhere_else(
    a: dt.time, b: dt.time, volume: int, own: int, at: dt.time
) -> None:
    if a >= b:
        return
    bands = parse_bands([f"{a:%H:%M}-{b:%H:%M} {volume}"])
    assert volume_at(own, bands, at) == (volume if a <= at < b else own)
