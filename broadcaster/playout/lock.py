"""One play-out per home: a lock that the operating system lets go of when the process dies, however it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from broadcaster.errors import AirError

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


class HomeLock:
    """Holds `path` for this process; a second holder is refused at once. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            AirError: another process holds it, or the disk refuses.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise AirError(
                f"Không mở được tệp khóa của máy phát: {error.strerror}.", code="lock", field=str(self.path)
            ) from None
        try:
            _take(handle)
        except OSError:
            os.close(handle)
            raise AirError(
                "Đã có một máy phát đang chạy cho đài này; không chạy hai máy phát cùng lúc. "
                "Hãy dừng máy phát kia trước.",
                code="locked",
                field=str(self.path),
            ) from None
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            _give(self._handle)
            os.close(self._handle)
            self._handle = None
