"""Days of the month, by the sun and by the moon: what is written means the same days as counting them one by one."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule import typed_days
from broadcaster.domain.schedule.lunar import lunar
from broadcaster.domain.schedule.recurrence import MonthDays, parse_month_days
from broadcaster.errors import RuleError, printed

FIRST = dt.date(2026, 1, 1)
YEARS = [FIRST + dt.timedelta(days=n) for n in range(3 * 365)]
SOLAR = st.lists(
    st.integers(1, 31)
    | st.just("last")
    | st.tuples(st.integers(1, 28), st.integers(1, 12)).map(lambda p: f"{p[0]}/{p[1]}"),
    max_size=3,
)
LUNAR = st.lists(
    st.integers(1, 30)
    | st.sampled_from(["last", "last/12"])
    | st.tuples(st.integers(1, 29), st.integers(1, 12)).map(lambda p: f"{p[0]}/{p[1]}"),
    max_size=3,
)


def _by_hand(day: dt.date, solar: list[int | str], moon: list[int | str]) -> bool:
    """Whether a day is meant, worked out from the text alone."""
    if not solar and not moon:
        return True
    last_of_month = (day + dt.timedelta(days=1)).month != day.month
    now, after = lunar(day), lunar(day + dt.timedelta(days=1))
    for written in map(str, solar):
        number, _, month = written.partition("/")
        if (last_of_month if number == "last" else int(number) == day.day) and month in {"", str(day.month)}:
            return True
    for written in map(str, moon):
        number, _, month = written.partition("/")
        if month and (now.leap or int(month) != now.month):
            continue
        if after.day == 1 if number == "last" else int(number) == now.day:
            return True
    return False


@given(SOLAR, LUNAR)
def test_a_recurrence_means_the_days_that_counting_finds(solar: list[int | str], moon: list[int | str]) -> None:
    days = parse_month_days(solar, moon, field=("slot",))
    for day in YEARS[:: 1 if len(solar) + len(moon) < 3 else 3]:
        assert days.on(day) == _by_hand(day, solar, moon), day
        assert bool(days.why(day)) == (bool(days) and days.on(day))


@pytest.mark.parametrize(
    ("solar", "moon", "day", "why"),
    [
        ([25], [], "2026-12-25", "ngày 25 hằng tháng"),
        (["last"], [], "2028-02-29", "ngày cuối tháng"),
        ([], [15], "2026-12-23", "rằm tháng 11 âm lịch"),
        ([], [1, 15], "2027-02-06", "mùng một tháng Giêng âm lịch"),
        ([], ["last/12"], "2027-02-05", "ngày 29 tháng Chạp âm lịch"),
        ([], [1], "2025-07-25", "mùng một tháng 6 nhuận âm lịch"),
        ([25], ["15/8"], "2026-09-25", "ngày 25 hằng tháng; rằm tháng 8 âm lịch"),
    ],
)
def test_a_day_says_why_it_is_one(solar: list[int | str], moon: list[int | str], day: str, why: str) -> None:
    assert parse_month_days(solar, moon, field=("slot",)).why(dt.date.fromisoformat(day)) == why


def test_the_thirty_first_is_left_out_of_short_months_and_the_last_day_is_not() -> None:
    year = [FIRST + dt.timedelta(days=n) for n in range(365)]
    assert len([d for d in year if parse_month_days([31], [], field=()).on(d)]) == 7
    lasts = [d for d in year if parse_month_days(["last"], [], field=()).on(d)]
    assert [d.day for d in lasts] == [calendar.monthrange(2026, m)[1] for m in range(1, 13)]


@pytest.mark.parametrize(
    ("solar", "moon", "place"),
    [
        ([32], [], "monthdays"),
        ([0], [], "monthdays"),
        (["30/2"], [], "monthdays"),
        (["cuối"], [], "monthdays"),
        ([], [31], "lunardays"),
        ([], ["15/13"], "lunardays"),
        ([], ["rằm"], "lunardays"),
        ([], ["15/"], "lunardays"),
    ],
)
def test_what_is_no_day_of_a_month_is_refused_with_its_place(
    solar: list[int | str], moon: list[int | str], place: str
) -> None:
    with pytest.raises(RuleError) as caught:
        parse_month_days(solar, moon, field=("slot", 1))
    assert printed(caught.value.field).endswith(place)


def test_the_words_of_a_recurrence_name_both_calendars() -> None:
    assert parse_month_days([25, "last"], [1, 15], field=()).words() == (
        "ngày 25 hằng tháng; ngày cuối tháng; mùng một, rằm âm lịch"
    )
    assert MonthDays().words() == ""


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("rằm", 15),
        ("Mùng một", 1),
        ("mùng ba", 3),
        ("mùng 3 Tết", "3/1"),
        ("mùng một Tết", "1/1"),
        ("Tết", "1/1"),
        ("Giao thừa", "last/12"),
        ("rằm tháng bảy", "15/7"),
        ("rằm tháng Giêng", "15/1"),
        ("23 tháng Chạp", "23/12"),
        ("ngày 10 tháng 3", "10/3"),
        ("10/3", "10/3"),
        ("cuối tháng", "last"),
        ("ngày cuối tháng", "last"),
        ("25", 25),
        ("hôm nào đó", "hôm nào đó"),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, written: int | str) -> None:
    assert typed_days.read(typed) == [written]
