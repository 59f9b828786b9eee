"""https at the panel's own port: verified by the station's authority, beside plain http, and nobody keeps it busy."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from broadcaster.panel.wire import crowd, tls
from broadcaster.panel.wire.answering import Answering
from broadcaster.services.setup import certificates
from broadcaster.services.station import Station
from tests.kit.serving import closed
from tests.kit.waiting import until

NEIGHBOUR = "127.0.0.2"


def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    said = {"scheme": environ["wsgi.url_scheme"], "from": environ["REMOTE_ADDR"], "length": len(body)}
    answer = json.dumps(said).encode() + b" " * int(environ["QUERY_STRING"] or 0)
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


@pytest.fixture
def port(station: Station) -> Iterator[int]:
    found = certificates.of_station(station)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(found.chain, found.key)
    with Answering(page, threads=2, secure=context) as server:
        yield server.port


@pytest.fixture
def browser(station: Station) -> ssl.SSLContext:
    """One that trusts the station's authority and nobody else."""
    return ssl.create_default_context(cadata=certificates.authority(station))


def ask(
    port: int, browser: ssl.SSLContext | None, *, source: str = "127.0.0.1", body: bytes | None = None, more: int = 0
) -> dict[str, Any]:
    where: dict[str, Any] = {"timeout": 20, "source_address": (source, 0)}
    wire = http.client.HTTPConnection("127.0.0.1", port, **where)
    if browser is not None:
        wire = http.client.HTTPSConnection("127.0.0.1", port, context=browser, **where)
    try:
        wire.request("GET" if body is None else "POST", f"/?{more}", body)
        return dict(json.loads(wire.getresponse().read()))
    finally:
        wire.close()


def test_both_kinds_are_answered_at_one_port_and_the_page_knows_which_and_from_where(
    port: int, browser: ssl.SSLContext
) -> None:
    assert ask(port, browser, source=NEIGHBOUR) == {"scheme": "https", "from": NEIGHBOUR, "length": 0}
    assert ask(port, None, source=NEIGHBOUR) == {"scheme": "http", "from": NEIGHBOUR, "length": 0}


def test_much_goes_both_ways(port: int, browser: ssl.SSLContext) -> None:
    assert ask(port, browser, body=bytes(3_000_000), more=3_000_000)["length"] == 3_000_000


def test_several_requests_share_a_connection(port: int, browser: ssl.SSLContext) -> None:
    wire = http.client.HTTPSConnection("127.0.0.1", port, context=browser, timeout=20)
    for _ in range(3):
        wire.request("GET", "/")
        assert json.loads(wire.getresponse().read())["scheme"] == "https"
    wire.close()


def test_who_does_not_know_the_authority_is_warned(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(port, ssl.create_default_context())


@pytest.mark.medium
@pytest.mark.parametrize("sent", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"])
def test_three_hundred_greetings_that_never_end_keep_nobody_out(
    port: int, browser: ssl.SSLContext, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "HEAD_S", 20.0)
    with contextlib.ExitStack() as stack:
        held = []
        for _ in range(300):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), 20, (NEIGHBOUR, 0)))
            with contextlib.suppress(OSError):
                line.sendall(sent)
            held.append(line)
        assert ask(port, browser)["scheme"] == "https"
        assert ask(port, browser, source=NEIGHBOUR)["scheme"] == "https"
        until(lambda: sum(map(closed, held)) >= 300 - crowd.EACH)


def test_a_greeting_that_does_not_end_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "HEAD_S", 0.3)
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(b"\x16\x03")
        assert until(lambda: closed(line))
