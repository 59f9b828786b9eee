"""A command that takes sound on its standard input: any amplifier gateway, encoder, or meter.

The command is a list of arguments, never a line for a shell. It reads signed 16-bit little-endian samples, 48 kHz,
one channel, at real-time speed; silence fills the seconds before a broadcast.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence

from pydantic import Field

from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import Feed, Site
from broadcaster.playout.sinks.carrier import Carrier, Passage
from broadcaster.plugins import PluginOptions
from broadcaster.secret import masked

if sys.platform == "linux":
    import fcntl

_PIPE_BYTES = 8192
"""What may wait between us and the command: 85 ms, so that a stop is heard at once."""
_FAREWELL_S = 3.0


class PipeOptions(PluginOptions):
    """Một lệnh nhận âm thanh s16le 48 kHz một kênh ở đầu vào chuẩn; lệnh chết thì được chạy lại."""

    command: list[str] = Field(min_length=1, description='Lệnh và từng tham số, ví dụ ["aplay", "-q", "-"].')
    keep: bool = Field(False, description="Giữ lệnh chạy giữa các buổi phát, với tiếng lặng.")
    hear: list[str] = Field(
        [], description="Lệnh thu lại tiếng ở đầu ra (s16le 48 kHz một kênh) để chứng minh đã phát; bỏ trống: không có."
    )


class PipeSink:
    """Plays into the standard input of a command; one that dies is started again."""

    Options = PipeOptions
    kind = "pipe"
    outlet = Outlet.LOUDSPEAKER
    paced = False
    exclusive = True
    latency = 0.0

    def __init__(self, name: str, options: PipeOptions, site: Site) -> None:
        self.name = name
        self.options = options
        self.where = f"lệnh {options.command[0]}"  # and no more: a parameter may be a password
        self._carrier = Carrier(name, self._connect, site.clock, keep=options.keep)

    @property
    def trouble(self) -> str:
        """Why there is no way just now, or can be none."""
        program = self.options.command[0]
        absent = "" if shutil.which(program) else f"Không thấy lệnh “{program}” trên máy này."
        return absent or self._carrier.trouble

    def check(self) -> str:
        """Say whether the command exists and runs where it should."""
        return self.trouble

    def start(self) -> None:
        """Start the command, if it is to run all day."""
        self._carrier.start()

    def finish(self) -> None:
        """Stop the command."""
        self._carrier.finish()

    def hear(self) -> list[str]:
        """The command that brings back what the other end hears."""
        return self.options.hear

    def open(self, feed: Feed) -> Passage:
        """Make ready to sound.

        Raises:
            AirError: the command cannot be started.
        """
        del feed
        return self._carrier.open()

    def _connect(self) -> PipeWay:
        return PipeWay(self.options.command)


class PipeWay:
    """A running command that takes samples."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the command
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors, bufsize=0
            )
        except OSError as error:
            self._errors.close()
            raise AirError(f"Không chạy được lệnh “{command[0]}”: {error.strerror}.", code="no-command") from None
        narrow(self._process)

    def send(self, pcm: bytes) -> None:
        """Write samples.

        Raises:
            AirError: the command ended.
        """
        pour(self._process, pcm, self._why)

    def close(self) -> None:
        """Say that there is no more, and give the command a moment to end by itself."""
        farewell(self._process)
        self._errors.close()

    def abort(self) -> None:
        """Kill the command."""
        with contextlib.suppress(OSError):
            self._process.kill()
        farewell(self._process)
        self._errors.close()

    def _why(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.poll()
        said = last_line(self._errors.fileno()) if not self._errors.closed else ""
        return f"Lệnh “{self._command[0]}” đã dừng (mã {code})" + (f": {said}" if said else "") + "."


def narrow(process: subprocess.Popen[bytes], most: int = _PIPE_BYTES) -> None:
    """Keep little sound between us and a process, where the system lets us choose."""
    if sys.platform == "linux" and process.stdin is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(process.stdin.fileno(), fcntl.F_SETPIPE_SZ, most)


def pour(process: subprocess.Popen[bytes], data: bytes, why: Callable[[], str]) -> None:
    """Write all of `data` to a process; `why()` tells what became of it when it takes no more.

    Raises:
        AirError: it ended.
    """
    pipe = process.stdin
    try:
        view = memoryview(data)
        while view and pipe is not None:
            view = view[pipe.write(view) or 0 :]
    except (OSError, ValueError):
        raise AirError(why(), code="command-ended") from None


def farewell(process: subprocess.Popen[bytes]) -> None:
    """Close a process' standard input and see it to its end, by force if need be."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    for end in (None, process.terminate, process.kill):
        if end is not None:
            with contextlib.suppress(OSError):
                end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_FAREWELL_S)
            return


def last_line(handle: int) -> str:
    """The last line that a process complained."""
    try:
        size = os.lseek(handle, 0, os.SEEK_END)
        os.lseek(handle, max(0, size - 2000), os.SEEK_SET)
        lines = [line.strip() for line in os.read(handle, 2000).decode("utf-8", "replace").splitlines() if line.strip()]
    except OSError:
        return ""
    return masked(lines[-1])[:200].rstrip(".") if lines else ""
