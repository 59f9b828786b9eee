"""One request at a time for each station, whichever of its processes asks: a lock of the operating system.

Worker, panel and command line may speak at once; what is on the other end of an online voice sees one station.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from broadcaster.clock import Clock, SystemClock
from broadcaster.errors import EngineError
from broadcaster.locks import FileLock

PATIENCE_S: Final = 120.0
"""Longer than any one sentence takes with all its attempts (s)."""
_LOOK_S: Final = 0.05


@contextlib.contextmanager
def turn(path: Path, *, patience_s: float = PATIENCE_S, clock: Clock | None = None) -> Iterator[None]:
    """Hold `path` while others wait for it; a disk that refuses the file lets everybody through.

    Args:
        path: the lock's file.
        patience_s: how long to wait (s).
        clock: to wait by.

    Raises:
        EngineError: another process has held it for too long; another attempt may help.
    """
    time = clock or SystemClock()
    try:
        lock = FileLock(path)
    except OSError:
        yield
        return
    try:
        deadline = time.monotonic() + patience_s
        while not lock.take():
            if time.monotonic() >= deadline:
                raise EngineError(
                    "Máy đang đọc trực tuyến một bài khác quá lâu. Hãy thử lại sau ít phút.",
                    transient=True,
                    code="voice-busy",
                )
            time.sleep_until(time.monotonic() + _LOOK_S)
        yield
    finally:
        lock.close()
