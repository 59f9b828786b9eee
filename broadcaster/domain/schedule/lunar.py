"""The Vietnamese lunar calendar (âm lịch): which day of which lunar month a day is.

Months begin on the day of the new moon in UTC+7, so some differ from the Chinese ones (Tết 1985, 2007, 2030). The way
is Hồ Ngọc Đức's, after Meeus: the eleventh month holds the winter solstice, and of thirteen between two solstices the
first without a principal term is the leap one. `tests/domain/schedule/test_lunar.py` holds it against an ephemeris.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

_AHEAD = 7 / 24
"""Vietnamese time, in days ahead of UTC; it is that of the calendar, wherever the station's machine stands."""
_EPOCH = 1721424.5
"""The Julian day at which day 0 of `date.toordinal` begins."""
_MONTH = 29.530588853
_FIRST_NEW_MOON = 2415021.076998695
_SOLSTICE = 9
"""The sector of the sun (30° each) that begins with the winter solstice."""


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar."""

    day: int
    month: int
    leap: bool
    """Whether it lies in a leap month (tháng nhuận)."""
    last: bool
    """Whether it is the last day of its month, the 29th or the 30th."""


def lunar(day: dt.date) -> LunarDay:
    """What `day` is called in the lunar calendar."""
    moon = math.floor((day.toordinal() + _EPOCH - _FIRST_NEW_MOON) / _MONTH) + 1
    while _month_start(moon) > day.toordinal():
        moon -= 1
    month, leap = _name(moon)
    start = _month_start(moon)
    return LunarDay(day.toordinal() - start + 1, month, leap, last=day.toordinal() + 1 == _month_start(moon + 1))


@lru_cache(maxsize=4096)
def _name(moon: int) -> tuple[int, bool]:
    """The number of the month that a new moon begins, and whether it is a leap month."""
    year = dt.date.fromordinal(_month_start(moon)).year
    if _month_eleven(year) > moon:
        year -= 1
    first = _month_eleven(year)
    return _from_solstice(first, _month_eleven(year + 1))[moon - first]


@lru_cache(maxsize=1024)
def _from_solstice(first: int, following: int) -> tuple[tuple[int, bool], ...]:
    """The names of the months from one month of the winter solstice up to the next one."""
    moons = range(first, following)
    leap = None
    if len(moons) > 12:
        leap = next(m for m in moons[1:] if _sector(_month_start(m)) == _sector(_month_start(m + 1)))
    steps = accumulate((0 if m == leap else 1 for m in moons[1:]), initial=11)
    return tuple(((n - 1) % 12 + 1, m == leap) for n, m in zip(steps, moons, strict=True))


@lru_cache(maxsize=1024)
def _month_eleven(year: int) -> int:
    """The new moon that begins the month of the winter solstice of `year`."""
    last = dt.date(year, 12, 31).toordinal()
    moon = math.floor((last + _EPOCH + 0.5 - 2415021) / _MONTH)
    while _month_start(moon + 1) <= last:
        moon += 1
    while _sector(_month_start(moon)) >= _SOLSTICE:
        moon -= 1
    return moon


@lru_cache(maxsize=4096)
def _month_start(moon: int) -> int:
    """The day (its ordinal) of a new moon, counted from the first of 1900; after Meeus, Astronomical Algorithms."""
    t = moon / 1236.85
    sun = math.radians(359.2242 + 29.10535608 * moon - 0.0000333 * t**2 - 0.00000347 * t**3)
    m = math.radians(306.0253 + 385.81691806 * moon + 0.0107306 * t**2 + 0.00001236 * t**3)
    f = math.radians(21.2964 + 390.67050646 * moon - 0.0016528 * t**2 - 0.00000239 * t**3)
    mean = 2415020.75933 + 29.53058868 * moon + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * math.sin(math.radians(166.56 + 132.87 * t - 0.009173 * t**2))
    true = mean + (
        (0.1734 - 0.000393 * t) * math.sin(sun)
        + 0.0021 * math.sin(2 * sun)
        - 0.4068 * math.sin(m)
        + 0.0161 * math.sin(2 * m)
        - 0.0004 * math.sin(3 * m)
        + 0.0104 * math.sin(2 * f)
        - 0.0051 * math.sin(sun + m)
        - 0.0074 * math.sin(sun - m)
        + 0.0004 * math.sin(2 * f + sun)
        - 0.0004 * math.sin(2 * f - sun)
        - 0.0006 * math.sin(2 * f + m)
        + 0.0010 * math.sin(2 * f - m)
        + 0.0005 * math.sin(2 * m + sun)
    )
    clocks = -0.000278 + 0.000265 * t + 0.000262 * t**2  # the earth turns ever slower than a clock
    return math.floor(true - clocks + _AHEAD - _EPOCH)


@lru_cache(maxsize=4096)
def _sector(ordinal: int) -> int:
    """In which of twelve sectors of 30° the sun stands as a day begins."""
    t = (ordinal + _EPOCH - _AHEAD - 2451545.0) / 36525
    anomaly = math.radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    longitude += (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
    longitude += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly) + 0.000290 * math.sin(3 * anomaly)
    return math.floor(longitude % 360 / 30)
