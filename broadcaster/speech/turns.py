"""One request at a time for each station, whichever of its processes asks: a lock of the operating system.

Worker, panel and command line may speak at once; what is on the other end of an online voice sees one station. The
operating system lets go of the lock when a process dies, however it dies.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import EngineError

PATIENCE_S: Final = 120.0
"""Longer than any one sentence takes with all its attempts (s)."""
_LOOK_S: Final = 0.05

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def turn(path: Path, *, patience_s: float = PATIENCE_S, clock: Clock | None = None) -> Iterator[None]:
    """Hold `path` while others wait for it; a disk that refuses the file lets everybody through.

    Args:
        path: the lock's file; made when needed, never removed.
        patience_s: how long to wait (s).
        clock: to wait by.

    Raises:
        EngineError: another process has held it for too long; another attempt may help.
    """
    time = clock or SystemClock()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        deadline = time.monotonic() + patience_s
        while not _taken(handle):
            if time.monotonic() >= deadline:
                raise EngineError(
                    "Máy đang đọc trực tuyến một bài khác quá lâu. Hãy thử lại sau ít phút.",
                    transient=True,
                    code="voice-busy",
                )
            time.sleep_until(time.monotonic() + _LOOK_S)
        yield
    finally:
        os.close(handle)  # which lets go of the lock


def _taken(handle: int) -> bool:
    try:
        _take(handle)
    except OSError:
        return False
    return True
