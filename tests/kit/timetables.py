"""Planned broadcasts of one day, and the house that they are planned for."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.schedule.windows import StationHours, Window
from broadcaster.scheduling.conflict import House, Planned

TZ = ZoneInfo("Asia/Ho_Chi_Minh")

DAY = dt.date(2026, 3, 2)

HOURS = StationHours((Window.parse("05:00-07:30"), Window.parse("16:30-19:00")))

HOUSE = House(hours=HOURS, caps=Caps(3, 45, None), tz=TZ, zones={"a": "Ấp A", "b": "Ấp B"})


def planned(number: int, at: str = "05:00", minutes: float = 10, **more: object) -> Planned:
    time = dt.time.fromisoformat(at)
    start = dt.datetime.combine(DAY, time, tzinfo=TZ).astimezone(dt.UTC)
    values: dict[str, object] = {
        "id": number,
        "title": f"Buổi {number}",
        "starts_at": start,
        "ends_at": start + dt.timedelta(minutes=20),
        "sound_ms": round(minutes * 60_000),
        "zones": ("a", "b"),
        "scripts": 2,
    }
    return Planned(**(values | more))  # type: ignore[arg-type]
