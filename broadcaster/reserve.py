"""A reserve on the station's disk: room that is given up when the disk is full, so that little things can be written.

What keeps a station speaking on a full disk is small: a row, a line of the journal, the words of an emergency. The
reserve is a file of nothing; who looks after it deletes it when others have taken the rest, and makes it anew later.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

_CHUNK: Final = bytes(1 << 20)
_SHARE: Final = 4
"""With less free than this part of the reserve, it is given up."""
SCARCE: Final = 150_000_000
"""Bytes; with less free, what can wait waits, so that the reserve is left to what cannot."""


class Reserve:
    """The reserve of one home.

    Args:
        path: its file, on the disk that may become full.
        size: how many bytes; 0 for none.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def tend(self) -> str:
        """Give it up where the disk is full, make it where there is room; a Vietnamese sentence when it is spent."""
        if not self._size:
            return ""
        try:
            free = shutil.disk_usage(self._path.parent).free
            held = self._path.is_file() and self._path.stat().st_size >= self._size
            if held and free < self._size // _SHARE:
                self._path.unlink()
                held = False
            elif not held:
                held = self._made(free)
        except OSError:
            held = False
        if held:
            return ""
        return "Ổ đĩa đã đầy: đài trả ra chỗ giữ sẵn để còn phát khẩn cấp và ghi nhật ký. Hãy xóa bớt tệp ngay."

    def make(self) -> None:
        """Make it where there is room twice over, unless it is there; it is kept until it is spent."""
        with contextlib.suppress(OSError):
            if self._size and not self._path.is_file():
                self._made(shutil.disk_usage(self._path.parent).free)

    def spend(self) -> bool:
        """Give it up now, for what is written in this very moment; whether there was any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _made(self, free: int) -> bool:
        if free <= 2 * self._size:
            return False
        self._fill()
        return True

    def _fill(self) -> None:
        try:
            with self._path.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, self._size)
                else:
                    for _ in range(0, self._size, len(_CHUNK)):
                        file.write(_CHUNK)
        except OSError:
            self._path.unlink(missing_ok=True)
            raise


def scarce(folder: Path) -> bool:
    """Whether the disk of a folder is so full that what can wait should."""
    try:
        return shutil.disk_usage(folder).free < SCARCE
    except OSError:
        return False
