"""The carrier: keeps a way to the outside open, feeds it at real-time speed, and opens it again when it breaks.

The players hand over samples and go on at once; a thread of the carrier's own does what may block. Between broadcasts
the way is closed after a while, or kept open with silence, so that whoever listens stays connected.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from broadcaster.clock import Clock
from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import PROVEN_S, RATE, Pcm
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

BACK_OFF = (1.0, 2.0, 5.0)
"""Seconds from one attempt to the next while a broadcast needs the way; the last one repeats."""
IDLE_BACK_OFF = 30.0
"""Seconds between attempts when no broadcast needs it."""
LASTING_S = 10.0
"""A way that held this long is tried again at once when it breaks."""
LINGER_S = 15.0
"""An unused way stays open this long: the next broadcast may begin where this one ends."""
OPENING_S = 3.0
"""How long a player waits for the first connection; it does so at T-5 s."""
BACKLOG_S = 1.5
"""Sound that the way did not take; more of it, and the way is given up."""
HANGING_S = 3.0
"""What takes longer to take a fiftieth of a second of sound hangs."""
_HANGS = "Đường ra không nhận kịp âm thanh (đầu kia bị treo)."
_SILENCE_S = 0.02
_DRAIN_S = 1.0


class Way(Protocol):
    """An open way to the outside."""

    def send(self, pcm: bytes) -> None:
        """Take samples; may block until there is room.

        Raises:
            AirError: it broke.
        """
        ...

    def close(self) -> None:
        """Let what was taken go out, then close; takes a few seconds at most, never raises."""
        ...

    def abort(self) -> None:
        """Break it at once, from any thread, so that a blocked `send` comes back. Never raises."""
        ...


class Carrier:
    """Keeps one way. Safe to call from several threads.

    Args:
        name: the sink's name.
        connect: opens the way; raises `AirError` when it cannot.
        clock: for the pace of silence and for pauses.
        keep: hold it open between broadcasts, with silence.
    """

    def __init__(self, name: str, connect: Callable[[], Way], clock: Clock, *, keep: bool) -> None:
        self._trouble = ""
        self._name = name
        self._connect = connect
        self._clock = clock
        self._keep = keep
        self._changed = threading.Condition()
        self._way: Way | None = None
        self._waiting: deque[bytes] = deque()
        self._samples = 0
        self.lost = 0
        """Samples that were taken and never sent, since it was made."""
        self._holders = 0
        self._playing = False
        self._wanted_at = 0.0
        self._broken = ""
        self._sending_since: float | None = None
        self._stop = False
        self._thread: WatchedThread | None = None

    @property
    def trouble(self) -> str:
        """Why there is no way just now, in Vietnamese, or was none until a few seconds ago; empty when all is well.

        It ends by proof alone: a way that broke is tried, also when nobody plays, until it has carried for `PROVEN_S`.
        A way that hangs with nobody playing is noticed, and given up, when this is asked.
        """
        with self._changed:
            since, way = self._sending_since, self._way
            if since is None or way is None or self._clock.monotonic() - since < HANGING_S:
                return self._trouble
            self._trouble = self._broken = _HANGS
        way.abort()
        return _HANGS

    def start(self) -> None:
        """Open the way now, if it is one that stays open."""
        if self._keep:
            with self._changed:
                self._work()

    def finish(self) -> None:
        """Close it for good."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(3)
            if (way := self._way) is not None and thread.is_alive():
                way.abort()

    def open(self) -> Passage:
        """A passage for one broadcast.

        Raises:
            AirError: the way cannot be opened now; it is tried again behind the scenes.
        """
        with self._changed:
            self._wanted_at = self._clock.monotonic()
            self._work()
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._way is not None or self._trouble, OPENING_S)
            if self._way is None:
                raise AirError(self._trouble or "Chưa nối được đường ra.", code="connecting", field=self._name)
            self._holders += 1
            return Passage(self)

    def put(self, pcm: Pcm) -> None:
        """Take samples of a broadcast.

        Raises:
            AirError: the way broke, or does not take sound at real-time speed.
        """
        with self._changed:
            self._wanted_at = self._clock.monotonic()
            if self._way is None or self._broken:
                raise AirError(self._trouble or self._broken or "Đường ra bị đứt.", field=self._name)
            if self._samples > RATE * BACKLOG_S:
                self._broken = _HANGS
                self._let_go()
                self._changed.notify_all()
                self._way.abort()
                raise AirError(self._broken, code="stalled", field=self._name)
            self._playing = True
            self._waiting.append(bytes(pcm))
            self._samples += len(pcm) // 2
            self._changed.notify_all()

    def forget(self) -> None:
        """Drop what waits."""
        with self._changed:
            self._let_go()

    def release(self) -> None:
        """Let a passage go, once what it was given is on its way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._samples or self._way is None or self._broken, _DRAIN_S)
            self._holders -= 1
            self._playing = False
            self._wanted_at = self._clock.monotonic()

    def _let_go(self) -> None:
        self.lost += self._samples
        self._waiting.clear()
        self._samples = 0

    def _work(self) -> None:
        if self._thread is None and not self._stop:
            self._thread = WatchedThread(self._run, f"carrier-{self._name}")
            self._thread.start()

    def _needed(self) -> bool:
        return not self._stop and (
            self._keep
            or self._holders > 0
            or bool(self._trouble)
            or self._clock.monotonic() - self._wanted_at < LINGER_S
        )

    def _run(self) -> None:
        failures = 0
        while True:
            with self._changed:
                if not self._needed():
                    self._thread = None
                    return
            since = self._clock.monotonic()
            try:
                self._once()
                continue
            except AirError as error:
                self._say(error.message)
            except Exception:
                log.exception("carrier of sink %s", self._name)
                self._say("Đường ra gặp lỗi không lường trước.")
            failures = 0 if self._clock.monotonic() - since > LASTING_S else failures + 1
            self._pause(failures)

    def _once(self) -> None:
        """Open the way and carry sound until it breaks or is no longer needed."""
        way = self._connect()
        with self._changed:
            self._way, self._broken = way, ""
            self._changed.notify_all()
        try:
            self._carry(way)
        except BaseException:
            way.abort()
            raise
        else:
            way.close()
        finally:
            with self._changed:
                self._way = None
                self._let_go()
                self._changed.notify_all()

    def _carry(self, way: Way) -> None:
        opened = begun = self._clock.monotonic()
        sent = 0
        while True:
            with self._changed:
                if not self._waiting:
                    self._changed.wait(_SILENCE_S)
                if self._broken:
                    raise AirError(self._broken, field=self._name)
                pcm = b"".join(self._waiting)
                self._waiting.clear()
                playing, needed = self._playing, self._needed()
            behind = round((self._clock.monotonic() - begun) * RATE) - sent
            if not pcm and not playing:
                if not needed:
                    return
                if behind >= RATE:  # a long pause is not made up for
                    begun, sent, behind = self._clock.monotonic(), 0, 0
                elif behind >= RATE * _SILENCE_S:
                    pcm = bytes(behind * 2)
            if pcm:
                self._sending_since = self._clock.monotonic()
                try:
                    way.send(pcm)
                except AirError as error:
                    raise AirError(self._broken or error.message, field=self._name) from error
                finally:
                    self._sending_since = None
                sent += len(pcm) // 2
                self._went(self._clock.monotonic() - opened)

    def _went(self, carried_s: float) -> None:
        """Take note that the way took a piece, so many seconds after it was opened."""
        with self._changed:
            self._samples = sum(map(len, self._waiting)) // 2
            if carried_s >= PROVEN_S and not self._broken:
                self._trouble = ""
            self._changed.notify_all()

    def _say(self, why: str) -> None:
        log.warning("sink %s: %s", self._name, why)
        with self._changed:
            self._trouble = why
            self._changed.notify_all()

    def _pause(self, failures: int) -> None:
        with self._changed:
            if not failures:
                return
            wanted = self._holders or self._clock.monotonic() - self._wanted_at < LINGER_S
            last = self._wanted_at
            wait = BACK_OFF[min(failures, len(BACK_OFF)) - 1] if wanted else IDLE_BACK_OFF
            # a broadcast that comes while nobody needed it does not wait for the long pause to end
            self._changed.wait_for(lambda: self._stop or (not wanted and self._wanted_at > last), wait)


class Passage:
    """One broadcast's hold on a carrier: an open stream in the sense of `sinks.base`."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier: Carrier | None = carrier
        self._lost_before = carrier.lost

    def write(self, pcm: Pcm) -> None:
        """Hand samples over and return at once.

        Raises:
            AirError: the way broke.
        """
        if self._carrier is not None:
            self._carrier.put(pcm)

    @property
    def lost(self) -> int:
        """Samples that were taken and never sent."""
        return self._carrier.lost - self._lost_before if self._carrier is not None else 0

    def drop(self) -> None:
        """Forget what waits."""
        if self._carrier is not None:
            self._carrier.forget()

    def close(self) -> None:
        """Let go; the way lingers a little for the next broadcast."""
        carrier, self._carrier = self._carrier, None
        if carrier is not None:
            carrier.release()
