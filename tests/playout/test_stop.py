"""STOP as a state: whatever had wanted an output before it is silent there until a person orders it anew."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from pathlib import Path

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import Command, Emergency, OutputStop, ZoneRow
from broadcaster.db.queries import air as air_queries
from broadcaster.db.queries.messages import soundings_of
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import Order, OrderOutcome, Verb
from broadcaster.domain.air.emergencies import EmergencyRequest
from broadcaster.services.air import broadcasts, emergencies, emergency_soundings, stops
from broadcaster.supervise.simulated import Simulation
from tests.kit.air import make_air
from tests.kit.clocks import MORNING
from tests.kit.emergencies import OPERATOR, declared, prepare
from tests.kit.live import running
from tests.kit.meter import Meter
from tests.kit.waiting import throughout, until

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


@pytest.fixture(autouse=True, scope="module")
def few_repeats_ahead():
    """A day of repeats each two minutes is 720 rows, looked at in each round: here fewer lie ahead."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emergency_soundings, "AHEAD", dt.timedelta(minutes=15))
        yield


def station(root):
    """Two zones on one output and one on another, a siren of 3 s and words of 5 s, a slot in each five minutes."""
    air = prepare(make_air(root, FrozenClock(MORNING)), tone_s=3.0)
    air.sound("lời", 5.0, 700)
    air.sound("chương trình", 4.0, 300)
    with air.station.db.write() as session:
        session.add(ZoneRow(code="ap-3", name="Cụm ap-3", place="", sink="hai", volume=100, position=9))
    return air


def words(air, number):
    """The voice has spoken: what `emergency_voice` does when it is ready."""
    with air.station.db.write() as session:
        row = session.get_one(Emergency, number)
        row.quick_sha256, row.quick_ms = air.sounds["lời"]
        emergency_soundings.speech_arrived(air.station, session, row, air.station.now())


def confirmed(air, zones, repeat, *, title="Lũ về"):
    wish = EmergencyRequest(title=title, text="Lũ về.", zones=zones, reason="Công điện", repeat_minutes=repeat)
    number = emergencies.draft(air.station, OPERATOR, wish)
    emergencies.confirm(air.station, OPERATOR, number)
    return number


def soundings(air, number):
    with air.station.db.read() as session:
        return {b.id for b in soundings_of(session, session.get_one(Emergency, number))}


def running_station(air):
    """Its play-out, opened, with a meter behind each output."""
    meters = {name: Meter(name, air.frozen) for name in ("main", "hai")}
    life = Simulation(air.station, refusal=air.refusal, sinks=meters, every=15 * SECOND, chunk_ms=100)
    life.playout.open()
    return life, meters


def story(air, moment_s, words_s, repeat, outputs):
    """An emergency, its words some seconds later, a slot in between, and a stop at a moment; return what to look at."""
    began = air.frozen.now()
    at = began + dt.timedelta(seconds=moment_s)
    life, meters = running_station(air)
    slots = [
        air.plan(began + n * MINUTE, [air.cue(1, "chương trình")], "ap-1", "ap-3", slot_key=f"x/{n}", late="air")
        for n in (1, 4, 7)
    ]
    number = confirmed(air, ("ap-1", "ap-2", "ap-3"), repeat)
    stopped = []

    def stop(now):
        if not stopped and now >= at:
            stopped.append(at)
            life.playout.obey(Order(0, Verb.STOP, {"outputs": outputs}, "truc", at))

    for meter in meters.values():
        meter.listener = stop
    spoken = False
    while air.frozen.now() < began + 9 * MINUTE:
        now = air.frozen.now()
        if not spoken and now >= began + dt.timedelta(seconds=words_s):
            words(air, number)
            spoken = True
        steps = [now + 15 * SECOND, began + 9 * MINUTE]
        steps += [m for m in (at, began + dt.timedelta(seconds=words_s)) if m > now]
        life.run_until(min(steps))
        stop(air.frozen.now())
        life.playout.look_again()
    return life, meters, number, slots, at


@pytest.mark.medium
@pytest.mark.parametrize(("moment_s", "words_s", "repeat", "outputs"), [(5.0, 20.0, 2, []), (200.0, 2.5, 3, ["main"])])
def test_nothing_of_a_stopped_emergency_is_heard_until_a_person_lets_it_go(moment_s, words_s, repeat, outputs):
    _tell(moment_s, words_s, repeat, outputs)


WORDS, REPEATS, OUTPUTS = (1.0, 2.5, 20.0, 70.0), (None, 2, 3), ([], ["main"], ["hai"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_at_whatever_moment_of_a_long_emergency_it_is_stopped(seed):
    chance = random.Random(seed)
    _tell(chance.uniform(0, 420), chance.choice(WORDS), chance.choice(REPEATS), chance.choice(OUTPUTS))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_however_often_it_is_stopped_and_let_go_again(seed, tmp_path):
    """Four moments of each story, so that all of them together are three hundred."""
    chance = random.Random(seed)
    air = station(tmp_path / "dai")
    moments = [air.frozen.now() + 120 * n * SECOND + chance.uniform(0, 90) * SECOND for n in range(4)]
    pauses = [chance.uniform(5, 25) * SECOND for _ in moments]
    words_s, outputs = chance.choice(WORDS), chance.choice(OUTPUTS)
    life, meters = running_station(air)
    number, speaks = confirmed(air, ("ap-1", "ap-2", "ap-3"), 2), air.frozen.now() + words_s * SECOND
    waiting = list(moments)

    def stop(now):
        if waiting and now >= waiting[0]:
            at = waiting.pop(0)
            life.playout.obey(Order(0, Verb.STOP, {"outputs": outputs}, "truc", at))

    for meter in meters.values():
        meter.listener = stop
    life.run_until(speaks)
    words(air, number)
    let_go = []
    for at, pause in zip(moments, pauses, strict=True):
        for moment in (at, at + pause):
            life.playout.look_again()
            life.run_until(moment)
            stop(air.frozen.now())
        stops.let_go(air.station, OPERATOR, number, urgent=True)
        let_go.append(air.frozen.now())
    life.playout.look_again()
    life.run_until(air.frozen.now() + MINUTE)
    own = soundings(air, number)
    ends = [*moments[1:], air.frozen.now()]
    for name in set(outputs) or {"main", "hai"}:
        for at, free, end in zip(moments, let_go, ends, strict=True):
            assert not meters[name].between(at + 0.15 * SECOND, free) & own, f"{name} sounded after the stop"
            assert meters[name].between(free, end) & own, f"{name} is silent though it was let go"
    life.playout.close()
    air.station.close()


def _tell(moment_s, words_s, repeat, outputs):
    with tempfile.TemporaryDirectory() as folder:
        air = station(Path(folder) / "dai")
        life, meters, number, slots, at = story(air, moment_s, words_s, repeat, outputs)
        end, own = air.frozen.now(), soundings(air, number)
        silent = set(outputs) or {"main", "hai"}
        for name in silent:
            heard = meters[name].between(at + 0.15 * SECOND, end)
            assert not heard & own, f"{name} sounded the emergency after the stop"
            for slot in slots:
                due = air.row(slot).starts_at
                if due - 31 * SECOND > at:
                    assert slot in heard, "a slot whose time came later airs as planned"
                elif at >= due - 29 * SECOND:
                    assert slot not in heard, "what was due or ready is held back"
        if at < air.frozen.now() - MINUTE:
            with air.station.db.read() as session:
                found = [h for h in air_queries.present(session, end).held if h.urgent]
            assert [h.number for h in found] == [number]
        now = air.frozen.now()
        stops.let_go(air.station, OPERATOR, number, urgent=True)
        life.playout.look_again()
        life.run_until(now + MINUTE)
        own = soundings(air, number)
        for meter in meters.values():
            assert meter.between(now, now + MINUTE) & own, "what was let go is said again"
        life.playout.close()
        air.station.close()


@pytest.mark.medium
def test_what_is_ordered_after_the_stop_is_heard(tmp_path):
    air = station(tmp_path / "dai")
    life, meters, old, _, at = story(air, 2.0, 1.0, 2, [])
    new = confirmed(air, ("ap-1",), None, title="Cháy chợ")
    words(air, new)
    now = air.frozen.now()
    life.playout.look_again()
    life.run_until(now + MINUTE)
    assert meters["main"].between(now, now + MINUTE) & soundings(air, new)
    assert not meters["main"].between(at + SECOND, air.frozen.now()) & soundings(air, old)
    life.playout.close()


@pytest.mark.medium
def test_a_stop_survives_a_crash_and_a_database_that_was_away(tmp_path):
    air = station(tmp_path / "dai")
    life, _, number, _, at = story(air, 2.0, 1.0, 2, [])
    life.power_cut()
    stopped = air.station.home.playout / "stops.json"
    assert stopped.is_file()
    stopped.unlink()  # the journal tells it too
    with air.station.db.write() as session:
        session.query(OutputStop).delete()
    meters = {name: Meter(name, air.frozen) for name in ("main", "hai")}
    with Simulation(air.station, refusal=air.refusal, sinks=meters, every=15 * SECOND) as again:
        again.run_until(air.frozen.now() + 5 * MINUTE)
    for meter in meters.values():
        assert not meter.between(at, air.frozen.now()) & soundings(air, number)


def test_what_nobody_lets_go_is_written_down_as_held_back(air):
    air.sound("chuông", 1.0)
    air.zones("ap-1")
    start = air.frozen.now() + 20 * MINUTE
    number = air.plan(start, [air.cue(1, "chuông")], "ap-1", late="air")
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(start - MINUTE)
        answer = life.playout.obey(Order(0, Verb.STOP, {}, "truc", start - SECOND))
        assert answer.outcome is OrderOutcome.CARRIED_OUT
        life.run_until(start + MINUTE)
        assert not air.row(number).state.terminal
        life.run_until(start + 123 * MINUTE)
    row = air.row(number)
    assert (row.state, row.causes) == (BroadcastState.MISSED, (Cause.HELD_BACK,))
    assert "truc đã dừng phát" in row.verdict


def test_a_held_broadcast_goes_on_or_is_dropped_because_a_person_says_so(air):
    air.sound("chuông", 1.0)
    air.zones("ap-1")
    start = air.frozen.now() + 20 * MINUTE
    kept, given_up = (
        air.plan(start + n * 10 * SECOND, [air.cue(1, "chuông")], "ap-1", late="air", slot_key=f"x/{n}")
        for n in range(2)
    )
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(start - MINUTE)
        life.playout.obey(Order(0, Verb.STOP, {}, "truc", start))
        life.run_until(start + 5 * MINUTE)
        with air.station.db.read() as session:
            waiting = air_queries.present(session, air.frozen.now()).held
        assert [h.number for h in waiting] == [kept, given_up]
        stops.let_go(air.station, OPERATOR, kept, urgent=False)
        stops.drop(air.station, OPERATOR, given_up, urgent=False)
        life.run_until(start + 6 * MINUTE)
    assert air.row(kept).state is BroadcastState.AIRED
    assert air.row(given_up).state is BroadcastState.CANCELLED


@pytest.fixture
def interrupted(live):
    """A programme of 20 s that is on the air."""
    air = prepare(live, tone_s=1.5)
    air.sound("dài", 20.0, 300)
    number = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "dài")], "ap-1", "ap-2")
    return air, number


@pytest.mark.slow
def test_a_stop_in_the_siren_brings_back_neither_words_nor_the_interrupted_programme(interrupted):
    air, programme = interrupted
    meter = Meter("main", air.station.clock)
    with running(air, sinks={"main": meter}) as playout:
        until(lambda: any(one.lanes and one.lanes[0].on_item for one in playout.airings()))
        number = declared(air, zones=("ap-1", "ap-2"))
        until(lambda: meter.between(air.station.now() - SECOND, air.station.now()) & soundings(air, number))
        order = broadcasts.send(air.station, OPERATOR, "stop", zones=None)
        until(lambda: not playout.airings())
        silent_from = air.station.now() + 0.1 * SECOND  # the last piece is sent ahead of its time
        throughout(9.0, lambda: playout.look_again() or not meter.between(silent_from, air.station.now()))
        with air.station.db.read() as session:
            waiting = air_queries.present(session, air.station.now()).held
            command = session.get_one(Command, order)
        assert command.outcome is OrderOutcome.CARRIED_OUT
        assert command.effect["silent"] == ["ap-1", "ap-2"]
        assert command.effect["ms"] < 1000
    assert {h.urgent for h in waiting} == {True, False}, "the emergency, and what it had interrupted"
    assert air.row(programme).state is BroadcastState.PARTIAL


@pytest.mark.slow
def test_what_waits_in_line_behind_what_sounds_is_held_with_it(live):
    air = prepare(live)
    air.sound("dài", 20.0, 300)
    first = air.plan(air.station.now() + 0.4 * SECOND, [air.cue(1, "dài")], "ap-1", slot_key="a")
    air.plan(air.station.now() + 2.4 * SECOND, [air.cue(1, "dài")], "ap-1", slot_key="b", kind=BroadcastKind.ONCE)
    meter = Meter("main", air.station.clock)
    with running(air, sinks={"main": meter}) as playout:
        until(lambda: any(one.lanes and one.lanes[0].on_item for one in playout.airings()))
        until(lambda: len(playout.airings()) == 2)
        broadcasts.send(air.station, OPERATOR, "stop", zones=None)
        until(lambda: air.row(first).state.terminal)
        silent_from = air.station.now() + 0.1 * SECOND  # the last piece is sent ahead of its time
        throughout(3.0, lambda: not meter.between(silent_from, air.station.now()))
