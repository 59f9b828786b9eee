"""A panel behind its real server, at a port of its own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from broadcaster.panel import create_app
from broadcaster.panel.wire.answering import Answering
from broadcaster.services.setup import certificates
from broadcaster.services.station import Station


@contextmanager
def served(station: Station, threads: int = 4, *, name: str = "") -> Iterator[str]:
    """The address of `station`'s panel, which counts no requests; with a `name` on 127.0.0.2, over https too."""
    app = create_app(station, {"RATELIMIT_ENABLED": False, "HTTPS": bool(name)})
    secure = None
    if name:
        found = certificates.of_station(station)
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(found.chain, found.key)
    host = "127.0.0.2" if name else "127.0.0.1"
    with Answering(app, host=host, port=0, threads=threads, secure=secure) as server:
        yield f"http://{name or host}:{server.port}"


def closed(line: socket.socket) -> bool:
    """Whether the other side has closed a connection."""
    line.setblocking(False)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
