"""An order has an outcome: what play-out really did, said to whoever asked, or that it has not answered."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest

from broadcaster.db.models import Command
from broadcaster.db.queries import air as air_queries
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.desk import PORT_FILE, Order, OrderOutcome, Verb
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services.air import orders, stops
from broadcaster.supervise.simulated import Simulation
from tests.kit.emergencies import OPERATOR, declared, prepare
from tests.kit.live import ended, running
from tests.kit.waiting import until

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
NAMES = {"ap-1": "Ấp Một", "ap-2": "Ấp Hai", "ap-3": "Ấp Ba"}


@pytest.fixture
def sounding(live):
    """A programme of 20 s in two zones of one output; a third zone has its own."""
    live.sound("dài", 20.0)
    live.zones("ap-1", "ap-2")
    live.zones("ap-3", sink="hai")
    number = live.plan(live.station.now() + 0.4 * SECOND, [live.cue(1, "dài")], "ap-1", "ap-2", "ap-3")
    with running(live, sinks={"main": SimulatedHorn("main"), "hai": SimulatedHorn("hai")}) as playout:
        until(lambda: any(one.lanes and one.lanes[0].on_item for one in playout.airings()))
        yield live, number, playout


def test_a_stop_says_which_zones_fell_silent_after_how_long_and_who_besides(sounding):
    air, _, playout = sounding
    answer = orders.tell(air.station, OPERATOR, Verb.STOP, zones=["ap-1"])
    assert answer.outcome is OrderOutcome.CARRIED_OUT
    assert answer.effect["silent"] == ["ap-1", "ap-2"]
    assert answer.effect["loud"] == []
    assert 0 <= answer.effect["ms"] < 1000
    said = orders.stop_in_words(answer, NAMES, ["ap-1"])
    assert "ở Ấp Một, Ấp Hai." in said
    assert "Ấp Hai im theo vì chung âm ly" in said
    (one,) = playout.airings()
    assert [lane.zones for lane in one.lanes if lane.sounds] == [("ap-3",)]
    row = until(lambda: _command(air, answer.order).done_at and _command(air, answer.order))
    assert (row.outcome, row.effect) == (answer.outcome, answer.effect), "the row says the same"


@pytest.mark.medium
def test_a_stopped_zone_is_no_longer_said_to_be_on_the_air(sounding):
    air, number, _ = sounding
    orders.tell(air.station, OPERATOR, Verb.STOP, zones=["ap-2"])

    def zones():
        with air.station.db.read() as session:
            present = air_queries.present(session, air.station.now())
        return {z.code: (z.rests_stopped, z.code in present.heard) for z in present.zones}

    assert until(lambda: (found := zones())["ap-1"][0] and found) == {
        "ap-1": (True, False),
        "ap-2": (True, False),
        "ap-3": (False, True),
    }
    assert not air.row(number).state.terminal


def test_a_stop_with_nothing_on_the_air_says_so(live):
    live.zones("ap-1")
    with running(live):
        until((live.station.home.run / PORT_FILE).exists)
        answer = orders.tell(live.station, OPERATOR, Verb.STOP, zones=None)
    assert answer.effect["silent"] == []
    assert orders.stop_in_words(answer, NAMES).startswith("Không có gì đang phát")


@pytest.mark.slow
def test_a_stop_is_answered_while_the_database_is_locked(sounding):
    air, number, _ = sounding
    other = sqlite3.connect(air.station.home.root / "station.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        answer = orders.tell(air.station, OPERATOR, Verb.STOP, zones=None)
        assert answer.effect["silent"] == ["ap-1", "ap-2", "ap-3"]
    finally:
        other.execute("COMMIT")
        other.close()
    ended(air, number)


def test_nothing_is_claimed_while_play_out_has_not_answered(live):
    live.zones("ap-1")
    answer = orders.tell(live.station, OPERATOR, Verb.STOP, zones=None)
    assert answer is None
    assert orders.stop_in_words(answer, NAMES).startswith("Máy phát chưa trả lời")
    assert orders.in_words(orders.tell(live.station, OPERATOR, Verb.TRUST_CLOCK)) == orders.NO_ANSWER


def _command(air, number):
    with air.station.db.read() as session:
        return session.get_one(Command, number)


PHASES = ("waiting", "held", "over")


@pytest.mark.medium
@pytest.mark.parametrize(("verb", "phase"), [(v, p) for v in (Verb.STOP, Verb.AIR, Verb.SKIP) for p in PHASES])
def test_each_verb_in_each_state_says_what_it_did_and_a_refused_one_changes_nothing(air, verb, phase):
    air.sound("chuông", 1.0)
    air.zones("ap-1")
    start = air.frozen.now() + 20 * MINUTE
    number = air.plan(start, [air.cue(1, "chuông")], "ap-1", late="air", kind=BroadcastKind.ROTATION)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(start - 2 * MINUTE)
        if phase == "held":
            life.playout.obey(Order(0, Verb.STOP, {}, "truc", start))
        if phase != "waiting":
            life.run_until(start + 2 * MINUTE)
        before, log = air.row(number), air.log(number)
        order = Order(7, verb, {"broadcast_id": number}, "truc", air.frozen.now())
        answer = life.playout.obey(order)
        assert life.playout.obey(order) is None, "once"
        life.run_until(air.frozen.now() + MINUTE)
    after = air.row(number)
    possible = verb is Verb.STOP or phase != "over"
    assert answer.outcome is (OrderOutcome.CARRIED_OUT if possible else OrderOutcome.REFUSED)
    if phase == "over":
        assert (after.state, after.verdict) == (before.state, before.verdict)
        assert [e.hash for e in air.log(number)] == [e.hash for e in log]


@pytest.mark.medium
def test_an_emergency_is_one_thing_to_stop_from_siren_to_last_word(live):
    air = prepare(live)

    def present():
        with air.station.db.read() as session:
            return air_queries.present(session, air.station.now())

    with running(air, sinks={"main": SimulatedHorn("main")}):
        number = declared(air, repeat_minutes=240)
        assert present().sounding, "before the first sample"
        assert present().urgent[0].now.under_way
        until(lambda: present().urgent[0].now.sounding)
        until(lambda: not present().sounding)
        assert not present().urgent[0].now.unheard
        orders.tell(air.station, OPERATOR, Verb.STOP, zones=None)
        found = until(lambda: (p := present()).urgent[0].now.stopped and p)
        assert not found.sounding
        assert [h.number for h in found.held if h.urgent] == [number]
        stops.let_go(air.station, OPERATOR, number, urgent=True)
        assert until(lambda: present().urgent[0].now.sounding)
        assert not present().held
