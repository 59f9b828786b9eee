"""The server that answers the panel's pages: waitress on a thread of its own, which alone touches its sockets."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Final, Self

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server

_LOOK_SECONDS: Final = 0.25
"""How often the thread looks whether it is to end (s)."""


class Answering:
    """A waitress server that answers while the context is open.

    Waitress's own `close` from another thread closes sockets that its thread is just waiting at ("Bad file
    descriptor"), and a number that is given out anew in between would be another's file. Here the thread that waits
    is the one that closes.

    Args:
        application: the WSGI application.
        channel: the kind of its connections; None for waitress's own.
        options: of `waitress.server.create_server`.
    """

    def __init__(self, application: Any, *, channel: type[HTTPChannel] | None = None, **options: Any) -> None:
        self._connections: dict[int, Any] = {}
        self._server = create_server(application, map=self._connections, **options)
        self._doors = [one for one in self._connections.values() if isinstance(one, TcpWSGIServer)]
        if channel is not None:
            for door in self._doors:  # what create_server gives for several doors hands nothing on to them
                door.channel_class = channel
        self._stop = threading.Event()
        self._runner = threading.Thread(target=self._run, name="waitress", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, at the first of its doors."""
        return int(self._doors[0].effective_port)

    @property
    def alive(self) -> bool:
        """Whether its thread still answers."""
        return self._runner.is_alive()

    def __enter__(self) -> Self:
        self._runner.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._runner.join(10)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._server.asyncore.loop(
                    timeout=_LOOK_SECONDS, map=self._connections, use_poll=self._server.adj.asyncore_use_poll, count=1
                )
        finally:
            self._server.task_dispatcher.shutdown()
            self._server.asyncore.close_all(self._connections)
