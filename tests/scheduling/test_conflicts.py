"""Conflicts: every one that a slow and obvious search finds, each with a remedy, and none on a clean plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.scheduling.conflict import House, Kind, Planned
from broadcaster.scheduling.conflicts import conflicts
from tests.kit.timetables import DAY, HOUSE, TZ, planned


def kinds(found: list[Planned], house: House = HOUSE) -> list[Kind]:
    return [c.kind for c in conflicts(found, house, DAY, 1)]


def test_a_clean_plan_has_none() -> None:
    assert conflicts([planned(1), planned(2, "05:10"), planned(3, "17:00")], HOUSE, DAY, 1) == []


@pytest.mark.parametrize(
    ("found", "kind", "words"),
    [
        ([planned(1), planned(2, "05:09")], Kind.OVERLAP, "Dời “Buổi 2” sau 05:10"),
        ([planned(1, "03:15")], Kind.OUTSIDE, "từ chối"),
        ([planned(1, "07:25")], Kind.OUTSIDE, "từ chối"),
        ([planned(1, minutes=21)], Kind.OVERLONG, "Bỏ bớt một bài"),
        ([planned(1, scripts=0)], Kind.EMPTY, "Duyệt thêm bài"),
        ([planned(1, minutes=4)], Kind.SHORT, "rút ngắn khung"),
        ([planned(1, faults=("mục “Bài” đã quá hạn.",))], Kind.ITEM, "gia hạn"),
        ([planned(n, at) for n, at in enumerate(("05:00", "06:00", "17:00", "18:00"))], Kind.CAP, "Bỏ bớt một buổi"),
        ([planned(1, zones=("a",))], Kind.GAP, "cố ý"),
    ],
)
def test_each_kind_is_found_with_its_remedy(found: list[Planned], kind: Kind, words: str) -> None:
    (conflict,) = conflicts(found, HOUSE, DAY, 1)
    assert conflict.kind is kind
    assert words in conflict.remedy
    assert conflict.what.endswith(".")


def test_broadcasts_for_two_zones_of_one_output_are_a_conflict_of_that_output() -> None:
    shared = replace(HOUSE, outputs=Outputs({"a": frozenset({"main"}), "b": frozenset({"main"})}, frozenset("ab")))
    pair = [planned(1, zones=("a",)), planned(2, "05:05", zones=("b",))]
    (conflict,) = [c for c in conflicts(pair, shared, DAY, 1) if c.kind is Kind.OVERLAP]
    assert conflict.broadcasts == (1, 2)
    assert "ở Ấp B, cùng âm ly với Ấp A." in conflict.what
    assert Kind.OVERLAP not in kinds(pair)


def test_what_begins_while_a_zone_is_turned_off_says_so_and_an_emergency_does_not() -> None:
    one = planned(1)
    house = replace(HOUSE, muted={"a": one.starts_at + dt.timedelta(minutes=30)})
    (conflict,) = conflicts([one, planned(2, "06:00")], house, DAY, 1)
    assert (conflict.kind, conflict.zones, conflict.broadcasts) == (Kind.ZONE, ("a",), (1,))
    assert "đang tắt tiếng đến 05:30" in conflict.what
    assert kinds([planned(1, any_hour=True, counts=False), planned(2, "06:00")], house) == []


def test_what_the_rotation_asks_for_and_the_plan_lacks_is_a_gap() -> None:
    (conflict,) = conflicts([planned(1)], HOUSE, DAY, 1, [planned(0, "17:00")])
    assert conflict.kind is Kind.GAP
    assert "Lập lại lịch" in conflict.remedy


def test_a_confirmed_emergency_binds_no_hours_and_is_no_session() -> None:
    urgent = planned(9, "03:15", any_hour=True, counts=False)
    assert kinds([planned(1), urgent]) == []


def test_a_zone_that_is_off_is_named() -> None:
    house = replace(HOUSE, zones={"a": "Ấp A"}, off={"b": "Ấp B (hỏng)"})
    assert kinds([planned(1)], house) == [Kind.ZONE]


def test_a_day_of_mourning_is_no_gap() -> None:
    house = replace(HOUSE, silent_days=frozenset({DAY}))
    assert kinds([planned(1, zones=("a",))], house) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(1, 30), st.sets(st.sampled_from("abc"), min_size=1)), max_size=14
    )
)
def test_the_sweep_finds_a_clash_for_each_that_a_slow_search_finds(
    found: list[tuple[int, int, set[str]]],
) -> None:
    start = dt.datetime.combine(DAY, dt.time(5), tzinfo=TZ)
    plan = [
        Planned(
            id=n,
            title=str(n),
            starts_at=start + dt.timedelta(minutes=at),
            ends_at=start + dt.timedelta(minutes=at + 30),
            sound_ms=length * 60_000,
            zones=tuple(sorted(zones)),
            scripts=1,
        )
        for n, (at, length, zones) in enumerate(found, 1)
    ]
    house = replace(HOUSE, zones={})
    hit = {c.broadcasts for c in conflicts(plan, house, DAY, 1) if c.kind is Kind.OVERLAP}

    def clash(one: Planned, two: Planned) -> bool:
        ends = {p.id: p.starts_at + dt.timedelta(milliseconds=p.sound_ms) for p in (one, two)}
        return bool(set(one.zones) & set(two.zones)) and one.starts_at < ends[two.id] and two.starts_at < ends[one.id]

    real = {frozenset((a.id, b.id)) for a, b in combinations(plan, 2) if clash(a, b)}
    assert {frozenset(pair) for pair in hit} <= real
    # Each broadcast that starts while another sounds is named at least once.
    late = {b.id for a, b in combinations(sorted(plan, key=lambda p: (p.starts_at, p.id)), 2) if clash(a, b)}
    assert {max(pair, key=lambda n: (plan[n - 1].starts_at, n)) for pair in hit} == late


def gaps(found: list[Planned], house: House, days: int) -> list[str]:
    return [c.what for c in conflicts(found, house, DAY, days) if c.kind is Kind.GAP]


def test_days_on_which_nobody_hears_anything_are_one_gap_for_each_stretch() -> None:
    found = [
        planned(1),
        replace(
            planned(2),
            starts_at=planned(2).starts_at + dt.timedelta(days=3),
            ends_at=planned(2).ends_at + dt.timedelta(days=3),
        ),
    ]
    assert gaps(found, HOUSE, 5) == [
        "Từ ngày 03/03/2026 đến hết ngày 04/03/2026: cả đài không có buổi phát nào.",
        "Ngày 06/03/2026: cả đài không có buổi phát nào.",
    ]
    mourning = replace(HOUSE, silent_days=frozenset({DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)}))
    assert gaps(found, mourning, 4) == []
    assert gaps(found, replace(HOUSE, caps=Caps(3, 45, 2)), 5) == []  # the Quy chế wants the other days silent


def test_what_was_heard_today_and_a_day_that_is_over_are_no_gap() -> None:
    assert gaps([], replace(HOUSE, begun=frozenset({"a", "b"})), 1) == []
    assert gaps([], replace(HOUSE, over=True), 1) == []
    assert gaps([], HOUSE, 1) == ["Ngày 02/03/2026: cả đài không có buổi phát nào."]


def test_a_station_without_a_rotation_is_told_so_once() -> None:
    (conflict,) = conflicts([], replace(HOUSE, rotations=False), DAY, 14)
    assert conflict.kind is Kind.GAP
    assert "chưa có lịch phát nào đang áp dụng" in conflict.what
    assert "schedule apply" in conflict.remedy
