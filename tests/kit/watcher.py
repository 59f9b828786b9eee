"""Somebody far away who watches a station: a server of the shape of healthchecks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from broadcaster.worker.pings import Signal
from tests.kit.waiting import until

KEY = "5f0c6a3e-khoa-rieng"


@dataclass
class Twin:
    """A server of the shape of healthchecks, which remembers what it was told."""

    code: int = 200
    heard: list[tuple[str, str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    hangs: bool = False

    def __post_init__(self) -> None:
        twin = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                twin.heard.append((self.path, body))
                if twin.hangs:
                    twin.release.wait(30)
                self.send_response(twin.code)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/ping/{KEY}"

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def told(self, signal: Signal, after: int) -> str:
        """The body of the next ping, which must be this one."""
        until(lambda: len(self.heard) > after, 10)
        path, body = self.heard[after]
        assert path == f"/ping/{KEY}{signal}"
        return body
