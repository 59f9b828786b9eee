"""Who has which horns: one at a time, the earlier first, an emergency at once, and a zone that a person turned off."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, Phase
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.setup.zones import Zone
from broadcaster.playout.airing.contract import AiringState
from broadcaster.playout.airing.horns import Horns
from broadcaster.playout.sinks import Sinks
from broadcaster.playout.sinks.null import SimulatedHorn
from tests.kit.clocks import MORNING

ZONES = ("ap-1", "ap-2", "ap-3")


class Waiting:
    """A broadcast on its way that only stands in line, and notes what it is told."""

    def __init__(self, number, zones, *, kind=BroadcastKind.ROTATION, after=0.0):
        start = MORNING + dt.timedelta(seconds=after)
        broadcast = Broadcast(
            id=number,
            title=f"Buổi {number}",
            kind=kind,
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=30),
            zones=tuple(zones),
            rundown=(),
        )
        self.state = AiringState(bundle=Bundle(broadcast, {z: Zone(code=z, name=z) for z in zones}))
        self.told = []

    @property
    def by_sink(self):
        return {"main": self.state.broadcast.zones}

    def want(self, by_sink):
        self.state = replace(self.state, wanted=by_sink)

    def grant(self):
        self.state = replace(self.state, granted=True)

    def over(self):
        self.state = replace(self.state, phase=Phase.OVER)

    def cut(self, zones, why, by, *, waiting=False):
        self.told.append((zones, why.cause, waiting))
        self.over()
        return sorted(zones or ())


def horns(clock=None):
    machine = SimpleNamespace(clock=clock or FrozenClock(MORNING), sinks=Sinks({"main": SimulatedHorn("main")}, {}))
    return Horns(machine)


def entered(shared, *ones):
    for one in ones:
        shared.enter(one.state.broadcast.id, one)
    return ones


def test_free_horns_are_had_at_once():
    shared = horns()
    (one,) = entered(shared, Waiting(1, ["ap-1"]))
    assert shared.reserve(one, one.by_sink) == {}
    assert one.state.granted


def test_whoever_has_them_is_named_and_other_zones_are_free():
    shared = horns()
    first, second = entered(shared, Waiting(1, ["ap-1", "ap-2"]), Waiting(2, ["ap-2", "ap-3"]))
    assert shared.reserve(first, first.by_sink) == {}
    busy = shared.reserve(second, second.by_sink)
    assert list(busy) == ["ap-2"]
    assert busy["ap-2"].cause is Cause.ZONE_BUSY
    assert "Buổi 1" in busy["ap-2"].text


def test_the_wait_ends_half_a_second_after_its_time_and_no_sooner():
    clock = FrozenClock(MORNING - dt.timedelta(seconds=10))
    shared = horns(clock)
    first, second = entered(shared, Waiting(1, ["ap-1"]), Waiting(2, ["ap-1"]))
    shared.reserve(first, first.by_sink)
    assert shared.reserve(second, second.by_sink)
    assert 10.5 <= clock.monotonic() < 10.6


@pytest.mark.slow
def test_an_emergency_cuts_what_holds_its_zones_and_nobody_cuts_an_emergency():
    shared = horns()
    usual, urgent = entered(shared, Waiting(1, ["ap-1"]), Waiting(2, ["ap-1"], kind=BroadcastKind.EMERGENCY))
    shared.reserve(usual, usual.by_sink)
    assert shared.reserve(urgent, urgent.by_sink) == {}
    assert usual.told == [({"ap-1"}, Cause.YIELDED_TO_EMERGENCY, True)]
    (late,) = entered(shared, Waiting(3, ["ap-1"], kind=BroadcastKind.EMERGENCY))
    busy = shared.reserve(late, late.by_sink)
    assert busy["ap-1"].cause is Cause.YIELDED_TO_EMERGENCY
    assert urgent.told == []


def test_an_earlier_turn_is_waited_for_but_not_for_ever():
    clock = FrozenClock(MORNING)
    shared = horns(clock)
    earlier, later = entered(shared, Waiting(1, ["ap-1"]), Waiting(2, ["ap-1"], after=5))
    assert shared.reserve(later, later.by_sink) == {}  # the other never came
    assert clock.monotonic() >= 5.5
    assert shared.reserve(earlier, earlier.by_sink).keys() == {"ap-1"}


@given(st.lists(st.sets(st.sampled_from(ZONES), min_size=1), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_whatever_the_order_no_zone_is_given_to_two_of_those_that_found_it_free(wanted, chance):
    shared = horns()
    ones = entered(shared, *(Waiting(n, sorted(zones)) for n, zones in enumerate(wanted, 1)))
    held = {}
    for one in chance.sample(ones, len(ones)):
        busy = shared.reserve(one, one.by_sink)
        for zone in set(one.state.broadcast.zones) - set(busy):
            assert zone not in held, f"{zone} was given to {held[zone]} already"
            held[zone] = one.state.broadcast.id
    for one in ones:
        one.over()
    (last,) = entered(shared, Waiting(99, ZONES))
    assert shared.reserve(last, last.by_sink) == {}, "what is over holds nothing"
