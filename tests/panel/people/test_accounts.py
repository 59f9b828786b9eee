"""Accounts: passwords, rest after wrong ones, sessions, and that nothing happens without a trace."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.queries import people
from broadcaster.domain.people.roles import Role, machine
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError, printed
from broadcaster.services.people import accounts
from broadcaster.services.people.passwords import MIN_LENGTH, random_password, require_good
from broadcaster.services.station import Station
from tests.kit.seed import PASSWORD

BOSS = machine("thử")


def holds(station: Station, user_id: int, epoch: int) -> accounts.Member | None:
    with station.db.read() as session:
        return accounts.member(session, user_id, epoch, station.today())


def test_the_right_password_signs_in_whatever_the_case_of_the_name(station: Station) -> None:
    found = accounts.authenticate(station, " BienTap ", PASSWORD)
    assert found is not None
    assert found.actor.roles == {Role.EDITOR}
    assert not found.must_change


@pytest.mark.parametrize(("username", "password"), [("bientap", "sai"), ("ma", PASSWORD), ("", ""), ("bientap", "")])
def test_wrong_names_and_wrong_passwords_look_the_same(station: Station, username: str, password: str) -> None:
    assert accounts.authenticate(station, username, password) is None


def test_five_wrong_passwords_rest_the_account_and_the_rest_doubles(station: Station, clock: FrozenClock) -> None:
    for _ in range(accounts.FREE_TRIES):
        assert accounts.authenticate(station, "bientap", "sai") is None
    assert accounts.authenticate(station, "bientap", PASSWORD) is None, "resting: not even the right one"
    clock.advance(61)
    assert accounts.authenticate(station, "bientap", "sai") is None
    clock.advance(61)
    assert accounts.authenticate(station, "bientap", PASSWORD) is None, "the second rest is two minutes"
    clock.advance(60)
    assert accounts.authenticate(station, "bientap", PASSWORD) is not None
    with station.db.read() as session:
        assert people.user_named(session, "bientap").failures == 0
        assert {e.verb for e in people.audit_events(session, kind="user", limit=9)[0]} >= {"rest", "sign-in"}


def test_a_rest_never_lasts_longer_than_an_hour(station: Station, clock: FrozenClock) -> None:
    for _ in range(20):
        accounts.authenticate(station, "xem", "sai")
        clock.advance(3601)
    with station.db.read() as session:
        assert people.user_named(session, "xem").locked_until <= clock.now() + dt.timedelta(hours=1)


def test_changing_the_password_ends_every_other_session(station: Station) -> None:
    actor = accounts.actor_named(station, "bientap")
    before = accounts.authenticate(station, "bientap", PASSWORD)
    epoch = accounts.change_password(station, actor, PASSWORD, "năm con cá lội ngược dòng")
    assert holds(station, actor.user_id, before.epoch) is None
    assert holds(station, actor.user_id, epoch) is not None
    assert accounts.authenticate(station, "bientap", PASSWORD) is None


@pytest.mark.parametrize(
    "bad",
    [
        "ngắn quá",
        "bientap2026",
        "matkhau12345",
        "Mật khẩu 123",
        "1234567890",
        "aaaaaaaaaaaa",
        "qwertyuiop",
        "password2026",
        "Vietnam@2026",
        "x" * 129,
    ],
)
def test_bad_passwords_are_refused_with_a_reason(bad: str) -> None:
    with pytest.raises(RuleError) as refused:
        require_good(bad, "bientap")
    assert printed(refused.value.field) == "password"


@pytest.mark.parametrize("good", [PASSWORD, "xe đạp cà phê mưa rào", "rK7#pqL0zz-w"])
def test_good_passwords_are_taken(good: str) -> None:
    require_good(good, "bientap")


def test_temporary_passwords_pass_the_rules_that_people_must_pass() -> None:
    passwords = [random_password() for _ in range(200)]
    assert len(set(passwords)) == 200
    for password in passwords:
        require_good(password, "quantri")
        assert len(password) >= MIN_LENGTH


def test_the_old_password_must_be_right_and_the_new_one_new(station: Station) -> None:
    actor = accounts.actor_named(station, "bientap")
    with pytest.raises(RuleError, match="hiện tại"):
        accounts.change_password(station, actor, "sai", "năm con cá lội ngược dòng")
    with pytest.raises(RuleError, match="khác"):
        accounts.change_password(station, actor, PASSWORD, PASSWORD)


def test_only_a_manager_manages_and_nobody_locks_himself_out(station: Station) -> None:
    admin, editor = (accounts.actor_named(station, n) for n in ("quantri", "bientap"))
    with pytest.raises(ForbiddenError):
        accounts.create_user(station, editor, "moi", "Người mới", [Role.VIEWER])
    with pytest.raises(RuleError, match="tự khóa"):
        accounts.set_disabled(station, admin, "quantri", disabled=True)
    with pytest.raises(RuleError, match="cuối cùng"):
        accounts.edit_user(station, admin, "quantri", "Quản trị", [Role.VIEWER])
    accounts.set_disabled(station, admin, "bientap", disabled=True)
    assert accounts.authenticate(station, "bientap", PASSWORD) is None
    with pytest.raises(NotFoundError):
        accounts.actor_named(station, "bientap")
    accounts.set_disabled(station, admin, "bientap", disabled=False)
    assert accounts.authenticate(station, "bientap", PASSWORD) is not None


@pytest.mark.parametrize("username", ["A b", "đài", "ab", "1abc", "x" * 40, "bientap"])
def test_malformed_and_taken_names_are_refused(station: Station, username: str) -> None:
    with pytest.raises(RuleError) as refused:
        accounts.create_user(station, BOSS, username, "Người mới", [Role.VIEWER])
    assert printed(refused.value.field) == "username"


def test_a_new_password_from_the_manager_must_be_changed_and_ends_sessions(station: Station) -> None:
    before = accounts.authenticate(station, "xem", PASSWORD)
    temporary = accounts.reset_password(station, BOSS, "xem")
    assert holds(station, before.actor.user_id, before.epoch) is None
    assert accounts.authenticate(station, "xem", temporary).must_change


def test_first_accounts_are_made_once(station: Station) -> None:
    assert accounts.make_first_accounts(station) == []
