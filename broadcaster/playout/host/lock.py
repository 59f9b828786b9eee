"""One play-out per home: a second one is refused while the first lives, however the first one dies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from broadcaster.errors import AirError
from broadcaster.locks import FileLock


@contextlib.contextmanager
def home_lock(path: Path) -> Iterator[None]:
    """Hold `path` for this process.

    Raises:
        AirError: another process holds it, or the disk refuses.
    """
    try:
        lock = FileLock(path)
    except OSError as error:
        raise AirError(
            f"Không mở được tệp khóa của máy phát: {error.strerror}.", code="lock", field=str(path)
        ) from None
    try:
        if not lock.take():
            raise AirError(
                "Đã có một máy phát đang chạy cho đài này; không chạy hai máy phát cùng lúc. "
                "Hãy dừng máy phát kia trước.",
                code="locked",
                field=str(path),
            )
        yield
    finally:
        lock.close()
