"""The server ends without a word, however often and whenever it is told to: its own thread closes what it waits at."""

from __future__ import annotations

import http.client
import threading
from typing import Any

import pytest

from broadcaster.panel.serve import behind
from broadcaster.panel.wire.answering import Answering
from broadcaster.panel.wire.crowd import Crowd


def page(_environ: object, start_response: object) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "1")])  # type: ignore[operator]
    return [b"x"]


@pytest.mark.medium
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kept", [0, 3], ids=["idle", "with open connections"])
def test_it_ends_without_a_fault_of_its_thread(kept: int) -> None:
    for _ in range(5):
        with Answering(page, host="127.0.0.1", port=0, threads=1) as server:
            wires = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=10) for _ in range(kept)]
            for wire in wires:
                wire.request("GET", "/")
                assert wire.getresponse().read() == b"x"
        assert not server.alive
        for wire in wires:
            wire.close()
    assert not [one for one in threading.enumerate() if one.name == "waitress"]


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("127.0.0.1", "https 192.168.1.77 loa.xamau.example"),
        ("127.0.0.9", "http 127.0.0.1 localhost"),
        ("", "http 127.0.0.1 localhost"),
    ],
)
def test_only_the_proxy_of_the_settings_is_believed_who_asks_and_how(proxy: str, told: str) -> None:
    def said(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        host = environ["HTTP_HOST"].partition(":")[0]
        assert "HTTP_X_FORWARDED_FOR" in environ, "by it a proxy that nobody named is told from the machine itself"
        return [f"{environ['wsgi.url_scheme']} {environ['REMOTE_ADDR']} {host}".encode()]

    heads = {
        "Host": "localhost",
        "X-Forwarded-For": "192.168.1.77",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "loa.xamau.example",
    }
    with Answering(said, threads=1, crowd=Crowd(proxy), **behind(proxy)) as server:
        wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        wire.request("GET", "/", headers=heads)
        assert wire.getresponse().read().decode() == told
        wire.close()
