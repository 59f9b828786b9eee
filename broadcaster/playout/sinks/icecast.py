"""Icecast: one stream for any number of network horns and listeners.

A source client: ffmpeg packs the samples as Opus or MP3, and what it makes goes to the server over one HTTP PUT. The
password is never on a command line. The stream stays up between broadcasts, so that horns stay connected.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import AirError, MediaError
from broadcaster.media import ffmpeg
from broadcaster.playout.sinks import tls
from broadcaster.playout.sinks.base import RATE, Feed, Site
from broadcaster.playout.sinks.carrier import Carrier, Passage
from broadcaster.playout.sinks.codec import live_command
from broadcaster.playout.sinks.icecast_client import IcecastSource, Server, ended, opened
from broadcaster.playout.sinks.pipe import farewell, last_line, narrow, pour
from broadcaster.plugins import PluginOptions
from broadcaster.secret import Secret
from broadcaster.threads import WatchedThread


class IcecastOptions(PluginOptions):
    """Luồng trên máy chủ Icecast, cho loa mạng và người nghe."""

    host: str = Field("127.0.0.1", min_length=1, description="Máy chủ Icecast.")
    port: int = Field(8000, ge=1, le=65535, description="Cổng.")
    mount: str = Field("/loa.ogg", pattern=r"^/[A-Za-z0-9._/-]+$", description="Điểm phát, ví dụ /loa.ogg.")
    user: str = Field("source", description="Tên nguồn phát.")
    password: Secret = Field(Secret(), description="Mật khẩu nguồn phát.")
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

    @property
    def server(self) -> Server:
        """Where the server is."""
        return Server(self.host, self.port, self.tls, self.ca_file)

    def source(self) -> IcecastSource:
        """Who sends, and what.

        Raises:
            AirError: the file with the password cannot be read.
        """
        password = self.password
        if self.password_file:
            try:
                password = Secret(Path(self.password_file).read_text(encoding="utf-8-sig").strip())
            except OSError as error:
                raise AirError(
                    f"Không đọc được tệp mật khẩu Icecast: {error.strerror}.", code="password-file"
                ) from None
        return IcecastSource(
            mount=self.mount,
            user=self.user,
            password=password,
            content_type="application/ogg" if self.codec == "opus" else "audio/mpeg",
            title=self.title,
            kbps=self.kbps,
        )


class IcecastSink:
    """Plays into a mount of an Icecast server; connects again when the server was restarted."""

    Options = IcecastOptions
    kind = "icecast"
    outlet = Outlet.STREAM
    paced = False
    exclusive = True
    latency = 0.0

    def __init__(self, name: str, options: IcecastOptions, site: Site) -> None:
        self.name = name
        self.options = options
        way = " qua TLS" if options.tls else ""
        self.where = f"luồng Icecast {options.host}:{options.port}{options.mount}{way}"
        self._clock = site.clock
        self._carrier = Carrier(name, self._connect, site.clock, keep=options.keep)

    @property
    def trouble(self) -> str:
        """Why there is no stream just now."""
        return self._carrier.trouble

    def check(self) -> str:
        """Say whether the server can be reached, is who it should be, and answers as one of its kind."""
        return self.trouble or self.options.server.fault()

    def warning(self) -> str:
        """Say that the server's certificate ends soon."""
        if not self.options.tls:
            return ""
        try:
            with self.options.server.connect() as link:
                return tls.ends_soon(link, self._clock.now()) if isinstance(link, ssl.SSLSocket) else ""
        except (AirError, OSError):
            return ""  # `check` tells

    def start(self) -> None:
        """Put the stream up, with silence, if it is to stay up all day."""
        self._carrier.start()

    def finish(self) -> None:
        """Take the stream down."""
        self._carrier.finish()

    def hear(self) -> list[str]:
        """The command that listens to the mount as a horn does."""
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
        self._socket = opened(options.server, options.source())
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the encoder
        try:
            self._encoder = subprocess.Popen(
                live_command(options.codec, options.kbps),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
            )
        except (OSError, MediaError) as error:
            self._socket.close()
            self._errors.close()
            raise AirError(f"Không chạy được ffmpeg để nén luồng Icecast: {error}.", code="ffmpeg-missing") from None
        narrow(self._encoder)
        self._pump = WatchedThread(self._carry, "icecast-out", once=True)
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
                if ended(self._socket):
                    raise ConnectionResetError("closed by the server")
                self._socket.sendall(packet)
        except (OSError, ValueError) as error:
            slow = isinstance(error, TimeoutError)
            self._fault = (
                "Máy chủ Icecast không nhận âm thanh nữa (mạng nghẽn hoặc đứt)."
                if slow
                else "Mất kết nối tới máy chủ Icecast (máy chủ tắt, khởi động lại hoặc mạng đứt)."
            )
        finally:  # whatever it was: nobody takes what the encoder makes any more
            with contextlib.suppress(OSError):
                self._encoder.kill()
