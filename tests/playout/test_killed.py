"""kill -9 of a real play-out at random moments: one outcome for each item and zone, and the evening goes on."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest

from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.log import playlog
from tests.kit.live import running
from tests.kit.processes import kill, marked, start
from tests.kit.waiting import idle, until

pytestmark = pytest.mark.slow

SECOND = dt.timedelta(seconds=1)
LIVES = 6
"""Broadcasts in each run, each in its own zone and at its own moment: so many crash points at one kill."""


def live_on(air, numbers, seconds=30.0):
    """Run play-out again until every broadcast has its verdict."""
    with running(air, sinks={"main": SimulatedHorn("main")}):
        until(lambda: all(air.row(n).state.terminal for n in numbers), seconds, every=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 26))
def test_killed_at_any_moment_each_item_and_zone_has_exactly_one_outcome(live, seed):
    air, chance = live, random.Random(seed)
    air.sound("một", 0.4)
    air.sound("hai", 1.2, 500)
    air.sound("ba", 0.3, 600)
    zones = [f"ap-{n}" for n in range(LIVES)]
    air.zones(*zones, "ap-cuoi")
    items = [air.cue(1, "một"), air.script(2, "hai"), air.cue(3, "ba")]
    process = start(air)
    now = air.station.now()
    policies = ["skip", "air", "join"]
    numbers = [
        air.plan(now + chance.uniform(0.3, 2.0) * SECOND, items, zone, slot_key=zone, late=policies[n % 3], grace_s=60)
        for n, zone in enumerate(zones)
    ]
    idle(chance.uniform(0.6, 2.6))
    kill(process)
    last = air.plan(air.station.now() + 1.5 * SECOND, items, "ap-cuoi", slot_key="cuoi")
    live_on(air, [*numbers, last])

    log = air.log()
    count = Counter((e.broadcast_id, e.item_no, e.zone) for e in log)
    assert set(count.values()) == {1}, "no item has two outcomes in a zone"
    assert len(log) == 3 * (LIVES + 1), "and none has none"
    assert all(0 <= e.heard_ms <= e.duration_ms for e in log)
    assert all(air.row(n).verdict for n in numbers)
    assert [e.outcome for e in log if e.broadcast_id == last] == [Outcome.FULL] * 3
    for entry in log:
        if entry.outcome is Outcome.FULL:
            assert entry.started_at is not None
            assert entry.heard_ms == entry.duration_ms
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


def test_killed_in_mid_item_the_item_is_partial_with_what_was_heard_and_a_joining_slot_goes_on(live):
    air = live
    air.sound("dài", 12.0)
    air.sound("ngắn", 0.3)
    air.zones("ap-1", "ap-2")
    items = [air.cue(1, "ngắn"), air.cue(2, "dài"), air.cue(3, "ngắn")]
    process = start(air)
    number = air.plan(air.station.now() + 3 * SECOND, items, "ap-1", "ap-2", late="join")
    until(lambda: marked(air, 2) >= 900, 40)
    kill(process)
    heard = marked(air, 2)
    assert 900 <= heard < 12_000
    live_on(air, [number])
    assert {(e.zone, e.item_no): e.outcome for e in air.log()} == {
        (zone, no): outcome
        for zone in ("ap-1", "ap-2")
        for no, outcome in ((1, Outcome.FULL), (2, Outcome.PARTIAL), (3, Outcome.FULL))
    }
    for cut in (e for e in air.log() if e.item_no == 2):
        assert cut.heard_ms == heard
        assert "dừng đột ngột" in cut.reason
