"""Time, read in one place only: aware UTC for the calendar, a monotonic count of seconds for waiting."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Protocol

UTC = dt.UTC


def processor_seconds() -> float:
    """How long this thread has been at work on a processor (s): what it cost, whatever else the machine does."""
    return time.thread_time()


class Clock(Protocol):
    """What the machine needs of time. Implementations: system, frozen, fast."""

    def now(self) -> dt.datetime:
        """The present moment as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, untouched by changes of the wall clock."""
        ...

    def sleep_until(self, deadline: float, stop: threading.Event | None = None) -> bool:
        """Wait until `monotonic()` reaches `deadline` (s); return False if `stop` was set first."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> dt.datetime:
        """The wall clock as aware UTC."""
        return dt.datetime.now(UTC)

    def monotonic(self) -> float:
        """The operating system's monotonic seconds."""
        return time.monotonic()

    def sleep_until(self, deadline: float, stop: threading.Event | None = None) -> bool:
        """Wait in the kernel until `deadline`, waking at once when `stop` is set."""
        while (left := deadline - time.monotonic()) > 0:
            if stop is None:
                time.sleep(left)
            elif stop.wait(left):
                return False
        return not (stop is not None and stop.is_set())


class FastClock:
    """The real clock run `factor` times faster from a chosen start, for a whole day in two minutes."""

    def __init__(self, start: dt.datetime, factor: float) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be aware")
        self._start = start.astimezone(UTC)
        self.factor = factor
        """Simulated seconds in a real one."""
        self._origin = time.monotonic()

    def now(self) -> dt.datetime:
        """The simulated moment."""
        return self._start + dt.timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Simulated seconds since the start."""
        return (time.monotonic() - self._origin) * self.factor

    def sleep_until(self, deadline: float, stop: threading.Event | None = None) -> bool:
        """Wait the real time that `deadline` (simulated seconds) is away."""
        while (left := (deadline - self.monotonic()) / self.factor) > 0:
            if stop is None:
                time.sleep(left)
            elif stop.wait(left):
                return False
        return not (stop is not None and stop.is_set())


class FrozenClock:
    """A clock that moves only when told, or when somebody waits on it."""

    def __init__(self, start: dt.datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be aware")
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> dt.datetime:
        """The frozen moment."""
        return self._now

    def monotonic(self) -> float:
        """The seconds by which the clock was advanced."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both wall and monotonic time on by `seconds`."""
        self._now += dt.timedelta(seconds=seconds)
        self._monotonic += seconds

    def step(self, seconds: float) -> None:
        """Move the wall clock alone, as NTP or a dead battery does."""
        self._now += dt.timedelta(seconds=seconds)

    def sleep_until(self, deadline: float, stop: threading.Event | None = None) -> bool:
        """Jump straight to `deadline`."""
        if stop is not None and stop.is_set():
            return False
        if deadline > self._monotonic:
            self.advance(deadline - self._monotonic)
        return True


def day_start(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day in station time."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def day_bounds(first: dt.date, last: dt.date, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """The moments [from, to) of the days from `first` to `last`, both counted."""
    return day_start(first, zone), day_start(last + dt.timedelta(days=1), zone)
