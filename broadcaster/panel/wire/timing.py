"""How long an answer took in the server, told in its own head: waiting for a thread, the page, its processor time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from waitress.task import ThreadedTaskDispatcher

from broadcaster.clock import Clock, processor_seconds

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_turn = threading.local()


class _Queued:
    """A task of waitress that knows since when it waits."""

    def __init__(self, task: Any, clock: Clock) -> None:
        self._task, self._clock = task, clock
        self._since = clock.monotonic()

    def service(self) -> None:
        """Answer the request, on one of the threads."""
        _turn.waited = self._clock.monotonic() - self._since
        self._task.service()

    def cancel(self) -> None:
        """Leave the request unanswered: the server ends."""
        self._task.cancel()


class Queue(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Waitress's threads, with the wait of each request noted for `Timed`; some are kept for what cannot wait.

    Args:
        threads: for whatever comes.
        clock: measures the wait.
        reserved: more of them, for what cannot wait while the others are at work.
        urgent: whether a connection's request cannot wait.
    """

    def __init__(
        self, threads: int, clock: Clock, *, reserved: int = 0, urgent: Callable[[Any], bool] = lambda _: False
    ) -> None:
        super().__init__()
        self._clock = clock
        self._urgent = urgent
        self._reserve = ThreadedTaskDispatcher()
        self._reserve.set_thread_count(reserved)
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        """Put a request in the line, or into the hands of those that are kept for it."""
        queued = _Queued(task, self._clock)
        if self._all_at_work() and self._urgent(task):
            self._reserve.add_task(queued)
        else:
            super().add_task(queued)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End all threads."""
        self._reserve.shutdown(cancel_pending, timeout)
        return bool(super().shutdown(cancel_pending, timeout))

    def _all_at_work(self) -> bool:
        with self.lock:
            return bool(len(self.queue) >= len(self.threads) - self.stop_count - self.active_count)


class Timed:
    """Gives each answer of `app` a `Server-Timing` head, milliseconds: `queue`, `app` and of that `cpu`.

    `app` and `cpu` end where the answer begins, which for a page is when it is drawn whole. `cpu` is the time of this
    thread on a processor: on a busy machine it says what a page costs, while the others say what its neighbours cost.
    """

    def __init__(self, app: WSGIApplication, clock: Clock) -> None:
        self._app, self._clock = app, clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        waited = getattr(_turn, "waited", 0.0)
        began, worked = self._clock.monotonic(), processor_seconds()

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            took, work = self._clock.monotonic() - began, processor_seconds() - worked
            words = f"queue;dur={waited * 1e3:.1f}, app;dur={took * 1e3:.1f}, cpu;dur={work * 1e3:.1f}"
            return start_response(status, [*headers, ("Server-Timing", words)], *more)

        return self._app(environ, begin)
