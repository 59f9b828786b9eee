"""Waiting for what must come true, and for time itself: the only place in the tests that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def until(
    what: Callable[[], T], seconds: float = 60.0, *, every: float = 0.01, passing: tuple[type[Exception], ...] = ()
) -> T:
    """Wait for something that must come true, and return it; faults of the kinds `passing` are a no."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := what():
                return found
        except passing:
            pass
        time.sleep(every)
    raise AssertionError(f"it did not come true in {seconds} s")


def throughout(seconds: float, what: Callable[[], object]) -> None:
    """Hold that something is true now and stays so, for things that must not happen; a no ends the wait at once."""
    end = time.monotonic() + seconds
    while True:
        assert what()
        if time.monotonic() >= end:
            return
        time.sleep(0.02)


def paced(every: float) -> Iterator[int]:
    """Count at the pace of the machine's clock: 0 at once, then one each `every` seconds; late ones follow quickly."""
    begun, n = time.monotonic(), 0
    while True:
        time.sleep(max(0.0, begun + n * every - time.monotonic()))
        yield n
        n += 1


def idle(seconds: float) -> None:
    """Let a moment of chance pass, or take time as something slow does; never to wait for another's work."""
    time.sleep(seconds)
