"""The same thing day after day is told once, and nothing is lost by it."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.scheduling.conflict import Conflict, Kind, by_time
from broadcaster.scheduling.conflict_lots import lots
from broadcaster.scheduling.conflicts import conflicts
from tests.kit.timetables import DAY, HOUSE, planned

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
FOUND = st.lists(
    st.builds(
        lambda kind, hour, about: Conflict(
            kind=kind, at=START + dt.timedelta(hours=hour), what="x", remedy="y", about=about
        ),
        st.sampled_from(Kind),
        st.integers(0, 300),
        st.sampled_from(["", "sáng", "chiều"]),
    ),
    max_size=30,
).map(by_time)


@given(FOUND)
def test_each_conflict_is_in_one_lot_and_the_grave_come_first(found: list[Conflict]) -> None:
    made = lots(found)
    assert Counter(c for lot in made for c in (lot.first, *lot.others)) == Counter(found)
    grave = [lot.first.kind.grave for lot in made]
    assert grave == sorted(grave, reverse=True)
    for lot in made:
        assert all(c.at >= lot.first.at and c.kind is lot.first.kind for c in lot.others)


def test_a_slot_that_is_short_each_day_is_told_once_beside_one_that_is_empty() -> None:
    starts = [START + dt.timedelta(days=n - 1, hours=22) for n in range(5)]
    short = [
        planned(n, minutes=2, title="Buổi sáng", starts_at=start, ends_at=start + dt.timedelta(minutes=20))
        for n, start in enumerate(starts, 1)
    ]
    found = conflicts([*short, planned(9, "17:00", scripts=0)], HOUSE, DAY, 1)
    assert [(lot.first.kind, len(lot.others)) for lot in lots(found)] == [(Kind.EMPTY, 0), (Kind.SHORT, 4)]
