"""A recording written behind the player's back: a disk that is slow, or hangs, holds up no sound."""

from __future__ import annotations

import logging
import threading
from collections import deque

from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import RATE, Feed, Pcm, Placed, Sink, Stream
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

MOST_S = 30
"""Sound that may wait for the disk; more of it, and the recording is given up."""
_FAREWELL_S = 2.0


class Behind:
    """A sink that hands on to another, from a thread of its own."""

    paced = False

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.name, self.kind = sink.name, sink.kind
        self.exclusive, self.latency = sink.exclusive, sink.latency

    @property
    def where(self) -> str:
        """Where the sink's sound goes."""
        return self._sink.where

    def check(self) -> str:
        """Say what the sink itself says."""
        return self._sink.check()

    def open(self, feed: Feed) -> Stream:
        """Open the sink, and the thread that writes to it.

        Raises:
            AirError: it cannot be opened.
        """
        stream = self._sink.open(feed)
        return RecordingFollower(stream) if isinstance(stream, Placed) else Follower(stream)


class Follower:
    """An open stream, written to as fast as it takes."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._fault = ""
        self._over = False
        self._changed = threading.Condition()
        self._thread = WatchedThread(self._run, "behind", once=True)
        self._thread.start()

    def write(self, pcm: Pcm) -> None:
        """Take samples and return at once.

        Raises:
            AirError: the stream failed meanwhile, or too much waits for it.
        """
        with self._changed:
            if not self._fault and self._bytes > MOST_S * RATE * 2:
                self._fault = "Đĩa ghi bản thu kiểm thính quá chậm nên bỏ phần còn lại của bản thu."
            if self._fault:
                raise AirError(self._fault, code="behind")
            self._waiting.append(bytes(pcm))
            self._bytes += len(pcm)
            self._changed.notify_all()

    def drop(self) -> None:
        """Do nothing: what was taken left already, and belongs into the recording."""

    def close(self) -> None:
        """Let the rest be written; a disk that takes long for it is not waited for."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join(_FAREWELL_S)

    def _run(self) -> None:
        try:
            while (pcm := self._next()) is not None:
                self._stream.write(pcm)
        except AirError as error:
            with self._changed:
                self._fault = error.message
        except Exception:
            log.exception("a recording failed")
            with self._changed:
                self._fault = "Bản thu kiểm thính gặp lỗi không lường trước."
        finally:
            self._stream.close()

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over)
            if not self._waiting:
                return None
            pcm = b"".join(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            return pcm


class RecordingFollower(Follower):
    """One whose stream can say where it stands."""

    def __init__(self, stream: Placed) -> None:
        self._name, self._samples = stream.place
        super().__init__(stream)

    def write(self, pcm: Pcm) -> None:
        """Take samples and return at once.

        Raises:
            AirError: as for any follower.
        """
        super().write(pcm)
        self._samples += len(pcm) // 2

    @property
    def place(self) -> tuple[str, int]:
        """The recording's name, and the samples handed over so far, written or waiting."""
        return self._name, self._samples
