"""Working time: what waits over a night, a weekend or a holiday has not waited; told when it is too long, by whom it is for."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.alerts.book import AlertBook, Recipient
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import Trouble, TroubleKind
from broadcaster.domain.alerts.waits import PersonWait, WaitKind, too_long, worked

TZ = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = dt.timedelta(hours=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.strptime(f"2026-12-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=TZ)


@pytest.mark.parametrize(
    ("since", "now", "hours"),
    [
        ("01 09:00", "01 11:30", 2.5),
        ("01 16:00", "02 08:00", 2),  # a night between
        ("01 18:00", "02 06:30", 0),
        ("04 16:00", "07 08:00", 2),  # from Friday to Monday
        ("05 09:00", "06 20:00", 0),  # a weekend
        ("01 09:00", "01 08:00", 0),  # a clock that was set back
    ],
)
def test_nights_and_weekends_are_no_working_time(since, now, hours):
    assert worked(at(since), at(now), TZ) == hours * HOUR


def test_a_holiday_is_no_working_time():
    assert worked(at("01 07:00"), at("03 17:00"), TZ, {dt.date(2026, 12, 2)}) == 20 * HOUR


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 3, 1)), st.lists(st.floats(0, 200), max_size=4))
def test_working_time_adds_up_and_never_runs_faster_than_the_clock(start, hours):
    moments = [start.replace(tzinfo=TZ)]
    for one in hours:
        moments.append(moments[-1] + one * HOUR)
    parts = [worked(a, b, TZ) for a, b in itertools.pairwise(moments)]
    assert sum(parts, dt.timedelta()) == worked(moments[0], moments[-1], TZ)
    assert all(dt.timedelta() <= p <= b - a for p, a, b in zip(parts, moments, moments[1:], strict=False))


def test_what_has_waited_for_the_hours_of_the_setting_is_told_and_nothing_at_none():
    waits = [PersonWait(WaitKind.SCRIPT, str(n), "Bài", at(f"01 {hour:02}:00")) for n, hour in enumerate((7, 8))]
    told = [a.about for a in too_long(waits, at("01 17:00"), TZ, (), 10)]
    assert told == ["script/0"]
    assert list(too_long(waits, at("31 17:00"), TZ, (), 0)) == []


@pytest.mark.parametrize(("leaders", "told"), [({"b"}, {"b"}), ({"a", "b"}, {"a", "b"}), (set(), {"a", "c"})])
def test_what_waits_for_a_leader_is_told_to_leaders_whatever_rank_they_ask_for_or_to_everybody_without_one(
    leaders, told
):
    ranks = {"a": Rank.WARNING, "b": Rank.URGENT, "c": Rank.NOTE}
    people = [Recipient(name, ("tin",), least, decides=name in leaders) for name, least in ranks.items()]
    book, now = AlertBook(), at("01 09:00")
    book.begin(Trouble(TroubleKind.DECISION, "script/1", Rank.WARNING, "Bài chờ."), "u1", now)
    book.address(people, now)
    assert {t.person for t in book.tellings.values()} == told
