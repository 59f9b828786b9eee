"""Wires between two machines: such as fail, and such as are under TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

Take = Callable[[bytes], bool]
"""Hears of what goes out; False: the wire ends here."""


@contextlib.contextmanager
def cut_after(most: int, port: int, *, stalls: bool = False) -> Iterator[int]:
    """A wire to a port of this machine that breaks once so many bytes have gone out, or takes no more and says nothing."""
    left, over = [most], threading.Event()

    def take(data: bytes) -> bool:
        left[0] -= len(data)
        if left[0] < 0 and stalls:
            over.wait(60)
        return left[0] >= 0

    with _wire(port, take, over) as shown:
        yield shown


@contextlib.contextmanager
def under_tls(port: int, certificate: Path | None) -> Iterator[int]:
    """A wire that speaks TLS with a certificate (PEM with its key) to whoever comes; without one, the port itself."""
    if certificate is None:
        yield port
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with _wire(port, lambda _data: True, threading.Event(), context) as shown:
        yield shown


@contextlib.contextmanager
def _wire(port: int, take: Take, over: threading.Event, context: ssl.SSLContext | None = None) -> Iterator[int]:
    door = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    ends: list[socket.socket] = []

    def pass_on(source: socket.socket, to: socket.socket, *, out: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if out and not take(data):
                    break
                to.sendall(data)
        for one in (source, to):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def begin(came: socket.socket) -> None:
        came.settimeout(60)
        ours = came
        if context is not None:
            try:
                ours = context.wrap_socket(came, server_side=True)
            except OSError:
                came.close()
                return
        theirs = socket.create_connection(("127.0.0.1", port), 10)
        theirs.settimeout(60)
        ends.extend((ours, theirs))
        for source, to, out in ((ours, theirs, True), (theirs, ours, False)):
            thread = threading.Thread(target=pass_on, args=(source, to), kwargs={"out": out}, daemon=True)
            threads.append(thread)
            thread.start()

    def serve() -> None:
        while True:
            try:
                came, _ = door.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                begin(came)

    main = threading.Thread(target=serve, daemon=True)
    main.start()
    try:
        yield int(door.getsockname()[1])
    finally:
        over.set()
        with contextlib.suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        main.join(10)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
        for end in ends:
            end.close()
