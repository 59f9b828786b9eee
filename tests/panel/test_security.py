"""What a stranger, a careless colleague or a hostile text may not do."""

from __future__ import annotations

import io
import re
import stat

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broadcaster.domain.people.roles import Role
from broadcaster.domain.scripts.fields import ScriptFields
from broadcaster.panel import create_app
from broadcaster.panel.people.auth import safe_next
from broadcaster.services.people import accounts
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.seed import PASSWORD

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"


def test_a_post_without_the_token_is_refused_and_changes_nothing(station: Station) -> None:
    guarded = create_app(station, {"RATELIMIT_ENABLED": False})
    client = guarded.test_client()
    page = client.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert client.post("/login", data={"username": "vanhanh", "password": PASSWORD}).status_code == 400
    assert client.get("/").status_code == 303
    good = client.post("/login", data={"username": "vanhanh", "password": PASSWORD, "csrf_token": token})
    assert good.status_code == 303
    for address in ("/stop", "/logout", "/schedule/plan", "/scripts/preview", "/users/xem/do", "/preferences"):
        refused = client.post(address)
        assert refused.status_code == 400, address
        assert "tải lại trang" in refused.text
    token = re.search(r"X-CSRFToken&#34;: &#34;|X-CSRFToken\": \"([^\"]+)\"", client.get("/").text)[1]
    by_header = client.post("/scripts/preview", data={"body": "Xin chào."}, headers={"X-CSRFToken": token})
    assert by_header.status_code == 200


def test_every_answer_carries_a_strict_policy_and_no_inline_code(sign_in: SignIn) -> None:
    client = sign_in("lanhdao")
    seen = set()
    for address in (
        "/",
        "/scripts/",
        "/scripts/2",
        "/approve/7",
        "/schedule/",
        "/log/",
        "/zones/",
        "/settings/",
        "/no",
    ):
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'nonce-([^']+)'", policy)[1]
        assert nonce not in seen, "a nonce is used once"
        seen.add(nonce)
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<[^>]+\s(style|on\w+)=", answer.text), address
        assert all(f'nonce="{nonce}"' in tag for tag in re.findall(r"<script[^>]*>", answer.text)), address


def test_html_in_any_field_stays_text(station: Station, sign_in: SignIn) -> None:
    boss = accounts.actor_named(station, "quantri")
    editor = accounts.actor_named(station, "bientap")
    number = add_script(station, editor, ScriptFields(HOSTILE[:200], "vhxh", "khac", HOSTILE))
    accounts.create_user(station, boss, "hiem", HOSTILE[:100], [Role.VIEWER])
    for who, addresses in {
        "bientap": (
            f"/scripts/{number}",
            f"/scripts/{number}/edit",
            "/scripts/",
            f"/scripts/?q={HOSTILE}",
            f"/scripts/{number}/revisions/1",
            f"/log/?q={HOSTILE}",
            f"/schedule/?zone={HOSTILE}",
        ),
        "quantri": ("/users/", "/users/hiem/edit", "/audit/", f"/audit/?who={HOSTILE}"),
    }.items():
        client = sign_in(who)
        for address in addresses:
            text = client.get(address).text
            assert "<script>alert" not in text, address
            assert "<img src=x" not in text, address
            assert "<svg/onload" not in text, address
    preview = sign_in("bientap").post("/scripts/preview", data={"body": HOSTILE}).text
    assert "<img" not in preview


@pytest.mark.parametrize(
    "target",
    [
        "https://xau.example/",
        "//xau.example",
        "/\\xau.example",
        "\\\\xau",
        "javascript:alert(1)",
        "http:xau",
        "/\tx",
        "",
        "xau",
    ],
)
def test_sign_in_leads_nowhere_outside(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert safe_next(target) == "/"
    client = app.test_client()
    answer = client.post("/login", query_string={"next": target}, data={"username": "xem", "password": PASSWORD})
    assert answer.location == "/"


def test_sign_in_leads_back_to_where_one_wanted_to_go(app: Flask) -> None:
    client = app.test_client()
    asked = client.get("/scripts/?q=ho+so")
    answer = client.post(asked.location, data={"username": "xem", "password": PASSWORD})
    assert answer.location == "/scripts/?q=ho+so"


def test_the_cookie_is_out_of_reach_of_scripts_and_secure_over_https(app: Flask) -> None:
    data = {"username": "xem", "password": PASSWORD}
    plain = app.test_client().post("/login", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    assert "Secure" in app.test_client().post("/login", data=data, base_url="https://localhost").headers["Set-Cookie"]


def test_signing_in_looks_the_same_for_a_wrong_name_and_a_wrong_password(app: Flask) -> None:
    def said(username: str) -> str:
        page = app.test_client().post("/login", data={"username": username, "password": "sai"})
        assert page.status_code == 422
        return re.search(r'role="alert">.*?<p>(.*?)</p>', page.text, re.DOTALL)[1]

    assert said("bientap") == said("khong-co-ai")


def test_too_many_tries_from_one_address_are_slowed(station: Station) -> None:
    client = create_app(station, {"WTF_CSRF_ENABLED": False}).test_client()
    codes = [client.post("/login", data={"username": f"ma{n}", "password": ""}).status_code for n in range(22)]
    assert codes[0] == 422
    assert codes[-1] == 429


def test_a_first_password_must_be_changed_before_anything_else(station: Station, app: Flask) -> None:
    temporary = accounts.reset_password(station, accounts.actor_named(station, "quantri"), "xem")
    client = app.test_client()
    client.post("/login", data={"username": "xem", "password": temporary})
    for address in ("/", "/scripts/", "/log/"):
        assert client.get(address).location == "/password"
    fresh = "một rổ khoai lang tím"
    wrong = client.post("/password", data={"old": temporary, "password": fresh, "again": "khác"})
    assert wrong.status_code == 422
    assert "chưa giống nhau" in wrong.text
    assert client.post("/password", data={"old": temporary, "password": fresh, "again": fresh}).status_code == 303
    assert client.get("/").status_code == 200


def test_signing_out_everywhere_ends_the_session_of_another_browser(sign_in: SignIn) -> None:
    office, phone = sign_in("bientap"), sign_in("bientap")
    assert phone.get("/").status_code == 200
    office.post("/sign-out-everywhere")
    assert phone.get("/").status_code == 303


def test_an_account_that_is_closed_is_out_at_once(sign_in: SignIn) -> None:
    editor, admin = sign_in("bientap"), sign_in("quantri")
    admin.post("/users/bientap/do", data={"what": "disable"})
    assert editor.get("/").status_code == 303


def test_a_forged_cookie_is_worth_nothing(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie(client.application.config["SESSION_COOKIE_NAME"], "eyJfdXNlcl9pZCI6IjEuMCJ9.forged.forged")
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("../../etc/passwd", b"", "Tệp"),
        ("x.docx", b"not a zip", "x.docx"),
        ("anh.svg", b"<svg onload='alert(1)'/>", ""),
        ("bom.txt", b"\x00" * 5000, ""),
    ],
)
def test_odd_uploads_are_refused_with_a_sentence(sign_in: SignIn, name: str, data: bytes, says: str) -> None:
    client = sign_in("bientap")
    answer = client.post("/scripts/upload", data={"file": (io.BytesIO(data), name)}, follow_redirects=True)
    assert answer.status_code in {200, 422}
    assert says in answer.text
    assert "<svg onload" not in answer.text


def test_too_large_an_upload_is_refused_before_it_is_read(sign_in: SignIn) -> None:
    client = sign_in("bientap")
    answer = client.post(
        "/scripts/upload",
        data=b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(26 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "25 MB" in answer.text


def test_a_recording_may_be_as_large_as_the_station_takes(sign_in: SignIn) -> None:
    def refused(client: FlaskClient, megabytes: int) -> str | None:
        answer = client.post(
            "/scripts/9/recording",
            data=b"--x--\r\n",
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"CONTENT_LENGTH": str(megabytes * 1024 * 1024)},
        )
        return answer.text if answer.status_code == 413 else None

    assert "287 MB" in (refused(sign_in("bientap"), 300) or "")
    assert refused(sign_in("bientap"), 280) is None


def test_the_key_that_signs_sessions_is_the_owner_s_alone(station: Station, app: Flask) -> None:
    path = station.home.run / "panel.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert app.config["SECRET_KEY"] == path.read_text() == create_app(station).config["SECRET_KEY"]
