"""What an administrator cannot do alone: each way to become a leader, four eyes off, the night; and who may agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, GraveProposal
from broadcaster.db.queries.people import user_named
from broadcaster.domain.people.roles import Role, machine
from broadcaster.domain.schedule.windows import StationHours, Window
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.people import accounts, delegating, second_person, signing_in
from broadcaster.services.setup import agreeing, settings_editor
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

BOSS = machine("thử")


def roles_of(station: Station, username: str) -> set[str]:
    with station.db.read() as session:
        row = user_named(session, username)
        return set(row.roles) if row else set()


def settings(station: Station, section: str, **changed: str) -> dict[str, str]:
    """The form of a section, as it is shown, with what somebody changed."""
    form = {}
    for key, value in settings_editor.facts_of(station, section).items():
        text = "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)
        form[key] = "yes" if value is True else "" if value is False else text
        if value is None:
            form[f"{key}-none"] = "yes"
    return form | changed


def four_eyes(station: Station) -> bool:
    return station.home.settings().approval.four_eyes


def second_leader(station: Station, *, disabled: bool = False) -> None:
    accounts.create_user(station, BOSS, "lanhdao2", "Lãnh đạo hai", [Role.CHIEF])
    with station.db.write() as session:
        row = user_named(session, "lanhdao2")
        assert row is not None
        row.totp_secret = "x"
    if disabled:
        accounts.set_disabled(station, BOSS, "lanhdao2", disabled=True)


def hash_of(station: Station) -> tuple[str, str | None, bool]:
    with station.db.read() as session:
        row = user_named(session, "lanhdao2")
        assert row is not None
        return row.password_hash, row.totp_secret, row.disabled_at is not None


Deeds = dict[
    str, tuple[Callable[[Station], object], str, Callable[[Station], Mapping[str, object]], Callable[[Station], object]]
]
DEEDS: Deeds = {
    "makes himself a leader": (
        lambda s: None,
        "/users/quantri/edit",
        lambda s: {"full_name": "Quản trị", "roles": ["admin", "chief"]},
        lambda s: roles_of(s, "quantri"),
    ),
    "makes another a leader": (
        lambda s: None,
        "/users/xem/edit",
        lambda s: {"full_name": "Người xem", "roles": ["chief"]},
        lambda s: roles_of(s, "xem"),
    ),
    "adds a leader": (
        lambda s: None,
        "/users/new",
        lambda s: {"username": "moi", "full_name": "Người mới", "roles": ["chief", "operator"]},
        lambda s: "chief" in roles_of(s, "moi"),
    ),
    "takes a leader's password": (
        second_leader,
        "/users/lanhdao2/do",
        lambda s: {"what": "reset"},
        hash_of,
    ),
    "takes a leader's second step": (
        second_leader,
        "/users/lanhdao2/do",
        lambda s: {"what": "second-step-off"},
        hash_of,
    ),
    "opens a leader's account again": (
        lambda s: second_leader(s, disabled=True),
        "/users/lanhdao2/do",
        lambda s: {"what": "enable"},
        hash_of,
    ),
    "switches four eyes off": (
        lambda s: None,
        "/settings/approval",
        lambda s: settings(s, "approval", four_eyes=""),
        four_eyes,
    ),
    "opens the night": (
        lambda s: None,
        "/settings/hours",
        lambda s: settings(s, "hours", windows="05:00-07:30\n10:30-12:00\n16:30-22:30"),
        lambda s: s.home.settings().hours.windows,
    ),
    "shifts the clock of the windows": (
        lambda s: None,
        "/settings/station",
        lambda s: settings(s, "station", timezone="Asia/Tokyo"),
        lambda s: s.home.settings().station.timezone,
    ),
}


def waiting(station: Station) -> list[GraveProposal]:
    with station.db.read() as session:
        return list(second_person.waiting(session, station.now()))


@pytest.mark.medium
@pytest.mark.parametrize("name", DEEDS)
def test_no_administrator_does_alone_what_takes_two(
    name: str, station: Station, sign_in: SignIn, app: Flask, clock: FrozenClock
) -> None:
    before, address, fields, state = DEEDS[name]
    before(station)
    admin, leader, operator = sign_in("quantri"), sign_in("lanhdao"), sign_in("vanhanh")
    was = state(station)
    answer = admin.post(address, data=fields(station))
    assert answer.status_code in {200, 303}, answer.text
    admin.post(address, data=fields(station))
    assert state(station) == was, "nothing took effect"
    (row,) = waiting(station)
    assert row.words in admin.get("/agreements/").text
    assert row.words in leader.get("/fragments/news").text
    decide = f"/agreements/{row.id}"
    for client in (admin, operator, app.test_client()):
        client.post(decide, data={"do": "accept"})
        assert state(station) == was, "neither who asks nor who is no leader agrees"
    clock.advance(1)  # the newest are told first
    page = leader.post(decide, data={"do": "accept"})
    assert page.status_code in {200, 303}, page.text
    assert state(station) != was
    with station.db.read() as session:
        notes = [e.note for e in session.query(AuditEvent).filter_by(actor="quantri")]
    assert any("đồng ý: lanhdao" in note for note in notes), "the trail names both"
    assert waiting(station) == []
    assert leader.post(decide, data={"do": "accept"}).status_code == 422, "once"
    assert "Lãnh đạo đã đồng ý" in admin.get("/fragments/news").text


def test_the_password_of_a_leader_is_shown_to_the_leader_who_agreed_and_to_nobody_else(
    station: Station, sign_in: SignIn
) -> None:
    second_leader(station)
    admin, leader = sign_in("quantri"), sign_in("lanhdao")
    said = admin.post("/users/lanhdao2/do", data={"what": "reset"}, follow_redirects=True).text
    assert 'class="once"' not in said
    page = leader.post(f"/agreements/{waiting(station)[0].id}", data={"do": "accept"}).text
    password = re.search(r'class="once" translate="no">([^<]+)<', page)
    assert password is not None
    accounts.take_second_step_off(station, BOSS, "lanhdao2")
    found = signing_in.authenticate(station, "lanhdao2", password[1])
    assert found is not None
    assert found.must_change


def test_who_asks_takes_it_back_and_what_waited_a_week_is_asked_anew(
    station: Station, sign_in: SignIn, clock: FrozenClock
) -> None:
    def ask(client: FlaskClient) -> int:
        client.post("/settings/approval", data=settings(station, "approval", four_eyes=""))
        return waiting(station)[-1].id

    admin = sign_in("quantri")
    assert admin.post(f"/agreements/{ask(admin)}", data={"do": "refuse"}).status_code == 303
    assert waiting(station) == []
    late = ask(admin)
    clock.advance(second_person.LASTS.total_seconds())
    assert waiting(station) == []
    leader = sign_in("lanhdao")
    assert "quá lâu" in leader.post(f"/agreements/{late}", data={"do": "accept"}).text
    assert four_eyes(station)
    assert leader.post("/agreements/99", data={"do": "accept"}).status_code == 404


def test_a_setting_that_changed_since_it_was_asked_is_not_written_over(station: Station, sign_in: SignIn) -> None:
    page = sign_in("quantri").get("/settings/approval").text
    seen = re.search(r'name="opened" value="([^"]*)"', page)
    assert seen is not None
    admin, leader = sign_in("quantri"), sign_in("lanhdao")
    admin.post("/settings/approval", data=settings(station, "approval", four_eyes="") | {"opened": seen[1]})
    settings_editor.change(station, BOSS, "approval", settings(station, "approval", stale_reading="hold"))
    number = waiting(station)[0].id
    assert leader.post(f"/agreements/{number}", data={"do": "accept"}).status_code == 422
    assert four_eyes(station)


def test_a_deputy_does_not_agree_in_a_leaders_stead_and_the_machine_itself_needs_nobody(station: Station) -> None:
    admin = accounts.actor_named(station, "quantri")
    with pytest.raises(second_person.AwaitsLeaderError):
        settings_editor.change(station, admin, "approval", settings(station, "approval", four_eyes=""))
    day = station.today()
    delegating.delegate(station, accounts.actor_named(station, "lanhdao"), "bientap", day, day)
    deputy = accounts.actor_named(station, "bientap")
    assert deputy.behalf == "lanhdao"
    with pytest.raises(ForbiddenError):
        agreeing.decide(station, deputy, waiting(station)[0].id, accept=True)
    agreeing.decide(station, BOSS, waiting(station)[0].id, accept=True)
    assert not four_eyes(station)
    accounts.create_user(station, BOSS, "mot-minh", "Một mình", [Role.CHIEF, Role.ADMIN])
    alone = accounts.actor_named(station, "mot-minh")
    with pytest.raises(second_person.AwaitsLeaderError):
        accounts.edit_user(station, alone, "xem", "Người xem", [Role.CHIEF])
    with pytest.raises(ForbiddenError, match="tự đồng ý"):
        agreeing.decide(station, alone, waiting(station)[0].id, accept=True)


def test_what_is_ordinary_waits_for_nobody(station: Station, sign_in: SignIn) -> None:
    admin = sign_in("quantri")
    admin.post("/users/xem/edit", data={"full_name": "Người xem", "roles": ["editor"]})
    admin.post("/users/lanhdao/edit", data={"full_name": "Lãnh đạo xã", "roles": ["chief"]})
    assert "once" in admin.post("/users/xem/do", data={"what": "reset"}).text
    admin.post("/settings/hours", data=settings(station, "hours", windows="06:00-07:30\n10:30-12:00\n16:30-19:30"))
    assert waiting(station) == []
    assert roles_of(station, "xem") == {"editor"}


def test_only_more_of_the_night_counts_as_opening_it() -> None:
    def hours(*windows: str) -> StationHours:
        return StationHours(tuple(map(Window.parse, windows)))

    usual = hours("05:00-07:30", "16:30-19:00")
    assert not hours("05:10-07:00", "08:00-21:00").opens_night(usual)
    for opened in ("04:59-07:30", "20:00-21:01", "23:30-00:30", "23:59-24:00", "00:00-00:01", "05:00-06:00"):
        before = hours("06:00-07:30")
        assert hours(opened).opens_night(before), opened
    with pytest.raises(RuleError):
        Window.parse("22:00-21:00")
