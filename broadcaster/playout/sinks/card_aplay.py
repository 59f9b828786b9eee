"""The sound cards through `aplay` of Debian's alsa-utils: ALSA, and by its plug-ins PulseAudio and PipeWire.

`aplay` takes samples from a pipe at the card's own pace. The card starts once its buffer is full, which is at once:
play-out writes ahead until nothing more goes in. What is on its way is 190 ms at most.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import RATE, Pcm
from broadcaster.playout.sinks.pipe import farewell, last_line, narrow

if sys.platform == "linux":
    import fcntl
    import termios

_PROGRAM = "aplay"
_BUFFER_US = 120_000
_PERIOD_US = 20_000
_PIPE_BYTES = 4096
_STARTING_S = 0.4
"""A card that refuses does so within this."""
_STALLED_S = 2.0
_ASKING_S = 5.0
_AHEAD = round(RATE * 0.25)
_FASTEST = RATE * 1.001
"""Samples per second that no card exceeds: an ALSA device that is none (`null`, `file`) takes all at once."""
_NO_CARDS = (
    *("null", "jack", "oss", "usbstream", "arcam_av_ctl", "a52"),
    *("lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix"),
)
"""What ALSA lists beside cards: converters, and ways that lead nowhere by themselves."""
_SERVERS = {"pulse": ("PULSE_SERVER", "pulse/native"), "pipewire": ("PIPEWIRE_REMOTE", "pipewire-0")}
"""Sound servers that ALSA lists whether they run or not: the setting that names one, and its socket."""


class AplayCards:
    """What `aplay` finds."""

    latency = 0.02

    def missing(self) -> str:
        """Say what to install where there is no such program."""
        if shutil.which(_PROGRAM):
            return ""
        return "Máy này thiếu chương trình aplay để phát ra card âm thanh: trên Linux hãy cài gói alsa-utils."

    def names(self) -> list[str]:
        """The cards by what ALSA says of them."""
        return list(self._found())

    def open(self, wanted: str) -> AplayStream:
        """Start `aplay` on a card; it waits for samples.

        Raises:
            AirError: the card refuses.
        """
        found = self._found()
        fitting = [pcm for name, pcm in found.items() if wanted.casefold() in name.casefold()]
        own_choice = any(pcm == "default" or "CARD=" in pcm for pcm in fitting)
        return AplayStream("default" if own_choice and not wanted else next(iter(fitting), "default"))

    def _found(self) -> dict[str, str]:
        """What people call each card, and what ALSA does."""
        if self.missing():
            return {}
        try:
            told = subprocess.run(
                [_PROGRAM, "-L"],
                capture_output=True,
                timeout=_ASKING_S,
                check=False,
                env=os.environ | {"LC_ALL": "C.UTF-8"},
            ).stdout.decode("utf-8", "replace")
        except (OSError, subprocess.TimeoutExpired):
            return {}
        return listed(told)


def listed(told: str) -> dict[str, str]:
    """The cards in what `aplay -L` tells: a name at the margin, what it is indented below it."""
    found: dict[str, str] = {}
    pcm = ""
    for line in told.splitlines():
        if line[:1].strip():
            pcm = line.strip()
        elif pcm:
            kind, _, rest = pcm.partition(":")
            card = kind == "plughw" if "CARD=" in rest else kind not in _NO_CARDS and _runs(kind)
            if card:
                found[f"{line.strip()} ({pcm})"] = pcm
            pcm = ""
    return found


def _runs(kind: str) -> bool:
    if kind not in _SERVERS:
        return True
    setting, socket = _SERVERS[kind]
    return bool(os.environ.get(setting)) or Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), socket).exists()


class AplayStream:
    """A running `aplay`; `write` blocks while it has no room."""

    def __init__(self, pcm: str) -> None:
        self.lost = 0
        """Samples that were taken and never reached `aplay`."""
        self._sent = 0
        self._begun: float | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the program
        sound = ["-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(RATE)]
        pace = [f"--buffer-time={_BUFFER_US}", f"--period-time={_PERIOD_US}"]
        try:
            self._process = subprocess.Popen(
                [_PROGRAM, "-q", "-D", pcm, *sound, *pace],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                bufsize=0,
            )
        except OSError as error:
            self._errors.close()
            raise AirError(f"Không chạy được lệnh “{_PROGRAM}”: {error.strerror}.", code="no-command") from None
        narrow(self._process, _PIPE_BYTES)
        if self._process.stdin is None:
            raise AssertionError
        self._pipe = self._process.stdin.fileno()
        os.set_blocking(self._pipe, False)
        try:
            self._process.wait(_STARTING_S)
        except subprocess.TimeoutExpired:
            return
        why = last_line(self._errors.fileno())
        self.close()
        raise AirError(f"Card âm thanh không mở được: {why}.")

    def write(self, pcm: Pcm) -> None:
        """Hand samples to the card, waiting until it has room.

        Raises:
            AirError: it was unplugged, or takes nothing any more.
        """
        view = memoryview(pcm).cast("B")
        self._wait(len(view) // 2)
        ready = select.poll()
        ready.register(self._pipe, select.POLLOUT)
        given = 0
        while given < len(view):
            try:
                if not ready.poll(_STALLED_S * 1000):
                    raise BlockingIOError
                given += os.write(self._pipe, view[given:])
            except OSError:
                self.lost += max(0, self._unread() - given) // 2  # this piece is refused, not lost
                raise AirError("Card âm thanh không nhận âm thanh nữa (có thể đã bị rút).", code="stalled") from None
        self._sent += len(view) // 2

    def drop(self) -> None:
        """Do nothing: the little that was taken is on its way to the card."""

    def close(self) -> None:
        """Let the rest sound, then end `aplay`."""
        farewell(self._process)
        self._errors.close()

    def _wait(self, samples: int) -> None:
        """Hold up what comes faster than any card plays."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        early = (self._sent + samples - _AHEAD) / _FASTEST - (now - self._begun)
        if early > 0:
            time.sleep(early)

    def _unread(self) -> int:
        """The bytes in the pipe that nobody fetched."""
        return int.from_bytes(fcntl.ioctl(self._pipe, termios.FIONREAD, bytes(4)), "little")


CARDS = AplayCards()
