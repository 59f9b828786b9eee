"""Threads that cannot die unseen: what one raises is counted, logged and survived, and one that died is told of.

Every thread of the house is one of these (tests/test_house_rules.py). Whoever writes a process's sign of life asks
`troubles()`, which also begins a lasting thread anew that died all the same.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from broadcaster.clock import SystemClock
from broadcaster.errors import StationError
from broadcaster.logs import EventLog

log = EventLog(__name__)

_PAUSES: Final = (0.1, 0.5, 2.0, 5.0)
"""Before what failed is tried again (s); the last one for every further failure of a row."""
_RECENT: Final = 60.0
"""What happened so long ago counts for the present (s)."""
_MANY: Final = 3
"""So many failures in that time are a trouble; a single one is survived, and counted."""
_clock: Final = SystemClock()


@dataclass(slots=True)
class _Case:
    """What befell the threads of one name of late."""

    since: float
    at: float
    times: int = 1
    died: bool = False


class _Ward:
    """Knows the threads of this process, and what befell them."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self._lock = threading.RLock()
        self._threads: set[WatchedThread] = set()
        """Those that last, and have not ended in order."""
        self._cases: dict[str, _Case] = {}

    def enter(self, thread: WatchedThread) -> None:
        with self._lock:
            self._threads.add(thread)

    def note(self, name: str, *, died: bool = False) -> None:
        now = _clock.monotonic()
        with self._lock:
            self.counted[name] += 1
            case = self._cases.get(name)
            if case is None or now - case.at > _RECENT:
                self._cases[name] = _Case(now, now, died=died)
            else:
                case.at, case.times, case.died = now, case.times + 1, case.died or died

    def forget(self, name: str) -> None:
        with self._lock:
            self._cases.pop(name, None)

    def look(self) -> dict[str, str]:
        with self._lock:
            self._threads = {one for one in self._threads if not one.over}
            # Asked in this order: one that ended in order said so before it was gone.
            dead = [one for one in self._threads if not one.is_alive() and not one.over]
            for one in dead:  # before anybody else looks: each is begun anew once
                log.error("thread died", thread=one.name)
                self.note(one.name, died=True)
                with survived(one.name):
                    one.start()
        now = _clock.monotonic()
        with self._lock:
            cases = {n: c for n, c in self._cases.items() if now - c.at <= _RECENT and (c.died or c.times >= _MANY)}
        return {name: _sentence(name, case) for name, case in sorted(cases.items())}


def _sentence(name: str, case: _Case) -> str:
    what = "đã chết và được mở lại" if case.died else f"gặp lỗi {case.times} lần liền"
    return f"Phần việc “{name}” {what}. Nếu còn lặp lại, hãy khởi động lại đài và gửi nhật ký kỹ thuật."


_ward: Final = _Ward()


def troubles() -> dict[str, str]:
    """What is wrong with this process's threads now, a Vietnamese sentence by name; what died is begun anew."""
    return _ward.look()


def failures() -> dict[str, int]:
    """How often threads of each name failed since the process began."""
    return dict(_ward.counted)


def forget(name: str) -> None:
    """Take what befell the threads of a name as settled."""
    _ward.forget(name)


@contextmanager
def survived(name: str) -> Iterator[None]:
    """Count and log what is raised inside, and go on behind it; what is foreseen (`StationError`) is only logged."""
    try:
        yield
    except StationError as error:
        log.warning("not done now", thread=name, error=str(error))
    except Exception:
        log.exception("survived", thread=name)
        _ward.note(name)


class WatchedThread:
    """A thread of this process.

    Args:
        run: what it does; one that lasts does it again when that fails, and ends when it returns.
        name: under which it is told of.
        once: do it once, whatever comes of it.
    """

    def __init__(self, run: Callable[[], object], name: str, *, once: bool = False) -> None:
        self.name = name
        self._work = run
        self._once = once
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        try:
            thread.start()
        finally:  # also one that the system refuses: it is told of like one that died
            self._thread = thread
            if not self._once:
                _ward.enter(self)

    def is_alive(self) -> bool:
        """Whether it is at work."""
        return self._thread is not None and self._thread.is_alive()

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended; what fails from now on is not tried again."""
        if not self._once:
            self._over.set()
        if self._thread is not None:
            self._thread.join(timeout)

    @property
    def over(self) -> bool:
        """Whether it has ended in order, or is to end."""
        return self._over.is_set()

    def _run(self) -> None:
        failed = 0
        while True:
            began = _clock.monotonic()
            try:
                self._work()
            except Exception:
                log.exception("thread failed", thread=self.name)
                _ward.note(self.name)
            else:
                break
            failed = 1 if _clock.monotonic() - began > _RECENT else failed + 1
            if self._once or self._over.wait(_PAUSES[min(failed, len(_PAUSES)) - 1]):
                break
        self._over.set()
