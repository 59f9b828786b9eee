"""The alarm clock in front of the broadcast rows: it rings, and knows nothing.

APScheduler 3 is used for date jobs only, with a memory store rebuilt from rows: its interval and cron jobs hang after
a great clock jump, its persistent store cannot be shared, and a job later than a second is dropped by default
(measured; see ADR 0003). A thread of ours nudges it each second, so that a wall clock that was stepped, or a machine
that slept, costs at most one second.
"""

from __future__ import annotations

import datetime as dt
import functools
import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from broadcaster.clock import UTC, Clock
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

Ring = Callable[[], None]
Jump = Callable[[float], None]

NUDGE_S = 1.0
PARTING_S = 1.0
"""Wall and monotonic time may part by this much between two nudges before it is called a jump."""


class Alarm(Protocol):
    """Rings once for each key, at or just after its moment, never before; a moment in the past rings at once."""

    def set(self, key: str, at: dt.datetime, ring: Ring) -> None:
        """Ring at `at` (aware); an alarm of the same key is replaced. `ring` must return within milliseconds."""
        ...

    def cancel(self, key: str) -> None:
        """Forget an alarm; unknown keys are ignored."""
        ...

    def keys(self) -> frozenset[str]:
        """The keys that have not rung yet."""
        ...

    def start(self, jumped: Jump) -> None:
        """Begin to ring; `jumped(seconds)` is called when the wall clock left the monotonic one."""
        ...

    def stop(self) -> None:
        """Stop ringing; what has not rung is forgotten."""
        ...


class ApschedulerAlarm:
    """The alarm of a real station, on the machine's clock."""

    def __init__(self, clock: Clock, *, nudge: float = NUDGE_S) -> None:
        self._clock = clock
        self._nudge = nudge
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._jobs: dict[str, str] = {}
        self._count = itertools.count()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: WatchedThread | None = None
        logging.getLogger("apscheduler").setLevel(logging.WARNING)

    def set(self, key: str, at: dt.datetime, ring: Ring) -> None:
        """Ring at `at`, through a date job of its own.

        Each setting is another job to APScheduler, which drops a job that falls due while one of its name still runs.
        """
        with self._lock:
            self._forget(key)
            job = self._jobs[key] = f"{key} {next(self._count)}"
            self._scheduler.add_job(self._ring, "date", run_date=at, args=(key, job, ring), id=job)

    def cancel(self, key: str) -> None:
        """Forget an alarm."""
        with self._lock:
            self._forget(key)

    def keys(self) -> frozenset[str]:
        """The keys that have not rung yet."""
        return frozenset(job.args[0] for job in self._scheduler.get_jobs())

    def start(self, jumped: Jump) -> None:
        """Start APScheduler and the thread that nudges it."""
        self._scheduler.start()
        self._thread = WatchedThread(functools.partial(self._watch, jumped), "playout-nudge")
        self._thread.start()

    def stop(self) -> None:
        """Stop both threads."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
            # Nothing may be due while it stops: its thread would look in vain for the job that it has just started.
            self._scheduler.remove_all_jobs()
            self._scheduler.shutdown(wait=False)

    def _forget(self, key: str) -> None:
        if (job := self._jobs.pop(key, None)) is not None:
            with suppress(JobLookupError):
                self._scheduler.remove_job(job)

    def _ring(self, key: str, job: str, ring: Ring) -> None:
        with self._lock:
            if self._jobs.get(key) != job:
                return  # replaced or cancelled while it waited for a thread
            del self._jobs[key]
        _safely(key, ring)

    def _watch(self, jumped: Jump) -> None:
        watch = JumpWatch(self._clock)
        while not self._stop.wait(self._nudge):
            self._scheduler.wakeup()
            if by := watch.look():
                jumped(by)


class JumpWatch:
    """Tells by how much the wall clock left the monotonic one between two looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._steady = clock.now(), clock.monotonic()

    def look(self) -> float:
        """The jump since the last look (s, negative: backwards), or 0 when they agree within a second."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        by = (wall - self._wall).total_seconds() - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return by if abs(by) > PARTING_S else 0.0


class SimulatedAlarm:
    """An alarm driven by any `Clock`: stepped by hand over a frozen clock, or on a thread over a fast one."""

    def __init__(self, clock: Clock, *, threaded: bool = False) -> None:
        self._clock = clock
        self._threaded = threaded
        self._heap: list[tuple[dt.datetime, int, str]] = []
        self._rings: dict[str, tuple[int, Ring]] = {}
        self._count = itertools.count()
        self._lock = threading.RLock()
        self._changed = threading.Event()
        self._stopped = False
        self._thread: WatchedThread | None = None

    def set(self, key: str, at: dt.datetime, ring: Ring) -> None:
        """Ring at `at`."""
        with self._lock:
            number = next(self._count)
            self._rings[key] = (number, ring)
            heapq.heappush(self._heap, (at, number, key))
        self._changed.set()

    def cancel(self, key: str) -> None:
        """Forget an alarm."""
        with self._lock:
            self._rings.pop(key, None)

    def keys(self) -> frozenset[str]:
        """The keys that have not rung yet."""
        with self._lock:
            return frozenset(self._rings)

    def start(self, jumped: Jump) -> None:
        """Begin to ring on a thread, if this alarm has one."""
        del jumped  # a simulated clock is stepped by whoever simulates
        if self._threaded:
            self._thread = WatchedThread(self._loop, "playout-alarm")
            self._thread.start()

    def stop(self) -> None:
        """Stop; what has not rung is forgotten."""
        self._stopped = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join(5)
        with self._lock:
            self._heap.clear()
            self._rings.clear()

    def next_at(self) -> dt.datetime | None:
        """The moment of the next alarm."""
        with self._lock:
            while self._heap and self._rings.get(self._heap[0][2], (-1,))[0] != self._heap[0][1]:
                heapq.heappop(self._heap)
            return self._heap[0][0] if self._heap else None

    def run_until(self, end: dt.datetime) -> None:
        """Move the clock to each alarm up to `end` and ring it, then to `end`."""
        while (at := self.next_at()) is not None and at <= end:
            self._wait(at)
            self._ring_due()
        self._wait(end)

    def _wait(self, moment: dt.datetime) -> None:
        left = (moment - self._clock.now()).total_seconds()
        if left > 0:
            self._clock.sleep_until(self._clock.monotonic() + left)

    def _ring_due(self) -> None:
        while (at := self.next_at()) is not None and at <= self._clock.now():
            with self._lock:
                _, _, key = heapq.heappop(self._heap)
                _, ring = self._rings.pop(key)
            _safely(key, ring)

    def _loop(self) -> None:
        while not self._stopped:
            self._changed.clear()
            at = self.next_at()
            wait = 1.0 if at is None else min(1.0, (at - self._clock.now()).total_seconds())
            if wait > 0:
                self._clock.sleep_until(self._clock.monotonic() + wait, self._changed)
            self._ring_due()


def _safely(key: str, ring: Ring) -> None:
    try:
        ring()
    except Exception:
        log.exception("alarm %s failed", key)
