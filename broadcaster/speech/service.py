"""An online service asked politely: one request at a time, spaced, repeated with patience, rested when it fails."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from broadcaster.clock import Clock
from broadcaster.errors import EngineError

FAILURES: Final = 3
"""In a row, after which the service is left alone."""
REST_S: Final = 300.0
_ATTEMPTS: Final = 3
_BACKOFF_S: Final = 1.5
_PATIENCE_S: Final = 20.0
"""What the service asks us to wait is waited up to this; longer, and the script goes to the next voice."""
T = TypeVar("T")


class Busy(Exception):  # noqa: N818 - a message to `Service`, never seen outside
    """A failure after which another attempt may help."""

    def __init__(self, error: EngineError, retry_after_s: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.retry_after_s = retry_after_s


class Service:
    """One service on the network, as one machine sees it.

    Args:
        code: of the error while it is left alone.
        words: what it is called, in Vietnamese.
        clock: for spacing, waiting and the rest after failures.
        spacing_s: seconds between two requests.
    """

    def __init__(self, code: str, words: str, clock: Clock, spacing_s: float) -> None:
        self.words = words
        self._code = code
        self._clock = clock
        self._spacing_s = spacing_s
        self._asking = threading.Lock()
        self._failed = 0
        self._rest_until = 0.0
        self._next_at = 0.0
        self._random = random.Random()  # noqa: S311 - jitter, not a secret

    def resting(self) -> str | None:
        """A sentence while the service is being left alone after failures; None when it may be asked."""
        left = self._rest_until - self._clock.monotonic()
        return f"{self.words} vừa lỗi nhiều lần, tạm nghỉ thêm {left:.0f} giây." if left > 0 else None

    def ask(self, request: Callable[[], T]) -> T:
        """What a request returns, made again while it raises `Busy` and that may help; one thread at a time.

        Raises:
            EngineError: as the request raises it, the last failure, or the service is being left alone.
        """
        with self._asking:
            attempt = 0
            while True:
                if fault := self.resting():
                    raise EngineError(fault, transient=True, code=self._code)
                self._clock.sleep_until(self._next_at)
                try:
                    answer = request()
                except Busy as busy:
                    attempt += 1
                    self._fail(busy.retry_after_s, attempt)
                    if attempt == _ATTEMPTS or (busy.retry_after_s or 0) > _PATIENCE_S:
                        raise busy.error from None
                    continue
                self._failed = 0
                self._next_at = self._clock.monotonic() + self._spacing_s
                return answer

    def _fail(self, wait: float | None, attempt: int) -> None:
        now = self._clock.monotonic()
        self._failed += 1
        if wait is not None and wait > _PATIENCE_S:
            self._rest_until = now + wait
            return
        if self._failed >= FAILURES:
            self._rest_until = now + REST_S
        pause = wait if wait is not None else _BACKOFF_S * 2 ** (attempt - 1)
        self._next_at = now + pause * self._random.uniform(1.0, 1.5)
