"""Somebody on the network who wants the horns out of hand: connections that go nowhere, uploads, and datagrams, at once."""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import random
import re
import socket
import threading
import urllib.parse
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.kit.waiting import idle

STRANGER, EDITOR = "127.0.0.2", "127.0.0.3"
SHAPES = (
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half", b"a"),  # a head by drops
    (b"", b""),  # nothing at all
    (b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40, b""),  # answers that nobody takes
    (b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"b" * 4096),
    (b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n", b"c"),  # a body by drops
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ", b"d" * 4096),  # a head without an end
)


class Visitor:
    """A signed-in person's browser, as far as it matters here."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._where = ("127.0.0.1", port)
        self._source = source
        self._cookies: dict[str, str] = {}

    def ask(
        self, path: str, body: bytes | None = None, kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[int, str]:
        """Ask on a connection of its own; the status and the page, 0 where none was given."""
        wire = http.client.HTTPConnection(*self._where, timeout=150, source_address=(self._source, 0))
        try:
            kept = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            heads = {"Cookie": kept, **({"Content-Type": kind} if body is not None else {})}
            wire.request("GET" if body is None else "POST", path, body, heads)
            answer = wire.getresponse()
            text = answer.read().decode("utf-8", "replace")
            for found in answer.headers.get_all("Set-Cookie", []):
                name, _, value = found.partition(";")[0].partition("=")
                self._cookies[name] = value
            return answer.status, text
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            wire.close()

    def token(self, path: str) -> str:
        """The mark that a form of this page carries."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.ask(path)[1])
        assert found is not None
        return found[1]

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form."""
        return self.ask(path, urllib.parse.urlencode(fields).encode())

    def send_file(self, path: str, token: str, field: str, name: str, content: bytes) -> int:
        """Send a form with a file; the status."""
        parts = (
            f'--xx\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f'--xx\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        )
        body = parts.encode() + content + b"\r\n--xx--\r\n"
        return self.ask(path, body, "multipart/form-data; boundary=xx")[0]


class Attack:
    """Everything at once, until told to stop, with its totals."""

    def __init__(self, port: int, ear: int, connections: int = 300) -> None:
        self.totals: Counter[str] = Counter()
        self._where = ("127.0.0.1", port)
        self._ear = ("127.0.0.1", ear)
        self._count = connections
        self._stop = threading.Event()

    @contextlib.contextmanager
    def under_way(self, *more: object) -> Iterator[None]:
        """Attack meanwhile; `more` are functions that attack besides."""
        work = [self._connections, self._datagrams, *more]
        threads = [threading.Thread(target=one) for one in work]  # type: ignore[arg-type]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            self._stop.set()
            for one in threads:
                one.join(60)

    def _connections(self) -> None:
        held: list[socket.socket | None] = [None] * self._count
        while not self._stop.is_set():
            for n in range(self._count):
                line, (first, drop) = held[n], SHAPES[n % len(SHAPES)]
                try:
                    if line is None:
                        held[n] = line = socket.create_connection(self._where, 5, (STRANGER, 0))
                        line.setblocking(False)
                        self.totals["connections"] += 1
                        line.send(first)
                    elif drop:
                        self.totals["bytes"] += line.send(drop)
                except BlockingIOError:
                    pass
                except OSError:
                    if line is not None:
                        line.close()
                    held[n] = None
                    self.totals["thrown out"] += 1
            idle(0.02)
        for line in held:
            if line is not None:
                line.close()

    def _datagrams(self) -> None:
        rng = random.Random(5)
        rubbish = [b'{"secret": "\xc3\xa9"}', b"[" * 4000, os.urandom(2000), bytes(60_000), b"", b'{"verb": "stop"}']
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            while not self._stop.is_set():
                for _ in range(200):
                    with contextlib.suppress(OSError):
                        line.sendto(rng.choice(rubbish), self._ear)
                    self.totals["datagrams"] += 1
                idle(0.01)


def wide_document(paragraphs: int = 350_000) -> bytes:
    """A small .docx that takes very long to read."""
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "<w:p><w:r><w:t>a</w:t></w:r></w:p>" * paragraphs
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{kinds}"/>')
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>')
    return box.getvalue()


def long_silence(folder: Path, minutes: int = 20) -> bytes:
    """A small FLAC that takes long to listen to."""
    from broadcaster.media import ffmpeg

    path = folder / "silence.flac"
    source = f"anullsrc=r=48000:cl=mono:d={minutes * 60}"
    ffmpeg.run(["-loglevel", "error", "-f", "lavfi", "-i", source, "-c:a", "flac", "-f", "flac", f"file:{path}"])
    return path.read_bytes()
