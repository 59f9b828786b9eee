"""The live microphone: samples that the panel appends to a spool while a person speaks, played as they come.

The spool is a growing file of signed 16-bit samples (48 kHz, one channel) on the station's own disk. A small store of
it is kept in hand, so that a hiccup of the network is not heard; when it runs dry, silence goes out, the talk shifts.
It ends when the panel says so, when its time is over, or by itself when nothing came for a while: a browser that was
closed must not leave an open line to the horns.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import BinaryIO

from broadcaster.clock import Clock
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.playout.sinks.base import RATE, Pcm
from broadcaster.playout.sinks.codec import pcm_to_flac
from broadcaster.playout.sound.player import level
from broadcaster.sound.store import Store

IN_HAND_S = 0.3
"""So much is kept in hand before the first sample leaves, and after each pause."""
MOST_IN_HAND_S = 1.0
"""When more than this waits, the talk jumps forward: speech must not trail behind the speaker."""
TRAILING_S = 0.4
"""When more than this waits, pauses of the speaker are passed over in half their time until it does no longer."""
PAUSE_DBFS = -50.0
VANISHED_S = 3.0
"""Nothing came for so long: the browser is gone."""
VANISHED = "Mất kết nối với trình duyệt của người nói nên tự kết thúc."


class Talk:
    """A `Source` over the spool of one broadcast. Read by the players of several sinks, each at its own place.

    Args:
        folder: where the panel keeps the spools.
        number: the broadcast's number.
        samples: the most it may last.
        clock: tells how long nothing came.
    """

    live = True

    def __init__(self, folder: Path, number: int, samples: int, clock: Clock) -> None:
        self._pcm = folder / f"{number}.pcm"
        self._end = folder / f"{number}.end"
        self._most = samples
        self._clock = clock
        self._lock = threading.Lock()
        self._places: dict[int, int] = {}
        self._shift = 0
        self._dry = True
        self._size = 0
        self._grew_at = clock.monotonic()
        self._over: str | None = None
        self._file: BinaryIO | None = None
        self.delay_ms = 0
        """How far what leaves lies behind what came (ms)."""
        self._passed = self._jumped = 0

    @property
    def samples(self) -> int:
        """The most it may last."""
        return self._most

    @property
    def why(self) -> Why:
        """Why it ended by itself; nothing when the speaker ended it."""
        return Why(Cause.MICROPHONE_LOST, self._over) if self._over else NOTHING

    @property
    def passed_ms(self) -> int:
        """How much of the speaker's pauses was passed over: nobody misses it (ms)."""
        return self._passed * 1000 // RATE

    @property
    def overtaken(self) -> Why:
        """What was said and jumped over, so as not to trail; nothing when every word left."""
        if not self._jumped:
            return NOTHING
        seconds = f"{self._jumped / RATE:.1f}".replace(".", ",")
        words = f"Bỏ {seconds} giây lời nói tới dồn một lúc, vì mạng hoặc máy chậm."
        return Why(Cause.MICROPHONE_LOST, words)

    def read(self, at: int, n: int) -> Pcm | None:
        """What was said for the samples from `at`; nothing while none is there; None when it is over."""
        with self._lock:
            place = self._places.get(at)
            if place is None:
                place = self._places[at] = self._place(at, n)
            if place == _OVER:
                return None
            if place == _SILENT or self._file is None:
                return b""
            self._file.seek(place * 2)
            return (self._file.read(n * 2) or b"").ljust(n * 2, b"\0")

    def seal(self, store: Store) -> tuple[str, int]:
        """Keep all that was said as FLAC by its hash; return the hash and the length (ms); empty when nothing was.

        Raises:
            MediaError: the disk refuses, or ffmpeg fails.
        """
        samples = self._pcm.stat().st_size // 2 if self._pcm.is_file() else 0
        if samples == 0:
            return "", 0
        with store.workspace() as folder:
            pcm_to_flac(self._pcm, folder / "talk.flac")
            return store.put(folder / "talk.flac"), samples * 1000 // RATE

    def close(self) -> None:
        """Let go of the spool and remove it."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            self._over = self._over if self._over is not None else ""
        self._pcm.unlink(missing_ok=True)
        self._end.unlink(missing_ok=True)

    def _place(self, at: int, n: int) -> int:
        """Decide once, for all players, what is heard at `at`: a place in the spool, silence, or the end."""
        self._look()
        there = self._size // 2
        place = at - self._shift
        ended = self._end.is_file()
        if ended and place >= there:
            self._over = self._over or self._said()
            return _OVER
        wanted = place + n + (round(IN_HAND_S * RATE) if self._dry else 0)
        if there < wanted and not ended:
            if self._clock.monotonic() - self._grew_at > VANISHED_S:
                self._over = VANISHED
                return _OVER
            self._dry = True
            self._shift += n
            return _SILENT
        self._dry = False
        behind = there - place - n
        if behind > MOST_IN_HAND_S * RATE and not ended:
            jump = behind - round(IN_HAND_S * RATE)
            self._shift -= jump
            self._jumped += jump
            place += jump
            behind -= jump
        elif behind - n > TRAILING_S * RATE and self._pauses(place, n):
            self._shift -= n
            self._passed += n
            place += n
            behind -= n
        self.delay_ms = behind * 1000 // RATE
        return place

    def _pauses(self, place: int, n: int) -> bool:
        """Whether this piece and the next are so soft that one of them is not missed."""
        if self._file is None:
            return False
        self._file.seek(place * 2)
        return level(self._file.read(n * 4)) < PAUSE_DBFS

    def _look(self) -> None:
        if self._file is None:
            try:
                self._file = self._pcm.open("rb", buffering=0)
            except FileNotFoundError:
                return
        size = self._file.seek(0, 2)
        if size > self._size:
            self._size, self._grew_at = size, self._clock.monotonic()

    def _said(self) -> str:
        try:
            return str(json.loads(self._end.read_text(encoding="utf-8")).get("why", ""))
        except (OSError, ValueError):
            return ""


_SILENT, _OVER = -1, -2
