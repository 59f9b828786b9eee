"""A part of a broadcast that is withdrawn while it is claimed or sounds: that alone falls silent, and the meter agrees."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import OrderOutcome, Verb
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.air import orders
from tests.kit.emergencies import OPERATOR
from tests.kit.live import ended, running
from tests.kit.sinks import Catch
from tests.kit.waiting import until

pytestmark = pytest.mark.slow
SECOND = dt.timedelta(seconds=1)
ITEMS = {"một": (1.5, 400), "hai": (1.5, 800), "ba": (1.0, 1600)}


class Horn(Catch):
    """A meter behind an output of its own, paced by the sample clock."""

    exclusive = True

    def __init__(self, name):
        super().__init__()
        self.name = name

    def heard_s(self, hz):
        """Seconds in which a tone is the loudest."""
        pieces = self.samples[: len(self.samples) // 2400 * 2400].reshape(-1, 2400).astype(float)
        loud = np.abs(pieces).max(axis=1) > 1000
        found = np.fft.rfftfreq(2400, 1 / 48_000)[np.abs(np.fft.rfft(pieces, axis=1)).argmax(axis=1)]
        return float(np.sum(loud & (np.abs(found - hz) < 60))) * 0.05


@pytest.fixture
def programme(live):
    for name, (seconds, hz) in ITEMS.items():
        live.sound(name, seconds, hz)
    live.zones("ap-1", "ap-2", sink="mot")
    live.zones("ap-3", sink="hai")
    items = [live.cue(n, name) for n, name in enumerate(ITEMS, 1)]
    return live, {n: Horn(n) for n in ("mot", "hai")}, items


@pytest.mark.parametrize("when", ["claimed", "sounding", "coming"])
def test_an_item_that_is_withdrawn_is_not_heard_on_and_the_rest_of_the_broadcast_airs(programme, when):
    air, horns, items = programme
    number = air.plan(air.station.now() + (2 if when == "claimed" else 0.6) * SECOND, items, "ap-1", "ap-3")
    item = 1 if when == "sounding" else 2
    with running(air, sinks=horns) as playout:
        if when == "claimed":
            until(lambda: any(one.broadcast.id == number for one in playout.airings()))
        else:
            until(lambda: any(lane.on_item == 1 for one in playout.airings() for lane in one.lanes))
        answer = orders.tell(air.station, OPERATOR, Verb.SKIP, broadcast_id=number, items=[item])
        row = ended(air, number)
    assert answer.outcome is OrderOutcome.CARRIED_OUT
    assert answer.effect["silent"] == (["ap-1", "ap-3"] if when == "sounding" else [])
    assert answer.effect["loud"] == []
    assert row.state is BroadcastState.PARTIAL
    for entry in air.log(number):
        whole = entry.item_no != item
        assert (entry.outcome is Outcome.FULL) is whole
        assert whole or entry.because is Cause.LEFT_OUT
        seconds, hz = list(ITEMS.values())[entry.item_no - 1]
        heard = horns["mot" if entry.zone == "ap-1" else "hai"].heard_s(hz)
        assert heard == pytest.approx(entry.heard_ms / 1000, abs=0.11)
        assert whole or heard < (0.9 if when == "sounding" else 0.06)
        assert not whole or heard >= seconds - 0.11


def test_a_zone_that_is_taken_off_falls_silent_with_its_amplifier_and_nobody_else(programme):
    air, horns, items = programme
    number = air.plan(air.station.now() + 0.6 * SECOND, items, "ap-1", "ap-2", "ap-3")
    with running(air, sinks=horns) as playout:
        until(lambda: any(lane.on_item == 1 for one in playout.airings() for lane in one.lanes))
        answer = orders.tell(air.station, OPERATOR, Verb.SKIP, broadcast_id=number, zones=["ap-1"])
        ended(air, number)
    assert answer.effect["silent"] == ["ap-1", "ap-2"]
    outcomes = {z: {e.outcome for e in air.log(number) if e.zone == z} for z in ("ap-1", "ap-2", "ap-3")}
    assert outcomes["ap-3"] == {Outcome.FULL}
    assert Outcome.FULL not in outcomes["ap-1"] | outcomes["ap-2"]
    assert horns["mot"].heard_s(1600) == 0 < horns["hai"].heard_s(1600)


def test_what_is_no_longer_on_its_way_is_left_as_it_is(programme):
    air, horns, items = programme
    number = air.plan(air.station.now() + 600 * SECOND, items, "ap-1")
    with running(air, sinks=horns) as playout:
        until(lambda: number in playout.machine.pinned.numbers())
        answer = orders.tell(air.station, OPERATOR, Verb.SKIP, broadcast_id=number, items=[1])
    assert answer.outcome is OrderOutcome.REFUSED
    assert air.row(number).state is BroadcastState.PLANNED
