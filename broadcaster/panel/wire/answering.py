"""The server that answers the panel's pages: waitress on a thread of its own, which alone touches its sockets.

Waitress takes requests whole before a thread sees them, which no slow sender can hold up; what it lacks (limits of one
address, deadlines of a head, a body and an answer that nobody reads) the connections here have.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Final, Self, cast

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import close_all, loop

from broadcaster.clock import SystemClock
from broadcaster.panel.wire.crowd import Crowd, LineState, oldest_idle
from broadcaster.panel.wire.tls import TlsFront
from broadcaster.ports import taken
from broadcaster.threads import WatchedThread, survived

_LOOK_SECONDS: Final = 0.25
"""How often the thread looks whether it is to end, and at what is overdue (s)."""
_AT_ONCE: Final = 64
"""Connections that are accepted in a row."""
_LONGEST_HEAD: Final = 64 * 1024
_clock: Final = SystemClock()
log = logging.getLogger(__name__)


class Wire(HTTPChannel):  # type: ignore[misc]
    """One connection, which knows how long it has been doing what it does."""

    def __init__(self, server: Listener, sock: socket.socket, addr: tuple[str, int], adj: Any, **options: Any) -> None:
        self.address = addr[0]
        self.ended = False
        """Whether it is to be closed, after what is being read now."""
        self._began = self._taken = _clock.monotonic()
        self._answered = False
        super().__init__(server, sock, addr, adj, **options)

    @property
    def state(self) -> LineState:
        """What it is doing."""
        if self.total_outbufs_len:
            return LineState.ANSWER
        if self.requests:
            return LineState.WORK
        if self.request is not None:
            return LineState.BODY if self.request.headers_finished else LineState.HEAD
        return LineState.KEPT if self._answered else LineState.SILENT

    @property
    def since(self) -> float:
        """When it began to do that; of an answer, when some of it was taken last."""
        return self._taken if self.state in {LineState.ANSWER, LineState.KEPT} else self._began

    @property
    def came(self) -> int:
        """Bytes of the body that came."""
        return self.request.body_bytes_received if self.request is not None else 0

    def handle_read(self) -> None:
        """Take what came."""
        if self.request is None and not self.requests:
            self._began = _clock.monotonic()
        super().handle_read()

    def send(self, data: bytes, *, do_close: bool = True) -> int:
        """Send, and note that something was taken."""
        sent = cast("int", super().send(data, do_close=do_close))
        if sent:
            self._taken, self._answered = _clock.monotonic(), True
        return sent

    def write_soon(self, data: Any) -> int:
        """Lay an answer ready, on the thread that makes it."""
        if not self.total_outbufs_len:
            self._taken = _clock.monotonic()
        return cast("int", super().write_soon(data))


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket; how many may come in is its crowd's matter, not waitress's."""

    channel_class: type[Wire]
    admitted: Callable[[Wire], None]

    def readable(self) -> bool:
        """Whether connections are taken."""
        return bool(self.accepting)

    def handle_accept(self) -> None:
        """Take those that wait."""
        for _ in range(_AT_ONCE):
            try:
                found = self.accept()
                if found is None:
                    return
                self.set_socket_options(found[0])
            except OSError as error:
                log.warning("connection not taken: %s", error)
                return
            self.admit(*found)

    def admit(self, line: socket.socket, address: tuple[str, int], *, secure: bool = False) -> None:
        """Take up a connection; one that came over https is told to the application as such."""
        adj = self.adj
        if secure:
            adj = copy.copy(adj)
            adj.url_scheme = "https"
        self.admitted(self.channel_class(self, line, address, adj, map=self._map))


class Answering:
    """A waitress server that answers while the context is open.

    Waitress's own `close` from another thread closes sockets that its thread is just waiting at ("Bad file
    descriptor"), and a number that is given out anew in between would be another's file. Here the thread that waits
    is the one that closes, and only between two rounds.

    Args:
        application: the WSGI application.
        sockets: doors that listen already; None: one is opened at `host` and `port`.
        channel: the kind of its connections.
        dispatcher: has the threads that answer; None for `threads` of waitress's own.
        crowd: how many may hold it, and how long.
        secure: the certificate with which https is spoken at its doors; None for plain http alone.
        options: of waitress.
    """

    def __init__(
        self,
        application: Any,
        *,
        sockets: Sequence[socket.socket] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        channel: type[Wire] = Wire,
        dispatcher: ThreadedTaskDispatcher | None = None,
        crowd: Crowd | None = None,
        secure: ssl.SSLContext | None = None,
        **options: Any,
    ) -> None:
        held = taken(host, port) if sockets is None else sockets
        adj = Adjustments(sockets=list(held), max_request_header_size=_LONGEST_HEAD, ident=None, **options)
        self._connections: dict[int, Any] = {}
        self._crowd = crowd or Crowd()
        self._dispatcher = dispatcher or _threads(adj.threads)
        self.doors = [self._door(application, one, adj, channel, opened=secure is None) for one in held]
        self._front = contextlib.nullcontext() if secure is None else TlsFront(held, secure, self._handed_on)
        self._stop = threading.Event()
        self._runner = WatchedThread(self._run, "waitress")

    def _door(
        self, application: Any, held: socket.socket, adj: Adjustments, channel: type[Wire], *, opened: bool
    ) -> Listener:
        info = (held.family, held.type, held.proto, held.getsockname())
        door = Listener(
            application,
            self._connections,
            _sock=held,
            _start=opened,
            dispatcher=self._dispatcher,
            adj=adj,
            bind_socket=False,
            sockinfo=info,
        )
        door.channel_class, door.admitted = channel, self._admitted
        return door

    @property
    def port(self) -> int:
        """Where it listens, at the first of its doors."""
        return int(self.doors[0].effective_port)

    @property
    def alive(self) -> bool:
        """Whether its thread still answers."""
        return self._runner.is_alive()

    def __enter__(self) -> Self:
        self._runner.start()
        self._front.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._front.__exit__(kind, fault, at)
        self._stop.set()
        self._runner.join(10)

    def _run(self) -> None:
        looked = _clock.monotonic()
        while not self._stop.is_set():
            loop(timeout=_LOOK_SECONDS, map=self._connections, use_poll=True, count=1)
            if (now := _clock.monotonic()) - looked >= _LOOK_SECONDS:
                looked = now
                for wire in self._wires():
                    wire.ended = wire.ended or self._crowd.overdue(wire, now)
            for wire in self._wires(ended=True):
                with survived("waitress"):
                    wire.handle_close()  # also one whose answer nobody takes, which waitress would wait for
        self._dispatcher.shutdown()
        close_all(self._connections)

    def _handed_on(self, line: socket.socket, address: tuple[str, int], *, secure: bool) -> None:
        """Have a stream taken up by the thread that touches sockets."""
        door = self.doors[0]
        door.trigger.pull_trigger(lambda: door.admit(line, address, secure=secure))

    def _admitted(self, newcomer: Wire) -> None:
        """Let one go where the newcomer is one too many; those that are being answered stay."""
        address = self._crowd.gives_way(lines := self._wires(), newcomer.address)
        if address is not None:
            victim = oldest_idle(lines, address) or newcomer
            cast("Wire", victim).ended = True

    def _wires(self, *, ended: bool = False) -> list[Wire]:
        return [one for one in self._connections.values() if isinstance(one, Wire) and one.ended is ended]


def _threads(count: int) -> ThreadedTaskDispatcher:
    made = ThreadedTaskDispatcher()
    made.set_thread_count(count)
    return made
