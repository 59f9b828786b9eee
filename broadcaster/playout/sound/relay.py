"""A relay on air: the samples of a stream, as they come, at the station's loudness, and never outside its hours.

ffmpeg opens the stream some time before its turn, so that what is dead is known beforehand. The last seconds wait in
memory; every player of the broadcast reads the same ones. What stalls is silence; what is silent or dead for too
long is over, and the rundown goes on with local content at once.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import math
import subprocess
import threading
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from broadcaster.clock import Clock
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.relays import RelaySource
from broadcaster.errors import AirError, MediaError
from broadcaster.media import ffmpeg
from broadcaster.playout.sinks.base import RATE, Pcm
from broadcaster.playout.sound.player import FADE
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

HELD_S = 12
"""Sound kept in memory."""
BEHIND_S = 1.5
"""How far behind the newest sample the relay is aired, so that a network that stutters is not heard."""
QUIET_DBFS = -50.0
"""Softer than this is silence."""
PREROLL_S = 25.0
"""Seconds before its turn at which the stream is opened."""
PATIENCE_S = 10.0
"""A stream that gave no sound after so long before its turn is told to the operator."""
_AGAIN_S = 2.0
_AGREE_S = 1.0
"""The hours are asked again so often."""
_PIECE = RATE * 2 // 50
_STALLED = "8000000"


@dataclass(frozen=True, slots=True)
class Relay:
    """How to open one relay.

    Args:
        source: what may be relayed, and when.
        loudness: the station's own (LUFS).
        tz: the station's time zone.
    """

    source: RelaySource
    loudness: float
    tz: ZoneInfo

    def command(self) -> list[str]:
        """The ffmpeg that turns the stream into samples of the station's loudness.

        Only network streams, and in them only sound, may be opened: a playlist cannot reach this machine's files.
        """
        open_only = ["-protocol_whitelist", "http,https,tcp,tls,crypto", "-rw_timeout", _STALLED]
        forms = ["-format_whitelist", "mp3,aac,ogg,flac,wav,mpegts,mov,hls,matroska"]
        given = [*open_only, *forms, "-user_agent", "loa-xa", "-i", self.source.url.reveal()]
        if self.source.capture:
            given = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
        level = f"loudnorm=I={self.loudness}:TP=-1.5:LRA=11,aresample={RATE}"
        shape = ["-map", "0:a:0", "-vn", "-ac", "1", "-af", level, "-f", "s16le", "-flush_packets", "1", "pipe:1"]
        return [ffmpeg.program(), "-hide_banner", "-loglevel", "error", "-fflags", "nobuffer", *given, *shape]


class RelayFeed:
    """A relay being received, read by players as a source.

    Args:
        relay: what to open.
        clock: says the hour.
        samples: its greatest length.
        trouble: told what is wrong with it (a Vietnamese sentence), and that it is well (empty).
    """

    live = True

    def __init__(self, relay: Relay, clock: Clock, samples: int, trouble: Callable[[str], None]) -> None:
        self.samples = samples
        self.why = NOTHING
        self._relay = relay
        self._clock = clock
        self._trouble = trouble
        self._ring = np.zeros(RATE * HELD_S, "<i2")
        self._came = 0
        self._lock = threading.Lock()
        self._moves: list[tuple[int, int]] = []  # from this sample on, so far from the place in the stream
        self._furthest = 0
        self._listens_at = 0.0
        self._quiet = 0
        self._over_at: int | None = None
        self._agreed_until = 0
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._capture: subprocess.Popen[bytes] | None = None
        self._thread = WatchedThread(self._run, f"relay-{relay.source.name}")

    def start(self, wait_s: float) -> None:
        """Begin to receive in `wait_s` seconds."""
        self._listens_at = self._clock.monotonic() + max(0.0, wait_s)
        self._thread.start()

    def look(self) -> None:
        """Tell, before its turn, whether it can be relayed as it looks now."""
        if not self._furthest and self._clock.monotonic() >= self._listens_at + PATIENCE_S:
            self._trouble(self.check())

    def check(self) -> str:
        """Say why it cannot be relayed as it looks now; empty when sound comes."""
        with self._lock:
            held = self._ring[: min(self._came, len(self._ring))]
            if not self._came:
                return f"Nguồn tiếp âm “{self._relay.source.title}” không có tín hiệu."
            if _level(held) < QUIET_DBFS:
                return f"Nguồn tiếp âm “{self._relay.source.title}” đang im lặng."
        return ""

    def read(self, at: int, n: int) -> Pcm | None:
        """What came for samples [at, at + n); nothing while the stream stalls, None once it is over."""
        with self._lock:
            if at >= self._furthest and self._over_at is None:
                self._agree(at)
            if self._over_at is not None and at >= self._over_at:
                return None
            if not self._moves:
                if not self._came:
                    self._end(
                        0,
                        Cause.RELAY_SILENT,
                        f"Nguồn tiếp âm “{self._relay.source.title}” không có tín hiệu lúc đến giờ.",
                    )
                    return None
                self._moves.append((at, max(0, self._came - round(RATE * BEHIND_S)) - at))
            piece = self._piece(at, n)
            if at >= self._furthest:
                self._furthest = at + n
                self._listen(piece, n)
            if piece and self._over_at is not None and at + n >= self._over_at:
                return _faded(piece, self._over_at - at)
            return piece

    def close(self) -> None:
        """Stop receiving."""
        self._stop.set()
        for process in (self._process, self._capture):
            if process is not None:
                with contextlib.suppress(OSError):
                    process.kill()
        if self._thread.is_alive():
            self._thread.join(3)
        self._trouble("")

    def _agree(self, at: int) -> None:
        """Ask the hours once more, by the clock on the wall."""
        if at < self._agreed_until:
            return
        left = self._relay.source.allowed(self._clock.now().astimezone(self._relay.tz)).total_seconds()
        if left < _AGREE_S:
            word = "Hết" if left or self._furthest else "Ngoài"
            hours = self._relay.source.hours
            text = f"{word} giờ được tiếp âm “{self._relay.source.title}” ({hours})."
            self._end(at + round(left * RATE), Cause.RELAY_HOURS, text)
        self._agreed_until = at + round(min(_AGREE_S, left - _AGREE_S) * RATE)

    def _piece(self, at: int, n: int) -> bytes:
        place = at + self._moves[max(0, bisect_right(self._moves, (at, 1 << 62)) - 1)][1]
        if place + n > self._came:
            if at >= self._furthest:  # what comes late is aired late: nothing of it is lost
                self._moves.append((at + n, place - at - n))
                del self._moves[:-50]
            return b""
        oldest = self._came - len(self._ring)
        if place < oldest:  # so far behind that it was let go: go on from what is held
            place = self._came - round(RATE * BEHIND_S)
            self._moves.append((at, place - at))
        where = np.arange(place, place + n) % len(self._ring)
        return self._ring[where].tobytes()

    def _listen(self, piece: bytes, n: int) -> None:
        silent = not piece or _level(np.frombuffer(piece, "<i2")) < QUIET_DBFS
        self._quiet = self._quiet + n if silent else 0
        if self._quiet >= self._relay.source.silence_s * RATE:
            what = "im lặng" if piece else "mất tín hiệu"
            title, seconds = self._relay.source.title, self._relay.source.silence_s
            self._end(
                self._furthest,
                Cause.RELAY_SILENT,
                f"Nguồn tiếp âm “{title}” {what} {seconds:.0f} giây; chuyển sang nội dung của đài.",
            )

    def _end(self, at: int, cause: Cause, text: str) -> None:
        self._over_at, self.why = at, Why(cause, text)
        self._stop.set()
        self._trouble(text)

    def _run(self) -> None:
        self._clock.sleep_until(self._listens_at, self._stop)
        while not self._stop.is_set():
            try:
                self._receive()
            except (OSError, MediaError) as error:
                log.warning("relay %s: %s", self._relay.source.name, error)
            self._stop.wait(_AGAIN_S)

    def _receive(self) -> None:
        capture, given = self._relay.source.capture, subprocess.DEVNULL
        if capture:
            self._capture = subprocess.Popen(capture, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=given)
        inlet = self._capture.stdout if self._capture is not None and capture else given
        process = subprocess.Popen(
            self._relay.command(), stdin=inlet, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._process = process
        if self._capture is not None and self._capture.stdout is not None:
            self._capture.stdout.close()  # ffmpeg holds it now
        try:
            while not self._stop.is_set() and process.stdout is not None and (piece := process.stdout.read(_PIECE)):
                self._keep(np.frombuffer(piece[: len(piece) // 2 * 2], "<i2"))
        finally:
            for one in (process, self._capture):
                if one is not None:
                    with contextlib.suppress(OSError):
                        one.kill()
                    one.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _keep(self, samples: np.ndarray) -> None:
        with self._lock:
            where = np.arange(self._came, self._came + len(samples)) % len(self._ring)
            self._ring[where] = samples
            self._came += len(samples)


class Assumed:
    """A relay in a simulation: silence that counts as heard, for there is no network in simulated time."""

    live = True
    why = NOTHING

    def __init__(self, samples: int) -> None:
        self.samples = samples

    def read(self, at: int, n: int) -> bytes:
        """Zeros."""
        del at
        return bytes(n * 2)


def source_of(relay: Relay, clock: Clock, samples: int, at: dt.datetime, trouble: Callable[[str], None]) -> RelayFeed:
    """A relay that is being received for its turn at `at`.

    Raises:
        AirError: at that hour it must not be relayed.
    """
    local = at.astimezone(relay.tz)
    if why := relay.source.refusal(local):
        raise AirError(why, code="relay-hour")
    feed = RelayFeed(relay, clock, samples, trouble)
    feed.start((at - clock.now()).total_seconds() - PREROLL_S)
    return feed


def _faded(piece: bytes, end: int) -> bytes:
    """The piece silent from sample `end` on, with a fade before it."""
    samples = np.frombuffer(piece, "<i2").astype(np.float32)
    ramp = min(end, FADE)
    samples[end - ramp : end] *= np.linspace(1, 0, ramp, dtype=np.float32)
    samples[end:] = 0
    return np.rint(samples).astype("<i2").tobytes()


def _level(samples: np.ndarray) -> float:
    if not len(samples):
        return -math.inf
    power = float(np.mean(samples.astype(np.float64) ** 2)) / 32768**2
    return 10 * math.log10(power) if power > 0 else -math.inf
