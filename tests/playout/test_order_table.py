"""Every order in every state, with a clock that is believed and one that is not: what was said, and what was heard.

Play-out lives over threads that take turns, so a cell of the table is minutes of a station's life and ends the same
way each time. The programme is twenty seconds long; what is counted is what left the output after the order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, Origin
from broadcaster.domain.air.desk import OrderOutcome, Verb
from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import RuleError
from broadcaster.playout.engine import Manner, Playout
from broadcaster.playout.host.alarm_clock import SimulatedAlarm
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sinks.null import NullSink
from broadcaster.services.air import emergency_ending, mutes, orders, stops
from broadcaster.services.desk import beside
from tests.kit.air import ALL_DAY, Air, make_air
from tests.kit.emergencies import OPERATOR, declared, prepare
from tests.kit.threads_in_turn import Disk, ruling
from tests.kit.turns import Turns

pytestmark = pytest.mark.slow

START = dt.datetime(2026, 3, 2, 3, 0, tzinfo=dt.UTC)
LONG_S = 20
LOUD = 147
"""Of a sample: the meter's floor, -47 dBFS."""
STATES = {
    # the programme begins after so many seconds, the order is given after so many
    "planned": (90, 10),
    "claimed": (40, 20),
    "ready": (40, 37),
    "waiting": (30, 29),
    "on air": (10, 20),
    "gap": (0, 60),
    "stopped": (30, 45),
    "ended": (10, 40),
}
DONE, NO, GONE = "carried out", "refused by play-out", "refused before"


class Meter:
    """An output that notes each piece that can be heard, by the clock that nobody turns."""

    kind, paced, exclusive, latency = "meter", False, True, 0.0
    outlet, where, name = Outlet.LOUDSPEAKER, "loa thử", "main"

    def __init__(self, turns):
        self.turns, self.heard = turns, []

    def check(self):
        return ""

    def open(self, feed):
        return Needle(self, feed.broadcast_id)


@dataclass
class Needle:
    meter: Meter
    number: int

    def write(self, pcm):
        if np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() > LOUD:
            self.meter.heard.append((self.number, self.meter.turns.monotonic(), len(pcm) / 2 / RATE))

    def drop(self):
        pass

    def close(self):
        pass


@dataclass
class Cell:
    """A station of its own, with one programme in one zone, brought into a state."""

    air: Air
    turns: Turns
    meter: Meter
    programme: int = 0
    alarm: int = 0
    clerk: list[Playout] = field(default_factory=list)

    def heard(self, since, *, urgent):
        """Seconds that left the output since a moment: of the alarm, or of the programme and its rest."""
        with self.air.station.db.read() as session:
            rows = session.scalars(select(BroadcastRow)).all()
            if urgent:
                wanted = {r.id for r in rows if r.kind is BroadcastKind.EMERGENCY}
            else:
                rests = {r.id for r in rows if r.origin is Origin.EMERGENCY_REST and r.origin_id == self.programme}
                wanted = {self.programme} | rests
        return sum(seconds for number, at, seconds in self.meter.heard if number in wanted and at >= since)


def live(cell):
    playout = Playout(
        *beside(cell.air.station, refusal=cell.air.refusal),
        alarm=SimulatedAlarm(cell.turns, threaded=True),
        sinks={"main": cell.meter, "aircheck": NullSink("aircheck")},
        relays={},
        manner=Manner(chunk_ms=500, durable=False, proves=False),
    )

    def clerk():
        playout.open()
        while True:
            playout.tick()
            playout.machine.agenda.wait(1.0)

    cell.turns.start("clerk", clerk)
    cell.turns.advance(1)


def brought(cell, verb, state):
    """Bring the station into a state; return when the order is due."""
    air, (begins, at) = cell.air, STATES[state]
    start = air.station.now()
    if state == "gap":
        cell.alarm = declared(air, repeat_minutes=2)
    elif verb == "end":
        cell.alarm = declared(air, repeat_minutes=30)
    if state == "waiting":
        air.plan(start + dt.timedelta(seconds=8), [air.cue(1, "khác")], "ap-1", late="air", slot_key="q", grace_s=60)
    if state != "gap":
        when = start + dt.timedelta(seconds=begins)
        cell.programme = air.plan(when, [air.cue(1, "dài")], "ap-1", late="air", grace_s=60)
    if verb == "unmute":
        mutes.mute(air.station, OPERATOR, "ap-1", seen=["ap-2"], until=start + dt.timedelta(hours=5))
    if state == "stopped":
        cell.turns.advance(begins - 20 - cell.turns.monotonic())
        orders.tell(air.station, OPERATOR, Verb.STOP, zones=None)
    cell.turns.advance(at - cell.turns.monotonic())


def given(cell, verb, state):
    """Give the order as a surface does; return what was said."""
    station = cell.air.station
    try:
        match verb:
            case "stop":
                answer = orders.tell(station, OPERATOR, Verb.STOP, zones=None)
            case "mute":
                until = station.now() + dt.timedelta(hours=5)
                answer = mutes.mute(station, OPERATOR, "ap-1", seen=["ap-2"], until=until).answer
            case "unmute":
                answer = mutes.unmute(station, OPERATOR, "ap-1").answer
            case "play now":
                number = cell.programme or _next_of(cell)
                answer = orders.tell(station, OPERATOR, Verb.AIR, broadcast_id=number)
            case "confirm":
                declared(cell.air, title="Cháy chợ")
                return DONE
            case "end":
                emergency_ending.cancel(station, OPERATOR, cell.alarm, "Nhầm")
                return DONE
            case _:
                urgent = state == "gap"
                stops.let_go(station, OPERATOR, cell.alarm if urgent else cell.programme, urgent=urgent)
                return DONE
    except RuleError:
        return GONE
    assert answer is not None, "play-out answered"
    return DONE if answer.outcome is OrderOutcome.CARRIED_OUT else NO


def _next_of(cell):
    with cell.air.station.db.read() as session:
        query = select(BroadcastRow.id).where(BroadcastRow.kind == BroadcastKind.EMERGENCY)
        return session.scalars(query.order_by(BroadcastRow.starts_at.desc())).first()


def expected(verb, whole, none, rest, *, believed):
    """What each state comes to: the answer, seconds of the programme heard after it, whether an alarm was heard."""
    due = whole if believed else none  # a plan waits for a clock that is believed, and an alarm's repeats for its time
    goes_on = [(due, False), (due, False), (due, False), (none, False), (rest, False), (none, believed)]
    goes_on += [(none, False), (none, False)]
    silent = [(none, False)] * len(STATES)
    match verb:
        case "stop":
            return [(DONE, due, False)] + [(DONE, *cell) for cell in silent[1:]]
        case "mute":  # an emergency is heard through it
            return [(DONE, none, believed and state == "gap") for state in STATES]
        case "unmute" | "end":
            alarm = verb == "unmute" and believed
            return [(DONE, programme, urgent and alarm) for programme, urgent in goes_on]
        case "play now":
            said = [DONE, GONE, GONE, GONE, GONE, GONE, DONE if believed else GONE, GONE]
            heard = [(whole, False), *goes_on[1:6], (due, False), (none, False)]
            return [(answer, *cell) for answer, cell in zip(said, heard, strict=True)]
        case "confirm":  # what it cuts goes on afterwards, from the beginning of its item
            cut = pytest.approx(whole + 1, abs=1.1) if believed else pytest.approx(1, abs=1.1)
            programmes = [due, due, due, due, cut, none, none, none]
            return [(DONE, programme, True) for programme in programmes]
        case _:
            said = [GONE] * 6 + [DONE if believed else GONE, GONE]
            heard = [*goes_on[:6], (due, False), (none, False)]
            return [(answer, *cell) for answer, cell in zip(said, heard, strict=True)]


VERBS = ("stop", "mute", "unmute", "play now", "confirm", "end", "let go")


@pytest.mark.parametrize("believed", [True, False])
@pytest.mark.parametrize("verb", VERBS)
def test_each_order_in_each_state_does_what_is_said_and_nothing_else_is_heard(tmp_path, verb, believed):
    found = {}
    for state in STATES:
        turns = Turns(START)
        with ruling(turns, Disk()):
            air = prepare(make_air(tmp_path / state.replace(" ", "-"), turns, windows=ALL_DAY))
            air.sound("dài", LONG_S, 500)
            air.sound("khác", 60.0, 600)
            cell = Cell(air, turns, Meter(turns))
            live(cell)
            brought(cell, verb, state)
            if not believed:
                turns.step(-2 * 3600)
            said, since = given(cell, verb, state), turns.monotonic()
            turns.advance(110 if state == "planned" else 75)
            found[state] = (said, round(cell.heard(since, urgent=False)), cell.heard(since, urgent=True) > 0)
            turns.kill()
            air.station.close()
    whole, none, rest = LONG_S, 0, pytest.approx(10, abs=1.1)
    assert found == dict(zip(STATES, expected(verb, whole, none, rest, believed=believed), strict=True))
