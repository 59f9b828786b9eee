"""A year of broadcasting through the real engine, journal and chained log, in seconds."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, insert, select

from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.log import playlog
from broadcaster.supervise.simulated import Simulation

ZONES = [f"ap-{n}" for n in range(1, 11)]


@pytest.mark.medium
@pytest.mark.parametrize(("days", "dark"), [(10, (4, 6)), pytest.param(365, (100, 103), marks=pytest.mark.slow)])
def test_weeks_and_a_year_with_a_power_cut_end_with_exact_totals(air, days, dark):
    first = air.frozen.now() + dt.timedelta(minutes=10)
    for n in range(6):
        air.sound(f"m{n}", 0.1, 300 + 10 * n)
    air.zones(*ZONES)
    rundown = [air.script(n + 1, f"m{n}") for n in range(6)]
    rows = [
        {
            "slot_key": f"nam/{slot}",
            "origin": Origin.ROTATION,
            "rotation_code": "nam",
            "slot_code": slot,
            "kind": BroadcastKind.ROTATION,
            "title": "Bản tin",
            "starts_at": first + dt.timedelta(days=day, hours=hours),
            "ends_at": first + dt.timedelta(days=day, hours=hours, minutes=30),
            "zones": ZONES,
            "rundown": rundown,
            "reasons": [],
            "sound_ms": 600,
        }
        for day in range(days)
        for slot, hours in (("sang", 0), ("chieu", 12))
    ]
    with air.station.db.write() as session:
        session.execute(insert(BroadcastRow), rows)
    before = Simulation(air.station, refusal=air.refusal)
    before.playout.open()
    before.run_until(first + dt.timedelta(days=dark[0], hours=-1))
    before.power_cut()
    air.frozen.advance((dark[1] - dark[0]) * 86400)
    with Simulation(air.station, refusal=air.refusal) as after:
        after.run_until(first + dt.timedelta(days=days))
    missed = (dark[1] - dark[0]) * 2
    with air.station.db.read() as session:
        states = dict(session.execute(select(BroadcastRow.state, func.count()).group_by(BroadcastRow.state)).all())
        outcomes = dict(
            session.execute(select(PlayLogEntry.outcome, func.count()).group_by(PlayLogEntry.outcome)).all()
        )
        verdict = playlog.verify(session)
        empty = session.scalar(select(func.count()).where(BroadcastRow.verdict == ""))
    assert states == {BroadcastState.AIRED: 2 * days - missed, BroadcastState.MISSED: missed}
    assert outcomes == {Outcome.FULL: (2 * days - missed) * 60, Outcome.MISSED: missed * 60}
    assert verdict.holds
    assert verdict.entries == 2 * days * 60
    assert empty == 0
