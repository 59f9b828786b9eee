"""Approval: bound to exact words and bytes, by another pair of eyes, ended by any edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from broadcaster.db.models import Approval, AuditEvent, Script
from broadcaster.domain.air.causes import NOTHING
from broadcaster.domain.confirming import NotAsShownError, seal_of
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.scripts.scripts import Priority, ScriptState
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.services.scripts.approving import airable, refusal, send_back
from broadcaster.services.scripts.editing import add_script, retire, revise
from broadcaster.services.scripts.four_eyes import approve, deciding
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from tests.kit.people import EDITOR, LEADER, OPERATOR
from tests.kit.scripts import approved, draft

BOTH = Actor("kiem-nhiem", "Kiêm nhiệm", frozenset({Role.EDITOR, Role.CHIEF}))
TODAY = dt.date(2026, 3, 2)


def test_an_approval_binds_the_words_and_the_sound(station: Station) -> None:
    number = approved(station)
    with station.db.read() as session:
        [candidate] = airable(session)
        assert candidate.script_id == number
        assert refusal(session, number, candidate.spoken_sha256, candidate.audio_sha256, TODAY) is None
        assert (
            "khác với bản đã duyệt"
            in (refusal(session, number, "0" * 64, candidate.audio_sha256, TODAY) or NOTHING).text
        )
        assert (
            "khác với bản đã duyệt"
            in (refusal(session, number, candidate.spoken_sha256, "0" * 64, TODAY) or NOTHING).text
        )


def test_one_changed_letter_ends_the_approval(station: Station) -> None:
    number = approved(station)
    revise(station, EDITOR, number, draft("Kính thưa bà con. Hôm nay trời đẹp!"))
    with station.db.read() as session:
        assert airable(session) == []
        decisions = list(session.scalars(select(Approval.decision).order_by(Approval.id)))
        assert decisions == ["approved", "withdrawn"]
        assert session.get_one(Script, number).state is ScriptState.DRAFT


def test_saving_the_same_words_changes_nothing(station: Station) -> None:
    number = approved(station)
    assert revise(station, EDITOR, number, draft()) == 1
    with station.db.read() as session:
        assert len(airable(session)) == 1


def test_what_was_never_spoken_cannot_be_approved(station: Station) -> None:
    number = add_script(station, EDITOR, draft())
    with pytest.raises(RuleError, match="chưa được đọc"):
        approve(station, LEADER, number)


def test_the_writer_cannot_approve_the_own_text(station: Station) -> None:
    number = add_script(station, BOTH, draft())
    speak(station, BOTH, number)
    with pytest.raises(ForbiddenError, match="tự duyệt"):
        approve(station, BOTH, number)
    with station.db.read() as session:
        assert airable(session) == []


def test_a_one_person_station_may_allow_it_and_the_trail_says_so(station: Station) -> None:
    loose = replace(
        station,
        settings=station.settings.model_copy(update={"approval": type(station.settings.approval)(four_eyes=False)}),
    )
    number = add_script(loose, BOTH, draft())
    speak(loose, BOTH, number)
    approve(loose, BOTH, number)
    with loose.db.read() as session:
        assert session.scalars(select(Approval)).one().own_work
        notes = session.scalars(select(AuditEvent.note).where(AuditEvent.verb == "approved")).one()
        assert "tự duyệt" in notes


@pytest.mark.medium
@pytest.mark.parametrize("actor", [EDITOR, OPERATOR])
def test_only_a_leader_approves(station: Station, actor: Actor) -> None:
    number = add_script(station, EDITOR, draft())
    speak(station, EDITOR, number)
    with pytest.raises(ForbiddenError):
        approve(station, actor, number)


def test_a_leader_approves_what_was_listened_to_and_nothing_newer(station: Station) -> None:
    number = add_script(station, EDITOR, draft())
    heard = speak(station, EDITOR, number)
    revise(station, EDITOR, number, draft("Kính thưa bà con. Ngày mai trời mưa."))
    speak(station, EDITOR, number)
    with pytest.raises(RuleError, match="bản mới hơn"):
        approve(station, LEADER, number, rendition_id=heard)


@pytest.mark.medium
@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("Tên bài", {"title": "Tên khác hẳn"}),
        ("Đến hết ngày", {"valid_to": TODAY}),
        ("Mức ưu tiên", {"priority": Priority.EMERGENCY}),
        ("Giọng đọc", {"voice": "tone:beep"}),
    ],
)
def test_what_somebody_changed_since_the_page_was_opened_is_named_and_not_approved(
    station: Station, named: str, change: dict[str, object]
) -> None:
    number = add_script(station, EDITOR, draft())
    heard = speak(station, EDITOR, number)
    with station.db.read() as session:
        seal = seal_of(deciding(station, session, number))
    revise(station, EDITOR, number, draft(**change))
    for sent in (seal, ""):
        with pytest.raises(NotAsShownError, match=named if sent else "thiếu dấu"):
            approve(station, LEADER, number, rendition_id=heard, seal=sent)
    with station.db.read() as session:
        assert airable(session) == []
        seal = seal_of(deciding(station, session, number))
    approve(station, LEADER, number, rendition_id=heard, seal=seal)


def test_a_script_sent_back_needs_a_reason_and_does_not_air(station: Station) -> None:
    number = approved(station)
    with pytest.raises(RuleError, match="lý do"):
        send_back(station, LEADER, number, "  ")
    send_back(station, LEADER, number, "Sai ngày họp.")
    with station.db.read() as session:
        assert airable(session) == []
        assert session.get_one(Script, number).state is ScriptState.RETURNED


def test_a_retired_or_expired_script_is_refused(station: Station) -> None:
    number = approved(station, valid_to=TODAY)
    with station.db.read() as session:
        [c] = airable(session)
        assert refusal(session, number, c.spoken_sha256, c.audio_sha256, TODAY) is None
        assert (
            "thời hạn"
            in (refusal(session, number, c.spoken_sha256, c.audio_sha256, TODAY + dt.timedelta(days=1)) or NOTHING).text
        )
    retire(station, EDITOR, number)
    with station.db.read() as session:
        assert refusal(session, number, c.spoken_sha256, c.audio_sha256, TODAY) is not None


def test_a_script_that_is_not_there_is_said_so(station: Station) -> None:
    with pytest.raises(NotFoundError, match="số 99"):
        approve(station, LEADER, 99)
