"""Accounts: passwords, rest after wrong ones, sessions, and that nothing happens without a trace."""

from __future__ import annotations

import datetime as dt

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.people.tries import FREE, RestingError
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError, printed
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.people.passwords import MIN_LENGTH, random_password, require_good
from broadcaster.services.station import Station
from tests.kit.seed import PASSWORD

BOSS = machine("thử")
STRANGER = Caller("10.0.0.9", "Trình duyệt lạ")


def holds(station: Station, user_id: int, epoch: int) -> signing_in.Member | None:
    with station.db.read() as session:
        return signing_in.member(session, user_id, epoch, station.today())


def test_the_right_password_signs_in_whatever_the_case_of_the_name(station: Station) -> None:
    found = signing_in.authenticate(station, " BienTap ", PASSWORD)
    assert found is not None
    assert found.actor.roles == {Role.EDITOR}
    assert not found.must_change


@pytest.mark.parametrize(("username", "password"), [("bientap", "sai"), ("ma", PASSWORD), ("", ""), ("bientap", "")])
def test_wrong_names_and_wrong_passwords_look_the_same(station: Station, username: str, password: str) -> None:
    assert signing_in.authenticate(station, username, password) is None


def test_a_stranger_rests_after_five_wrong_passwords_and_the_rest_doubles(station: Station, clock: FrozenClock) -> None:
    for n in range(FREE):
        tried = signing_in.authenticate if n < FREE - 1 else refused_for_now
        assert not tried(station, "bientap", "sai", STRANGER)
    assert refused_for_now(station, "bientap", PASSWORD, STRANGER) is None, "resting: not even the right one"
    clock.advance(61)
    refused_for_now(station, "bientap", "sai", STRANGER)
    clock.advance(61)
    refused_for_now(station, "bientap", PASSWORD, STRANGER)  # the second rest is two minutes
    clock.advance(60)
    assert signing_in.authenticate(station, "bientap", PASSWORD, STRANGER) is not None
    assert signing_in.authenticate(station, "bientap", "sai", STRANGER) is None, "the wrong tries are forgotten"


def refused_for_now(station: Station, username: str, password: str, caller: Caller) -> None:
    with pytest.raises(RestingError, match="phút"):
        signing_in.authenticate(station, username, password, caller)


def test_temporary_passwords_end_and_only_who_knows_one_learns_it(station: Station, clock: FrozenClock) -> None:
    first = accounts.create_user(station, BOSS, "moi", "Người mới", [Role.VIEWER])
    clock.advance((accounts.FIRST_ENDS - dt.timedelta(minutes=1)).total_seconds())
    assert signing_in.authenticate(station, "moi", first).must_change
    clock.advance(60)
    with pytest.raises(RuleError, match="hết hạn"):
        signing_in.authenticate(station, "moi", first)
    assert signing_in.authenticate(station, "moi", "sai") is None
    again = accounts.reset_password(station, BOSS, "moi")
    clock.advance((accounts.RESET_ENDS - dt.timedelta(minutes=1)).total_seconds())
    assert signing_in.authenticate(station, "moi", again) is not None
    signing_in.change_password(station, accounts.actor_named(station, "moi"), again, PASSWORD)
    clock.advance(400 * 86_400)
    assert signing_in.authenticate(station, "moi", PASSWORD) is not None, "one's own has no end"


def test_changing_the_password_ends_every_other_session(station: Station) -> None:
    actor = accounts.actor_named(station, "bientap")
    before = signing_in.authenticate(station, "bientap", PASSWORD)
    epoch = signing_in.change_password(station, actor, PASSWORD, "năm con cá lội ngược dòng")
    assert holds(station, actor.user_id, before.epoch) is None
    assert holds(station, actor.user_id, epoch) is not None
    assert signing_in.authenticate(station, "bientap", PASSWORD) is None


@pytest.mark.parametrize(
    "bad",
    [
        "ngắn quá",
        "con bò vàng",  # eleven
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
        signing_in.change_password(station, actor, "sai", "năm con cá lội ngược dòng")
    with pytest.raises(RuleError, match="khác"):
        signing_in.change_password(station, actor, PASSWORD, PASSWORD)


def test_only_a_manager_manages_and_nobody_locks_himself_out(station: Station) -> None:
    admin, editor = (accounts.actor_named(station, n) for n in ("quantri", "bientap"))
    with pytest.raises(ForbiddenError):
        accounts.create_user(station, editor, "moi", "Người mới", [Role.VIEWER])
    with pytest.raises(RuleError, match="tự khóa"):
        accounts.set_disabled(station, admin, "quantri", disabled=True)
    with pytest.raises(RuleError, match="cuối cùng"):
        accounts.edit_user(station, admin, "quantri", "Quản trị", [Role.VIEWER])
    accounts.set_disabled(station, admin, "bientap", disabled=True)
    assert signing_in.authenticate(station, "bientap", PASSWORD) is None
    with pytest.raises(NotFoundError):
        accounts.actor_named(station, "bientap")
    accounts.set_disabled(station, admin, "bientap", disabled=False)
    assert signing_in.authenticate(station, "bientap", PASSWORD) is not None


@pytest.mark.parametrize("username", ["A b", "đài", "ab", "1abc", "x" * 40, "bientap"])
def test_malformed_and_taken_names_are_refused(station: Station, username: str) -> None:
    with pytest.raises(RuleError) as refused:
        accounts.create_user(station, BOSS, username, "Người mới", [Role.VIEWER])
    assert printed(refused.value.field) == "username"


def test_a_new_password_from_the_manager_must_be_changed_and_ends_sessions(station: Station) -> None:
    before = signing_in.authenticate(station, "xem", PASSWORD)
    temporary = accounts.reset_password(station, BOSS, "xem")
    assert holds(station, before.actor.user_id, before.epoch) is None
    assert signing_in.authenticate(station, "xem", temporary).must_change


def test_first_accounts_are_made_once(station: Station) -> None:
    assert accounts.make_first_accounts(station) == []
