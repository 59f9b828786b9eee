"""A panel behind its real server, at a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from broadcaster.panel import create_app
from broadcaster.panel.wire.answering import Answering
from broadcaster.services.station import Station


@contextmanager
def served(station: Station, threads: int = 4) -> Iterator[str]:
    """The address of `station`'s panel, which counts no requests."""
    app = create_app(station, {"RATELIMIT_ENABLED": False})
    with Answering(app, host="127.0.0.1", port=0, threads=threads) as server:
        yield f"http://127.0.0.1:{server.port}"
