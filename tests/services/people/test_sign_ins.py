"""Browsers that are signed in: known by their session's name, ended one by one or all at once, forgotten in time."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from broadcaster.db.models import AuditEvent, SignIn
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.roles import Actor, Role, machine
from broadcaster.errors import NotFoundError
from broadcaster.services.people import accounts, sign_ins, signing_in
from broadcaster.services.people.signing_in import Member
from broadcaster.services.station import Station
from tests.kit.clocks import later

PASSWORD = "Ruộng lúa xanh 2026"


def person(station: Station, username: str, role: Role = Role.VIEWER) -> Member:
    """An account that has changed its first password, just signed in."""
    first = accounts.create_user(station, machine("bộ thử"), username, "Người thử", [role])
    signing_in.change_password(station, accounts.actor_named(station, username), first, PASSWORD)
    found = signing_in.authenticate(station, username, PASSWORD)
    assert found is not None
    return found


def holder(station: Station, who: Member, token: str) -> Member | None:
    found = sign_ins.holder(station, who.actor.user_id or 0, who.epoch, token)
    return found.member if found else None


def test_a_session_belongs_to_its_holder_alone(station: Station) -> None:
    one, other = person(station, "mot"), person(station, "hai")
    token = sign_ins.begin(station, one, Caller("127.0.0.1", "Trình duyệt"))
    assert holder(station, one, token) == one
    assert holder(station, other, token) is None
    assert holder(station, one, token[::-1]) is None
    assert [s.id for s in sign_ins.open_ones(station, one.actor)] == [token]
    assert list(sign_ins.open_ones(station, other.actor)) == []
    with pytest.raises(NotFoundError):
        sign_ins.end(station, other.actor, token)
    assert holder(station, one, token) == one


def test_one_browser_is_signed_out_and_the_others_stay(station: Station) -> None:
    who = person(station, "mot")
    lost, kept = (sign_ins.begin(station, who, Caller("127.0.0.1", name)) for name in ("Máy mất", "Máy giữ"))
    sign_ins.end(station, who.actor, lost)
    assert holder(station, who, lost) is None
    assert holder(station, who, kept) == who
    assert [s.id for s in sign_ins.open_ones(station, who.actor)] == [kept]
    with station.db.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "sign-out")).one()
    assert (event.actor, event.note) == ("mot", "Máy mất")


def test_signing_out_everywhere_ends_every_session(station: Station) -> None:
    who = person(station, "mot")
    tokens = [sign_ins.begin(station, who, Caller("127.0.0.1", "Máy")) for _ in range(2)]
    accounts.sign_out_everywhere(station, who.actor)
    assert [holder(station, who, t) for t in tokens] == [None, None]
    assert list(sign_ins.open_ones(station, who.actor)) == []


def test_the_last_use_is_noted_but_not_at_every_request(station: Station) -> None:
    who = person(station, "mot")
    token = sign_ins.begin(station, who, Caller("127.0.0.1", "Máy"))

    def seen() -> dt.datetime:
        with station.db.read() as session:
            return session.get_one(SignIn, token).seen_at

    began = seen()
    later(station, seconds=50)
    holder(station, who, token)
    assert seen() == began
    later(station, seconds=20)
    holder(station, who, token)
    assert seen() == station.now()


def test_what_was_not_used_for_ninety_days_is_forgotten_and_long_names_are_cut(station: Station) -> None:
    who = person(station, "mot")
    sign_ins.begin(station, who, Caller("127.0.0.1", "Máy cũ"))
    later(station, days=91)
    token = sign_ins.begin(station, who, Caller("1" * 500, "M" * 500))
    with station.db.read() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1
        row = session.get_one(SignIn, token)
    assert (len(row.address), len(row.browser)) == (64, 200)


def test_nobody_is_signed_in_who_has_no_account(station: Station) -> None:
    assert sign_ins.holder(station, 9999, 0, "0" * 32) is None
    assert list(sign_ins.open_ones(station, Actor("ma", "Ma", frozenset()))) == []


@pytest.mark.parametrize("role", Role)
def test_a_session_ends_when_nobody_does_anything_and_polls_are_no_deeds(station: Station, role: Role) -> None:
    who = person(station, "mot", role)
    token = sign_ins.begin(station, who, Caller("10.0.0.9", "Máy"))
    user, epoch = who.actor.user_id or 0, who.epoch
    idle = sign_ins.IDLE[role]
    for _ in range(3):  # deeds keep it, whatever time has passed in all
        later(station, seconds=min(idle.total_seconds(), 3600) - 2)
        assert sign_ins.holder(station, user, epoch, token) is not None
    polls = 0
    while sign_ins.holder(station, user, epoch, token, deed=False) is not None:
        later(station, seconds=600)
        polls += 1
    assert (polls - 1) * 600 < idle.total_seconds() <= polls * 600 or idle == sign_ins.LONGEST
    assert sign_ins.holder(station, user, epoch, token) is None, "a deed does not bring it back"


def test_a_session_ends_twelve_hours_after_it_began_whatever_is_done_in_it(station: Station) -> None:
    who = person(station, "mot")
    token = sign_ins.begin(station, who, Caller("10.0.0.9", "Máy"))
    for _ in range(12 * 4 - 1):
        later(station, minutes=15)
        assert holder(station, who, token) is not None
    later(station, minutes=15)
    assert holder(station, who, token) is None


def test_whoever_has_several_roles_is_left_alone_as_long_as_the_strictest_of_them() -> None:
    assert sign_ins.idle_of({Role.VIEWER, Role.ADMIN, Role.EDITOR}) == sign_ins.IDLE[Role.ADMIN]
    assert set(sign_ins.IDLE) == set(Role)


def test_a_browser_that_signs_in_for_the_first_time_is_told_to_the_owner_and_the_very_first_is_not(
    station: Station,
) -> None:
    who = person(station, "mot")
    for device in ("a", "a", "b", "", "b"):
        sign_ins.begin(station, who, Caller("10.0.0.9", f"Máy {device}"), device)
    with station.db.read() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "new-browser")).all()
    assert [(e.object_id, e.after["browser"], e.after["address"]) for e in events] == [
        ("mot", "Máy b", "10.0.0.9"),
        ("mot", "Máy ", "10.0.0.9"),
    ]
