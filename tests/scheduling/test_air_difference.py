"""What a change does to the air: two whole plans held against each other, zone by zone and minute by minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.recurrence import EVERY_DAY, parse_month_days
from broadcaster.domain.schedule.rotations import CueStep, DayKind, Rotation, Slot, in_use
from broadcaster.scheduling.air_difference import AirPlan, AirSession, Fate, air_difference, collisions
from broadcaster.scheduling.expand import expand
from broadcaster.scheduling.never import never_aired

FIRST = dt.date(2026, 12, 1)
DAYS = 400
TZ = ZoneInfo("Asia/Ho_Chi_Minh")
NAMES = {"a": "Ấp A", "b": "Ấp B", "c": "Ấp C"}


def slot(code: str, title: str, start: str, minutes: int = 30, **more: object) -> Slot:
    given = {"weekdays": frozenset(range(7)), "zones": ("a", "b"), "steps": (CueStep("ngat"),), **more}
    return Slot(
        code=code, title=title, start=dt.time.fromisoformat(start), max_length=dt.timedelta(minutes=minutes), **given
    )


def rotation(code: str, title: str, *slots: Slot, **more: object) -> Rotation:
    given = {"days": DayKind.ORDINARY, "valid_from": dt.date(2026, 1, 1), **more}
    return Rotation(code=code, title=title, slots=slots, **given)


WEEK = rotation("ngay-thuong", "Tuần thường", slot("sang", "Buổi sáng", "05:00"), slot("chieu", "Buổi chiều", "17:00"))
EXTRA = rotation(
    "hoc-bai",
    "Tiếng loa học bài",
    slot("hoc-bai", "Học bài", "19:00", 3, weekdays=frozenset(range(5))),
    valid_from=FIRST,
    valid_to=dt.date(2027, 5, 31),
)


def air(
    rotations: Sequence[Rotation], kinds: dict[dt.date, DayKind] | None = None, days: int = DAYS, first: dt.date = FIRST
) -> AirPlan:
    titles = {r.code: r.title for r in rotations}
    airings = [
        AirSession(
            rotation=o.rotation,
            rotation_title=titles[o.rotation],
            slot=o.slot.code,
            title=o.slot.title,
            at=o.starts_at.astimezone(TZ).replace(tzinfo=None),
            length=o.slot.max_length,
            zones=frozenset(o.slot.zones),
        )
        for o in expand(rotations, first, days, kinds or {}, TZ)
    ]
    rulers = {}
    for day in (first + dt.timedelta(days=n) for n in range(days)):
        ruler, _ = in_use(rotations, day, (kinds or {}).get(day, DayKind.ORDINARY))
        if ruler:
            rulers[day] = (ruler.code, ruler.title)
    return AirPlan(airings=tuple(airings), rulers=rulers, last=first + dt.timedelta(days=days - 1))


def told(
    before: Sequence[Rotation], after: Sequence[Rotation], kinds: dict[dt.date, DayKind] | None = None
) -> list[str]:
    return air_difference(air(before), air(after, kinds)).lines(NAMES)


def test_a_small_rotation_that_takes_the_place_of_the_week_says_what_it_silences_and_until_when() -> None:
    lost, added = told([WEEK], [WEEK, EXTRA])
    assert lost == (
        "Lịch “Tiếng loa học bài” THAY lịch “Tuần thường” từ 01/12/2026 đến hết 31/05/2027: "
        "Buổi sáng (05:00), Buổi chiều (17:00) sẽ không phát, tất cả 364 buổi."
    )
    assert added == "Phát thêm từ 01/12/2026 đến hết 31/05/2027: Học bài (19:00), tất cả 130 buổi."


def test_the_same_rotation_that_joins_only_adds() -> None:
    difference = air_difference(air([WEEK]), air([WEEK, replace(EXTRA, joins=True)]))
    assert not difference.silences
    assert {c.fate for c in difference.changes} == {Fate.ADDED}


def test_a_copy_of_the_week_for_the_summer_silences_nothing() -> None:
    summer = replace(WEEK, code="he", title="Mùa hè", priority=1, valid_from=dt.date(2027, 6, 1))
    assert told([WEEK], [WEEK, summer]) == []


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (
            slot("chieu", "Buổi chiều", "17:30"),
            "Lịch “Tuần thường” từ 01/12/2026 trở đi: Buổi chiều (17:00) dời sang 17:30, tất cả 400 buổi.",
        ),
        (
            slot("chieu", "Buổi chiều", "17:00", 5),
            "Lịch “Tuần thường” từ 01/12/2026 trở đi: Buổi chiều (17:00) chỉ còn 5 phút thay vì 30, tất cả 400 buổi.",
        ),
        (
            slot("chieu", "Buổi chiều", "17:00", zones=("a",)),
            "Lịch “Tuần thường” từ 01/12/2026 trở đi: Buổi chiều (17:00) sẽ không phát ở Ấp B, tất cả 400 buổi.",
        ),
    ],
)
def test_a_changed_slot_says_what_it_does_to_the_air(changed: Slot, line: str) -> None:
    assert told([WEEK], [replace(WEEK, slots=(WEEK.slots[0], changed))]) == [line]


def test_a_holiday_names_its_day_and_what_gives_way_at_the_same_hour() -> None:
    feast = rotation("ngay-le", "Ngày lễ", slot("chieu-le", "Chiều lễ", "17:00"), days=DayKind.HOLIDAY, priority=10)
    day = dt.date(2026, 12, 25)
    assert told([WEEK, feast], [WEEK, feast], {day: DayKind.HOLIDAY}) == [
        "Lịch “Ngày lễ” THAY lịch “Tuần thường” ngày 25/12/2026: Buổi sáng (05:00) sẽ không phát.",
        "Lịch “Tuần thường” ngày 25/12/2026: Buổi chiều (17:00) nhường giờ cho Chiều lễ (17:00).",
    ]


def test_days_far_apart_are_not_told_as_one_stretch() -> None:
    kinds = {dt.date(2027, m, 1): DayKind.MOURNING for m in range(1, 7)}
    (line,) = told([WEEK], [WEEK], kinds)
    assert "vào một số ngày từ 01/01/2027 đến hết 01/06/2027" in line
    few = {d: k for d, k in kinds.items() if d.month < 3}
    assert "ngày 01/01/2027, 01/02/2027:" in told([WEEK], [WEEK], few)[0]


RECURRING = st.sampled_from([EVERY_DAY, parse_month_days([1, "last"], [15], field=())])
SLOTS = st.lists(
    st.builds(
        lambda code, start, minutes, zones, weekdays, month: slot(
            code, code, start, minutes, zones=tuple(sorted(zones)), weekdays=frozenset(weekdays), month_days=month
        ),
        st.sampled_from("pqr"),
        st.sampled_from(["05:00", "17:00", "19:00", "23:50"]),
        st.sampled_from([5, 20]),
        st.sets(st.sampled_from("abc"), min_size=1),
        st.sets(st.integers(0, 6), min_size=3),
        RECURRING,
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda s: s.code,
)
PLANS = st.lists(
    st.builds(
        lambda code, slots, joins, priority: rotation(code, code, *slots, joins=joins, priority=priority),
        st.sampled_from("xyz"),
        SLOTS,
        st.booleans(),
        st.integers(0, 1),
    ),
    max_size=3,
    unique_by=lambda r: r.code,
)


@pytest.mark.slow
@given(PLANS, PLANS)
def test_the_difference_accounts_for_every_session_of_both_plans_in_every_zone(
    one: list[Rotation], two: list[Rotation]
) -> None:
    before, after = air(one, days=35), air(two, days=35)
    difference = air_difference(before, after)
    for zone in "abc":
        had = [a for a in before.airings if zone in a.zones]
        has = [a for a in after.airings if zone in a.zones]
        mine = [c for c in difference.changes if zone in c.zones]
        lost = [c.airing for c in mine if c.fate is Fate.LOST]
        added = [c.airing for c in mine if c.fate is Fate.ADDED]
        assert len(had) - len(lost) == len(has) - len(added)
        times, slots = {a.at for a in has}, {(a.rotation, a.slot, a.at.date()) for a in has}
        for a in had:
            stays = a.at in times or (a.rotation, a.slot, a.at.date()) in slots
            assert stays or a in lost
        if not any(c.fate.grave for c in mine):
            by_day = [
                {
                    d: sum((a.length for a in found if a.at.date() == d), dt.timedelta())
                    for d in {a.at.date() for a in had}
                }
                for found in (had, has)
            ]
            assert all(by_day[1][d] >= minutes for d, minutes in by_day[0].items())
    assert difference.silences == any(c.fate.grave for c in difference.changes)
    assert air_difference(before, before).lines(NAMES) == []
    assert bool(difference.lines(NAMES)) == bool(difference.changes)


@given(PLANS)
def test_collisions_are_the_pairs_that_share_a_minute_and_an_output(plan: list[Rotation]) -> None:
    found = air(plan, days=10)
    meeting = {"a": frozenset({"one"}), "b": frozenset({"one"}), "c": frozenset({"two"})}

    def minutes(a: AirSession) -> set[tuple[dt.datetime, str]]:
        span = range(int(a.length.total_seconds() // 60))
        return {(a.at + dt.timedelta(minutes=m), o) for m in span for z in a.zones for o in meeting[z]}

    by_hand = {
        frozenset((i, j))
        for i, x in enumerate(found.airings)
        for j, y in enumerate(found.airings[:i])
        if minutes(x) & minutes(y)
    }
    place = {id(a): n for n, a in enumerate(found.airings)}
    pairs = collisions(found, meeting, found.airings)
    assert {frozenset((place[id(x)], place[id(y)])) for x, y in pairs} == by_hand


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"priority": -5}, "mọi ngày của nó đã theo lịch đứng trước: “Tuần thường” (ưu tiên 0)"),
        ({"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 11, 30)}, "đã hết hạn từ 30/11/2026"),
        ({"days": DayKind.STORM}, "chưa có ngày nào là “Mưa bão”"),
        (
            {"slots": (slot("x", "X", "19:00", valid_from=dt.date(2027, 7, 1)),)},
            "không khung phát nào trúng một ngày của lịch",
        ),
    ],
)
def test_a_rotation_that_no_day_can_hear_is_named_with_its_reason(changed: dict[str, object], why: str) -> None:
    idle = replace(EXTRA, **changed)
    (said,) = never_aired(idle, [WEEK, idle], {}, FIRST, air([WEEK, idle]))
    assert said.startswith("Lịch “Tiếng loa học bài”: lịch này không ngày nào có hiệu lực vì ")
    assert why in said


def test_a_slot_of_a_rotation_in_use_that_falls_on_no_day_is_named_alone() -> None:
    ended = replace(WEEK, slots=(*WEEK.slots, slot("tet", "Tiếng Tết", "06:00", valid_to=dt.date(2026, 2, 28))))
    assert never_aired(ended, [ended], {}, FIRST, air([ended])) == [
        "Khung “Tiếng Tết” (06:00) không ngày nào được phát vì không trúng ngày nào của lịch."
    ]
