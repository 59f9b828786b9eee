"""An emergency where another holds: panel, command line and interface give one choice, in the same words."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable

import pytest
from flask import Flask

from broadcaster.cli import main
from broadcaster.db.models import Emergency
from broadcaster.domain.air.emergencies import Another, EmergencyRequest
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.services.air import emergencies
from broadcaster.services.people import accounts, tokens
from broadcaster.services.station import Station
from tests.kit.panel import SignIn, confirm_emergency

OPERATOR = Actor("vanhanh", "Người vận hành", frozenset({Role.OPERATOR}))
Door = Callable[[int, str | None], tuple[str, str]]
"""Confirms a draft with a choice, or without one; returns what was shown before and the answer."""


@pytest.fixture
def panel(sign_in: SignIn) -> Door:
    def confirm(number: int, choice: str | None) -> tuple[str, str]:
        client, address = sign_in("vanhanh"), f"/emergency/{number}/confirm"
        shown = client.get(address).text
        chosen = {"another": choice} if choice else {}
        return shown, client.get(confirm_emergency(client, number, **chosen).location).text

    return confirm


@pytest.fixture
def interface(app: Flask, station: Station) -> Door:
    scopes = ["emergency:draft", "emergency:confirm"]
    key = tokens.create(station, accounts.actor_named(station, "quantri"), "cong", scopes, addresses="127.0.0.1")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"

    def confirm(number: int, choice: str | None) -> tuple[str, str]:
        shown = client.get(f"/api/v1/emergencies/{number}")
        described = client.get("/api/v1/openapi.json").json["components"]["schemas"]["ConfirmIn"]
        words = f"{described} {shown.json['beside']}"
        body = {"seal": shown.json["seal"]} | ({"another": choice} if choice else {})
        return words, client.post(f"/api/v1/emergencies/{number}/confirm", json=body).text

    return confirm


@pytest.fixture
def command(station: Station, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Door:
    def confirm(number: int, choice: str | None) -> tuple[str, str]:
        options = ["--another", choice] if choice else []
        arguments = ["emergency", "--confirm", str(number), "--yes", *options]
        monkeypatch.setattr(sys, "argv", ["loa", "--home", str(station.home.root), "--as", "vanhanh", *arguments])
        with pytest.raises(SystemExit):
            main()
        said = capsys.readouterr()
        return said.out, said.out + said.err

    return confirm


def drafted(station: Station, zone: str) -> int:
    wish = EmergencyRequest(
        title="Cháy chợ",
        text="",
        zones=(zone,),
        reason="Cháy",
        recording_sha256="a" * 64,
        recording_ms=3_000,
        expires_at=dt.datetime(2037, 12, 31, tzinfo=dt.UTC),  # the command asks the clock of this machine
    )
    return emergencies.draft(station, OPERATOR, wish)


def held(station: Station) -> list[int]:
    with station.db.read() as session:
        return [e.id for e in emergencies.active(session, station.now())]


@pytest.mark.parametrize("name", ["panel", "interface", "command"])
def test_who_confirms_is_told_what_holds_there_and_chooses_the_same_way_at_each_door(
    station: Station, request: pytest.FixtureRequest, name: str
) -> None:
    door: Door = request.getfixturevalue(name)
    first, second, third, fourth = (drafted(station, zone) for zone in ("am01", "am02", "am01", "am02"))
    emergencies.confirm(station, OPERATOR, first)
    before = held(station)

    shown, answer = door(second, "khac")
    assert held(station) == before, "a choice that is none airs nothing"
    assert "another" in answer or "Hãy chọn thay" in answer

    shown, answer = door(second, "after")
    for choice in Another:
        assert choice.label.lower() in shown.lower()
    assert str(first) in shown
    assert held(station) == [first, second]
    door(third, "replace")
    assert held(station) == [third]
    door(fourth, None)
    assert held(station) == [fourth], "without a choice it replaces, at each door"
    with station.db.read() as session:
        assert session.get_one(Emergency, third).replaced_by == fourth
