"""The interface for other systems: who gets in, what it says, and that it agrees with the panel and the log."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.people.scopes import Scope
from broadcaster.errors import ForbiddenError, RuleError, printed
from broadcaster.panel import create_app
from broadcaster.services.log import playlog
from broadcaster.services.people import accounts, tokens
from broadcaster.services.reports import content
from broadcaster.services.station import Station
from tests.kit.panel import SignIn

pytestmark = pytest.mark.slow


@pytest.fixture
def key(station: Station) -> str:
    boss, scopes = accounts.actor_named(station, "quantri"), [s.value for s in Scope]
    return tokens.create(station, boss, "cong", scopes, addresses="127.0.0.1")


@pytest.fixture
def api(app: Flask, key: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer loaxa_0123456789ab_" + "x" * 43, "Basic eDp5", "loaxa_x_y"])
def test_without_a_token_in_use_nothing_opens(app: Flask, key: str, shown: str) -> None:
    answer = app.test_client().get("/api/v1/onair", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert answer.json["code"] == "token"


def test_a_token_ends_when_it_is_revoked_and_when_its_time_is_over(
    station: Station, api: FlaskClient, clock: FrozenClock
) -> None:
    assert api.get("/api/v1/onair").status_code == 200
    tokens.revoke(station, accounts.actor_named(station, "quantri"), "cong")
    assert api.get("/api/v1/onair").status_code == 401
    short = tokens.create(station, accounts.actor_named(station, "quantri"), "ngan", ["onair:read"], days=1)
    api.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {short}"
    assert api.get("/api/v1/onair").status_code == 200
    clock.advance(86_401)
    assert api.get("/api/v1/onair").status_code == 401


def test_a_token_opens_its_scopes_and_no_more(station: Station, app: Flask) -> None:
    narrow = tokens.create(station, accounts.actor_named(station, "quantri"), "hep", ["schedule:read"])
    client = app.test_client()
    headers = {"Authorization": f"Bearer {narrow}"}
    assert client.get("/api/v1/schedule", headers=headers).status_code == 200
    for address in ("onair", "zones", "scripts", "scripts/2", "log", "figures?period=2026-Q1", "export/log"):
        refused = client.get(f"/api/v1/{address}", headers=headers)
        assert refused.status_code == 403, address
        assert refused.json["field"] == "scope"
    draft = {"title": "X", "unit": "vhxh", "topic": "khac", "body": "Xin chào."}
    assert client.post("/api/v1/scripts", headers=headers, json=draft).status_code == 403


def test_a_token_opens_no_page_of_the_panel(api: FlaskClient) -> None:
    assert api.get("/scripts/").status_code == 303


def test_only_an_admin_makes_tokens_and_only_the_hash_is_kept(station: Station, key: str) -> None:
    with pytest.raises(ForbiddenError):
        tokens.create(station, accounts.actor_named(station, "vanhanh"), "khac", ["onair:read"])
    boss = accounts.actor_named(station, "quantri")
    for name, scopes, days, field in [
        ("cong", ["onair:read"], 30, "name"),
        ("Tên Dài", ["onair:read"], 30, "name"),
        ("moi", ["tất-cả"], 30, "scopes"),
        ("moi", [], 30, "scopes"),
        ("moi", ["onair:read"], 0, "days"),
    ]:
        with pytest.raises(RuleError) as refused:
            tokens.create(station, boss, name, scopes, days=days)
        assert printed(refused.value.field) == field
    with station.db.read() as session:
        (row,) = tokens.every(session)
    assert key.split("_", 2)[2] not in json.dumps([row.id, row.name, row.sha256, row.by])


def test_a_script_handed_in_is_a_draft_in_the_token_s_name(station: Station, api: FlaskClient, sign_in: SignIn) -> None:
    draft = {"title": "Lịch tiêm phòng", "unit": "vhxh", "topic": "khac", "body": "Sáng 5/12 tiêm phòng tại trạm."}
    made = api.post("/api/v1/scripts", json=draft)
    assert made.status_code == 201
    got = api.get(made.headers["Location"]).json
    assert got["state"] == "draft"
    assert got["body"] == draft["body"]
    assert got["audio_sha256"] is None
    page = sign_in("bientap").get(f"/scripts/{made.json['id']}").text
    assert "api:cong" in page
    assert api.get("/api/v1/scripts?q=tiem+phong").json["rows"][0]["id"] == made.json["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "", "unit": "vhxh", "topic": "khac", "body": "A."}, "title"),
        ({"title": "A", "unit": "khong-co", "topic": "khac", "body": "A."}, "unit"),
        ({"title": "A", "unit": "vhxh", "topic": "khac", "body": "A.", "state": "approved"}, "state"),
        ({"title": "A", "unit": "vhxh", "topic": "khac"}, "body"),
        ({"title": "A", "unit": "vhxh", "topic": "khac", "body": "A.", "valid_from": "32/13/2026"}, "valid_from"),
        ([1, 2], ""),
    ],
)
def test_a_bad_script_is_refused_by_its_field_and_adds_nothing(api: FlaskClient, body: object, field: str) -> None:
    before = api.get("/api/v1/scripts").json["total"]
    answer = api.post("/api/v1/scripts", json=body)
    assert answer.status_code == 422
    assert field in answer.json["field"]
    assert answer.json["message"]
    assert api.get("/api/v1/scripts").json["total"] == before


def test_the_log_is_read_on_from_a_place_and_ends_where_the_chain_ends(station: Station, api: FlaskClient) -> None:
    seen, after = [], 0
    while True:
        page = api.get(f"/api/v1/log?after={after}&limit=7").json
        if not page["rows"]:
            break
        seen += page["rows"]
        after = page["last_seq"]
    with station.db.read() as session:
        lines = list(playlog.entries(session))
    assert [e["hash"] for e in seen] == [line.hash for line in sorted(lines, key=lambda line: line.seq)]
    missed = api.get("/api/v1/log?outcome=missed").json["rows"]
    assert all(e["outcome"] == "missed" for e in missed)


def test_figures_are_those_of_the_report(station: Station, api: FlaskClient) -> None:
    answer = api.get("/api/v1/figures?period=2026-Y").json
    period = content.document_of(station, _period("2026-Y")).figures
    assert answer["figures"] == json.loads(json.dumps(period.as_json()))
    assert answer["first"] == "2025-12-15"
    assert api.get("/api/v1/figures?period=2026-Q9").status_code == 422


def _period(text: str) -> object:
    from broadcaster.domain.reports import periods

    return periods.parse(text, cutoff=14)


def test_the_four_tables_say_the_same_as_json_and_as_csv(api: FlaskClient) -> None:
    for kind in ("scripts", "schedule", "log", "zones"):
        address = f"/api/v1/export/{kind}?from=2026-01-01&to=2026-12-31"
        table = api.get(address)
        assert table.status_code == 200, kind
        assert table.json["form"] == "loa-xa/1"
        rows = table.json["rows"]
        assert rows, kind
        lines = list(csv.DictReader(io.StringIO(api.get(f"{address}&format=csv").text.lstrip("\ufeff"))))
        assert len(lines) == len(rows)
        assert list(lines[0]) == list(rows[0])


def test_text_that_a_spreadsheet_would_run_stays_text(station: Station, api: FlaskClient) -> None:
    with station.db.write() as session:
        now = station.now()
        entry = Entry(
            id="cong-thuc",
            broadcast_id=None,
            broadcast_title="=1+1",
            item_no=1,
            zone="am01",
            kind="script",
            title="@SUM(A1)",
            script_id=None,
            revision=None,
            topic=None,
            unit=None,
            genre=None,
            audio_sha256=None,
            planned_at=now,
            started_at=None,
            ended_at=None,
            duration_ms=1000,
            heard_ms=0,
            outcome=Outcome.MISSED,
            reason="+kiểm thử",
            actor="a",
            host="h",
            sink="main",
        )
        playlog.append(session, [entry], now)
    text = api.get("/api/v1/export/log?format=csv&from=2026-01-01&to=2030-12-31").text
    assert "'=1+1" in text
    assert "'@SUM(A1)" in text
    assert "'+kiểm thử" in text


def sealed(api: FlaskClient, address: str) -> dict[str, str]:
    """What another system sends to confirm the draft that it has looked at."""
    return {"seal": api.get(address).json["seal"]}


def test_an_emergency_is_drafted_confirmed_and_ended_under_the_token_s_name(station: Station, api: FlaskClient) -> None:
    wish = {"text": "Nước đang lên nhanh, bà con ấp 2 di dời ngay.", "zones": ["all"], "reason": "Tin lũ khẩn cấp"}
    made = api.post("/api/v1/emergencies", json=wish)
    assert made.status_code == 201
    address = made.headers["Location"]
    assert api.get(address).json["state"] == "draft"
    with station.db.read() as session:
        before = {b.id for b in session.query(BroadcastRow).filter_by(kind=BroadcastKind.EMERGENCY)}
    assert api.post(f"{address}/confirm").json["code"] == "malformed"
    seen = sealed(api, address)
    active = api.post(f"{address}/confirm", json=seen).json
    assert active["state"] == "active"
    with station.db.read() as session:
        fresh = [b for b in session.query(BroadcastRow).filter_by(kind=BroadcastKind.EMERGENCY) if b.id not in before]
        trail = session.query(AuditEvent).filter_by(actor="api:cong", object_kind="emergency").all()
    assert len(fresh) == 1
    assert [e.verb for e in trail] == ["draft", "confirm"]
    assert api.post(f"{address}/confirm", json=seen).status_code == 422
    ended = api.post(f"{address}/cancel", json={"reason": "Nước đã rút"}).json
    assert ended["state"] == "cancelled"
    assert ended["end_reason"] == "Nước đã rút"
    assert api.get("/api/v1/emergencies").json["rows"][0]["id"] == made.json["id"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"zones": ["khong-co"]}, "zones"),
        ({"zones": [" "]}, "zones"),
        ({"reason": ""}, "reason"),
        ({"reason": "   "}, "reason"),
        ({"reason": "\u00a0\n"}, "reason"),
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"repeat_minutes": 1}, "repeat_minutes"),
        ({"expires_at": "2020-01-01T00:00:00+07:00"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
    ],
)
def test_an_emergency_that_is_not_whole_is_refused_by_its_field(
    api: FlaskClient, change: dict[str, object], field: str
) -> None:
    wish = {"text": "Cháy chợ.", "zones": ["all"], "reason": "Cháy"} | change
    answer = api.post("/api/v1/emergencies", json=wish)
    assert answer.status_code == 422
    assert field in answer.json["field"]
    assert not any(r["text"] == "Cháy chợ." for r in api.get("/api/v1/emergencies").json["rows"])


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_is_read_whatever_it_is_called_and_one_that_cannot_be_read_does_nothing(
    api: FlaskClient, kind: str
) -> None:
    wish = {"text": "Nước đang lên.", "zones": ["all"], "reason": "Tin lũ"}
    address = api.post("/api/v1/emergencies", data=json.dumps(wish), content_type=kind).headers["Location"]
    refused = api.post(f"{address}/confirm", data='{"another": "aft', content_type=kind)
    assert (refused.status_code, refused.json["field"]) == (422, "body")
    assert api.get(address).json["state"] == "draft"
    assert api.post("/api/v1/emergencies", data="", content_type=kind).json["code"] == "malformed"
    assert api.post(f"{address}/confirm", data="", content_type=kind).json["code"] == "malformed"
    seen = json.dumps(sealed(api, address))
    assert api.post(f"{address}/confirm", data=seen, content_type=kind).json["state"] == "active"


def test_a_zone_is_turned_off_only_by_who_knows_what_falls_silent_with_it(api: FlaskClient, sign_in: SignIn) -> None:
    asked = api.get("/api/v1/zones/am01/mute").json
    assert len(asked["zones"]) > 1
    for seen in (asked["zones"][:-1], []):
        refused = api.post("/api/v1/zones/am01/mute", json={"seen": seen})
        assert (refused.status_code, refused.json["code"]) == (422, "shared")
    assert refused.json["message"] in sign_in("vanhanh").post("/mute", data={"zone": "am01"}).text
    assert api.get("/api/v1/onair").json["muted"] == []
    done = api.post("/api/v1/zones/am01/mute", json={"seen": asked["zones"], "why": "đám tang"}).json
    assert (done["zones"], done["until"]) == (asked["zones"], asked["until"])
    assert (done["outcome"], "máy phát chưa trả lời" in done["said"]) == (None, True)
    now = api.get("/api/v1/onair").json
    assert now["muted"] == asked["zones"]
    assert {(m["by"], m["why"]) for m in now["mutes"]} == {("api:cong", "đám tang")}
    assert api.post("/api/v1/zones/am02/unmute").json["zones"] == asked["zones"]
    assert api.get("/api/v1/onair").json["muted"] == []
    assert api.post("/api/v1/zones/khong-co/mute").status_code == 404
    assert api.post("/api/v1/zones/all/mute").json["zones"] == asked["zones"]


def test_a_key_that_drafts_does_not_sound_and_one_that_sounds_does_from_its_place_so_often(
    station: Station, app: Flask, api: FlaskClient, sign_in: SignIn
) -> None:
    boss = accounts.actor_named(station, "quantri")
    wish = {"text": "Cháy chợ.", "zones": ["am01"], "reason": "Cháy"}
    with pytest.raises(RuleError, match="địa chỉ"):
        tokens.create(station, boss, "tu-phat", ["emergency:confirm"])
    with pytest.raises(RuleError, match=r"192\.168"):
        tokens.create(station, boss, "tu-phat", ["emergency:confirm"], addresses="ở xã")

    def holding(name: str, *scopes: str, **more: object) -> FlaskClient:
        client = app.test_client()
        key = tokens.create(station, boss, name, scopes, **more)  # type: ignore[arg-type]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return client

    drafting = holding("soan", "emergency:draft")
    address = drafting.post("/api/v1/emergencies", json=wish).headers["Location"]
    seen = sealed(drafting, address)
    for act, body in (("confirm", seen), ("cancel", {"reason": "x"}), ("prolong", {"until": "2099-01-02T07:00:00Z"})):
        assert drafting.post(f"{address}/{act}", json=body).status_code == 403
    elsewhere = holding("noi-khac", "emergency:confirm", addresses="192.0.2.7, 198.51.100.0/24")
    assert elsewhere.post(f"{address}/confirm", json=seen).json["field"] == "address"
    assert drafting.get(address).json["state"] == "draft"
    sounding = holding("tu-phat", "emergency:confirm", "emergency:draft", addresses="127.0.0.0/8", per_hour=1)
    assert sounding.post(f"{address}/confirm", json=seen).json["state"] == "active"
    assert "máy “tu-phat” tự xác nhận" in sign_in("xem").get("/fragments/bar").text
    again = sounding.post("/api/v1/emergencies", json=wish).headers["Location"]
    refused = sounding.post(f"{again}/confirm", json=sealed(sounding, again))
    assert (refused.status_code, refused.json["field"]) == (403, "per_hour")
    assert sounding.get(again).json["state"] == "draft"


def test_a_draft_is_dropped_and_an_emergency_prolonged_by_another_system(api: FlaskClient) -> None:
    wish = {"text": "Cháy chợ.", "zones": ["all"], "reason": "Cháy", "expires_at": "2099-01-01T07:00:00+07:00"}
    one, two = (api.post("/api/v1/emergencies", json=wish).headers["Location"] for _ in range(2))
    assert api.post(f"{one}/cancel", json={"reason": "x"}).status_code == 422
    assert api.post(f"{one}/drop").json["state"] == "dismissed"
    assert api.post(f"{one}/drop").status_code == 422
    assert api.post(f"{one}/confirm", json=sealed(api, two)).status_code == 422
    assert api.post(f"{two}/prolong", json={"until": "2099-01-02T07:00:00+07:00"}).status_code == 422
    assert api.post(f"{two}/confirm", json=sealed(api, two)).json["expires_at"] == "2099-01-01T07:00:00+07:00"
    assert api.post(f"{two}/drop").status_code == 422
    refused = api.post(f"{two}/prolong", json={"until": "2099-01-01T07:00:00+07:00"})
    assert (refused.status_code, refused.json["field"]) == (422, "until")
    later = api.post(f"{two}/prolong", json={"until": "2099-01-02T07:00:00+07:00"}).json
    assert (later["expires_at"], later["over"], later["ends"]) == ("2099-01-02T07:00:00+07:00", False, [])
    assert api.post(f"{two}/cancel", json={"reason": " "}).json["field"] == "reason"
    assert api.post(f"{two}/cancel", json={"reason": "Đã dập"}).json["state"] == "cancelled"


def test_schedule_takes_days_the_right_way_round_and_not_too_many(api: FlaskClient) -> None:
    assert api.get("/api/v1/schedule?from=2026-05-02&to=2026-05-01").json["field"] == "to"
    assert api.get("/api/v1/schedule?from=2026-01-01&to=2026-12-31").json["field"] == "to"
    assert api.get("/api/v1/schedule?from=ngay-mai").status_code == 422
    assert api.get("/api/v1/schedule?van=1").status_code == 422


def test_a_wrong_address_or_method_is_answered_in_json(api: FlaskClient) -> None:
    assert api.get("/api/v1/khong-co").json["code"] == "http-404"
    assert api.delete("/api/v1/scripts").json["code"] == "http-405"
    assert api.get("/api/v1/scripts/999999").json == {
        "code": "not-found",
        "message": "Không có kịch bản số 999999.",
        "field": "script",
    }


def test_a_system_that_asks_without_rest_is_slowed(station: Station, key: str) -> None:
    client = create_app(station, {"WTF_CSRF_ENABLED": False}).test_client()
    headers = {"Authorization": f"Bearer {key}"}
    codes = [client.get("/api/v1/zones", headers=headers).status_code for _ in range(301)]
    assert codes[0] == 200
    assert codes[-1] == 429


def test_the_page_shows_a_new_key_once_and_ends_it(sign_in: SignIn, app: Flask) -> None:
    admin = sign_in("quantri")
    assert "Chưa có mã kết nối nào" in admin.get("/settings/tokens/").text
    page = admin.post("/settings/tokens/", data={"name": "tram-y-te", "days": "90", "scopes": ["onair:read"]}).text
    shown = page.partition('<p class="once" translate="no">')[2].partition("<")[0]
    assert shown.startswith("loaxa_")
    assert shown not in admin.get("/settings/tokens/").text
    headers = {"Authorization": f"Bearer {shown}"}
    assert app.test_client().get("/api/v1/onair", headers=headers).status_code == 200
    admin.post("/settings/tokens/revoke", data={"name": "tram-y-te"})
    assert app.test_client().get("/api/v1/onair", headers=headers).status_code == 401
    wrong = admin.post("/settings/tokens/", data={"name": "Không Hợp Lệ", "days": "90", "scopes": ["onair:read"]})
    assert wrong.status_code == 422
    assert "chữ thường không dấu" in wrong.text
