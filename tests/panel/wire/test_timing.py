"""The server says itself how long an answer took, waiting in its queue included."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator

import pytest

from broadcaster.clock import SystemClock
from broadcaster.panel.wire.answering import Answering
from broadcaster.panel.wire.timing import Queue, Timed
from tests.kit.waiting import idle

SLEEP = 0.05


@pytest.fixture
def port() -> Iterator[int]:
    """A server of one thread, whose page takes its time without working."""

    def page(_environ: object, start_response: object) -> list[bytes]:
        idle(SLEEP)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x"]

    dispatcher = Queue(1, SystemClock())
    with Answering(Timed(page, SystemClock()), host="127.0.0.1", port=0, dispatcher=dispatcher) as server:
        yield server.port


def ask(port: int) -> dict[str, float]:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    wire.request("GET", "/")
    answer = wire.getresponse()
    answer.read()
    wire.close()
    return {name: float(ms) for name, ms in re.findall(r"(\w+);dur=([\d.]+)", answer.headers["Server-Timing"])}


def test_waiting_working_and_lasting_are_told_apart(port: int) -> None:
    said: list[dict[str, float]] = []
    crowd = [threading.Thread(target=lambda: said.append(ask(port))) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(said) == 4
    assert all(s["app"] >= SLEEP * 900 for s in said)
    assert all(s["cpu"] < s["app"] for s in said)
    assert max(s["queue"] for s in said) >= SLEEP * 900, "one thread: somebody waited for another's page"
