"""Signing in with a second step, and the browsers that are signed in."""

from __future__ import annotations

import re

import pyotp
from flask import Flask
from flask.testing import FlaskClient

from broadcaster.clock import FrozenClock
from broadcaster.services.station import Station
from tests.kit.panel import SignIn
from tests.kit.seed import PASSWORD


def turned_on(client: FlaskClient, station: Station) -> tuple[pyotp.TOTP, list[str]]:
    page = client.get("/account").text
    assert 'class="qr"' in page
    totp = pyotp.TOTP(re.search(r'<code translate="no">([A-Z2-7]{32})</code>', page)[1])
    wrong = client.post("/account/second-step", data={"code": "000000", "proof": PASSWORD})
    assert wrong.status_code == 422
    done = client.post("/account/second-step", data={"code": totp.at(station.now()), "proof": PASSWORD})
    codes = re.findall(r"\d(?:-[0-9a-z]{4}){4}", done.text)
    assert len(codes) == 8
    return totp, codes


def half(app: Flask) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/login", data={"username": "vanhanh", "password": PASSWORD})
    assert answer.location.startswith("/login/code")
    assert client.get("/").status_code in {302, 303}, "the password alone opens nothing"
    return client


def test_the_second_step_asks_for_a_code_that_opens_once(
    app: Flask, sign_in: SignIn, station: Station, clock: FrozenClock
) -> None:
    totp, codes = turned_on(sign_in("vanhanh"), station)
    assert half(app).post("/login/code", data={"code": totp.at(station.now())}).status_code == 422, "used to turn it on"
    clock.advance(31)
    code = totp.at(station.now())
    first = half(app)
    assert first.post("/login/code", data={"code": f" {code[:3]} {code[3:]} "}).location == "/"
    assert first.get("/").status_code == 200
    assert half(app).post("/login/code", data={"code": code}).status_code == 422
    assert half(app).post("/login/code", data={"code": codes[3].upper()}).location == "/"
    assert half(app).post("/login/code", data={"code": codes[3]}).status_code == 422
    for half_of_it in ({}, {"proof": PASSWORD}, {"code": codes[0]}, {"proof": "sai", "code": codes[0]}):
        assert first.post("/account/second-step", data={"off": "1", **half_of_it}).status_code == 422, half_of_it
    assert first.post("/account/second-step", data={"off": "1", "proof": PASSWORD, "code": codes[0]}).status_code == 303
    assert sign_in("vanhanh").get("/").status_code == 200


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(
    app: Flask, sign_in: SignIn, station: Station, clock: FrozenClock
) -> None:
    totp, _ = turned_on(sign_in("vanhanh"), station)
    clock.advance(31)
    there = {"REMOTE_ADDR": "10.0.0.9"}
    away = half(app)
    for _try in range(5):
        assert away.post("/login/code", data={"code": "123456"}, environ_base=there).status_code == 422
    late = app.test_client().post("/login", data={"username": "vanhanh", "password": PASSWORD}, environ_base=there)
    assert late.status_code == 422
    assert "thử lại sau 1 phút" in late.text
    assert half(app), "at the machine itself nobody rests"
    clock.advance(61)
    assert half(app).post("/login/code", data={"code": totp.at(station.now())}).location == "/"


def test_a_code_asked_for_long_ago_is_asked_for_anew(
    app: Flask, sign_in: SignIn, station: Station, clock: FrozenClock
) -> None:
    totp, _ = turned_on(sign_in("vanhanh"), station)
    client = half(app)
    clock.advance(301)
    assert client.post("/login/code", data={"code": totp.at(station.now())}).location == "/login"
    assert app.test_client().post("/login/code", data={"code": "1"}).location == "/login"


def test_an_admin_turns_it_off_for_who_lost_the_telephone(sign_in: SignIn, station: Station) -> None:
    turned_on(sign_in("vanhanh"), station)
    admin = sign_in("quantri")
    assert "mất điện thoại" in admin.get("/users/vanhanh/edit").text
    admin.post("/users/vanhanh/do", data={"what": "second-step-off"})
    assert sign_in("vanhanh").get("/").status_code == 200


def test_one_browser_is_signed_out_from_another(sign_in: SignIn) -> None:
    one, two = sign_in("vanhanh"), sign_in("vanhanh")
    page = one.get("/account").text
    assert page.count("Đăng xuất máy này") == 1
    token = re.search(r"/account/sign-out/(\w+)", page)[1]
    assert sign_in("xem").post(f"/account/sign-out/{token}").status_code == 404
    one.post(f"/account/sign-out/{token}")
    assert two.get("/").status_code in {302, 303}
    assert one.get("/").status_code == 200
    one.post("/logout")
    assert one.get("/").status_code in {302, 303}
