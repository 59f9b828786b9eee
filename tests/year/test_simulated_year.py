"""A whole reporting year of a station: planned, aired, logged and reported, with totals known beforehand to the airing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import delete

from broadcaster.clock import FrozenClock
from broadcaster.db.models import DayException, ZoneRow
from broadcaster.domain.reports.periods import PeriodKind, parse, period
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.services.log.playlog import verify
from broadcaster.services.reports.content import figures_of
from broadcaster.services.reports.drawing import draw
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.schedule.days import add_exception
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.setup.founding import init
from broadcaster.services.station import Station
from broadcaster.supervise.simulated import Simulation
from tests.kit.people import OPERATOR
from tests.kit.scripts import approved

YEAR = parse("2027-Y")
ORDINARY = """
[rotation]
code = "thuong"
title = "Ngày thường"
valid_from = 2025-01-01
[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 10
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat"]
[[slot.item]]
kind = "cue"
cue = "ngat"
[[slot.item]]
kind = "fill"
max_items = 3
[[slot]]
code = "chieu"
title = "Buổi chiều"
start = "17:00"
max_minutes = 10
[[slot.item]]
kind = "fill"
max_items = 2
"""
TET = """
[rotation]
code = "tet"
title = "Tết"
days = "tet"
valid_from = 2025-01-01
[[slot]]
code = "tet-sang"
title = "Sáng Tết"
start = "06:00"
max_minutes = 10
[[slot.item]]
kind = "fill"
max_items = 1
"""
TET_DAYS = [dt.date(2027, 2, 4) + dt.timedelta(days=n) for n in range(5)]
MOURNING = [dt.date(2027, 5, 24), dt.date(2027, 5, 25)]
DARK = [dt.date(2027, 7, 10) + dt.timedelta(days=n) for n in range(3)]
"""Days without power, from their midnight to that of the day after the last."""
ZONES = 10


def expected() -> tuple[int, int, int, int]:
    """Work out by the calendar alone: broadcasts heard and missed, airings full and missed."""
    heard = missed = full = lost = 0
    for offset in range(YEAR.days):
        day = YEAR.first + dt.timedelta(days=offset)
        if day in MOURNING:
            sessions = []
        elif day in TET_DAYS:
            sessions = [1]
        else:
            sessions = [3, 2] if day.weekday() != 6 else [2]
        if day in DARK:
            missed += len(sessions)
            lost += sum(sessions)
        else:
            heard += len(sessions)
            full += sum(sessions)
    return heard, missed, full, lost


def at_midnight(station: Station, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=station.settings.tz)


@pytest.mark.slow
def test_a_year_ends_with_exactly_the_totals_of_the_calendar(tmp_path: Path) -> None:
    clock = FrozenClock(dt.datetime(2026, 12, 14, 12, tzinfo=dt.UTC))
    station = init(
        tmp_path / "home",
        overrides={"speech": {"voices": ["tone:beep"]}, "playout": {"plan_days": 8}},
        clock=clock,
    )
    _ten_zones_and_no_special_days(station)
    for n in range(5):
        approved(station, f"Bài số {n}.", title=f"Bài {n}")
    for text in (ORDINARY, TET):
        apply_rotation(station, OPERATOR, text, "nam.toml", agreed=ANYTHING)
    for day in TET_DAYS:
        add_exception(station, OPERATOR, day, DayKind.TET, "Tết Nguyên đán", agreed=ANYTHING)
    for day in MOURNING:
        add_exception(station, OPERATOR, day, DayKind.MOURNING, "Quốc tang", agreed=ANYTHING)

    def each_day(day: dt.date) -> None:
        if day.weekday() == 0 or day in {YEAR.first, DARK[-1] + dt.timedelta(days=1)}:
            plan(station)

    plan(station)
    before = Simulation(station, each_day=each_day)
    before.playout.open()
    before.run_until(at_midnight(station, DARK[0]))
    before.power_cut()
    clock.advance(len(DARK) * 86_400)
    with Simulation(station, each_day=each_day) as after:
        after.run_until(at_midnight(station, YEAR.last + dt.timedelta(days=1)))

    heard, missed, full, lost = expected()
    drawn = draw(station, OPERATOR, YEAR, formats=["docx"])
    figures = drawn.document.figures
    assert (figures.broadcasts, figures.broadcasts_missed) == (heard, missed)
    assert (figures.total.full, figures.total.partial, figures.total.missed) == (full, 0, lost)
    assert {(t.full, t.missed) for t in figures.by_zone.values()} == {(full, lost)}
    assert len(figures.by_zone) == ZONES
    assert sum(t.full for t in figures.by_month.values()) == full
    assert figures.scripts_aired == 5

    with station.db.read() as session:
        verdict = verify(session)
        quarters = [figures_of(station, session, period(PeriodKind.QUARTER, 2027, n)) for n in range(1, 5)]
    assert verdict.holds
    assert sum(q.total.full for q in quarters) == full
    assert sum(q.total.heard_ms for q in quarters) == figures.total.heard_ms
    assert sum(q.broadcasts for q in quarters) == heard

    words = "\n".join(p.text for p in Document(str(drawn.files[0])).paragraphs)
    assert f"{heard} buổi phát thanh" in words
    assert f"{full:,}".replace(",", ".") + " lượt tin, bài phát đủ" in words
    assert "từ ngày 15/12/2026 đến ngày 14/12/2027" in words
    station.close()


def _ten_zones_and_no_special_days(station: Station) -> None:
    with station.db.write() as session:
        session.execute(delete(ZoneRow).where(ZoneRow.position >= ZONES))
        session.execute(delete(DayException))
