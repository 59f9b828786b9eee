"""The door of the panel: whom it lets wait, what it writes down, what ends a session, and what is asked anew."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, SecurityEvent
from broadcaster.domain.people.roles import Permission, machine
from broadcaster.domain.people.security import MANY, SecurityKind
from broadcaster.domain.people.tries import FREE
from broadcaster.panel.web import access, proving
from broadcaster.rooms import room
from broadcaster.services.people import accounts, sign_ins, tokens
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.routes import TABLE, routes
from tests.kit.seed import PASSWORD

AWAY = {"REMOTE_ADDR": "10.0.0.9"}


def knock(client: FlaskClient, password: str, username: str = "lanhdao") -> TestResponse:
    return client.post("/login", data={"username": username, "password": password}, environ_base=AWAY)


def at_the_door(station: Station) -> dict[SecurityKind, int]:
    with station.db.read() as session:
        return {e.kind: e.count for e in session.query(SecurityEvent)}


def test_a_stranger_is_told_to_wait_and_the_owners_browser_comes_in(app: Flask, clock: FrozenClock) -> None:
    known = app.test_client()
    assert knock(known, PASSWORD).status_code == 303
    known.post("/logout", environ_base=AWAY)
    for _ in range(FREE - 1):
        assert "chưa đúng" in knock(app.test_client(), "sai").text
    for password in ("sai", PASSWORD):
        page = knock(app.test_client(), password)
        assert page.status_code == 422
        assert "thử lại sau 1 phút" in page.text
    assert knock(known, PASSWORD).status_code == 303, "the browser was here before"
    borrowed = app.test_client()
    name = next(c.key for c in known._cookies.values() if "loa-device-" in c.key)
    borrowed.set_cookie(name, "d" * 32 + "." + "0" * 64)
    assert knock(borrowed, PASSWORD).status_code == 422, "a mark that the station did not sign is none"
    assert app.test_client().post("/login", data={"username": "lanhdao", "password": PASSWORD}).status_code == 303
    forwarded = app.test_client().post(
        "/login", data={"username": "lanhdao", "password": "sai"}, headers={"X-Forwarded-For": "127.0.0.1"}
    )
    assert "chưa đúng" in forwarded.text, "counted for itself: what a proxy passes on is not the machine"
    clock.advance(61)
    assert knock(app.test_client(), PASSWORD).status_code == 303


def test_wrong_tokens_rest_by_address_and_a_right_one_is_never_refused(app: Flask, station: Station) -> None:
    key = tokens.create(station, machine("thử"), "loa-tinh", ["zones:read"])
    client = app.test_client()

    def asked(token: str) -> TestResponse:
        head = {"Authorization": f"Bearer {token}"}
        return client.get("/api/v1/zones", headers=head, environ_base=AWAY)

    codes = [asked(f"loaxa_{n:012x}_{'a' * 43}").status_code for n in range(FREE + 3)]
    assert codes == [401] * (FREE - 1) + [429] * 4
    assert int(asked("loaxa_sai").headers["Retry-After"]) <= 60
    assert asked(key).status_code == 200
    assert SecurityKind.WRONG_TOKEN in at_the_door(station)


def test_what_happens_at_the_door_is_kept_with_its_address_and_shown_to_administrator_and_leader(
    app: Flask, sign_in: SignIn, station: Station
) -> None:
    stranger = app.test_client()
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    stranger.post("/login", data={"username": "lanhdao", "password": "bi-mat"}, environ_base=AWAY, headers=agent)
    stranger.post("/login", data={"username": "mat-khau-go-nham", "password": "x"}, environ_base=AWAY, headers=agent)
    viewer = sign_in("xem")
    viewer.get("/users/")
    viewer.get("/audit/security")
    viewer.post("/password", data={"old": "sai", "password": "một hai ba bốn", "again": "một hai ba bốn"})
    found = at_the_door(station)
    kinds = {SecurityKind.WRONG_PASSWORD, SecurityKind.UNKNOWN_NAME, SecurityKind.REFUSED, SecurityKind.WRONG_PROOF}
    assert kinds <= set(found)
    for name, may in {"quantri": True, "lanhdao": True, "vanhanh": False, "bientap": False}.items():
        client = sign_in(name)
        page = client.get("/audit/security")
        assert (page.status_code == 200) == may, name
        assert (client.get("/audit/").status_code == 200) == may, name
        if may:
            assert "10.0.0.9" in page.text
            assert "Firefox" in page.text
            assert all(html.escape(kind.label) in page.text for kind in kinds)
            assert not re.search("bi-mat|go-nham", page.text)


def test_forged_requests_are_kept_and_many_refusals_are_an_incident(
    app: Flask, sign_in: SignIn, station: Station
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/login", data={"username": "xem", "password": PASSWORD}).status_code == 400
    app.config["WTF_CSRF_ENABLED"] = False
    assert SecurityKind.FORGED in at_the_door(station)
    client = sign_in("vanhanh")
    assert "mục An ninh" not in client.get("/fragments/incidents").text
    for n in range(MANY):
        place = {"REMOTE_ADDR": f"10.0.1.{n}"}
        app.test_client().post("/login", data={"username": f"ma{n}", "password": "x"}, environ_base=place)
    assert "mục An ninh" in client.get("/fragments/incidents").text


@pytest.mark.medium
def test_what_pages_ask_by_themselves_keeps_no_session_and_a_deed_does(
    app: Flask, sign_in: SignIn, clock: FrozenClock
) -> None:
    asked = set()
    for file in (room("web") / "templates").rglob("*.html"):
        for tag in re.findall(r"<[^>]*every \d+m?s[^>]*>", file.read_text(encoding="utf-8")):
            asked |= set(re.findall(r"hx-get=\"\{\{ url_for\('([\w.]+)'", tag))
    assert {"onair.bar", "onair.now", "settings.waiting"} <= asked
    polled = {name for name, view in app.view_functions.items() if getattr(view, access._POLLED, False)}
    assert asked - polled == {"scripts.speaking_state", "scripts.listening_state"} - polled == set()
    assert {"static", "onair.level", "live.state"} <= polled
    left, busy = sign_in("quantri"), sign_in("quantri")
    for _ in range(5):
        clock.advance(8 * 60)
        for address in ("/fragments/bar", "/fragments/now", "/static/app.css", "/settings/waiting"):
            left.get(address)
        assert busy.get("/settings/").status_code == 200
    gone = left.get("/fragments/bar", headers={"HX-Request": "true"})
    assert gone.headers["HX-Redirect"].startswith("/login")
    for _ in range(12 * 3 - 2):
        clock.advance(20 * 60)
        last = busy.get("/settings/").status_code
    assert last == 303, "twelve hours are the end, whatever is done"


def test_static_files_and_polls_carry_no_cookie(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    client.get("/")
    for address in ("/static/app.css", "/fragments/bar", "/fragments/now", "/"):
        assert "Set-Cookie" not in client.get(address).headers, address


EXCUSED = {
    "settings.restart": "an hour's nuisance at most, and play-out asks for a quiet moment",
    "elsewhere.carry": "goes only where the settings say, sealed for the paper",
    "elsewhere.try_restore": "unpacks into a scratch folder that is gone afterwards",
    "elsewhere.try_place": "lays bytes of no meaning where the settings say, and takes them away again",
    "settings.back_up": "makes a copy on the machine; fetching it is grave",
    "alerting.try_sender": "sends one sentence of the station's own to whoever is told anyway",
    "bundle.make": "makes texts on the machine in which nobody is named",
    "upgrading.withdraw": "leaves everything as it is",
    "restored.decide": "each asks for its own right; nothing is let in that was not there",
    "restored.make_again": "reads again what is missing",
    "restored.all_seen": "puts a notice away",
    "approving.revoke": "takes a right away",
    "auth.login": "asks for the password itself",
    "auth.code": "asks for the code itself",
    "auth.password": "asks for the present password itself",
    "auth.logout": "takes away",
    "auth.sign_out_one": "takes away",
    "auth.sign_out_everywhere": "takes away",
}
"""Acts about people, keys and settings that ask for nothing anew, and why."""


def test_every_act_about_people_keys_and_settings_is_grave_or_says_why_not(app: Flask) -> None:
    acts = {
        endpoint
        for endpoint, method, _ in routes(app)
        if method == "POST"
        and (
            TABLE[endpoint] == Permission.MANAGE
            or endpoint.partition(".")[0] in {"auth", "users", "agreements", "tokens", "settings", "restored"}
            or endpoint in {"approving.delegations", "approving.revoke"}
        )
    }
    grave = {name for name, view in app.view_functions.items() if proving.gravity(view)}
    assert acts - grave == set(EXCUSED)
    assert grave <= acts


GRAVE = {
    "users.new": {"username": "moi", "full_name": "Người mới", "roles": "viewer"},
    "users.edit": {"full_name": "Tên khác", "roles": "viewer"},
    "users.act": {"what": "sign-out"},
    "tokens.index": {"name": "loa-tinh", "scopes": "zones:read", "days": "30", "per_hour": "3"},
    "tokens.revoke": {"name": "chua-co"},
    "settings.edit": {},
    "alerting.new_sender": {"name": "Tỉnh", "url": "https://tinh.example/bao-tin"},
    "alerting.sender": {"name": "Tỉnh"},
    "alerting.new_person": {"role": "Trưởng đài", "senders": "Tỉnh"},
    "alerting.person": {"least": "note"},
    "settings.restore": {},
    "settings.backup_file": {},
    "elsewhere.key": {},
    "elsewhere.new_place": {"name": "nas", "path": "/mnt"},
    "elsewhere.place": {"path": "/mnt"},
    "elsewhere.remove_place": {},
    "elsewhere.confirm": {"shown": "SHA256:" + "A" * 43},
    "upgrading.begin": {},
    "agreements.decide": {"do": "accept"},
    "approving.delegations": {"deputy": "bientap", "first": "2026-03-03", "last": "2026-03-04"},
    "auth.second_step": {"code": "000000"},
}


def test_what_is_grave_asks_for_the_password_anew_and_does_nothing_before(
    app: Flask, sign_in: SignIn, station: Station, clock: FrozenClock
) -> None:
    assert set(GRAVE) == {name for name, view in app.view_functions.items() if proving.gravity(view)}
    clients = {"approving.delegations": sign_in("lanhdao")}
    admin = sign_in("quantri")
    clock.advance(sign_ins.PROVED_FOR.total_seconds())

    def events() -> int:
        with station.db.read() as session:
            return session.query(AuditEvent).count()

    before = events()
    where = {endpoint: address for endpoint, method, address in routes(app) if method == "POST"}
    for endpoint, fields in GRAVE.items():
        client = clients.get(endpoint, admin)
        asked = client.post(where[endpoint], data=fields)
        assert asked.status_code == 422, endpoint
        assert 'name="proof"' in asked.text, endpoint
        for name, value in fields.items():
            assert f'name="{name}" value="{html.escape(value)}"' in asked.text, "what was typed is carried"
    wrong = admin.post(where["users.act"], data={"what": "sign-out", "proof": "sai"})
    assert "chưa đúng" in wrong.text
    assert events() == before
    assert SecurityKind.WRONG_PROOF in at_the_door(station)
    assert admin.post(where["users.act"], data={"what": "sign-out", "proof": PASSWORD}).status_code == 303
    assert events() == before + 1
    assert admin.post(where["users.act"], data={"what": "sign-out"}).status_code == 303, (
        "for some minutes it is believed"
    )
    assert 'name="proof"' in admin.post("/account/second-step", data={"code": "000000"}).text, "this asks each time"
    clock.advance(sign_ins.PROVED_FOR.total_seconds())
    assert 'name="proof"' in admin.post(where["users.act"], data={"what": "sign-out"}).text


def test_people_are_told_what_others_did_with_their_account(
    sign_in: SignIn, app: Flask, station: Station, clock: FrozenClock
) -> None:
    editor, admin = sign_in("bientap"), sign_in("quantri")
    sign_in("bientap")  # from a browser that nobody knows
    assert "đăng nhập từ một trình duyệt mới" in editor.get("/fragments/news").text
    admin.post("/users/bientap/edit", data={"full_name": "Biên tập", "roles": ["editor", "viewer"]})
    assert "Vai trò: Biên tập viên → Biên tập viên, Người xem." in html.unescape(editor.get("/fragments/news").text)
    clock.advance(60)
    temporary = accounts.reset_password(station, accounts.actor_named(station, "quantri"), "bientap")
    client = app.test_client()
    client.post("/login", data={"username": "bientap", "password": temporary})
    page = client.get("/password").text
    assert "Mật khẩu của bạn vừa được cấp lại." in page
    assert re.search(r"cấp lại\..*\(Quản trị.*\d\d:\d\d", page)


def test_the_new_key_of_the_second_step_stays_at_the_station(sign_in: SignIn) -> None:
    client = sign_in("vanhanh")
    key = re.search(r'<code translate="no">([A-Z2-7]{32})</code>', client.get("/account").text)
    assert key is not None
    assert key[1] == re.search(r'<code translate="no">([A-Z2-7]{32})</code>', client.get("/account").text)[1]
    with client.session_transaction() as session:
        assert key[1] not in str(dict(session))
