"""A correction that a leader approved is what airs: planned, moved, copied or repeated, a rundown names what is approved."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.schedule import by_hand, conflicts
from broadcaster.services.schedule.item_faults import item_faults
from broadcaster.services.schedule.once import air_once
from broadcaster.services.schedule.planning import plan
from broadcaster.services.scripts import approving, four_eyes
from broadcaster.services.scripts.approving import airable
from broadcaster.services.scripts.editing import retire, revise
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from tests.kit.clocks import later
from tests.kit.people import EDITOR, LEADER, OPERATOR
from tests.kit.scripts import approved, draft

ME = machine("thử")


def evening(station: Station, days: int = 0) -> dt.datetime:
    return station.local(station.now()).replace(hour=17, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)


def corrected(station: Station, number: int, body: str) -> None:
    revise(station, EDITOR, number, draft(body))
    speak(station, EDITOR, number)


def faults(station: Station, number: int) -> dict[int, object]:
    with station.db.read() as session:
        b = broadcast_of(session.get_one(BroadcastRow, number))
        return dict(item_faults(session, b, station.local(b.starts_at).date(), approving.refusal))


def sound(station: Station, number: int, script: int) -> tuple[str, str]:
    with station.db.read() as session:
        item = next(i for i in session.get_one(BroadcastRow, number).rundown if i.script_id == script)
        now = next(c for c in airable(session) if c.script_id == script)
        return item.audio_sha256, now.audio_sha256


@pytest.mark.medium
def test_an_approved_correction_takes_the_place_of_the_old_sound_in_what_is_planned(station: Station) -> None:
    script = approved(station)
    number = air_once(station, OPERATOR, ["nhac-hieu", script], title="Buổi", starts_at=evening(station))
    corrected(station, script, "Kính thưa bà con. Nay xin đính chính: họp lúc tám giờ sáng thứ bảy.")
    assert faults(station, number)
    (told,) = [c for c in conflicts.find(station) if c.kind is Kind.ITEM]
    assert "Duyệt lại bài" in told.remedy
    assert "Lập lại lịch" not in told.remedy  # a person planned it: planning leaves it alone
    four_eyes.approve(station, LEADER, script)
    assert not faults(station, number)
    mine, now = sound(station, number, script)
    assert mine == now
    with station.db.read() as session:
        row = session.get_one(BroadcastRow, number)
        assert row.sound_ms == sum(i.duration_ms for i in row.rundown)
        assert row.ends_at >= row.starts_at + dt.timedelta(milliseconds=row.sound_ms)
    assert not [c for c in conflicts.find(station) if c.kind is Kind.ITEM]


def test_a_past_broadcast_is_copied_with_the_sound_that_is_approved_now(station: Station) -> None:
    script = approved(station)
    number = air_once(station, OPERATOR, ["nhac-hieu", script], title="Buổi", starts_at=evening(station))
    later(station, hours=6)
    with station.db.write() as session:
        session.get_one(BroadcastRow, number).state = BroadcastState.AIRED
    corrected(station, script, "Kính thưa bà con. Nay xin đính chính: họp lúc tám giờ sáng thứ bảy.")
    four_eyes.approve(station, LEADER, script)
    twin = by_hand.copy(station, OPERATOR, number, evening(station, 1))
    assert not faults(station, twin)
    assert sound(station, number, script)[0] != sound(station, twin, script)[0]


def test_nothing_is_planned_moved_or_copied_of_which_no_word_may_be_said(station: Station) -> None:
    script = approved(station, valid_to=station.today() + dt.timedelta(days=1))
    number = air_once(station, OPERATOR, ["nhac-hieu", script], title="Buổi", starts_at=evening(station))
    for act in (
        lambda: by_hand.move(station, OPERATOR, number, evening(station, 3)),
        lambda: by_hand.copy(station, OPERATOR, number, evening(station, 3)),
        lambda: air_once(station, OPERATOR, [script], title="Muộn", starts_at=evening(station, 3)),
    ):
        with pytest.raises(RuleError, match=r"thời hạn|hết hạn"):
            act()
    retire(station, EDITOR, script)
    with pytest.raises(RuleError, match="không còn được duyệt"):
        by_hand.copy(station, OPERATOR, number, evening(station, 1))


def test_planning_mends_what_an_older_version_left_with_another_sound(station: Station) -> None:
    script = approved(station)
    number = air_once(station, OPERATOR, ["nhac-hieu", script], title="Buổi", starts_at=evening(station))
    with station.db.write() as session:
        row = session.get_one(BroadcastRow, number)
        old = [i.as_json() for i in row.rundown]
        old[1] |= {"audio_sha256": "e" * 64}
        row.rundown = tuple(type(row.rundown[0]).from_json(i) for i in old)
    (told,) = [c for c in conflicts.find(station) if c.kind is Kind.ITEM]
    assert "Lập lại lịch" in told.remedy
    plan(station)
    assert not faults(station, number)
    with station.db.read() as session:
        assert session.scalars(select(BroadcastRow.state).where(BroadcastRow.id == number)).one() == "planned"
