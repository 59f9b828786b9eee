"""Heavy reading of what strangers' programs made, in a process of its own: its memory and its time have an end.

The panel turns it on for itself; anywhere else, as for the command line, the work is done where it is asked for. Few
may be at it at once, and a person one at a time: whoever comes too often is told to wait, and nobody else is held up.
What belongs to an emergency waits for nobody: whoever may sound one has a place of their own for it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, Final, ParamSpec, TypeVar, cast

import psutil

from broadcaster import private
from broadcaster.errors import RuleError, StationError

P = ParamSpec("P")
R = TypeVar("R")
AT_ONCE: Final = 2
"""So many processes at most."""
_PATIENCE_S: Final = 3.0
"""So long a place is waited for."""
_MEMORY: Final = 2_000_000_000
"""Bytes that one process may take, addresses of libraries among them."""
_GENTLY: Final = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 10)


class BusyError(StationError):
    """Raised when there is no place now: the same can be asked for again in a moment."""

    code = "busy"


class UnansweredError(Exception):
    """Raised when a process of its own came to no answer within its time and memory."""


class _Pool:
    def __init__(self) -> None:
        self.on = False
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._at_it: set[tuple[str, bool]] = set()

    @contextlib.contextmanager
    def turn(self, who: str, *, urgent: bool) -> Iterator[None]:
        mine = (who, urgent)
        with self._lock:
            if mine in self._at_it:
                raise BusyError("Tệp bạn gửi trước vẫn đang được kiểm tra. Hãy đợi xong rồi gửi tệp này.")
            self._at_it.add(mine)
        try:
            if urgent:
                yield
                return
            if not self._places.acquire(timeout=_PATIENCE_S):
                raise BusyError("Máy đang kiểm tra tệp của người khác. Hãy đợi nửa phút rồi gửi lại.")
            try:
                yield
            finally:
                self._places.release()
        finally:
            with self._lock:
                self._at_it.discard(mine)


_pool: Final = _Pool()
_who = threading.local()


def turn_on() -> None:
    """From now on this process has its heavy reading done apart."""
    _pool.on = True


@contextlib.contextmanager
def on_behalf_of(who: str, *, urgent: bool = False) -> Iterator[None]:
    """Whatever is asked for inside is this person's; a place is held meanwhile, of their own where it is `urgent`.

    Raises:
        BusyError: this person has one already, or all are taken.
    """
    with _pool.turn(who, urgent=urgent) if _pool.on else contextlib.nullcontext():
        _who.asked, _who.urgent = _pool.on, urgent
        try:
            yield
        finally:
            _who.asked = False


def is_on() -> bool:
    """Whether this process has its heavy reading done apart."""
    return _pool.on


def done(seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `function` (of a module, by its name) returns or raises; from a process of its own where that is asked for.

    Raises:
        RuleError: it took longer than `seconds`, or more memory than it may.
    """
    if not getattr(_who, "asked", False):
        return function(*args, **kwargs)
    try:
        return _from_a_child(seconds, None if _who.urgent else _GENTLY, function, args, kwargs)
    except UnansweredError:
        raise RuleError(
            "Tệp này cần quá nhiều bộ nhớ hoặc thời gian để mở nên không nhận. Hãy tách thành nhiều tệp nhỏ hơn.",
            code="too-heavy",
            field="file",
        ) from None


def alone(seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `function` (of a module, by its name) returns or raises, always from a process of its own.

    Raises:
        UnansweredError: it took longer than `seconds`, or more memory than it may, or its process died.
    """
    return _from_a_child(seconds, None, function, args, kwargs)


def _from_a_child(
    seconds: float, priority: int | None, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> R:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, priority, function, args, kwargs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise UnansweredError
        well, said = ours.recv()
    except EOFError:
        raise UnansweredError from None
    finally:
        ours.close()
        _end(process.pid or 0)
        process.join()
    if well:
        return cast("R", said)
    raise said


def _end(pid: int) -> None:
    with contextlib.suppress(psutil.Error):
        child = psutil.Process(pid)
        for one in [*child.children(recursive=True), child]:
            with contextlib.suppress(psutil.Error):
                one.kill()


def _work(
    answer: Connection[Any, Any],
    priority: int | None,
    function: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    """Do the work in the child: gently unless it cannot wait, and within its memory."""
    private.begin()
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process().nice(priority)
    if os.name == "posix":
        import resource  # noqa: PLC0415 - there is none elsewhere

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        answer.send((True, function(*args, **kwargs)))
    except MemoryError:
        answer.send((False, UnansweredError()))
    except Exception as error:  # noqa: BLE001 - it is the asker's
        answer.send((False, error))
