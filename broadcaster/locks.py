"""A file that one process holds at a time: a lock of the operating system, let go of however the process dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _give(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


class FileLock:
    """The file of a lock, opened and not yet held; it is made when needed and never removed.

    Raises:
        OSError: the disk refuses the file.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._held = False

    def take(self) -> bool:
        """Hold it if nobody else does; say whether it is held now."""
        try:
            _take(self._handle)
        except OSError:
            return False
        self._held = True
        return True

    def close(self) -> None:
        """Let go of it, held or not."""
        if self._held:
            _give(self._handle)
        os.close(self._handle)
