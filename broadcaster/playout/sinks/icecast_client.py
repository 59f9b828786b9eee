"""The protocol of Icecast alone: a source's connection over one HTTP PUT, and what the server says to it."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import ssl
from dataclasses import dataclass

from broadcaster.errors import AirError
from broadcaster.playout.sinks import tls
from broadcaster.playout.sinks.base import RATE
from broadcaster.secret import Secret

DEAD_S = 8.0
"""A server that takes nothing for so long is gone, whatever TCP thinks."""
_CONNECT_S = 3.0
_SEND_BUFFER = 16_384
_REFUSALS = {
    "401": "máy chủ Icecast không nhận tên hoặc mật khẩu nguồn phát",
    "403": "điểm phát (mount) đang có nguồn khác, hoặc máy chủ Icecast đã đủ nguồn",
    "404": "máy chủ Icecast không có điểm phát (mount) này",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and whom it is trusted by."""

    host: str
    port: int
    tls: bool = False
    ca_file: str = ""

    def connect(self) -> socket.socket:
        """A connection, verified where it is to be TLS.

        Raises:
            AirError: it is not to be trusted.
            OSError: it is away.
        """
        link = socket.create_connection((self.host, self.port), _CONNECT_S)
        return tls.wrapped(link, self.host, self.ca_file) if self.tls else link

    def fault(self) -> str:
        """Why the server cannot be reached, is not who it should be, or is none of its kind; empty when it is well."""
        try:
            with self.connect() as link:
                link.sendall(f"HEAD / HTTP/1.0\r\nHost: {self.host}\r\n\r\n".encode())
                self.spoke(_answer(link))
        except AirError as error:
            return error.message
        except OSError as error:
            return self.unreachable(error)
        return ""

    def spoke(self, status: str) -> None:
        """Take note that it answered.

        Raises:
            AirError: not as a server of HTTP.
        """
        if status:
            return
        why = "không trả lời như một máy chủ Icecast"
        remedy = (
            "Hãy xem lại cổng" if self.tls else "Nếu cổng này dùng TLS thì thêm tls = true; nếu không, hãy xem lại cổng"
        )
        raise AirError(f"Máy ở {self.host}:{self.port} {why}. {remedy}.", code="icecast-strange")

    def unreachable(self, error: OSError) -> str:
        """What is said when it is away."""
        why = error.strerror or ("quá lâu không trả lời" if isinstance(error, TimeoutError) else str(error))
        return f"Không nối được tới máy chủ Icecast {self.host}:{self.port}: {why}."


@dataclass(frozen=True, slots=True, kw_only=True)
class IcecastSource:
    """Who sends, and what."""

    mount: str
    user: str
    password: Secret
    content_type: str
    title: str
    kbps: int

    def head(self, server: Server) -> bytes:
        """The request that announces the stream."""
        login = base64.b64encode(f"{self.user}:{self.password.reveal()}".encode()).decode("ascii")
        title = " ".join(self.title.split())  # a line break would be another header
        lines = [
            f"PUT {self.mount} HTTP/1.1",
            f"Host: {server.host}:{server.port}",
            f"Authorization: Basic {login}",
            "User-Agent: loa-xa",
            f"Content-Type: {self.content_type}",
            f"Ice-Name: {title}",
            "Ice-Public: 0",
            f"Ice-Audio-Info: samplerate={RATE};channels=1;bitrate={self.kbps}",
            "Expect: 100-continue",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def opened(server: Server, source: IcecastSource) -> socket.socket:
    """A connection on which the server waits for sound.

    Raises:
        AirError: the server is away, is not to be trusted, or refuses.
    """
    try:
        link = server.connect()
    except OSError as error:
        raise AirError(server.unreachable(error), code="unreachable") from None
    try:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(DEAD_S * 1000))
        link.sendall(source.head(server))
        _accepted(server, source, _answer(link))
        link.settimeout(DEAD_S)
    except OSError as error:
        link.close()
        raise AirError(server.unreachable(error), code="unreachable") from None
    except AirError:
        link.close()
        raise
    return link


def ended(link: socket.socket) -> bool:
    """Whether the server ended the stream. Never waits: what comes under TLS may hold no data (a ticket, a new key)."""
    if not select.select([link], [], [], 0)[0]:
        return False
    waits = link.gettimeout()
    link.settimeout(0)
    try:
        return not link.recv(4096)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        link.settimeout(waits)


def _answer(link: socket.socket) -> str:
    """The status of the server's answer; empty when there is none, or none of HTTP."""
    head = b""
    with contextlib.suppress(ConnectionError):  # so does a TLS port end plain words
        while b"\r\n\r\n" not in head and len(head) < 8192 and (more := link.recv(1024)):
            head += more
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split()
    return words[1] if len(words) > 1 and words[0].startswith("HTTP/") else ""


def _accepted(server: Server, source: IcecastSource, status: str) -> None:
    server.spoke(status)
    if status not in {"100", "200"}:
        why = _REFUSALS.get(status, f"máy chủ Icecast trả lời mã {status}")
        place = f"{server.host}:{server.port}{source.mount}"
        raise AirError(f"Không phát được lên {place}: {why}.", code="icecast-refused")
