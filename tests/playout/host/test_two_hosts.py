"""Two machines on one PostgreSQL, each a process with a home of its own: one plays, the other stands by."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from broadcaster.clock import SystemClock
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.host.lease import Lease
from broadcaster.services.air import heartbeats, leases
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log import playlog
from tests.kit.air import ALL_DAY, make_air
from tests.kit.desk import idle_status
from tests.kit.processes import kill, start
from tests.kit.waiting import until

SECOND = dt.timedelta(seconds=1)
IDLE = idle_status()


@pytest.fixture
def pair(tmp_path, postgres_url):
    """Two homes on one database, with the same sounds and a lease of three seconds."""
    made = []
    for name in ("mot", "hai"):
        air = make_air(tmp_path / name, SystemClock(), url=postgres_url, windows=ALL_DAY)
        text = air.station.home.settings_file.read_text(encoding="utf-8")
        text += f'[database]\nurl = "{postgres_url}"\n[playout]\nlease_seconds = 3\n'
        air.station.home.settings_file.write_text(text, encoding="utf-8")
        air.sound("ngắn", 0.5)
        made.append(air)
    made[0].zones("ap-1")
    yield made
    for air in made:
        air.station.close()


def lease(station, owner, file):
    """The lease of a machine of this name over a station's own database."""
    settings = station.home.settings()
    return Lease(LocalDesk(replace(station, settings=settings), owner=owner), station.clock, 3, file)


def owner(air):
    with air.station.db.read() as session:
        from broadcaster.db.models import LeaseRow

        row = session.get(LeaseRow, leases.PLAYOUT)
        return row.owner if row else None


@pytest.mark.slow
def test_one_plays_and_the_other_takes_over_when_it_dies_and_nothing_airs_twice(pair):
    first, second = pair
    one = start(first)
    until(lambda: owner(first))
    holder = owner(first)
    other = start(second)
    try:
        now = first.station.now()
        numbers = [
            first.plan(now + n * SECOND, [first.cue(1, "ngắn")], "ap-1", slot_key=f"s{n}", grace_s=60)
            for n in (3, 5, 7, 16, 18, 20)
        ]
        until(lambda: all(first.row(n).state.terminal for n in numbers[:3]), 30)
        until(lambda: heartbeats.status(first.station, "playout-standby")[0])
        alive, said = heartbeats.status(first.station, "playout-standby")
        assert alive
        assert "đang giữ quyền phát" in said["hold"]
        assert {e.host for e in first.log()} != set()
        assert owner(first) == holder
        kill(one)
        until(lambda: all(first.row(n).state.terminal for n in numbers), 60)
        assert owner(first) != holder
    finally:
        kill(other)
        if one.poll() is None:
            kill(one)
    assert [first.row(n).state for n in numbers] == [BroadcastState.AIRED] * 6
    assert set(Counter((e.broadcast_id, e.zone) for e in first.log()).values()) == {1}
    assert [e.outcome for e in first.log()] == [Outcome.FULL] * 6
    with first.station.db.read() as session:
        assert playlog.verify(session).holds


@pytest.mark.slow
def test_two_started_at_the_same_moment_air_each_broadcast_once(pair):
    first, second = pair
    now = first.station.now()
    numbers = [
        first.plan(now + n * SECOND, [first.cue(1, "ngắn")], "ap-1", slot_key=f"s{n}", late="air", grace_s=60)
        for n in (2, 4, 6)
    ]
    both = [start(first), start(second)]
    try:
        until(lambda: all(first.row(n).state.terminal for n in numbers), 40)
    finally:
        for process in both:
            kill(process)
    assert set(Counter((e.broadcast_id, e.zone) for e in first.log()).values()) == {1}
    assert len(first.log()) == 3


@pytest.mark.slow
def test_a_machine_that_knows_of_another_stops_when_it_cannot_ask_and_one_that_does_not_goes_on(pair, tmp_path):
    first, second = pair
    file = tmp_path / "rival.json"
    alone = lease(first.station, "một", file)
    alone.renew(IDLE)
    assert alone.hold == ""
    rival = lease(second.station, "hai", tmp_path / "other.json")
    rival.renew(IDLE)
    assert "“một” đang giữ quyền phát" in rival.hold
    alone.renew(IDLE)  # learns of the other
    assert alone.hold == ""
    first.station.db.dispose()
    gone = type(first.station)(
        first.station.home, first.station.settings, Database("postgresql+psycopg://x@127.0.0.1:1/x"), SystemClock()
    )
    away = lease(gone, "một", file)
    assert "“hai” có thể đang phát" in away.hold, "remembered over a restart"
    fresh = lease(gone, "ba", tmp_path / "none.json")
    assert fresh.hold == ""
    until(lambda: rival.renew(IDLE) or rival.hold == "")
    assert rival.heir_since is not None
    assert "có thể đang phát" in alone.hold, "its lease ran out before the other began"
    rival.end(IDLE)
    alone.renew(IDLE)
    assert alone.hold == ""


def test_on_sqlite_there_is_nobody_else(air):
    tenure = lease(air.station, "một", air.station.home.playout / "rival.json")
    tenure.renew(IDLE)
    assert tenure.hold == ""
