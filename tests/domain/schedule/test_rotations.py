"""A slot's days: weekdays within its own dates; two slots clash only where some day has both."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.rotations import CueStep, DayKind, Rotation, Slot
from broadcaster.domain.setup.zones import Zone, ZoneMap
from broadcaster.errors import RuleError, printed
from broadcaster.scheduling.expand import expand
from broadcaster.scheduling.rotation_toml import parse_rotation

FIRST = dt.date(2026, 6, 1)  # a Monday
SLOT = Slot(
    code="he",
    title="Giờ hè",
    start=dt.time(18),
    max_length=dt.timedelta(minutes=15),
    weekdays=frozenset(range(7)),
    zones=("all",),
    steps=(CueStep("ngat"),),
)
ZONES = ZoneMap({"a": Zone(code="a", name="Ấp A")}, {})
DAYS = st.none() | st.integers(0, 20).map(lambda n: FIRST + dt.timedelta(days=n))
SLOTS = st.builds(
    lambda weekdays, first, last: replace(
        SLOT, weekdays=frozenset(weekdays), valid_from=first, valid_to=max(first, last) if first and last else last
    ),
    st.sets(st.integers(0, 6), min_size=1),
    DAYS,
    DAYS,
)


@given(SLOTS, SLOTS)
def test_slots_at_the_same_hour_clash_where_some_day_has_both(one: Slot, two: Slot) -> None:
    days = [FIRST + dt.timedelta(days=n) for n in range(-14, 42)]
    assert bool(one.clashes(two, ZONES)) is any(one.on(d) and two.on(d) for d in days)


def test_a_slot_airs_on_its_own_days_alone() -> None:
    summer = replace(SLOT, valid_from=dt.date(2026, 6, 3), valid_to=dt.date(2026, 6, 5))
    rotation = Rotation(code="r", title="R", days=DayKind.ORDINARY, slots=(summer,), valid_from=dt.date(2026, 1, 1))
    found = list(expand([rotation], FIRST, 10, {}, ZoneInfo("Asia/Ho_Chi_Minh")))
    assert [o.day.day for o in found] == [3, 4, 5]


def test_the_dates_of_a_slot_are_read_and_must_be_in_order() -> None:
    slot = {"code": "he", "title": "Hè", "start": "18:00", "max_minutes": 15, "item": [{"kind": "cue", "cue": "ngat"}]}
    table = {"rotation": {"code": "r", "title": "R", "valid_from": "2026-01-01"}, "slot": [slot]}
    slot |= {"valid_from": "2026-06-01", "valid_to": "2026-08-31"}
    (read,) = parse_rotation(table, name="r").slots
    assert (read.valid_from, read.valid_to) == (FIRST, dt.date(2026, 8, 31))
    slot["valid_to"] = "2026-05-01"
    with pytest.raises(RuleError) as error:
        parse_rotation(table, name="r")
    assert printed(error.value.field) == "r: slot 1 (he): valid_to"
