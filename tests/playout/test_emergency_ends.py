"""How an emergency ends by itself: its repeats stop at its end, a person may move that, "it is over" ends others."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from broadcaster.db.models import AuditEvent, BroadcastRow, Emergency, Incident
from broadcaster.db.queries import air as air_queries
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, ItemKind
from broadcaster.domain.air.emergencies import NOTICE, Another, EmergencyRequest, EmergencyState
from broadcaster.errors import RuleError, printed
from broadcaster.services.air import emergencies, emergency_ending, emergency_soundings
from broadcaster.supervise.simulated import Simulation
from tests.kit.emergencies import OPERATOR, declared, prepare, row, rows_of

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


def notices(air):
    with air.station.db.read() as session:
        found = session.scalars(select(Incident).where(Incident.ended_at.is_(None)))
        return [i.note for i in found if i.what.startswith("emergency-end-")]


def verbs(air, number):
    with air.station.db.read() as session:
        query = select(AuditEvent.verb).where(AuditEvent.object_kind == "emergency")
        return list(session.scalars(query.where(AuditEvent.object_id == str(number)).order_by(AuditEvent.id)))


@pytest.mark.slow
def test_repeats_stop_at_the_end_with_a_line_in_the_trail_and_a_notice_before(air):
    prepare(air)
    began = air.frozen.now()
    ends = began + 3 * HOUR
    number = declared(air, repeat_minutes=20, expires_at=ends)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(ends - NOTICE - 2 * MINUTE)
        assert notices(air) == []
        life.run_until(ends - NOTICE + 2 * MINUTE)
        (note,) = notices(air)
        assert "hết hiệu lực lúc 07:50" in note
        life.run_until(ends + 2 * HOUR)
    found = rows_of(air, number)
    assert [r.starts_at for r in found] == [began + n * 20 * MINUTE for n in range(9)]
    assert all(r.state is BroadcastState.AIRED for r in found)
    assert all(e.ended_at <= ends for r in found for e in air.log(r.id))
    assert notices(air) == []
    assert (row(air, number).state, row(air, number).ended_at >= ends) == (EmergencyState.EXPIRED, True)
    assert "Hết hiệu lực lúc 07:50" in row(air, number).end_reason
    assert verbs(air, number) == ["draft", "confirm", "expire"]


@pytest.mark.medium
def test_a_person_may_prolong_it_and_the_repeats_go_on_to_the_new_end(air):
    prepare(air)
    began = air.frozen.now()
    number = declared(air, repeat_minutes=20, expires_at=began + HOUR)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(began + 50 * MINUTE)
        assert len(notices(air)) == 1
        with pytest.raises(RuleError):
            emergency_ending.prolong(air.station, OPERATOR, number, began + HOUR)
        emergency_ending.prolong(air.station, OPERATOR, number, began + 2 * HOUR)
        assert notices(air) == []
        life.run_until(began + 3 * HOUR)
    assert [r.starts_at for r in rows_of(air, number)] == [began + n * 20 * MINUTE for n in range(6)]
    assert row(air, number).state is EmergencyState.EXPIRED
    with pytest.raises(RuleError, match="không còn hiệu lực"):
        emergency_ending.prolong(air.station, OPERATOR, number, began + 9 * HOUR)


def test_play_out_that_is_alone_has_nothing_pinned_beyond_the_end(air):
    prepare(air)
    began = air.frozen.now()
    for minutes in (7, 60, 61, 1439, 5000):
        number = declared(air, repeat_minutes=7, expires_at=began + minutes * MINUTE)
        ends = row(air, number).expires_at
        for r in rows_of(air, number)[1:]:
            assert r.starts_at + dt.timedelta(seconds=r.grace_s, milliseconds=r.sound_ms) <= ends + 5 * SECOND
            assert r.starts_at + dt.timedelta(milliseconds=r.sound_ms) <= ends


def test_an_emergency_without_an_end_gets_the_stations_own(air):
    prepare(air)
    number = declared(air, repeat_minutes=20)
    hours = air.station.settings.emergency.lasts_hours
    assert row(air, number).expires_at == row(air, number).confirmed_at + hours * HOUR


def test_what_has_expired_at_the_confirmation_is_refused(air):
    prepare(air)
    with pytest.raises(RuleError) as caught:
        declared(air, expires_at=air.frozen.now() - SECOND)
    assert printed(caught.value.field) == "expires_at"
    with air.station.db.read() as session:
        assert not session.scalars(select(BroadcastRow).where(BroadcastRow.kind == BroadcastKind.EMERGENCY)).all()


@pytest.mark.slow
def test_a_message_that_it_is_over_ends_the_others_and_is_read_once_without_the_alarm(air):
    prepare(air)
    began = air.frozen.now()
    flood = declared(air, repeat_minutes=20)
    other = declared(air, zones=("ap-2",), repeat_minutes=20, another=Another.AFTER)
    with Simulation(air.station, refusal=air.refusal, every=MINUTE) as life:
        life.run_until(began + 30 * MINUTE)
        over = declared(air, title="Nước đã rút", repeat_minutes=20, over=True, ends=(flood,))
        assert (row(air, flood).state, row(air, flood).replaced_by) == (EmergencyState.CANCELLED, over)
        assert row(air, other).state is EmergencyState.ACTIVE, "it was not named"
        life.run_until(began + 3 * HOUR)
    (only,) = rows_of(air, over)
    assert [i.kind for i in only.rundown] == [ItemKind.EMERGENCY]
    assert only.title == "HẾT KHẨN CẤP: Nước đã rút"
    assert only.state is BroadcastState.AIRED
    assert (row(air, over).state, row(air, over).repeat_minutes) == (EmergencyState.EXPIRED, None)
    assert row(air, over).end_reason == "Đã đọc xong."
    assert all(r.starts_at <= began + 30 * MINUTE for r in rows_of(air, flood))


def test_what_is_over_waits_for_its_words_and_no_tone_goes_ahead(air):
    prepare(air)
    wish = EmergencyRequest(title="", text="Nước đã rút.", zones=("ap-1",), reason="x", over=True)
    number = emergencies.draft(air.station, OPERATOR, wish)
    emergencies.confirm(air.station, OPERATOR, number)
    assert not rows_of(air, number)
    assert rows_of(air, number) == []
    sha, ms = air.sounds["lời nói"]
    with air.station.db.write() as session:
        found = session.get_one(Emergency, number)
        found.quick_sha256, found.quick_ms = sha, ms
        emergency_soundings.speech_arrived(air.station, session, found, air.frozen.now())
    (only,) = rows_of(air, number)
    assert [i.kind for i in only.rundown] == [ItemKind.EMERGENCY]


def test_the_title_is_found_in_the_words_that_came_later(air):
    prepare(air)
    empty = EmergencyRequest(title="", text="", zones=(), reason="")
    number = emergencies.draft(air.station, OPERATOR, empty)
    assert (row(air, number).title, row(air, number).typed_title) == ("Bản tin khẩn cấp", "")
    with air.station.db.read() as session:
        wish = emergencies.wish_of(session.get_one(Emergency, number))
    later = EmergencyRequest(title=wish.title, text="Vỡ đê ấp Mẫu. Bà con chạy lên đồi.", zones=(), reason="")
    emergencies.change(air.station, OPERATOR, number, later)
    assert row(air, number).title == "Vỡ đê ấp Mẫu"


@given(text=st.text(max_size=60), later=st.text(max_size=60), title=st.sampled_from(["", " ", "Tên"]))
def test_no_default_is_ever_kept_as_typed(text, later, title):
    first = EmergencyRequest(title=title, text=text, zones=(), reason="").cleaned()
    assert first.title in {"", "Tên"}
    again = EmergencyRequest(title=first.title, text=later, zones=(), reason="").cleaned()
    assert again.title == title.strip()


def test_what_has_expired_or_is_over_is_no_emergency_on_any_page_though_nothing_ran_since(air):
    prepare(air)
    declared(air, repeat_minutes=20, expires_at=air.frozen.now() + HOUR)
    over = declared(air, zones=("ap-2",), over=True)
    with air.station.db.read() as session:
        several = air.station.settings.several
        assert [u.id for u in air_queries.present(session, air.frozen.now(), several).urgent] == [1]
        assert air_queries.present(session, air.frozen.now() + HOUR, several).urgent == ()
    assert row(air, over).expires_at == air.frozen.now() + HOUR, "it is tried for an hour"
