"""Other machines and https: sent to install the certificate, and only names of this machine are answered."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broadcaster.services.setup import certificates
from broadcaster.services.station import Station
from tests.kit import seed
from tests.kit.routes import routes

PHONE = {"REMOTE_ADDR": "192.168.1.77"}


@pytest.fixture
def panel(app: Flask, station: Station) -> FlaskClient:
    """A panel that speaks https, its certificate made."""
    certificates.of_station(station)
    app.config["HTTPS"] = True
    return app.test_client()


def test_a_telephone_that_comes_in_clear_is_shown_what_to_install(panel: FlaskClient, station: Station) -> None:
    sent = panel.get("/login", environ_overrides=PHONE)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/certificate/")
    page = panel.get("/certificate/", environ_overrides=PHONE)
    made = certificates.authority(station)
    assert made is not None
    assert certificates.fingerprint(made) in page.text
    assert 'href="https://localhost/"' in page.text
    assert panel.get("/certificate/loa-xa.crt", environ_overrides=PHONE).data == made


def test_no_password_is_taken_in_clear_from_another_machine(panel: FlaskClient) -> None:
    data = {"username": "lanhdao", "password": seed.PASSWORD}
    sent = panel.post("/login", data=data, environ_overrides=PHONE)
    assert sent.headers["Location"] == "/certificate/"
    assert "Set-Cookie" not in sent.headers
    kept = panel.post("/login", data=data, base_url="https://localhost", environ_overrides=PHONE).headers["Set-Cookie"]
    assert kept.startswith("__Host-loa-")
    assert "Secure" in kept
    assert "Path=/" in kept
    assert "Domain" not in kept


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("https://192.168.1.5", True),
        ("https://loa.example:8443", True),
        ("http://192.168.1.5", False),
        ("https://localhost:8443", False),
        ("https://127.0.0.1", False),
        ("https://[::1]:8443", False),
    ],
)
def test_a_browser_that_came_by_https_comes_by_nothing_else_but_on_this_machine(
    panel: FlaskClient, station: Station, base: str, *, told: bool
) -> None:
    """Also where a proxy in front speaks it, of which waitress tells the application in the same place."""
    web = station.settings.web
    web.__dict__["names"] = ["loa.example"]
    for address in ("/login", "/healthz", "/api/v1/scripts", "/static/css/base.css", "/nowhere"):
        sent = panel.get(address, base_url=base)
        assert sent.headers.get("Strict-Transport-Security") == ("max-age=15724800" if told else None), address
        sent.close()


def test_a_session_of_one_port_is_none_of_another_s(panel: FlaskClient) -> None:
    """Two stations of one machine, of which one may be a copy of the other with the same key."""
    names = set()
    for base in ("https://192.168.1.5:8443", "https://192.168.1.5:9443", "http://localhost:8080"):
        data = {"username": "lanhdao", "password": seed.PASSWORD}
        kept = panel.post("/login", data=data, base_url=base).headers["Set-Cookie"]
        name, secure = kept.partition("=")[0], base.startswith("https")
        assert name.startswith("__Host-") == secure
        assert ("; Secure" in kept) == secure
        assert name.endswith(base.rpartition(":")[2])
        names.add(name)
    assert len(names) == 3


def test_this_machine_itself_needs_no_certificate(panel: FlaskClient) -> None:
    assert panel.get("/login").status_code == 200


def test_without_a_certificate_of_its_own_there_is_nothing_to_install(app: Flask) -> None:
    for address in ("/certificate/", "/certificate/loa-xa.crt"):
        assert app.test_client().get(address).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("192.168.1.5", 200),
        ("LOCALHOST", 200),
        ("rebound.example", 400),
        ("rebound.example:8080", 400),
        ("127.0.0.1.rebound.example", 400),
        ("localhost.", 400),
        ("", 400),
    ],
)
def test_a_page_of_the_internet_reaches_nothing_under_its_own_name(app: Flask, host: str, status: int) -> None:
    assert app.test_client().get("/login", headers={"Host": host}).status_code == status


def test_answers_of_the_api_are_not_kept_by_anybody_on_the_way(app: Flask) -> None:
    """Of every route of the API, whatever it answers."""
    addresses = [address for endpoint, _, address in routes(app) if endpoint.startswith("api.")]
    assert len(addresses) > 20
    for address in addresses:
        assert app.test_client().get(address).headers["Cache-Control"] == "no-store", address
