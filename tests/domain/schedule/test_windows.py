"""Allowed hours: a start at 3:15 in the night is impossible."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.windows import (
    CapBook,
    Caps,
    HeldSession,
    StationHours,
    Window,
    breaches,
    parse_time,
    require_session,
)
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


WINDOWS = (
    st.tuples(st.integers(0, 1438), st.integers(1, 1439))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: Window(*((DAY + dt.timedelta(minutes=m)).time() for m in pair)))
)


@given(st.lists(WINDOWS, max_size=4).map(tuple), MINUTES)
def test_the_window_of_a_moment_covers_it_and_none_that_does_ends_later(windows: tuple[Window, ...], at: int) -> None:
    hours, moment = StationHours(windows), DAY + dt.timedelta(minutes=at)
    found = hours.window_at(moment)
    covering = [w for w in windows if w.covers(moment, moment)]
    assert (found in covering) if covering else (found is None)
    assert all(w.end <= found.end for w in covering if found)
    assert hours.end_at(moment) == (dt.datetime.combine(DAY, found.end) if found else None)
    assert hours.over_at(moment) == (not any(w.end > moment.time() for w in windows))
    if found and found.end > moment.time():
        assert hours.allows(moment, dt.datetime.combine(DAY, found.end) - moment)


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
        if why := book.take(zone, day):
            assert breaches(caps, [*taken.get(zone, []), (day, 10.0)])[0].text == why
        else:
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
