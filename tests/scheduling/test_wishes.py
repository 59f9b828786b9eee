"""Airings asked for that find no room are told beforehand, with who will not hear them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from broadcaster.scheduling.conflict import Conflict, Kind
from broadcaster.scheduling.wishes import RequestedAiring, unmet
from tests.kit.timetables import HOUSE


def told(by_zone: Mapping[str, int]) -> list[Conflict]:
    return unmet([RequestedAiring(7, "Tiêm phòng", 10, dt.date(2026, 3, 31), by_zone)], HOUSE)


def test_a_wish_that_is_met_everywhere_is_no_conflict() -> None:
    assert told(dict.fromkeys(HOUSE.zones, 10)) == []


def test_a_wish_that_some_zones_miss_names_them_and_the_way_out() -> None:
    short, *others = HOUSE.zones
    (conflict,) = told(dict.fromkeys(others, 12) | {short: 6})
    assert (conflict.kind, conflict.zones, conflict.script) == (Kind.ASKED, (short,), 7)
    assert "yêu cầu phát 10 lượt đến hết 31/03/2026, nhưng tới đó chỉ có 6 lượt ở" in conflict.what
    assert HOUSE.zones[short] in conflict.what
    assert "Gia hạn bài" in conflict.remedy


def test_zones_that_miss_it_by_more_and_by_less_are_told_as_a_span() -> None:
    first, *_ = HOUSE.zones
    (conflict,) = told({first: 4})
    assert "chỉ có 0 đến 4 lượt ở" in conflict.what
