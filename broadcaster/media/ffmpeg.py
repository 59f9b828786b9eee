"""Run ffmpeg: argument lists only, with a time limit, a way to cancel, and errors that a person understands."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import imageio_ffmpeg

from broadcaster.clock import SystemClock
from broadcaster.errors import MediaError
from broadcaster.threads import WatchedThread

TIMEOUT_S: Final = 900.0
"""Longest life of one ffmpeg, unless the caller knows better (s)."""
FORMATS: Final = "wav,w64,mp3,mov,mp4,m4a,ogg,flac,aac,matroska,webm,aiff,amr"
"""Containers that may be opened; playlists and network formats are not among them."""

_CHUNK = 1 << 16
_STDERR_TAIL = 1 << 16
_POLL_S = 0.1
_NICE = 10
_DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
_TOO_LARGE = -getattr(signal, "SIGXFSZ", 0)
NOT_THE_FILE: Final = frozenset(
    {"disk", "disk-full", "ffmpeg-missing", "ffmpeg-killed", "ffmpeg-timeout", "ffmpeg-rubbish"}
)
"""Codes of errors that this machine is to blame for, not the sound: the same sound may be used later."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a finished ffmpeg left behind."""

    stdout: bytes
    """Empty when `on_stdout` took it."""
    stderr: str
    """The last 64 KiB, where summaries and errors stand."""
    code: int = 0
    """What it ended with: 0 done, above 0 it says why not, below 0 the signal that ended it."""


def program() -> str:
    """The path of the ffmpeg to run: the system's, else the wheel's.

    Raises:
        MediaError: there is none.
    """
    if found := shutil.which("ffmpeg"):
        return found
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (RuntimeError, OSError):
        raise MediaError(
            "Máy chưa có ffmpeg nên không xử lý được âm thanh. Hãy cài gói ffmpeg hoặc cài lại loa-xa.",
            code="ffmpeg-missing",
        ) from None


@dataclass(frozen=True, slots=True)
class FfmpegBuild:
    """The ffmpeg in use: which it is, from when, and whether anybody keeps it safe."""

    version: str
    path: str
    year: int | None
    """In which it was made; None where it does not say."""
    bundled: bool
    """It came with a Python package and stays as it is; the system's gets the system's updates."""

    @property
    def sentence(self) -> str:
        """Which it is, in a Vietnamese sentence."""
        made = f", làm năm {self.year}" if self.year else ""
        return f"ffmpeg {self.version}{made} ({self.path})."

    def is_old(self, year: int) -> bool:
        """Whether faults that were found since may be open in it: two New Years lie between, and nobody updates it."""
        return self.bundled and (self.year is None or year - self.year > 1)


def in_use() -> FfmpegBuild:
    """The ffmpeg in use, for the doctor.

    Raises:
        MediaError: there is none, or it does not answer as ffmpeg does.
    """
    path = program()
    out = run(["-version"], timeout_s=15).stdout.decode("utf-8", "replace")
    words = out.split()
    if words[:2] != ["ffmpeg", "version"]:
        raise rubbish()
    dated = re.search(r"-(20\d\d)[01]\d[0-3]\d\b", words[2]) or re.search(r"Copyright \(c\) [\d-]*(20\d\d)", out)
    return FfmpegBuild(words[2], path, int(dated[1]) if dated else None, bundled=shutil.which("ffmpeg") is None)


def source(path: Path) -> list[str]:
    """The arguments that open a file for reading, and nothing but a file."""
    return ["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-i", f"file:{path}"]


def run(
    arguments: Sequence[str],
    *,
    data: bytes | Iterable[bytes] | None = None,
    on_stdout: Callable[[bytes], None] | None = None,
    timeout_s: float = TIMEOUT_S,
    cancel: threading.Event | None = None,
    low_priority: bool = False,
    check: bool = True,
) -> RunResult:
    """Run ffmpeg to its end and return what it wrote.

    Args:
        arguments: everything after the program's name.
        data: bytes for its standard input, whole or piece by piece.
        on_stdout: takes standard output piece by piece, so that memory stays bounded.
        timeout_s: it is killed after this many seconds.
        cancel: it is killed soon after this is set.
        low_priority: give way to play-out on the processor.
        check: raise when it ends with an error.

    Raises:
        MediaError: missing, hanging, killed, cancelled, disk full, or it says that the input is bad.
    """
    command = [program(), "-hide_banner", "-nostdin", "-y", *arguments]
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        except OSError as error:
            raise MediaError(
                f"Không chạy được ffmpeg ({error.strerror}). Hãy cài lại ffmpeg.", code="ffmpeg-missing"
            ) from None
        if low_priority and hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        pump = _Pump(process, data, on_stdout)
        try:
            _wait(process, pump, timeout_s, cancel)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            pump.close()
        stderr = _tail(errors)
    if pump.fault is not None:
        raise pump.fault
    if check and process.returncode != 0:
        raise failure(process.returncode, stderr)
    return RunResult(bytes(pump.collected), stderr, process.returncode)


def cancelled() -> MediaError:
    """The error of work that a person stopped."""
    return MediaError("Đã hủy việc xử lý âm thanh.", code="cancelled")


def rubbish() -> MediaError:
    """The error of a program that is called ffmpeg and does not answer as ffmpeg does."""
    return MediaError("Chương trình ffmpeg trên máy trả lời không đúng. Hãy cài lại ffmpeg.", code="ffmpeg-rubbish")


class _Pump:
    """Feeds standard input and drains standard output, each in its own thread."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        data: bytes | Iterable[bytes] | None,
        on_stdout: Callable[[bytes], None] | None,
    ) -> None:
        self.collected = bytearray()
        self.fault: BaseException | None = None
        self._take = on_stdout or self.collected.extend
        self._process = process
        self.reader = WatchedThread(self._drain, "ffmpeg-out", once=True)
        self._threads = [self.reader]
        if data is not None:
            pieces = [data] if isinstance(data, bytes) else data
            self._threads.append(WatchedThread(functools.partial(self._feed, pieces), "ffmpeg-in", once=True))
        for thread in self._threads:
            thread.start()

    def _drain(self) -> None:
        out = self._process.stdout
        if out is None:
            return
        try:
            while chunk := out.read(_CHUNK):
                self._take(chunk)
        except Exception as error:  # noqa: BLE001 - carried to the caller's thread
            self.fault = error
            self._process.kill()

    def _feed(self, pieces: Iterable[bytes]) -> None:
        pipe = self._process.stdin
        if pipe is None:
            return
        try:
            for piece in pieces:
                with contextlib.suppress(BrokenPipeError, ValueError):  # ffmpeg may end before it has read all
                    pipe.write(piece)
        except Exception as error:  # noqa: BLE001 - carried to the caller's thread
            self.fault = error
            self._process.kill()
        with contextlib.suppress(OSError):
            pipe.close()

    def close(self) -> None:
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdout, self._process.stdin):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _wait(process: subprocess.Popen[bytes], pump: _Pump, timeout_s: float, cancel: threading.Event | None) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + timeout_s
    while pump.reader.is_alive():
        if cancel is not None and cancel.is_set():
            raise cancelled()
        left = deadline - clock.monotonic()
        if left <= 0:
            break
        pump.reader.join(min(_POLL_S, left) if cancel is not None else left)
    try:
        process.wait(max(0.0, deadline - clock.monotonic()))
    except subprocess.TimeoutExpired:
        raise MediaError(
            f"Xử lý âm thanh quá {timeout_s:.0f} giây chưa xong nên đã dừng. Hãy thử tệp ngắn hơn hoặc thử lại.",
            code="ffmpeg-timeout",
        ) from None


def _tail(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _STDERR_TAIL))
    return errors.read().decode("utf-8", "replace")


def failure(code: int, stderr: str) -> MediaError:
    """The error of an ffmpeg that ended with `code` and wrote `stderr`."""
    if any(words in stderr for words in _DISK_FULL) or (code < 0 and code == _TOO_LARGE):
        return MediaError("Ổ đĩa đã đầy nên không ghi được âm thanh. Hãy xóa bớt tệp rồi làm lại.", code="disk-full")
    if code < 0:
        return MediaError(
            "Chương trình xử lý âm thanh bị dừng giữa chừng. Hãy làm lại; nếu lặp lại, kiểm tra bộ nhớ của máy.",
            code="ffmpeg-killed",
        )
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    if not lines:  # ffmpeg never fails without a word
        return MediaError(
            f"Chương trình ffmpeg trên máy không chạy đúng (mã lỗi {code}). Hãy cài lại ffmpeg.", code="ffmpeg-rubbish"
        )
    return MediaError(
        f"Không đọc hoặc xử lý được âm thanh này ({lines[-1][:200]}). Hãy thử chép hoặc xuất lại tệp.",
        code="ffmpeg-failed",
    )
