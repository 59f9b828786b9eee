"""How heavy the worker has become: what it did leaves voices, models and libraries behind, which nobody needs at rest.

It ends when it has had nothing to do for a while, and begins anew: that gives back what no library can.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import psutil

from broadcaster.clock import Clock

IDLE_S: Final = 600.0
"""Whoever works on a text speaks it again within this, and shall not wait for the voice each time."""
GROWN: Final = 40_000_000
"""Bytes beyond what it held at its start; with less it is as good as new."""


def resident() -> int:
    """The bytes that this process holds."""
    return psutil.Process().memory_info().rss


class Weight:
    """Watches one process from its start."""

    def __init__(self, clock: Clock, held: Callable[[], int] = resident) -> None:
        self._clock = clock
        self._held = held
        self._at_start = held()
        self._idle_since = clock.monotonic()

    def too_heavy(self, *, busy: bool) -> bool:
        """Whether it has grown and had nothing to do for long enough to begin anew."""
        now = self._clock.monotonic()
        if busy:
            self._idle_since = now
        return now - self._idle_since >= IDLE_S and self._held() - self._at_start >= GROWN
