"""What has expired is over on every surface, whoever is there to end it; what a message left out is a plain note."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
from flask import Flask

from broadcaster.cli.emergency.shown import show_list
from broadcaster.clock import FrozenClock
from broadcaster.db.models import Emergency
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.services.air import emergencies
from broadcaster.services.people import accounts, tokens
from broadcaster.services.station import Station
from tests.kit.cap_messages import STORM
from tests.kit.panel import SignIn, confirm_emergency

CLAIM = "Đang hiệu lực"


@pytest.mark.medium
def test_an_expired_emergency_is_over_everywhere_while_nobody_ends_it(
    app: Flask, station: Station, sign_in: SignIn, clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    client = sign_in("vanhanh")
    until = f"{station.local(station.now()) + dt.timedelta(minutes=5):%Y-%m-%dT%H:%M}"
    wish = {"text": "Lũ về.", "zones": ["am01"], "reason": "Tin báo", "repeat_minutes": "2", "expires_at": until}
    number = int(client.post("/emergency/", data=wish | {"interrupted": "resume"}).location.split("/")[2])
    confirm_emergency(client, number)
    key = tokens.create(station, accounts.actor_named(station, "quantri"), "cong", ["emergency:draft"])
    api = app.test_client()
    api.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    pages = ("/", "/emergency/", f"/emergency/{number}")
    assert any(CLAIM in client.get(page).text for page in pages)
    assert api.get(f"/api/v1/emergencies/{number}").json["state"] == "active"
    clock.advance(6 * 60)
    with station.db.read() as session:
        assert session.get_one(Emergency, number).state is EmergencyState.ACTIVE, "nobody carried it out"
        assert emergencies.active(session, station.now()) == []
    for page in pages:
        assert CLAIM not in client.get(page).text, page
    assert "Đã hết hiệu lực" in client.get(f"/emergency/{number}").text
    assert "Đã hết hiệu lực" in client.get("/emergency/").text
    assert api.get(f"/api/v1/emergencies/{number}").json["state"] == "expired"
    assert [e["state"] for e in api.get("/api/v1/emergencies").json["rows"]] == ["expired"]
    show_list(station, "json")
    assert [e["state"] for e in json.loads(capsys.readouterr().out)] == ["expired"]
    later = client.post(f"/emergency/{number}/prolong", data={"until": "2026-03-05T09:00"}, follow_redirects=True)
    assert "không còn hiệu lực (đã hết hiệu lực)" in later.text


def test_what_a_message_leaves_out_is_a_note_and_no_alarm(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    sent = {"cap": (io.BytesIO(STORM.encode()), "bao.xml")}
    page = client.get(client.post("/emergency/cap", data=sent).location).text
    assert "<p>Không đọc phần “en-US: Storm No. 5”.</p>" in page
    assert not re.search(r'is-bad"[^>]*>(?:(?!</div>).)*Không đọc phần', page, re.DOTALL)
