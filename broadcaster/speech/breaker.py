"""Leave a failing service alone for a while, instead of asking it again and again."""

from __future__ import annotations

import threading
from typing import Final

from broadcaster.clock import Clock

FAILURES: Final = 3
REST_S: Final = 300.0


class Breaker:
    """Opens after some failures in a row and lets one attempt through after a rest.

    Args:
        clock: for the rest.
        failures: how many failures in a row open it.
        rest_s: seconds of rest.
    """

    def __init__(self, clock: Clock, failures: int = FAILURES, rest_s: float = REST_S) -> None:
        self._clock = clock
        self._limit = failures
        self._rest_s = rest_s
        self._lock = threading.Lock()
        self._failed = 0
        self._until = 0.0

    def resting_s(self) -> float:
        """Return the seconds left of the rest, 0 when an attempt is allowed."""
        with self._lock:
            return max(0.0, self._until - self._clock.monotonic())

    def succeeded(self) -> None:
        """Forget past failures."""
        with self._lock:
            self._failed = 0
            self._until = 0.0

    def failed(self, rest_s: float | None = None) -> None:
        """Count a failure; `rest_s` opens it at once for that long, as a server's Retry-After asks."""
        with self._lock:
            self._failed += 1
            if rest_s is not None:
                self._until = self._clock.monotonic() + rest_s
            elif self._failed >= self._limit:
                self._until = self._clock.monotonic() + self._rest_s
