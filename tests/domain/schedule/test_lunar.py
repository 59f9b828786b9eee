"""The Vietnamese lunar calendar, held against new moons and solstices that an ephemeris (PyEphem) computed in UTC+7."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.lunar import lunar

TET = """
0131 0219 0208 0128 0216 0204 0125 0213 0202 0122 0210 0130 0218 0206 0126 0214 0203 0123 0211 0201 0220 0208
0128 0216 0205 0124 0213 0202 0123 0210 0130 0217 0206 0126 0214 0203 0124 0211 0131 0219 0208 0127 0215 0205
0125 0213 0202 0122 0210 0129 0217 0206 0127 0214 0203 0124 0212 0131 0218 0208 0128 0215 0205 0125 0213 0201
0121 0209 0129 0216 0206 0127 0215 0203 0123 0211 0131 0218 0207 0128 0216 0205 0125 0213 0202 0121 0209 0129
0217 0206 0127 0215 0204 0123 0210 0131 0219 0207 0128 0216 0205 0124 0212 0201 0122 0209 0129 0217 0207 0126
0214 0203 0123 0210 0131 0219 0208 0128 0216 0205 0125 0212 0201 0122 0210 0129 0217 0206 0126 0213 0202 0123
0211 0131 0219 0208 0128 0215 0204 0124 0212 0201 0122 0210 0130 0217 0206 0126 0214 0202 0123 0211 0201 0218
0208 0128 0215 0204 0124 0212 0202 0121 0209 0129 0217 0205 0126 0214 0203 0123 0211 0131 0219 0207 0127 0215
0205 0124 0212 0202 0122 0209 0129 0217 0206 0126 0214 0203 0124 0210 0130 0218 0207 0127 0215 0205 0125 0212
0201 0121 0209
"""
"""Month and day of the first day of each lunar year, from 1900 to 2100."""
LEAP = """
1947:2 1949:7 1952:5 1955:3 1957:8 1960:6 1963:4 1966:3 1968:7 1971:5 1974:4 1976:8 1979:6 1982:4 1985:2
1987:7 1990:5 1993:3 1995:8 1998:5 2001:4 2004:2 2006:7 2009:5 2012:4 2014:9 2017:6 2020:4 2023:2 2025:6
2028:5 2031:3 2033:11 2036:6 2039:5 2042:2 2044:7 2047:5 2050:3 2052:8 2055:6 2058:4 2061:3 2063:7 2066:5
2069:4
"""
"""The leap months from 1945 to 2070, `year:month`."""
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(("year", "text"), list(enumerate(TET.split(), 1900)))
def test_the_lunar_year_begins_where_the_sky_says(year: int, text: str) -> None:
    tet = dt.date(year, int(text[:2]), int(text[2:]))
    assert (lunar(tet).day, lunar(tet).month, lunar(tet).leap) == (1, 1, False)
    eve = lunar(tet - dt.timedelta(days=1))
    assert (eve.month, eve.last) == (12, True)


def test_the_leap_months_are_those_without_a_principal_term() -> None:
    found, year = [], 1944
    for day in (dt.date(1945, 1, 1) + dt.timedelta(days=n) for n in range(365 * 126)):
        moon = lunar(day)
        if moon.day == 1:
            year = day.year if moon.month == 1 and not moon.leap else year
            found += [f"{year}:{moon.month}"] if moon.leap else []
    assert [x for x in found if 1945 <= int(x[:4]) <= 2070] == LEAP.split()


@pytest.mark.parametrize("day", ["1985-01-21", "2007-02-17", "2030-02-02"])
def test_tet_is_by_vietnamese_time_where_the_chinese_new_year_is_another_day(day: str) -> None:
    tet = lunar(dt.date.fromisoformat(day))
    assert (tet.day, tet.month) == (1, 1)


@pytest.mark.parametrize(
    ("day", "number", "month"),
    [
        ("2026-04-26", 10, 3),
        ("2027-04-16", 10, 3),
        ("2026-09-25", 15, 8),
        ("2027-02-05", 29, 12),
        ("2026-12-23", 15, 11),
    ],
)
def test_feasts_that_the_calendar_of_the_state_printed_fall_on_their_days(day: str, number: int, month: int) -> None:
    found = lunar(dt.date.fromisoformat(day))
    assert (found.day, found.month, found.leap) == (number, month, False)


@given(DAYS)
def test_each_day_is_followed_by_the_next_of_its_month_or_by_the_first(day: dt.date) -> None:
    today, next_day = lunar(day), lunar(day + dt.timedelta(days=1))
    if today.last:
        assert today.day in {29, 30}
        assert next_day.day == 1
        steps = {(today.month % 12 + 1, False), (today.month, True)}
        assert (next_day.month, next_day.leap) in steps
    else:
        assert (next_day.day, next_day.month, next_day.leap) == (today.day + 1, today.month, today.leap)
