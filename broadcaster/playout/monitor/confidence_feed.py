"""The return: what can be heard behind a sink, brought back by a command that writes samples to its standard output."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence

from broadcaster.playout.sinks.base import RATE
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

_PIECE = RATE * 2 // 10
_AGAIN_S = 1.0
_PATIENCE = 5
"""Attempts before it is told: the stream may not be up yet."""
_MOST = 300
"""Pieces that wait at most (30 s)."""
NOT_HEARD = "Không nghe lại được đầu ra nên chưa chứng minh được là loa có tiếng."


class ConfidenceFeed:
    """A running command; started again when it ends.

    Args:
        command: writes signed 16-bit little-endian samples, 48 kHz, one channel.
        trouble: told when nothing can be heard (a Vietnamese sentence), and when it can again (empty).
    """

    def __init__(self, command: Sequence[str], trouble: Callable[[str], None]) -> None:
        self.ever = False
        """Whether anything was caught at all."""
        self._command = list(command)
        self._trouble = trouble
        self._pieces: deque[bytes] = deque(maxlen=_MOST)
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = WatchedThread(self._run, "return")
        self._thread.start()

    def caught(self) -> list[bytes]:
        """What came since the last call."""
        pieces = []
        while self._pieces:
            pieces.append(self._pieces.popleft())
        return pieces

    def close(self) -> None:
        """End the command."""
        self._stop.set()
        if (process := self._process) is not None:
            with contextlib.suppress(OSError):
                process.kill()
        self._thread.join(3)

    def _run(self) -> None:
        tries = 0
        while not self._stop.is_set():
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
                if self._stop.is_set():  # told to stop in this very moment
                    self._process.kill()
                self._read(self._process)
            except OSError as error:
                log.warning("return: %s", error)
            tries += 1
            if self._stop.wait(_AGAIN_S):
                break
            if tries >= _PATIENCE:
                self._trouble(NOT_HEARD)
        self._trouble("")

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        out, heard = process.stdout, False
        try:
            while out is not None and (piece := out.read(_PIECE)):
                if not heard:
                    heard = self.ever = True
                    self._trouble("")
                self._pieces.append(piece)
        finally:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()
            if out is not None:
                out.close()
