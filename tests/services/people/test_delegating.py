"""Approval in a leader's stead: for some days, by one account, shown on each decision, four eyes kept."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from broadcaster.db.models import Approval, AuditEvent
from broadcaster.domain.people.roles import Permission, Role, machine
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.services.people import accounts
from broadcaster.services.people.delegating import candidates, delegate, delegations, revoke
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.scripts.speaking import speak
from broadcaster.services.station import Station
from tests.kit.clocks import later
from tests.kit.people import EDITOR
from tests.kit.scripts import draft

TODAY = dt.date(2026, 3, 2)
WEEK = TODAY + dt.timedelta(days=6)


@pytest.fixture
def people(station: Station) -> Station:
    for name, role in (
        ("chutich", Role.CHIEF),
        ("phochutich", Role.CHIEF),
        ("thuky", Role.OPERATOR),
        ("xem", Role.VIEWER),
    ):
        accounts.create_user(station, machine("thử"), name, name.title(), [role])
    return station


def spoken(station: Station, author: str = "") -> int:
    actor = accounts.actor_named(station, author) if author else EDITOR
    number = add_script(station, actor, draft())
    speak(station, EDITOR, number)
    return number


def test_a_deputy_approves_on_those_days_and_the_record_says_for_whom(people: Station) -> None:
    chief = accounts.actor_named(people, "chutich")
    number = spoken(people)
    with pytest.raises(ForbiddenError):
        approve(people, accounts.actor_named(people, "thuky"), number)
    given = delegate(people, chief, "thuky", TODAY, WEEK, "đi công tác")
    deputy = accounts.actor_named(people, "thuky")
    assert deputy.behalf == "chutich"
    assert Permission.APPROVE in deputy.permissions
    assert accounts.actor_named(people, "xem").behalf is None
    approve(people, deputy, number)
    with people.db.read() as session:
        decision = session.scalars(select(Approval)).one()
        assert (decision.by, decision.behalf) == ("thuky", "chutich")
        trail = {e.verb: e.note for e in session.scalars(select(AuditEvent).where(AuditEvent.actor != "thử"))}
        assert "đi công tác" in trail["delegate"]
        assert "thay mặt chutich" in trail["approved"]
        assert [d.id for d in delegations(session, day=TODAY)] == [given]
    later(people, days=7)
    assert accounts.actor_named(people, "thuky").behalf is None, "the days are over"


def test_taken_back_it_ends_at_once_and_decisions_stand(people: Station) -> None:
    chief, other = (accounts.actor_named(people, n) for n in ("chutich", "phochutich"))
    given = delegate(people, chief, "thuky", TODAY, WEEK)
    with pytest.raises(ForbiddenError, match="Chỉ người đã ủy quyền"):
        revoke(people, other, given)
    revoke(people, chief, given)
    assert accounts.actor_named(people, "thuky").behalf is None
    with pytest.raises(NotFoundError):
        revoke(people, chief, given)


def test_a_leader_who_lost_the_office_delegates_nothing(people: Station) -> None:
    delegate(people, accounts.actor_named(people, "chutich"), "thuky", TODAY, WEEK)
    accounts.set_disabled(people, machine("thử"), "chutich", disabled=True)
    assert accounts.actor_named(people, "thuky").behalf is None


@pytest.mark.medium
def test_four_eyes_are_kept_for_the_deputy_and_for_the_leader(people: Station) -> None:
    chief = accounts.actor_named(people, "chutich")
    delegate(people, chief, "thuky", TODAY, WEEK)
    deputy = accounts.actor_named(people, "thuky")
    with pytest.raises(ForbiddenError, match="tự duyệt"):
        approve(people, deputy, spoken(people, "thuky"))
    with pytest.raises(ForbiddenError, match="tự duyệt"):
        approve(people, deputy, spoken(people, "chutich"))


def test_what_cannot_be_delegated_is_refused(people: Station) -> None:
    chief = accounts.actor_named(people, "chutich")
    for deputy in ("chutich", "phochutich"):
        with pytest.raises(RuleError, match="đã có quyền"):
            delegate(people, chief, deputy, TODAY, WEEK)
    with pytest.raises(NotFoundError):
        delegate(people, chief, "khong-co", TODAY, WEEK)
    with pytest.raises(RuleError, match="Ngày cuối"):
        delegate(people, chief, "thuky", WEEK, TODAY)
    with pytest.raises(RuleError, match="92"):
        delegate(people, chief, "thuky", TODAY, TODAY + dt.timedelta(days=93))
    with pytest.raises(ForbiddenError):
        delegate(people, accounts.actor_named(people, "xem"), "thuky", TODAY, WEEK)
    delegate(people, chief, "thuky", TODAY, WEEK)
    with pytest.raises(ForbiddenError, match="không ủy quyền lại"):
        delegate(people, accounts.actor_named(people, "thuky"), "xem", TODAY, WEEK)
    with people.db.read() as session:
        assert [u.username for u in candidates(session)] == ["thuky", "xem"]
