"""Moments that tests begin at, and time that passes."""

from __future__ import annotations

import datetime as dt

from broadcaster.clock import FrozenClock
from broadcaster.services.station import Station

NOON = dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)  # 12:00 in the station, a Monday
MORNING = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)  # 05:00 on 3 March 2026 in Viet Nam


def later(station: Station, **span: float) -> None:
    assert isinstance(station.clock, FrozenClock)
    station.clock.advance(dt.timedelta(**span).total_seconds())
