"""Waiting for what must come true: the only place in the tests that sleeps for another's sake."""

from __future__ import annotations

import time


def until(what, seconds=20.0):
    """Wait for something that must come true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came true")
