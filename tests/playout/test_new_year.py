"""A session over midnight on New Year's Eve, through the whole of play-out: it belongs to the day on which it starts."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.periods import parse
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log.playlog import verify
from broadcaster.services.reports.content import figures_of
from broadcaster.services.schedule.conflicts import find
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from broadcaster.supervise.simulated import Simulation
from tests.kit.founding import founded
from tests.kit.people import OPERATOR
from tests.kit.scripts import approved

HOURS = {"windows": ["05:00-07:30", "23:30-00:30"], "sessions_per_day": 1}
ROTATION = """
[rotation]
code = "tuan"
title = "Tuần thường"
valid_from = 2026-01-01
[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 20
[[slot.item]]
kind = "fill"
[[slot]]
code = "giao-thua"
title = "Giao thừa"
start = "23:59"
max_minutes = 20
monthdays = ["31/12"]
late = "air"
[[slot.item]]
kind = "fill"
max_items = 20
"""
MIDNIGHT = dt.datetime(2027, 1, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "machine"), [("Asia/Ho_Chi_Minh", "UTC"), ("UTC", "Asia/Ho_Chi_Minh")])
def test_the_new_years_greeting_is_heard_over_midnight_and_counts_for_the_old_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, machine: str
) -> None:
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    tz = ZoneInfo(zone)
    midnight = MIDNIGHT.replace(tzinfo=tz)
    station = founded(
        tmp_path / "home",
        overrides={"speech": {"voices": ["tone:beep"]}, "station": {"timezone": zone}, "hours": HOURS},
        clock=FrozenClock((midnight - dt.timedelta(hours=12)).astimezone(dt.UTC)),
    )
    try:
        for n in range(5):
            approved(station, f"Kính thưa bà con, bài số {n}. " * 12, title=f"Bài {n}", valid_to=dt.date(2026, 12, 31))
        approved(station, "Chúc mừng năm mới.", title="Bài của năm mới")
        _over_the_night(station, midnight)
    finally:
        station.close()
        monkeypatch.undo()
        time.tzset()


def _over_the_night(station: Station, midnight: dt.datetime) -> None:
    apply_rotation(station, OPERATOR, ROTATION, "tuan.toml")
    plan(station)
    assert not [c for c in find(station, 3) if "Quy chế" in c.kind.label]
    with Simulation(station) as night:
        night.run_until((midnight + dt.timedelta(hours=8)).astimezone(dt.UTC))
    with station.db.read() as session:
        rows = session.scalars(
            select(BroadcastRow).where(BroadcastRow.finished_at.is_not(None)).order_by(BroadcastRow.starts_at)
        ).all()
        eve, morning = rows
        assert (eve.slot_code, eve.state, eve.starts_at < midnight) == ("giao-thua", BroadcastState.AIRED, True)
        assert (morning.slot_code, morning.state) == ("sang", BroadcastState.AIRED)
        entries = session.scalars(select(PlayLogEntry).where(PlayLogEntry.broadcast_id == eve.id)).all()
        assert {e.outcome for e in entries} == {Outcome.FULL}
        after = [e for e in entries if e.started_at and e.started_at >= midnight]
        assert after, "some of it sounds in the new year"
        assert any("Bài " in e.title and e.title != "Bài của năm mới" for e in after), "what is valid to that day"
        assert verify(session).holds
        old, new = (
            figures_of(station, session, parse(text)) for text in ("2026-12-01..2026-12-31", "2027-01-01..2027-01-31")
        )
    assert (old.broadcasts, new.broadcasts) == (1, 1)
    assert (old.broadcasts_missed, new.broadcasts_missed) == (0, 0)


def test_a_session_that_is_taken_up_again_after_midnight_keeps_what_was_valid_on_its_day(tmp_path: Path) -> None:
    midnight = MIDNIGHT.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    station = founded(
        tmp_path / "home",
        overrides={"speech": {"voices": ["tone:beep"]}, "hours": HOURS},
        clock=FrozenClock((midnight - dt.timedelta(hours=12)).astimezone(dt.UTC)),
    )
    approved(station, "Kính thưa bà con, năm cũ sắp qua.", valid_to=dt.date(2026, 12, 31))
    apply_rotation(station, OPERATOR, ROTATION, "tuan.toml")
    plan(station)
    with station.db.read() as session:
        number = session.scalars(select(BroadcastRow.id).where(BroadcastRow.slot_code == "giao-thua")).one()
    after = LocalDesk(station, owner="máy phát").claim(number, (midnight + dt.timedelta(minutes=2)).astimezone(dt.UTC))
    assert after is not None
    assert after.faults == {}
    late = LocalDesk(station, owner="máy phát").claim(number, (midnight + dt.timedelta(hours=9)).astimezone(dt.UTC))
    assert late is None or late.faults, "hours later it is another day"
    station.close()
