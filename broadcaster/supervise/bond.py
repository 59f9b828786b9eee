"""One home has one of each process: what each holds while it lives, and what ends it when nobody looks after it.

The lock says that there is one; the bond, a pipe whose other end the supervisor holds and never writes to, says that
the supervisor lives. However that one dies, the system closes the pipe.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from broadcaster.clock import SystemClock
from broadcaster.errors import StationError
from broadcaster.home import Home
from broadcaster.locks import FileLock
from broadcaster.threads import WatchedThread

SUPERVISED: Final = "LOA_SUPERVISED"
"""Set in the environment of what `loa up` starts."""
ANEW: Final = 75
"""How a process ends that wants to be started again at once."""
NAMES: Final = {"up": "loa up", "playout": "phát sóng", "worker": "xử lý nền", "web": "trang quản lý"}
"""What each process is called, the one that looks after the others first."""
_LAST_S = 25.0
"""A process that was told to end and has not after this is ended."""
_LOOK_S = 0.1


def lock_of(home: Home, name: str) -> Path:
    """The file that a process of this home holds while it lives."""
    return home.run / f"{name}.lock"


@contextlib.contextmanager
def only(home: Home, name: str) -> Iterator[None]:
    """Be the one process of its name in this home.

    Raises:
        StationError: another one is.
    """
    lock = FileLock(lock_of(home, name))
    try:
        if not lock.take():
            raise StationError(f"Đài này đã có một tiến trình “{NAMES[name]}” đang chạy.", code="locked")
        yield
    finally:
        lock.close()


def living(home: Home) -> dict[str, int]:
    """The processes of this home that live, by name, with their numbers (0: unknown)."""
    found = ((name, held(home, name)) for name in NAMES)
    return {name: pid for name, pid in found if pid is not None}


def held(home: Home, name: str) -> int | None:
    """The process that holds a lock of this home (0: unknown); None when nobody does."""
    if not lock_of(home, name).is_file():
        return None
    lock = FileLock(lock_of(home, name))
    pid = lock.holder()
    lock.close()
    return pid


def end(home: Home, processes: Mapping[str, int]) -> dict[str, int]:
    """End processes of this home in order, by force where asking does not help; return what still lives."""
    for name, pid in processes.items():
        for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            if pid and living(home).get(name) == pid:
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
                _wait_for_end(home, name, pid)
    return living(home)


def _wait_for_end(home: Home, name: str, pid: int) -> None:
    clock = SystemClock()
    until = clock.monotonic() + (3 * _LAST_S if name == "up" else _LAST_S)
    while living(home).get(name) == pid and clock.monotonic() < until:
        clock.sleep_until(clock.monotonic() + _LOOK_S)


def follow_supervisor(stop: threading.Event) -> None:
    """Set `stop` when the supervisor that started this process is gone; end at once if that does not help."""
    if SUPERVISED not in os.environ:
        return

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 1):
                pass
        stop.set()
        clock = SystemClock()
        clock.sleep_until(clock.monotonic() + _LAST_S)
        os._exit(1)

    WatchedThread(watch, "supervisor", once=True).start()
