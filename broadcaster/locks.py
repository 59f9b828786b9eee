"""A file that one process holds at a time: a lock of the operating system, let go of however the process dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _BEHIND = 64
    """The byte that is locked: Windows lets nobody read a locked one, and who holds it stands before it."""

    def _take(handle: int) -> None:
        os.lseek(handle, _BEHIND, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _give(handle: int) -> None:
        os.lseek(handle, _BEHIND, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


_TRIES = 4
_INSTANT_S = 0.02


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
        """Hold it if nobody else does; say whether it is held now.

        Who asks after the holder has it for an instant: that is waited out.
        """
        tries = _TRIES
        while not self._take():
            tries -= 1
            if not tries:
                return False
            time.sleep(_INSTANT_S)
        with contextlib.suppress(OSError):  # a full disk takes no number; the lock holds without
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, str(os.getpid()).encode())
        return True

    def holder(self) -> int | None:
        """The process that holds it (0: it did not say which), None if nobody does; it is not held afterwards."""
        if self._take():
            _give(self._handle)
            self._held = False
            return None
        os.lseek(self._handle, 0, os.SEEK_SET)
        said = os.read(self._handle, 20)
        return int(said) if said.isdigit() else 0

    def _take(self) -> bool:
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
