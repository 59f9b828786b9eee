"""One verdict for each broadcast, whatever people do to the plan while it is on its way."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, ZoneRow
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.air import ear
from broadcaster.services.schedule.planning import plan
from tests.kit.live import ended, running
from tests.kit.waiting import until

pytestmark = pytest.mark.slow

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def on_air(live):
    """A broadcast of three seconds for two zones, and play-out in the middle of it."""
    live.sound("dài", 3.0)
    live.sound("ngắn", 0.4)
    live.zones("ap-1", "ap-2")
    number = live.plan(live.station.now() + 2 * SECOND, [live.cue(1, "dài"), live.cue(2, "ngắn")], "ap-1", "ap-2")
    with running(live) as playout:
        until(lambda: any(one.phase == "air" and one.lanes[0].on_item for one in playout.airings()))
        yield live, playout, number


def zone(air, code):
    return select(ZoneRow).where(ZoneRow.code == code)


def test_a_slot_taken_from_the_rotation_while_it_airs_airs_to_its_end(on_air):
    air, _, number = on_air
    later = air.plan(air.station.now() + 300 * SECOND, [air.cue(1, "ngắn")], "ap-1", slot_key="sau")
    found = plan(air.station)  # no rotation is in force any more
    assert found.removed == 1
    row = ended(air, number)
    assert row.state is BroadcastState.AIRED
    assert row.verdict
    assert [e.outcome for e in air.log(number)] == [Outcome.FULL] * 4
    with air.station.db.read() as session:
        assert session.get(BroadcastRow, later) is None, "what was only planned goes without a trace of airing"


@pytest.mark.parametrize("harm", ["disabled", "deleted"])
def test_a_zone_that_goes_while_it_airs_is_heard_to_the_end_and_the_next_broadcast_says_why_not(on_air, harm):
    air, _, number = on_air
    with air.station.db.write() as session:
        row = session.scalars(zone(air, "ap-2")).one()
        if harm == "disabled":
            row.enabled = False
        else:
            session.delete(row)
    following = air.plan(air.station.now() + 6 * SECOND, [air.cue(1, "ngắn")], "ap-1", "ap-2", slot_key="sau")
    ear.ring(air.station.home)
    assert ended(air, number).state is BroadcastState.AIRED
    row = ended(air, following)
    assert row.state is BroadcastState.PARTIAL
    assert "đang tắt hoặc không còn" in row.verdict
    assert {e.zone: e.outcome for e in air.log(following)} == {"ap-1": Outcome.FULL, "ap-2": Outcome.MISSED}
    assert set(Counter((e.broadcast_id, e.item_no, e.zone) for e in air.log()).values()) == {1}


def test_a_row_that_is_gone_when_it_ends_keeps_its_entries_in_the_log(on_air):
    """As by an old backup restored meanwhile: nothing stumbles, and what was heard stays heard."""
    air, playout, number = on_air
    with air.station.db.write() as session:
        session.delete(session.get(BroadcastRow, number))
    until(lambda: not playout.airings())
    until(lambda: len(air.log()) == 4)
    assert {e.outcome for e in air.log()} == {Outcome.FULL}
    assert not [i for i in air.incidents() if i.what == "journal"]
