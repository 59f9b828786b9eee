"""A receiver of messages on a loopback port: it answers as it is told, and keeps what came."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Said = tuple[int, dict[str, str], bytes]
"""A status, headers and a body."""


@dataclass(frozen=True)
class Came:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    address: str = ""
    came: list[Came] = field(default_factory=list)
    says: Callable[[Came], Said] = lambda _came: (200, {}, b"{}")
    breaks: bool = False
    """Whether an answer ends in its middle."""
    hold: threading.Event | None = None
    """What is waited for before an answer."""


@contextlib.contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """Serve until the block ends; with TLS under a certificate (PEM with its key)."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came = Came(self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"] or 0)))
            receiver.came.append(came)
            if receiver.hold:
                receiver.hold.wait(60)
            status, headers, body = receiver.says(came)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + 100 * receiver.breaks))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_who):
            """Nothing: a broken handshake is the other side's."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.address = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.hold:
            receiver.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
