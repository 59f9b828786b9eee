"""What became of a broadcast is told by causes: all of it holds when every sentence is worded anew."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.log.playlog import NEWEST, Outcome, Punctuality
from broadcaster.domain.people.roles import machine
from broadcaster.services.air import broadcasts
from broadcaster.services.log import completeness, playlog
from broadcaster.services.schedule import resuming
from broadcaster.supervise.simulated import Simulation
from tests.kit.emergencies import OPERATOR, declared, prepare
from tests.kit.live import ended, running
from tests.kit.waiting import until

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


@pytest.fixture(params=["as written", "worded anew"], autouse=True)
def wording(request, monkeypatch):
    """Every sentence beside a cause, and how the title of an emergency begins, is another one."""
    if request.param == "as written":
        return
    kept = Why.__dict__["text"]

    def anew(why):
        written = kept.__get__(why, Why)
        return f"Câu {hashlib.sha256(written.encode()).hexdigest()[:8]}" if written else ""

    monkeypatch.setattr(Why, "text", property(anew, kept.__set__))
    monkeypatch.setattr(broadcasts, "URGENT_TITLE", "Tin gấp, ")


def test_the_sentences_really_are_other_ones(request, air):
    told = Why(Cause.MUTED, "Bị tắt tiếng.").text
    anew = "anew" in request.node.name
    assert (told == "Bị tắt tiếng.") is not anew
    assert not Why(None, "")


def long_items(air):
    for name, seconds in (("một", 0.5), ("hai", 30.0), ("ba", 0.4)):
        air.sound(name, seconds, 200)
    return [air.cue(1, "một"), air.cue(2, "hai"), air.cue(3, "ba")]


def on_item(playout, number, item):
    return until(
        lambda: any(
            o.broadcast.id == number and any(lane.on_item == item for lane in o.lanes) for o in playout.airings()
        )
    )


def rests(air, origin):
    with air.station.db.read() as session:
        found = session.scalars(select(BroadcastRow).where(BroadcastRow.origin == origin)).all()
        session.expunge_all()
        return found


def causes_of(air, number):
    entries = [e for e in air.log(number) if e.outcome is not Outcome.FULL]
    assert all(e.version == NEWEST for e in air.log(number))
    assert all(bool(e.reason) for e in entries)
    return [e.cause for e in entries]


@pytest.mark.slow
def test_what_an_emergency_cut_goes_on_and_a_meeting_that_is_titled_like_one_cuts_nothing(live):
    air = prepare(live, tone_s=0.2)
    items = long_items(air)
    with running(air) as playout:
        meeting = air.plan(air.station.now() + 0.3 * SECOND, items, "ap-1", title="KHẨN CẤP: họp dân")
        on_item(playout, meeting, 2)
        taken = air.plan(air.station.now() + 0.3 * SECOND, items[:1], "ap-1", "ap-2", slot_key="chiem")
        assert ended(air, taken).state is BroadcastState.PARTIAL
        broadcasts.send(air.station, OPERATOR, "stop", zones=["ap-1"])
        assert ended(air, meeting).causes == (Cause.PERSON_STOPPED,)
        now = air.station.now()  # ordered after the stop, which holds back what it met
        cut = air.plan(now + 0.3 * SECOND, items, "ap-1", "ap-2", slot_key="cat", ordered_at=now)
        on_item(playout, cut, 2)
        number = declared(air)
        assert ended(air, cut).cut_by_emergency_id == number
        (rest,) = until(lambda: playout.look_again() or rests(air, Origin.EMERGENCY_REST))
        broadcasts.send(air.station, OPERATOR, "skip", broadcast_id=rest.id)
    assert causes_of(air, taken) == [Cause.ZONE_BUSY]
    assert (air.row(taken).causes, air.row(taken).cut_by_emergency_id) == ((Cause.ZONE_BUSY,), None)
    assert air.row(cut).causes == (Cause.YIELDED_TO_EMERGENCY,)
    assert set(causes_of(air, cut)) == {Cause.YIELDED_TO_EMERGENCY}
    assert (rest.origin_id, rest.attempt, rest.emergency_id) == (cut, 1, number)
    assert [i.title for i in rest.rundown] == ["hai", "ba"]
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


@pytest.mark.medium
def test_the_rest_of_what_a_person_stopped_is_what_was_not_heard(live):
    air = live
    air.zones("ap-1")
    items = long_items(air)
    with running(air) as playout:
        number = air.plan(air.station.now() + 0.3 * SECOND, items, "ap-1")
        on_item(playout, number, 2)
        broadcasts.send(air.station, OPERATOR, "stop", zones=None)
        assert ended(air, number).causes == (Cause.PERSON_STOPPED,)
    assert causes_of(air, number) == [Cause.PERSON_STOPPED, Cause.PERSON_STOPPED]
    resuming.resume(air.station, machine(), number)
    (rest,) = rests(air, Origin.STOPPED_REST)
    assert (rest.origin_id, [i.title for i in rest.rundown]) == (number, ["hai", "ba"])


def test_who_joined_late_and_who_came_too_late_are_told_apart(air):
    air.sound("dài", 40.0)
    air.zones("ap-1")
    items, now = [air.cue(1, "dài"), air.cue(2, "dài")], air.frozen.now()
    start = now + 11 * MINUTE
    joined = air.plan(start, items, "ap-1", late=LatePolicy.JOIN, slot_key="a")
    too_late = air.plan(start, items, "ap-1", late=LatePolicy.SKIP, slot_key="b")
    air.frozen.advance((start - now).total_seconds() + 60)
    with Simulation(air.station, refusal=air.refusal) as one:
        one.run_until(start + 30 * MINUTE)
    assert (air.row(joined).joined_late, air.row(joined).causes) == (True, (Cause.JOINED_LATE,))
    assert causes_of(air, joined) == [Cause.JOINED_LATE, Cause.JOINED_LATE]
    assert (air.row(too_late).joined_late, air.row(too_late).causes) == (False, (Cause.TOO_LATE,))
    assert causes_of(air, too_late) == [Cause.TOO_LATE, Cause.TOO_LATE]
    air.frozen.advance(3600)
    day = air.station.local(start).date()
    found = completeness.check(air.station, day, day)
    assert (found.whole, found.verdicts) == (True, {Punctuality.JOINED: 1, Punctuality.SKIPPED: 1})


def test_each_way_of_not_airing_has_its_cause(air):
    air.sound("ngắn", 1.0)
    air.sound("chưa duyệt", 1.0, 300)
    air.sound("mất", 1.0, 350)
    air.zones("ap-1", "ap-2")
    start = air.frozen.now() + 20 * MINUTE
    unapproved = air.script(1, "chưa duyệt")
    air.approved.clear()
    refused = air.plan(start, [unapproved], "ap-1", slot_key="a")
    gone = air.plan(start + 2 * MINUTE, [air.cue(1, "mất")], "ap-1", slot_key="b")
    air.path("mất").unlink()
    night = air.plan(start + 12 * 60 * MINUTE + 9 * 60 * MINUTE, [air.cue(1, "ngắn")], "ap-1", slot_key="c")
    nowhere = air.plan(start + 4 * MINUTE, [air.cue(1, "ngắn")], "ap-9", slot_key="d")
    empty = air.plan(start + 6 * MINUTE, [], "ap-1", slot_key="e")
    with Simulation(air.station, refusal=air.refusal) as one:
        one.run_until(start + 24 * 60 * MINUTE)
    assert {n: air.row(n).causes for n in (refused, gone, night, nowhere, empty)} == {
        refused: (Cause.NOT_APPROVED,),
        gone: (Cause.FILE_MISSING,),
        night: (Cause.OUTSIDE_HOURS,),
        nowhere: (Cause.ZONE_OFF,),
        empty: (Cause.EMPTY,),
    }
    assert all(air.row(n).verdict for n in (refused, gone, night, nowhere, empty))
