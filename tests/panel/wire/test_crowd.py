"""No sender keeps others out: of one address few connections are held, and each must get on with what it does."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from broadcaster.clock import SystemClock
from broadcaster.panel.wire import crowd
from broadcaster.panel.wire.answering import Answering
from broadcaster.panel.wire.crowd import Crowd, LineState, oldest_idle
from broadcaster.panel.wire.timing import Queue
from tests.kit.serving import closed
from tests.kit.waiting import until

HOME, NEIGHBOUR = "127.0.0.1", "127.0.0.2"


@dataclass
class FakeLine:
    address: str = "192.168.1.9"
    state: LineState = LineState.KEPT
    since: float = 0.0
    came: int = 0


@pytest.mark.parametrize(
    ("line", "patience"),
    [
        (FakeLine(state=LineState.SILENT), crowd.HEAD_S),
        (FakeLine(state=LineState.HEAD), crowd.HEAD_S),
        (FakeLine(state=LineState.BODY), crowd.GRACE_S),
        (FakeLine(state=LineState.BODY, came=10 * crowd.RATE), crowd.GRACE_S + 10),
        (FakeLine(state=LineState.ANSWER), crowd.UNREAD_S),
        (FakeLine(state=LineState.KEPT), crowd.IDLE_S),
    ],
)
def test_each_thing_that_a_connection_does_has_its_time(line: FakeLine, patience: float) -> None:
    assert not Crowd().overdue(line, patience)
    assert Crowd().overdue(line, patience + 0.1)


def test_what_is_being_answered_is_never_cut_short() -> None:
    line = FakeLine(state=LineState.WORK)
    assert not Crowd().overdue(line, 1e9)
    assert oldest_idle([line], line.address) is None


def test_an_address_gives_way_to_itself_and_the_most_numerous_to_others() -> None:
    mine = [FakeLine(since=float(n)) for n in range(crowd.EACH)]
    assert Crowd().gives_way(mine, mine[0].address) is None
    assert Crowd().gives_way([*mine, FakeLine()], mine[0].address) == mine[0].address
    assert Crowd(proxy=mine[0].address).gives_way([*mine, FakeLine()], mine[0].address) is None
    assert oldest_idle(mine, mine[0].address) is mine[0]
    strangers = [FakeLine(address=f"192.168.2.{n % 40}") for n in range(crowd.ALL - crowd.RESERVE)]
    full = [*strangers, FakeLine("192.168.2.7")]
    assert Crowd().gives_way([*full, FakeLine("192.168.3.1")], "192.168.3.1") == "192.168.2.7"
    assert Crowd().gives_way([*full, FakeLine(HOME)], HOME) is None, "this machine has a reserve"


def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    if environ["PATH_INFO"] == "/slow":
        environ["go"].wait(20)
    length = int(environ["QUERY_STRING"] or 1)
    start_response("200 OK", [("Content-Length", str(length))])
    return [b"x" * length]


@pytest.fixture
def port() -> Iterator[int]:
    with Answering(page, threads=2) as server:
        yield server.port


@contextlib.contextmanager
def lines(port: int, count: int, sent: bytes = b"GET / HTTP/1.1\r\nHost: ") -> Iterator[list[socket.socket]]:
    """So many connections of a neighbour, each with a head that never ends."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection((HOME, port), 20, (NEIGHBOUR, 0))) for _ in range(count)]
        for one in held:
            with contextlib.suppress(OSError):
                one.sendall(sent)
        yield held


def ask(port: int, source: str = HOME, path: str = "/") -> int:
    wire = http.client.HTTPConnection(HOME, port, 20, source_address=(source, 0))
    try:
        wire.request("GET", path)
        return wire.getresponse().status
    finally:
        wire.close()


@pytest.mark.medium
@pytest.mark.parametrize(
    "sent", [b"", b"GET", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"]
)
def test_three_hundred_connections_of_one_address_leave_room_for_others_and_for_itself(port: int, sent: bytes) -> None:
    with lines(port, 300, sent) as held:
        assert ask(port) == 200
        assert ask(port, NEIGHBOUR) == 200
        until(lambda: sum(map(closed, held)) >= 300 - crowd.EACH)
        assert not closed(held[-1])


def test_a_head_that_comes_by_drops_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "HEAD_S", 0.5)
    with lines(port, 1) as (line,):

        def drip() -> bool:
            with contextlib.suppress(OSError):
                line.send(b"a")
            return closed(line)

        assert until(drip)


def test_a_body_that_stands_still_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "GRACE_S", 0.3)
    with lines(port, 1, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nabc") as (line,):
        assert until(lambda: closed(line))


@pytest.mark.medium
def test_an_answer_that_nobody_takes_is_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "UNREAD_S", 0.3)
    with (
        Answering(page, threads=2) as server,
        lines(server.port, 4, b"GET /?20000000 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ):
        assert ask(server.port) == 200, "no thread is kept by those that do not read"
        until(lambda: not server.doors[0].active_channels)


def test_what_cannot_wait_has_threads_of_its_own() -> None:
    go = threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return page({**environ, "go": go}, start_response)

    urgent = Queue(1, SystemClock(), reserved=1, urgent=lambda wire: wire.requests[0].path == "/stop")
    with Answering(slow, dispatcher=urgent) as server:
        waiting = [threading.Thread(target=ask, args=(server.port, NEIGHBOUR, "/slow")) for _ in range(3)]
        for one in waiting:
            one.start()
        until(lambda: urgent.active_count == 1 and len(urgent.queue) == 2)
        assert ask(server.port, path="/stop") == 200
        go.set()
        for one in waiting:
            one.join()
