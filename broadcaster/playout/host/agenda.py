"""When each step of the clerk is due again, and what wakes it before."""

from __future__ import annotations

import threading

from broadcaster.clock import Clock


class Agenda:
    """The clerk's steps by name; anybody may ask for one to be done sooner."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due_at: dict[str, float] = {}
        self._woken = threading.Event()
        self._began = clock.monotonic()

    def again(self, step: str) -> None:
        """Let a step be due at once, whenever the clerk comes to it."""
        self._due_at.pop(step, None)

    def soon(self, *steps: str) -> None:
        """Wake the clerk, with these steps due."""
        for step in steps:
            self.again(step)
        self._woken.set()

    def all_soon(self) -> None:
        """Wake the clerk with everything due."""
        self._due_at.clear()
        self._woken.set()

    def begin(self) -> None:
        """A round begins; what is asked for from now on gives another."""
        self._began = self._clock.monotonic()
        self._woken.clear()

    @property
    def age(self) -> float:
        """How long ago the last round began (s): one that hangs grows old."""
        return self._clock.monotonic() - self._began

    def is_due(self, step: str) -> bool:
        """Whether a step is to be done now."""
        return self._clock.monotonic() >= self._due_at.get(step, 0.0)

    def done(self, step: str, every: float) -> None:
        """A step was done, and is due again in `every` seconds."""
        self._due_at[step] = self._clock.monotonic() + every

    def wait(self, seconds: float) -> None:
        """Wait until woken, or that long."""
        self._woken.wait(seconds)
