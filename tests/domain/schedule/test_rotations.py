"""A slot's days: weekdays within its own dates; two slots clash only where some day has both."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.recurrence import parse_month_days
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


def _slot(code: str, start: str, minutes: int, **more: object) -> dict[str, object]:
    items = [{"kind": "cue", "cue": "ngat"}]
    return {"code": code, "title": code, "start": start, "max_minutes": minutes, "item": items, **more}


def _rotation(code: str, *slots: dict[str, object], **more: object) -> Rotation:
    head = {"code": code, "title": code, "valid_from": "2026-01-01", **more}
    return parse_rotation({"rotation": head, "slot": list(slots)}, name=code)


TIMED = st.builds(
    lambda start, minutes, weekdays, month: replace(
        SLOT,
        start=dt.time(*divmod(start, 60)),
        max_length=dt.timedelta(minutes=minutes),
        weekdays=frozenset(weekdays),
        month_days=parse_month_days(month, [], field=()),
    ),
    st.sampled_from([0, 5, 23 * 60 + 50, 23 * 60 + 59]),
    st.integers(1, 30),
    st.sets(st.integers(0, 6), min_size=1),
    st.just([]) | st.lists(st.sampled_from([1, 15, "last"]), min_size=1, max_size=2),
)


@given(TIMED, TIMED)
def test_slots_clash_over_midnight_where_some_minute_has_both(one: Slot, two: Slot) -> None:
    def minutes(slot: Slot) -> set[int]:
        found: set[int] = set()
        for n in range(366 * 5):
            if slot.on(FIRST + dt.timedelta(days=n)):
                begin = n * 1440 + slot.start.hour * 60 + slot.start.minute
                found |= set(range(begin, begin + int(slot.max_length.total_seconds() // 60)))
        return found

    assert bool(one.clashes(two, ZONES)) is bool(minutes(one) & minutes(two))


def test_a_rotation_that_joins_stands_beside_the_one_that_rules_and_replaces_nothing() -> None:
    week = _rotation("week", _slot("sang", "05:00", 30), _slot("chieu", "17:00", 30))
    extra = _rotation("extra", _slot("hoc", "19:00", 3, weekdays=["mon"]), joins=True, priority=-5)
    feast = _rotation("feast", _slot("le", "06:00", 20), days="holiday")
    days = {FIRST + dt.timedelta(days=7): DayKind.HOLIDAY, FIRST + dt.timedelta(days=14): DayKind.MOURNING}
    days[FIRST + dt.timedelta(days=21)] = DayKind.STORM
    zone = ZoneInfo("Asia/Ho_Chi_Minh")

    def codes(n: int) -> list[str]:
        return [o.slot.code for o in expand([extra, week, feast], FIRST + dt.timedelta(days=n), 1, days, zone)]

    assert codes(0) == ["sang", "chieu", "hoc"]
    assert codes(1) == ["sang", "chieu"]
    assert codes(7) == ["le"]  # the extra is for ordinary days
    assert codes(14) == []
    assert codes(21) == ["sang", "chieu", "hoc"]  # no rotation for storms: the day is an ordinary one


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "UTC"])
def test_a_slot_over_midnight_belongs_to_the_day_on_which_it_starts(zone: str) -> None:
    eve = _rotation("giao-thua", _slot("giao-thua", "23:50", 20, monthdays=["31/12"]))
    (found,) = expand([eve], dt.date(2026, 12, 25), 14, {}, ZoneInfo(zone))
    assert found.day == dt.date(2026, 12, 31)
    end = found.ends_at.astimezone(ZoneInfo(zone))
    assert (end.date(), end.time()) == (dt.date(2027, 1, 1), dt.time(0, 10))


def test_days_of_the_month_and_of_the_moon_are_read_from_the_file() -> None:
    read = _rotation("ngay", _slot("ngay", "17:00", 5, monthdays=[25, "last"], lunardays=[15]))
    days = [o.day for o in expand([read], dt.date(2026, 12, 1), 31, {}, ZoneInfo("Asia/Ho_Chi_Minh"))]
    assert days == [dt.date(2026, 12, 23), dt.date(2026, 12, 25), dt.date(2026, 12, 31)]
    with pytest.raises(RuleError, match="không phải một ngày của tháng"):
        _rotation("ngay", _slot("ngay", "17:00", 5, monthdays=[32]))
