"""Wrong tries: a stranger guesses little, and keeps nobody out who sits at a known browser or at the machine itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from broadcaster.db.models import Incident, SecurityEvent, User, WrongTries
from broadcaster.domain.people.callers import HERE, Caller
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.people.security import MANY, MOST, SecurityKind
from broadcaster.domain.people.tries import FREE, RestingError
from broadcaster.errors import RuleError
from broadcaster.services.air import door
from broadcaster.services.people import accounts, security, sign_ins, signing_in, tries
from broadcaster.services.station import Station
from tests.kit.clocks import later

PASSWORD = "Ruộng lúa xanh 2026"
A_DAY = 24 * 60
MOST_GUESSES = 700
"""In a day, by any number of addresses: with the longest of common lists that is nothing."""


def owner(station: Station) -> signing_in.Member:
    first = accounts.create_user(station, machine("bộ thử"), "chu", "Chủ tài khoản", [Role.CHIEF])
    signing_in.change_password(station, accounts.actor_named(station, "chu"), first, PASSWORD)
    found = signing_in.authenticate(station, "chu", PASSWORD)
    assert found is not None
    return found


def one_address(_minute: int) -> Iterator[Caller]:
    while True:
        yield Caller("10.0.0.9")


def another_address_each_time(minute: int) -> Iterator[Caller]:
    n = 0
    while True:
        n += 1
        yield Caller(f"10.{minute % 250}.{n // 250 % 250}.{n % 250}")


def a_network_of_ones_own(minute: int) -> Iterator[Caller]:
    n = 0
    while True:
        n += 1
        yield Caller(f"2001:db8::{minute:x}:{n:x}")


@pytest.mark.medium
@pytest.mark.parametrize("pause", [1, 16, 61], ids=["without pause", "before it rests long", "after it is forgotten"])
@pytest.mark.parametrize("sender", [one_address, another_address_each_time, a_network_of_ones_own])
def test_in_a_day_a_stranger_guesses_little_and_keeps_the_owner_out_of_nothing(
    station: Station, sender: object, pause: int
) -> None:
    who = owner(station)
    known = Caller("10.0.0.77", "Máy của chủ", "d" * 32)
    sign_ins.begin(station, who, known, "d" * 32)
    assert sign_ins.knows(station, "chu", "d" * 32)
    guesses = 0
    for minute in range(0, A_DAY, pause):
        with station.db.write() as session:
            for caller in sender(minute):  # type: ignore[operator]
                if tries.rest(session, station.now(), "chu", caller):
                    break
                tries.wrong(session, station.now(), "chu", caller)
                guesses += 1
            for there in (known, HERE, Caller("127.0.0.1"), Caller("::1")):
                assert not tries.rest(session, station.now(), "chu", there), there
        later(station, minutes=pause)
    assert FREE <= guesses <= MOST_GUESSES
    assert signing_in.authenticate(station, "chu", PASSWORD, known) is not None
    assert signing_in.authenticate(station, "chu", PASSWORD, Caller("127.0.0.1")) is not None
    later(station, minutes=121)
    assert signing_in.authenticate(station, "chu", PASSWORD, Caller("10.9.9.9")) is not None, "the storm is forgotten"
    with station.db.read() as session:
        kept = session.scalar(select(func.count()).select_from(WrongTries)) or 0
    assert kept <= MOST_GUESSES


def test_a_known_browser_rests_by_its_own_wrong_tries_alone(station: Station) -> None:
    owner(station)
    known = Caller("10.0.0.77", device="d" * 32)
    for _ in range(FREE - 1):
        assert signing_in.authenticate(station, "chu", "sai", known) is None
    with pytest.raises(RestingError):
        signing_in.authenticate(station, "chu", "sai", known)
    assert signing_in.authenticate(station, "chu", PASSWORD, Caller("10.0.0.77")) is not None


def sign_in(station: Station, who: signing_in.Member, caller: Caller) -> None:
    assert signing_in.authenticate(station, "chu", "sai", caller) is None


def present_password(station: Station, who: signing_in.Member, caller: Caller) -> None:
    signing_in.change_password(station, who.actor, "sai", "năm con cá lội ngược dòng", caller)


def proof(station: Station, who: signing_in.Member, caller: Caller) -> None:
    signing_in.prove(station, who.actor, "sai", caller)


def code(station: Station, who: signing_in.Member, caller: Caller) -> None:
    assert signing_in.pass_second_step(station, who.actor.user_id or 0, who.epoch, "000000", caller) is None


def code_to_turn_off(station: Station, who: signing_in.Member, caller: Caller) -> None:
    signing_in.give_up_second_step(station, who.actor, "000000", caller)


ASKED = [sign_in, present_password, proof, code, code_to_turn_off]


@pytest.mark.parametrize("first", ASKED)
def test_wrong_tries_are_one_count_wherever_a_secret_is_asked(station: Station, first: object) -> None:
    who = owner(station)
    with station.db.write() as session:
        session.get_one(User, who.actor.user_id).totp_secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    caller = Caller("10.0.0.9")
    for n in range(FREE):
        try:
            (first if n else ASKED[0])(station, who, caller)  # type: ignore[operator]
        except RuleError as error:
            assert isinstance(error, RestingError) == (n == FREE - 1)  # noqa: PT017 - some raise, some return
    for ask in ASKED:
        with pytest.raises(RuleError, match="thử lại sau 1 phút"):
            ask(station, who, caller)


def test_a_name_that_nobody_has_rests_as_an_account_does(station: Station) -> None:
    caller = Caller("10.0.0.9")
    for _ in range(FREE - 1):
        assert signing_in.authenticate(station, "khong-co-ai", "sai", caller) is None
    with pytest.raises(RestingError):
        signing_in.authenticate(station, "khong-co-ai", "sai", caller)


def test_what_happens_at_the_door_is_kept_in_few_rows_without_what_was_typed(station: Station) -> None:
    for n in range(40):
        later(station, seconds=1)
        with station.db.write() as session:
            security.note(session, station.now(), SecurityKind.WRONG_PASSWORD, Caller("10.0.0.9", f"M{n}"), account="a")
    with pytest.raises(RestingError):
        for _ in range(9):
            signing_in.authenticate(station, "mat-khau-bi-go-nham", "bi-mat", Caller("10.0.0.8"))
    with station.db.read() as session:
        rows, total = security.latest(session, 10)
        assert total == len(rows) == 2
        assert {r.count for r in rows} == {40, FREE}
        assert not [c for r in rows for c in vars(r).values() if "nham" in str(c) or "bi-mat" in str(c)]


def test_no_flood_of_events_grows_beyond_its_bound(station: Station) -> None:
    with station.db.write() as session:
        now = station.now()
        row = {"account": "", "browser": "", "session": "", "page": "", "first_at": now, "last_at": now, "count": 1}
        rows = [
            SecurityEvent(kind=SecurityKind.REFUSED, address=f"10.0.{n // 250}.{n % 250}", **row) for n in range(MOST)
        ]
        session.add_all(rows)
        session.flush()
        for n in range(3):
            security.note(session, now, SecurityKind.REFUSED, Caller(f"10.9.9.{n}"))
    with station.db.read() as session:
        assert session.scalar(select(func.count(SecurityEvent.id))) == MOST


def test_many_wrong_tries_are_an_incident_until_they_end(station: Station) -> None:
    def told() -> list[bool]:
        with station.db.read() as session:
            found = session.scalars(select(Incident).where(Incident.what == "security"))
            return [i.ended_at is None for i in found]

    for n in range(MANY):
        door.watch(station)
        assert told() == []
        with station.db.write() as session:
            security.note(session, station.now(), SecurityKind.REFUSED, Caller(f"10.0.0.{n}"))
    door.watch(station)
    door.watch(station)
    assert told() == [True]
    later(station, minutes=11)
    door.watch(station)
    assert told() == [False]


def test_what_a_proxy_of_the_machine_passes_on_is_not_the_machine_itself() -> None:
    assert Caller("127.0.0.1").at_home
    assert Caller("::1").at_home
    assert not Caller("?").at_home
    assert Caller("2001:db8::1").place == Caller("2001:db8::2").place
    assert Caller("::ffff:10.0.0.9").place == "10.0.0.9"
    assert dt.timedelta(minutes=1) == RestingError(dt.timedelta(minutes=1)).rest
