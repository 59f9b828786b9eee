"""Allowed hours: a start at 3:15 in the night is impossible."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.air.desk import AirHours
from broadcaster.domain.schedule.caps import CapBook, Caps, HeldSession, breaches, require_session
from broadcaster.domain.schedule.windows import StationHours, Window, parse_time
from broadcaster.errors import RuleError, printed
from broadcaster.settings import Settings

HOURS = StationHours((Window(dt.time(5), dt.time(7, 30)), Window(dt.time(16, 30), dt.time(19))))
DAY = dt.datetime(2026, 3, 2)
MINUTES = st.integers(0, 24 * 60 - 1)


def test_the_night_of_the_3_15_incident_is_refused_by_the_default_settings() -> None:
    with pytest.raises(RuleError, match="ngoài khung giờ") as caught:
        Settings().station_hours.require(
            DAY.replace(hour=3, minute=15), dt.timedelta(minutes=30), field="slot sang: start"
        )
    assert printed(caught.value.field) == "slot sang: start"


@given(MINUTES, st.integers(1, 300))
def test_a_broadcast_is_allowed_only_when_every_minute_of_it_is(start: int, length: int) -> None:
    begin = DAY + dt.timedelta(minutes=start)
    allowed = HOURS.allows(begin, dt.timedelta(minutes=length))
    minutes = [(begin + dt.timedelta(minutes=m)) for m in range(length)]
    inside_one = any(
        all(w.start <= m.time() < w.end and m.date() == DAY.date() for m in minutes) for w in HOURS.windows
    )
    assert allowed == inside_one


def test_a_broadcast_may_end_exactly_with_the_window() -> None:
    assert HOURS.allows(DAY.replace(hour=7), dt.timedelta(minutes=30))
    assert not HOURS.allows(DAY.replace(hour=7), dt.timedelta(minutes=30, seconds=1))


def _time(minute: int) -> dt.time:
    return (DAY + dt.timedelta(minutes=minute)).time()


IN_A_DAY = st.tuples(st.integers(0, 1438), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])
OVER_MIDNIGHT = st.tuples(st.integers(18 * 60, 1439), st.integers(1, 120))
WINDOWS = (IN_A_DAY | OVER_MIDNIGHT).map(lambda pair: Window(_time(pair[0]), _time(pair[1])))
SEVERAL = st.lists(WINDOWS, max_size=4).map(tuple)


def _inside(windows: tuple[Window, ...], minute: int) -> bool:
    """Whether a minute of a day lies in a window, each window taken as the numbers of its minutes."""
    for w in windows:
        start, end = (t.hour * 60 + t.minute for t in (w.start, w.end))
        if minute in (range(start, end) if start < end else {*range(start, 1440), *range(end)}):
            return True
    return False


@given(SEVERAL, MINUTES, st.integers(1, 300))
def test_over_midnight_too_a_broadcast_is_allowed_when_every_minute_is(
    windows: tuple[Window, ...], start: int, length: int
) -> None:
    allowed = StationHours(windows).allows(DAY + dt.timedelta(minutes=start), dt.timedelta(minutes=length))
    assert allowed == all(_inside(windows, (start + m) % 1440) for m in range(length))


@given(SEVERAL)
def test_play_out_is_told_every_rule_of_the_hours(windows: tuple[Window, ...]) -> None:
    hours = AirHours(StationHours(windows), ZoneInfo("Asia/Ho_Chi_Minh"))
    told = hours.as_json()
    assert AirHours.from_json(json.loads(json.dumps(told))) == hours
    assert set(told) == {f.name for f in fields(StationHours)} | {"tz"}


@given(SEVERAL, MINUTES)
def test_the_hours_end_where_the_first_forbidden_minute_begins(windows: tuple[Window, ...], at: int) -> None:
    hours, moment = StationHours(windows), DAY + dt.timedelta(minutes=at)
    left = next((m for m in range(1440) if not _inside(windows, (at + m) % 1440)), 1440)
    end = hours.end_at(moment)
    if left == 1440:
        assert end is not None
        assert end >= moment + dt.timedelta(days=1)
    elif left:
        assert end == moment + dt.timedelta(minutes=left)
        assert hours.window_at(end)
    else:
        assert end in {None, moment}  # the last moment of a window belongs to it
    assert (hours.window_at(moment) is None) == (end is None)
    begun_today = [w.on(DAY.date()) for w in windows]
    assert hours.over_at(moment) == all(last <= moment for _, last in begun_today)


@given(MINUTES, MINUTES)
def test_two_times_in_the_wrong_order_never_open_the_hours_of_sleep(one: int, two: int) -> None:
    text = f"{_time(one):%H:%M}-{_time(two):%H:%M}"
    try:
        window = Window.parse(text)
    except RuleError:
        return
    for minute in range(2 * 60, 5 * 60):
        if window.at(_time(minute)):
            assert one <= minute < (two or 1440), text  # as it is written, and so wanted


@pytest.mark.parametrize(
    "text", ["07:30-05:00", "17:00-05:00", "05:00-05:00", "00:00-00:00", "22:00-03:15", "24:00-01:00"]
)
def test_a_window_that_would_take_in_the_night_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        Window.parse(text)


@pytest.mark.parametrize("text", ["23:30-00:30", "23:45-24:00", "20:00-02:00", "00:00-24:00", "00:00-00:30"])
def test_the_last_minute_before_midnight_and_the_night_of_new_year_can_be_allowed(text: str) -> None:
    window = Window.parse(text)
    assert str(window) == text
    assert Window.parse(str(window)) == window
    assert StationHours((window,)).allows(window.on(DAY.date())[0], window.length)


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "UTC"])
def test_the_night_of_new_year_is_one_stretch_from_one_year_to_the_next(zone: str) -> None:
    hours = StationHours((Window.parse("05:00-07:30"), Window.parse("23:30-24:00"), Window.parse("00:00-00:30")))
    start = dt.datetime(2026, 12, 31, 23, 50, tzinfo=ZoneInfo(zone))
    assert hours.end_at(start) == dt.datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo(zone))
    assert hours.allows(start, dt.timedelta(minutes=40))
    assert not hours.allows(start, dt.timedelta(minutes=41))
    assert not hours.allows(start.replace(hour=3, minute=15), dt.timedelta(minutes=1))
    assert not hours.over_at(start)


def test_where_one_window_ends_as_the_next_begins_the_next_counts() -> None:
    hours = StationHours((Window(dt.time(5), dt.time(7)), Window(dt.time(7), dt.time(8))))
    assert hours.end_at(DAY.replace(hour=7)) == DAY.replace(hour=8)


@pytest.mark.parametrize("text", ["25:00", "7h30", "07:60", "7", "", "a:b", "07:30:00", "-1:00"])
def test_what_is_no_24_hour_time_is_refused(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_time(text, field="start")
    assert printed(caught.value.field) == "start"


def test_windows_must_run_forward() -> None:
    with pytest.raises(RuleError):
        Window.parse("19:00-05:00")


def test_each_cap_is_watched() -> None:
    monday = dt.date(2026, 3, 2)
    caps = Caps(sessions_per_day=2, minutes_per_session=30, days_per_week=5)
    week = [(monday + dt.timedelta(days=d), 20.0) for d in range(6)]
    found = breaches(caps, [*week, (monday, 20.0), (monday, 31.0)])
    assert len(found) == 3
    assert any("31 phút" in f.text for f in found)
    assert any("3 buổi" in f.text for f in found)
    assert any("6 ngày" in f.text for f in found)
    assert {f.first for f in found} == {monday}
    assert breaches(Caps(None, None, None), week * 5) == []


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20)), max_size=60),
    st.one_of(st.none(), st.integers(1, 4)),
    st.one_of(st.none(), st.integers(1, 7)),
)
def test_what_the_book_lets_through_breaks_no_cap(
    wanted: list[tuple[str, int]], per_day: int | None, per_week: int | None
) -> None:
    caps = Caps(per_day, None, per_week)
    book = CapBook(caps)
    taken: dict[str, list[tuple[dt.date, float]]] = {}
    for zone, offset in wanted:
        day = dt.date(2026, 3, 2) + dt.timedelta(days=offset)
        if why := book.refusal(zone, day):
            assert breaches(caps, [*taken.get(zone, []), (day, 10.0)])[0].text == why
        else:
            book.take(zone, day)
            taken.setdefault(zone, []).append((day, 10.0))
    assert all(breaches(caps, sessions) == [] for sessions in taken.values())


@given(
    st.dictionaries(
        st.sampled_from(["a", "b"]), st.lists(st.integers(0, 20).map(lambda n: DAY.date() + dt.timedelta(n)))
    ),
    st.integers(0, 20),
    st.integers(1, 60),
    st.integers(1, 3),
    st.integers(1, 7),
)
def test_one_more_session_is_refused_exactly_when_it_would_break_the_quy_che(
    held: dict[str, list[dt.date]], offset: int, minutes: int, per_day: int, per_week: int
) -> None:
    caps = Caps(per_day, 45, per_week)
    day = DAY.date() + dt.timedelta(offset)
    worse = (
        minutes > 45
        or any(
            len(breaches(caps, [(d, 1) for d in days])) < len(breaches(caps, [(d, 1) for d in [*days, day]]))
            or days.count(day) > per_day  # one that is broken already stays broken
            or (day not in days and len({d for d in days if d.isocalendar()[:2] == day.isocalendar()[:2]}) > per_week)
            for days in held.values()
        )
    )
    sessions = {zone: [HeldSession(d, f"buổi {n}") for n, d in enumerate(days)] for zone, days in held.items()}
    if not worse:
        require_session(caps, sessions, day, dt.timedelta(minutes=minutes), field="start")
        return
    with pytest.raises(RuleError, match="Quy chế"):
        require_session(caps, sessions, day, dt.timedelta(minutes=minutes), field="start")
