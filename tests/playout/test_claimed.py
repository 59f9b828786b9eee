"""What play-out has claimed comes to an end, whatever keeps it from the air: no state of a broadcast is without a way out."""

from __future__ import annotations

import datetime as dt
from typing import cast

import pytest

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.figures import Stretch, figures
from broadcaster.db.queries.figures import broadcasts as sent_in
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import Order, Status, Verb
from broadcaster.domain.log.playlog import Ending, Outcome, Punctuality
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.air import broadcasts
from broadcaster.services.desk import LocalDesk
from broadcaster.services.log import completeness
from broadcaster.services.schedule import conflicts, leaving_out
from broadcaster.supervise.simulated import Simulation
from tests.kit.emergencies import OPERATOR

MINUTE = dt.timedelta(minutes=1)
PLANNED, CUED, AIRING, CANCELLED = (BroadcastState(s) for s in ("planned", "cued", "airing", "cancelled"))
ENDS = frozenset(s for s in BroadcastState if s.terminal)
TABLE = {
    (PLANNED, "claim"): {CUED},
    (PLANNED, "begin"): {AIRING},
    (PLANNED, "leave out"): {CANCELLED},
    (CUED, "claim"): {CUED},
    (CUED, "begin"): {AIRING},
    (CUED, "let go"): {PLANNED},
    (AIRING, "claim"): {AIRING},
    (AIRING, "begin"): {AIRING},
    (CANCELLED, "take back"): {PLANNED},
    **{(state, "finish"): ENDS for state in (PLANNED, CUED, AIRING)},
}
"""Each step that does something, by the state that it is taken in, with the states it may lead to."""


def planned(air):
    air.sound("lời", 2.0)
    air.zones("ap-1")
    start = air.frozen.now() + 20 * MINUTE
    return air.plan(start, [air.script(1, "lời")], "ap-1", late="air"), start


def step(air, number, name, end):
    """Take one step, as whoever takes it does."""
    owner, now = LocalDesk(air.station)._owner, air.frozen.now()
    if name == "leave out":
        leaving_out.leave_out(air.station, OPERATOR, [number])
    elif name == "take back":
        leaving_out.take_back(air.station, OPERATOR, [number])
    else:
        with air.station.db.write() as session:
            match name:
                case "claim":
                    broadcasts.claim(session, number, owner, now)
                case "begin":
                    broadcasts.begin(session, number, owner, now)
                case "let go":
                    broadcasts.let_go(session, number, owner, now)
                case "finish":
                    broadcasts.finish(session, number, Ending(end, "Xong.", now, now, (), None))


def test_every_step_leads_where_the_table_says_and_every_state_has_a_way_to_an_end(air):
    number, _ = planned(air)
    found = {}
    for before in BroadcastState:
        for name in ("claim", "begin", "leave out", "take back", "let go", "finish"):
            for end in ENDS if name == "finish" else {None}:
                with air.station.db.write() as session:
                    row = session.get_one(BroadcastRow, number)
                    row.state = before
                    row.owner = LocalDesk(air.station)._owner if before in {CUED, AIRING} else None
                    row.started_at, row.finished_at, row.causes = (
                        None,
                        None,
                        (Cause.LEFT_OUT,) if before is CANCELLED else (),
                    )
                step(air, number, name, end)
                after = air.row(number).state
                if after is not before or before in {CUED, AIRING}:
                    found.setdefault((before, name), set()).add(after)
    moves = {key: to for key, to in found.items() if key in TABLE or to != {key[0]}}
    assert moves == TABLE
    reached = set(ENDS)
    while grown := {s for (s, _), to in moves.items() if to & reached} - reached:
        reached |= grown
    assert reached == set(BroadcastState)


@pytest.mark.parametrize("again", [True, False])
def test_a_play_now_whose_approval_is_lost_on_the_way_keeps_its_own_time(air, again):
    number, start = planned(air)
    approved = set(air.approved)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(start - 10 * MINUTE)
        air.approved.clear()  # after whoever asks has looked, before it is claimed
        order = Order(7, Verb.AIR, {"broadcast_id": number}, "truc", air.frozen.now())
        life.playout.obey(order)
        assert air.row(number).state is CUED
        life.run_until(air.frozen.now() + MINUTE)
        assert (air.row(number).state, air.row(number).owner) == (PLANNED, None)
        (told,) = [i.note for i in air.incidents() if i.what == "play-now"]
        assert "chưa được duyệt. Buổi này vẫn chờ phát như lịch." in told
        assert not air.log(number)
        air.approved |= approved if again else set()
        life.run_until(start + MINUTE)
    assert air.row(number).state is (BroadcastState.AIRED if again else BroadcastState.REFUSED)


@pytest.mark.parametrize("phase", [CUED, AIRING])
def test_what_a_life_that_is_gone_had_claimed_comes_to_its_end(air, phase):
    number, start = planned(air)
    step(air, number, "claim", None)
    if phase is AIRING:
        step(air, number, "begin", None)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(start - 10 * MINUTE)
        assert air.row(number).state is (PLANNED if phase is CUED else AIRING)
        life.run_until(start + MINUTE)
    assert air.row(number).state is BroadcastState.AIRED


def test_what_began_and_left_no_line_in_the_journal_is_ended_as_not_known(air):
    number, start = planned(air)
    air.frozen.advance((start - air.frozen.now()).total_seconds())
    desk = LocalDesk(air.station)
    desk.claim(number, air.frozen.now())
    said = {"broadcast": number, "broadcast_started_at": start.isoformat()}
    desk.beat(cast("Status", {"v": 1, "host": "máy", "pid": 1, "on_air": [said], "sinks": {}}))
    assert (air.row(number).state, air.row(number).started_at) == (AIRING, start)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(start + MINUTE)
    row = air.row(number)
    assert (row.state, row.causes, row.started_at) == (BroadcastState.UNKNOWN, (Cause.UNWRITTEN,), start)
    assert row.verdict.startswith("Không rõ có phát hay không: ")
    assert [(e.outcome, e.heard_ms) for e in air.log(number)] == [(Outcome.UNKNOWN, 0)]
    air.frozen.advance(3 * 3600)
    day = air.station.local(start).date()
    found = completeness.check(air.station, day, day)
    assert (found.whole, found.verdicts) == (True, {Punctuality.UNKNOWN: 1})
    with air.station.db.read() as session:
        whole = Stretch(start - MINUTE, start + MINUTE)
        (sent,), _ = sent_in(session, whole)
        counted = figures(session, whole, air.station.settings.tz)
    assert (sent.heard, sent.unsure) == (False, True)
    assert (counted.broadcasts, counted.total.full, counted.total.heard_ms) == (0, 0, 0)
    (told,) = [c for c in conflicts.find(air.station) if c.broadcasts == (number,)]
    assert told.kind is Kind.UNSURE
    assert "không rõ có phát hay không" in told.what
    assert "không ai nghe được" not in told.what
