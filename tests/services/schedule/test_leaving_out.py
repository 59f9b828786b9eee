"""One act leaves a broadcast out, whoever does it; the log hears of it in time; nothing ended is ever opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import OPEN_STATES, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import Record
from broadcaster.domain.log.playlog import Ending, Outcome
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.air import broadcasts
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log import left_out
from broadcaster.services.schedule import by_hand, leaving_out, undoing
from broadcaster.services.schedule.planning import plan
from broadcaster.services.station import Station
from tests.kit.days import NOON, fresh, logged, numbers, rows, small_station
from tests.kit.properties import examples

LEADER = Actor("lanhdao", "Bà Lãnh đạo", frozenset({Role.CHIEF}))
OPERATOR = Actor("vanhanh", "Ông Vận hành", frozenset({Role.OPERATOR}))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = small_station(tmp_path_factory.mktemp("out") / "station")
    yield made
    made.close()


def later(station: Station, seconds: float) -> None:
    assert isinstance(station.clock, FrozenClock)
    station.clock.advance(seconds)


def row(station: Station, number: int) -> BroadcastRow:
    with station.db.read() as session:
        return session.get_one(BroadcastRow, number)


def test_a_leader_leaves_out_by_the_same_act_as_the_operator_who_can_take_it_back(house: Station) -> None:
    fresh(house)
    number = numbers(house)[0]
    before = rows(house)
    assert broadcasts.send(house, LEADER, "skip", broadcast_id=number) == 0  # no order to play-out
    assert row(house, number).state is BroadcastState.CANCELLED
    assert row(house, number).verdict == "Bà Lãnh đạo bỏ qua buổi này."
    assert (logged(house, number), left_out.settle(house)) == ([], 0)
    assert leaving_out.take_back(house, OPERATOR, [number]) == [number]
    assert rows(house) == before
    assert [b.broadcast.id for b in LocalDesk(house).due(NOON + dt.timedelta(hours=6)).bundles] == [number]


def test_the_log_hears_of_it_when_the_time_has_come_and_then_it_stays_out(house: Station) -> None:
    fresh(house)
    number = numbers(house)[0]
    leaving_out.leave_out(house, LEADER, [number])
    later(house, 5 * 3600 - 1)
    LocalDesk(house).due(NOON)
    assert not logged(house, number)
    later(house, 1)
    LocalDesk(house).due(NOON)
    found = logged(house, number)
    assert {(e.outcome, e.cause, e.actor) for e in found} == {(Outcome.MISSED, Cause.LEFT_OUT, "lanhdao")}
    assert len(found) == 2 * 12
    assert all(e.planned_at >= NOON + dt.timedelta(hours=5) for e in found)
    assert left_out.settle(house) == 0
    assert not leaving_out.restorable(row(house, number), NOON)
    assert leaving_out.take_back(house, OPERATOR, [number]) == []


def test_what_play_out_has_given_its_verdict_is_never_offered_back(house: Station) -> None:
    fresh(house)
    number = numbers(house)[0]
    with house.db.write() as session:
        ending = Ending(BroadcastState.CANCELLED, "Đã hủy.", None, house.now(), (Cause.LEFT_OUT,), None)
        assert broadcasts.finish(session, number, ending)
    assert not leaving_out.restorable(row(house, number), house.now())


class Clicks(RuleBasedStateMachine):
    """People click, play-out claims and ends; each broadcast opens, closes, and never opens after play-out's word."""

    house: Station

    @initialize()
    def begin(self) -> None:
        fresh(self.house)
        self.held: set[int] = set()  # what play-out holds ended
        self.desk = LocalDesk(self.house)

    def pick(self, which: int) -> int:
        known = numbers(self.house)
        return known[which % len(known)]

    @rule(which=st.integers(0, 20), who=st.sampled_from([LEADER, OPERATOR]), door=st.sampled_from(["send", "act"]))
    def out(self, which: int, who: Actor, door: str) -> None:
        number = self.pick(which)
        try:
            if door == "send":
                broadcasts.send(self.house, who, "skip", broadcast_id=number)
            else:
                leaving_out.leave_out(self.house, who, [number])
        except RuleError:
            assert row(self.house, number).state.terminal

    @rule(which=st.integers(0, 20), who=st.sampled_from([LEADER, OPERATOR]))
    def back(self, which: int, who: Actor) -> None:
        number = self.pick(which)
        offered = leaving_out.restorable(row(self.house, number), self.house.now())
        try:
            taken = leaving_out.take_back(self.house, who, [number])
        except RuleError:
            return
        assert bool(taken) == offered
        if taken:  # what is taken back is play-out's to air again
            due = self.desk.due(self.house.now() + dt.timedelta(days=9)).bundles
            assert number in {b.broadcast.id for b in due}

    @rule(which=st.integers(0, 20), hours=st.integers(1, 40))
    def move(self, which: int, hours: int) -> None:
        try:
            by_hand.move(self.house, OPERATOR, self.pick(which), self.house.now() + dt.timedelta(hours=hours))
        except RuleError:
            return

    @rule(which=st.integers(0, 20))
    def again(self, which: int) -> None:
        try:
            by_hand.again(self.house, OPERATOR, self.pick(which))
        except RuleError:
            return

    @rule(which=st.integers(0, 20), who=st.sampled_from([LEADER, OPERATOR]))
    def undo(self, which: int, who: Actor) -> None:
        with self.house.db.read() as session:
            change = undoing.last_change(session, self.pick(which), who)
        try:
            undoing.undo(self.house, who, change or 0)
        except (RuleError, NotFoundError):
            return

    @rule()
    def replan(self) -> None:
        plan(self.house)

    @rule(which=st.integers(0, 20), end=st.sampled_from(["aired", "partial", "missed", "refused", "cancelled", "open"]))
    def play_out(self, which: int, end: str) -> None:
        number = self.pick(which)
        if self.desk.claim(number, self.house.now()) is None or end == "open":
            return
        ending = Ending(BroadcastState(end), "Xong.", None, self.house.now(), (Cause.LEFT_OUT,), None)
        self.desk.take([Record("verdict", self.house.now(), {"broadcast": number, **ending.as_json()})])
        self.held.add(number)

    @rule(minutes=st.integers(1, 300))
    def time(self, minutes: int) -> None:
        later(self.house, minutes * 60)
        self.desk.due(self.house.now())

    @invariant()
    def what_play_out_holds_ended_is_ended(self) -> None:
        with self.house.db.read() as session:
            found = {n: session.get(BroadcastRow, n) for n in self.held}
        assert not [n for n, r in found.items() if r is None or r.state in OPEN_STATES]


@pytest.mark.slow
def test_no_sequence_of_clicks_opens_what_play_out_holds_ended(house: Station) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("ClicksHere", (Clicks,), {"house": house})
    run_state_machine_as_test(machine, settings=settings(examples(30), stateful_step_count=20))
