"""Icecast: one stream for any number of network horns and listeners.

A source client: ffmpeg packs the samples as Opus or MP3, and what it makes goes to the server over one HTTP PUT. The
password is never on a command line. The stream stays up between broadcasts, so that horns stay connected.
"""

from __future__ import annotations

import base64
import contextlib
import os
import select
import socket
import ssl
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from broadcaster.clock import SystemClock
from broadcaster.errors import AirError, MediaError
from broadcaster.media import ffmpeg
from broadcaster.playout.sinks import tls
from broadcaster.playout.sinks.base import RATE, Feed
from broadcaster.playout.sinks.carrier import Carrier, Passage
from broadcaster.playout.sinks.options import taken
from broadcaster.playout.sinks.pipe import farewell, last_line, narrow, pour

_CONNECT_S = 3.0
_DEAD_S = 8.0
"""A server that takes nothing for so long is gone, whatever TCP thinks."""
_SEND_BUFFER = 16_384
_CLOCK = SystemClock()
_REFUSALS = {
    "401": "máy chủ Icecast không nhận tên hoặc mật khẩu nguồn phát",
    "403": "điểm phát (mount) đang có nguồn khác, hoặc máy chủ Icecast đã đủ nguồn",
    "404": "máy chủ Icecast không có điểm phát (mount) này",
}


class IcecastOptions(BaseModel):
    """What `[playout.sinks.NAME.options]` may say for Icecast."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", min_length=1, description="Máy chủ Icecast.")
    port: int = Field(8000, ge=1, le=65535, description="Cổng.")
    mount: str = Field("/loa.ogg", pattern=r"^/[A-Za-z0-9._/-]+$", description="Điểm phát, ví dụ /loa.ogg.")
    user: str = Field("source", description="Tên nguồn phát.")
    password: str = Field("", description="Mật khẩu nguồn phát.")
    password_file: str = Field("", description="Tệp chứa mật khẩu, thay cho ghi thẳng trong cài đặt.")
    codec: Literal["opus", "mp3"] = Field("opus", description="opus hoặc mp3 (loa mạng đời cũ).")
    kbps: int = Field(48, ge=16, le=320, description="Tốc độ bit.")
    tls: bool = Field(False, description="Nối qua TLS (https); chứng thư của máy chủ luôn được kiểm tra.")
    ca_file: str = Field(
        "", description="Tệp .pem của nơi cấp chứng thư, hoặc của chính máy chủ nếu chứng thư tự làm; chỉ tin tệp này."
    )
    keep: bool = Field(True, description="Giữ luồng giữa các buổi phát, với tiếng lặng, để loa mạng không rớt.")
    title: str = Field("Loa Xã", description="Tên luồng.")
    hear: bool = Field(True, description="Nghe lại luồng từ máy chủ để chứng minh đã phát.")

    @field_validator("ca_file")
    @classmethod
    def _used(cls, ca_file: str, info: ValidationInfo) -> str:
        if ca_file and not info.data.get("tls"):
            raise ValueError("chỉ dùng khi có tls = true; nếu không, luồng và mật khẩu đi không mã hóa")
        return ca_file


class IcecastSink:
    """Plays into a mount of an Icecast server; connects again when the server was restarted.

    Args:
        name: the sink's name in the settings.
        options: see `IcecastOptions`.
    """

    kind = "icecast"
    paced = False
    exclusive = True
    latency = 0.0

    def __init__(self, name: str, **options: object) -> None:
        self.name = name
        self.options = taken(IcecastOptions, name, options)
        self._carrier = Carrier(name, self._connect, keep=self.options.keep)

    @property
    def trouble(self) -> str:
        """Why there is no stream just now."""
        return self._carrier.trouble

    def check(self) -> str:
        """Say whether the server can be reached, is who it should be, and answers as one of its kind."""
        if self.trouble:
            return self.trouble
        try:
            with _connected(self.options) as link:
                link.sendall(f"HEAD / HTTP/1.0\r\nHost: {self.options.host}\r\n\r\n".encode())
                _spoke(self.options, _answer(link))
        except AirError as error:
            return error.message
        except OSError as error:
            return _unreachable(self.options, error)
        return ""

    def warning(self) -> str:
        """Say that the server's certificate ends soon."""
        if not self.options.tls:
            return ""
        try:
            with _connected(self.options) as link:
                return tls.ends_soon(link, _CLOCK.now()) if isinstance(link, ssl.SSLSocket) else ""
        except (AirError, OSError):
            return ""  # `check` tells

    def start(self) -> None:
        """Put the stream up, with silence, if it is to stay up all day."""
        self._carrier.start()

    def finish(self) -> None:
        """Take the stream down."""
        self._carrier.finish()

    def hear(self) -> list[str]:
        """Return the command that listens to the mount as a horn does."""
        o = self.options
        if not o.hear:
            return []
        url = f"{'https' if o.tls else 'http'}://{o.host}:{o.port}{o.mount}"
        swift = ["-fflags", "nobuffer", "-probesize", "4096", "-analyzeduration", "0", "-rw_timeout", "8000000"]
        allowed = ["-protocol_whitelist", "http,https,tcp,tls", "-format_whitelist", "ogg,mp3"]
        if o.tls:
            allowed += tls.for_ffmpeg(o.ca_file)
        raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "pipe:1"]
        return [ffmpeg.program(), "-hide_banner", "-loglevel", "error", "-nostdin", *swift, *allowed, "-i", url, *raw]

    def open(self, feed: Feed) -> Passage:
        """Make ready to sound.

        Raises:
            AirError: the server is away or refuses.
        """
        del feed
        return self._carrier.open()

    def _connect(self) -> IcecastWay:
        return IcecastWay(self.options)


class IcecastWay:
    """A source connection with its encoder."""

    def __init__(self, options: IcecastOptions) -> None:
        self._fault = ""
        self._socket = _knock(options)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the encoder
        try:
            self._encoder = subprocess.Popen(
                _encoder(options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, bufsize=0
            )
        except (OSError, MediaError) as error:
            self._socket.close()
            self._errors.close()
            raise AirError(f"Không chạy được ffmpeg để nén luồng Icecast: {error}.", code="ffmpeg-missing") from None
        narrow(self._encoder)
        self._pump = threading.Thread(target=self._carry, name="icecast-out", daemon=True)
        self._pump.start()

    def send(self, pcm: bytes) -> None:
        """Hand samples to the encoder.

        Raises:
            AirError: the server closed the stream, or the encoder ended.
        """
        if self._fault:
            raise AirError(self._fault, code="icecast")
        pour(self._encoder, pcm, self._why)

    def close(self) -> None:
        """Let the encoder send its last page, then leave."""
        farewell(self._encoder)
        self._pump.join(2)
        self._let_go()

    def abort(self) -> None:
        """Leave at once."""
        with contextlib.suppress(OSError):
            self._encoder.kill()
        with contextlib.suppress(OSError):
            # Not the method of an SSLSocket, after which what is just being sent would go out unencrypted.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        farewell(self._encoder)
        self._pump.join(2)
        self._let_go()

    def _let_go(self) -> None:
        for thing in (self._socket, self._encoder.stdout, self._errors):
            if thing is not None:
                with contextlib.suppress(OSError):
                    thing.close()

    def _why(self) -> str:
        self._pump.join(1)
        if self._fault:
            return self._fault
        said = last_line(self._errors.fileno()) if not self._errors.closed else ""
        return f"Bộ nén luồng Icecast đã dừng{': ' + said if said else ''}."

    def _carry(self) -> None:
        """Bring what the encoder makes to the server."""
        made = self._encoder.stdout
        if made is None:
            return
        try:
            while packet := os.read(made.fileno(), 4096):
                if _closed(self._socket):
                    raise ConnectionResetError("closed by the server")
                self._socket.sendall(packet)
        except (OSError, ValueError) as error:
            slow = isinstance(error, TimeoutError)
            self._fault = (
                "Máy chủ Icecast không nhận âm thanh nữa (mạng nghẽn hoặc đứt)."
                if slow
                else "Mất kết nối tới máy chủ Icecast (máy chủ tắt, khởi động lại hoặc mạng đứt)."
            )
            with contextlib.suppress(OSError):
                self._encoder.kill()


def _encoder(o: IcecastOptions) -> list[str]:
    """Return the command that packs samples with as little delay as the format allows."""
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-probesize", "32", "-analyzeduration", "0", "-i", "pipe:0"]
    opus = [
        "-c:a",
        "libopus",
        "-application",
        "audio",
        "-frame_duration",
        "20",
        "-page_duration",
        "100000",
        "-f",
        "ogg",
    ]
    mp3 = ["-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"]
    shape = opus if o.codec == "opus" else mp3
    return [
        *[ffmpeg.program(), "-hide_banner", "-loglevel", "error", "-fflags", "nobuffer", *raw],
        *["-b:a", f"{o.kbps}k", *shape, "-flush_packets", "1", "pipe:1"],
    ]


def _connected(o: IcecastOptions) -> socket.socket:
    """Return a connection to the server, verified where it is to be TLS.

    Raises:
        AirError: it is not to be trusted.
        OSError: it is away.
    """
    link = socket.create_connection((o.host, o.port), _CONNECT_S)
    return tls.wrapped(link, o.host, o.ca_file) if o.tls else link


def _knock(o: IcecastOptions) -> socket.socket:
    """Open the source connection.

    Raises:
        AirError: the server is away, is not to be trusted, or refuses.
    """
    try:
        link = _connected(o)
    except OSError as error:
        raise AirError(_unreachable(o, error), code="unreachable") from None
    try:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(_DEAD_S * 1000))
        link.sendall(_request(o))
        _accepted(o, _answer(link))
        link.settimeout(_DEAD_S)
    except OSError as error:
        link.close()
        raise AirError(_unreachable(o, error), code="unreachable") from None
    except AirError:
        link.close()
        raise
    return link


def _closed(link: socket.socket) -> bool:
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


def _request(o: IcecastOptions) -> bytes:
    login = base64.b64encode(f"{o.user}:{_password(o)}".encode()).decode("ascii")
    title = " ".join(o.title.split())  # a line break would be another header
    lines = [
        f"PUT {o.mount} HTTP/1.1",
        f"Host: {o.host}:{o.port}",
        f"Authorization: Basic {login}",
        "User-Agent: loa-xa",
        f"Content-Type: {'application/ogg' if o.codec == 'opus' else 'audio/mpeg'}",
        f"Ice-Name: {title}",
        "Ice-Public: 0",
        f"Ice-Audio-Info: samplerate={RATE};channels=1;bitrate={o.kbps}",
        "Expect: 100-continue",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _password(o: IcecastOptions) -> str:
    if not o.password_file:
        return o.password
    try:
        return Path(o.password_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise AirError(f"Không đọc được tệp mật khẩu Icecast: {error.strerror}.", code="password-file") from None


def _answer(link: socket.socket) -> str:
    """Return the status of the server's answer; empty when there is none, or none of HTTP."""
    head = b""
    with contextlib.suppress(ConnectionError):  # so does a TLS port end plain words
        while b"\r\n\r\n" not in head and len(head) < 8192 and (more := link.recv(1024)):
            head += more
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split()
    return words[1] if len(words) > 1 and words[0].startswith("HTTP/") else ""


def _spoke(o: IcecastOptions, status: str) -> None:
    if status:
        return
    why = "không trả lời như một máy chủ Icecast"
    remedy = "Hãy xem lại cổng" if o.tls else "Nếu cổng này dùng TLS thì thêm tls = true; nếu không, hãy xem lại cổng"
    raise AirError(f"Máy ở {o.host}:{o.port} {why}. {remedy}.", code="icecast-strange")


def _accepted(o: IcecastOptions, status: str) -> None:
    _spoke(o, status)
    if status not in {"100", "200"}:
        why = _REFUSALS.get(status, f"máy chủ Icecast trả lời mã {status}")
        raise AirError(f"Không phát được lên {o.host}:{o.port}{o.mount}: {why}.", code="icecast-refused")


def _unreachable(o: IcecastOptions, error: OSError) -> str:
    why = error.strerror or ("quá lâu không trả lời" if isinstance(error, TimeoutError) else str(error))
    return f"Không nối được tới máy chủ Icecast {o.host}:{o.port}: {why}."
