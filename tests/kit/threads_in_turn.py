"""What play-out's threads wait with in a story: `threading`, `queue` and UDP sockets whose waits are turns given away.

The code under test is the product's, untouched: only these modules, where it looks at them, are ours.
"""

from __future__ import annotations

import errno
import gc
import importlib.util
import os
import queue
import socket
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Self

from broadcaster import threads
from tests.kit.turns import FOREVER, Actor, Gone, Turns

ROOMS = ("broadcaster.playout", "broadcaster.cli.emergency")
"""The modules whose threads take turns."""
_KNOCKING = {"broadcaster.services.air.ear", "broadcaster.services.air.orders"}
"""Those that knock at play-out's ear, and wait for its answer."""


class Disk:
    """What stands for the module `os` where play-out writes its journal: a disk that may be full."""

    def __init__(self) -> None:
        self.full = False

    def write(self, handle: int, data: bytes) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(handle, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


_WATCHED = {"threads": threads, "WatchedThread": threads.WatchedThread, "survived": threads.survived}
_EAR = "broadcaster.services.air.ear"
_JOURNAL = "broadcaster.playout.record.journal"


@contextmanager
def ruling(turns: Turns, disk: Disk) -> Iterator[Turns]:
    """Let play-out's threads, events, queues, datagrams and the disk of its journal be ours."""
    sockets = _Sockets(turns)
    ours: dict[str, object] = {"threading": _Threading(turns), "queue": _Queue(turns), "socket": sockets}
    put: list[tuple[ModuleType, str, object]] = []
    rooms = [m for name, m in sorted(sys.modules.items()) if name.startswith(ROOMS)]
    for module in [*rooms, *(sys.modules[name] for name in sorted(_KNOCKING))]:
        for name, instead in (ours | ({"os": disk} if module.__name__ == _JOURNAL else {})).items():
            real = getattr(module, name, None)
            if real is sys.modules[name] and (name == "socket" or module.__name__ not in _KNOCKING):
                put.append((module, name, real))
                setattr(module, name, instead)
        if module.__name__ in _KNOCKING and hasattr(module, "SystemClock"):
            put.append((module, "SystemClock", module.SystemClock))
            module.SystemClock = lambda: turns  # type: ignore[attr-defined]
    assert {(_JOURNAL, "os"), (_EAR, "socket")} <= {(m.__name__, name) for m, name, _ in put}, "what stands in, stands"
    watched = [(m, name) for m in rooms for name in _WATCHED if getattr(m, name, None) is _WATCHED[name]]
    put += [(module, name, _WATCHED[name]) for module, name in watched]

    def begin_process() -> None:
        """Nobody has an ear any more, and no thread is known."""
        sockets.at.clear()
        fresh = _threads_of(turns)
        for module, name in watched:
            setattr(module, name, fresh if name == "threads" else getattr(fresh, name))

    turns.on_kill = begin_process
    begin_process()
    try:
        yield turns
    finally:
        with warnings.catch_warnings():  # a killed process leaves its files open; the system closes them
            warnings.simplefilter("ignore", ResourceWarning)
            turns.close()
            gc.collect()
        for module, name, real in put:
            setattr(module, name, real)


def _threads_of(turns: Turns) -> ModuleType:
    """The house's watched threads once more, for one life of a process: what others do with theirs is not its matter."""
    found = importlib.util.find_spec(threads.__name__)
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    vars(made).update(threading=_Threading(turns), _clock=turns)
    made._ward.counted = turns.failed
    return made


class _Event:
    def __init__(self, turns: Turns) -> None:
        self._turns, self._set = turns, False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        return self._turns.wait(self.is_set, _deadline(self._turns, timeout))


class _Lock:
    """A lock that the same thread may take again, and must give back as often."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._depth = turns, 0
        self._owner: Actor | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        me = self._turns.me
        if me.gone:
            raise Gone
        if not self._free(me):
            left = None if timeout < 0 else timeout
            if not blocking or not self._turns.wait(lambda: self._free(me), _deadline(self._turns, left)):
                return False
        self._owner, self._depth = me, self._depth + 1
        return True

    def _free(self, me: Actor) -> bool:
        return self._owner is None or self._owner is me

    def release(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None

    def locked(self) -> bool:
        return self._owner is not None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class _Condition:
    def __init__(self, turns: Turns, lock: _Lock | None = None) -> None:
        self._turns, self._lock, self._waiting = turns, _Lock(turns) if lock is None else lock, deque[list[bool]]()

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait(self, timeout: float | None = None) -> bool:
        told = [False]
        self._waiting.append(told)
        self._lock.release()
        try:
            return self._turns.wait(lambda: told[0], _deadline(self._turns, timeout))
        finally:
            self._lock.acquire()

    def wait_for(self, so: Callable[[], bool], timeout: float | None = None) -> bool:
        end = _deadline(self._turns, timeout)
        while not so() and self._turns.monotonic() < end:
            self.wait(end - self._turns.monotonic() if end < FOREVER else None)
        return so()

    def notify(self, n: int = 1) -> None:
        for _ in range(min(n, len(self._waiting))):
            self._waiting.popleft()[0] = True

    def notify_all(self) -> None:
        self.notify(len(self._waiting))


class _Thread:
    def __init__(
        self, turns: Turns, target: Callable[..., object], name: str = "", args: tuple[Any, ...] = (), **_: object
    ) -> None:
        self._turns, self._target, self.name, self._args = turns, target, name or "thread", args
        self._actor: Actor | None = None

    def start(self) -> None:
        self._actor = self._turns.start(self.name, lambda: self._target(*self._args))

    def is_alive(self) -> bool:
        return self._actor is not None and self._turns.alive(self._actor)

    def join(self, timeout: float | None = None) -> None:
        self._turns.wait(lambda: not self.is_alive(), _deadline(self._turns, timeout))


class _SimpleQueue:
    def __init__(self, turns: Turns) -> None:
        self._turns, self._kept = turns, deque[Any]()

    def put(self, value: object) -> None:
        self._kept.append(value)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        end = _deadline(self._turns, timeout) if block else self._turns.monotonic()
        if not self._kept and not (block and self._turns.wait(lambda: bool(self._kept), end)):
            raise queue.Empty
        return self._kept.popleft()

    def get_nowait(self) -> Any:
        return self.get(block=False)

    def empty(self) -> bool:
        return not self._kept

    def qsize(self) -> int:
        return len(self._kept)


class _Datagrams:
    """A UDP socket of 127.0.0.1 within the story."""

    def __init__(self, sockets: _Sockets) -> None:
        self._sockets = sockets
        self._timeout: float | None = None
        self._address = self._to = ("127.0.0.1", 0)
        self._came = deque[tuple[bytes, tuple[str, int]]]()

    def bind(self, _address: tuple[str, int]) -> None:
        self._address = self._sockets.place(self)

    def getsockname(self) -> tuple[str, int]:
        return self._address

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def connect(self, address: tuple[str, int]) -> None:
        self._to = address

    def sendto(self, packet: bytes, address: tuple[str, int]) -> int:
        if self._address[1] == 0:
            self.bind(self._address)
        target = self._sockets.at.get(address[1])
        if target is not None:
            target._came.append((packet, self._address))
        return len(packet)

    def send(self, packet: bytes) -> int:
        return self.sendto(packet, self._to)

    def recvfrom(self, _most: int) -> tuple[bytes, tuple[str, int]]:
        turns = self._sockets.turns
        if not self._came and self._to[1] and self._to[1] not in self._sockets.at:
            raise ConnectionRefusedError  # nobody has that port any more
        if not turns.wait(lambda: bool(self._came), _deadline(turns, self._timeout)):
            raise TimeoutError
        return self._came.popleft()

    def recv(self, most: int) -> bytes:
        return self.recvfrom(most)[0]

    def close(self) -> None:
        self._sockets.at.pop(self._address[1], None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Sockets:
    """What stands for the module `socket`: datagrams of the story, the rest as it is."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.at: dict[int, _Datagrams] = {}
        self._ports = 50_000

    def socket(self, *_: object, **__: object) -> _Datagrams:
        return _Datagrams(self)

    def place(self, one: _Datagrams) -> tuple[str, int]:
        self._ports += 1
        self.at[self._ports] = one
        return "127.0.0.1", self._ports

    def __getattr__(self, name: str) -> Any:
        return getattr(socket, name)


class _Threading:
    """What stands for the module `threading`."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def Event(self) -> _Event:  # noqa: N802 - threading's own
        return _Event(self._turns)

    def Lock(self) -> _Lock:  # noqa: N802 - threading's own
        return _Lock(self._turns)

    RLock = Lock

    def Condition(self, lock: _Lock | None = None) -> _Condition:  # noqa: N802 - threading's own
        return _Condition(self._turns, lock)

    def Thread(self, **how: Any) -> _Thread:  # noqa: N802 - threading's own
        return _Thread(self._turns, **how)

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)


class _Queue:
    """What stands for the module `queue`."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def SimpleQueue(self) -> _SimpleQueue:  # noqa: N802 - queue's own
        return _SimpleQueue(self._turns)

    def __getattr__(self, name: str) -> Any:
        return getattr(queue, name)


def _deadline(turns: Turns, timeout: float | None) -> float:
    return FOREVER if timeout is None else turns.monotonic() + max(0.0, timeout)
