"""Threads that take turns over a clock of their own: one runs at a time, and who is next depends on nothing but the story.

Play-out is made of threads that wait for one another and for time. Here each of its waits is a turn given away: time
moves on only when nobody has anything left to do, and then straight to the next moment that somebody waits for. So an
hour takes seconds, nothing depends on how busy the machine is, and the same story ends the same way each time. What the
threads look at to take part is in `threads_in_turn`.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FOREVER = float("inf")
_STUCK_S = 60.0
_UNWIND_S = 30.0


class Gone(BaseException):
    """The process that this thread belonged to was killed."""


class StuckError(AssertionError):
    """Everybody waits for somebody, and nobody for time."""


@dataclass(eq=False)
class Actor:
    """Somebody who takes turns."""

    name: str
    baton: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ready: Callable[[], bool] = lambda: True
    deadline: float = FOREVER
    gone: bool = False


class Turns:
    """Whose turn it is, and what time it is; the thread that makes it is the first actor.

    Args:
        start: the wall clock's first moment (aware).
    """

    factor = 1.0

    def __init__(self, start: dt.datetime) -> None:
        self._wall = start.astimezone(dt.UTC)
        self._steady = 0.0
        self._local = threading.local()
        self._director = Actor("director")
        self._local.actor = self._director
        self._line: list[Actor] = [self._director]
        self._dead: list[Actor] = []
        self._real: list[threading.Thread] = []
        self._faults: list[BaseException] = []
        self.failed = Counter[str]()
        """How often threads of each name failed, and were begun anew."""
        self.on_kill: Callable[[], None] = lambda: None
        """Lets go of what a killed process held."""

    # A clock

    def now(self) -> dt.datetime:
        """The wall clock's moment."""
        return self._wall

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._steady

    def step(self, seconds: float) -> None:
        """Move the wall clock alone."""
        self._wall += dt.timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Let the others live for so long."""
        self.sleep_until(self._steady + seconds)

    def sleep_until(self, deadline: float, stop: Any = None) -> bool:
        """Give the turn away until `deadline`, or until `stop` is set."""
        self.wait(lambda: stop is not None and stop.is_set(), deadline)
        return not (stop is not None and stop.is_set())

    # Turns

    def wait(self, ready: Callable[[], bool], deadline: float = FOREVER) -> bool:
        """Give the turn away until something is so, or until `deadline`; whether it is so."""
        me = self.me
        if me.gone:
            raise Gone
        me.ready, me.deadline = ready, deadline
        then = self._next(me)
        if then is not me:
            self._hand_over(me, then)
        return ready()

    def _hand_over(self, me: Actor, then: Actor) -> None:
        then.baton.release()
        if me is not self._director:
            me.baton.acquire()
        elif not me.baton.acquire(timeout=_STUCK_S):
            raise StuckError(f"{then.name} or who came after is busy outside the story")
        if me.gone:
            raise Gone
        if me is self._director and self._faults:
            raise self._faults[0]

    def _next(self, last: Actor) -> Actor:
        while True:
            at = self._line.index(last) if last in self._line else -1
            for actor in [*self._line[at + 1 :], *self._line[: at + 1]]:
                if actor.deadline <= self._steady or actor.ready():
                    return actor
            to = min(actor.deadline for actor in self._line)
            if to == FOREVER:
                raise StuckError(f"all wait: {[a.name for a in self._line]}")
            self._wall += dt.timedelta(seconds=to - self._steady)
            self._steady = to

    def start(self, name: str, target: Callable[[], object]) -> Actor:
        """Somebody new stands in line."""
        if self.me.gone:
            raise Gone
        actor = Actor(name, deadline=self._steady)

        def live() -> None:
            self._local.actor = actor
            actor.baton.acquire()
            try:
                if not actor.gone:
                    target()
            except BaseException as error:  # noqa: BLE001 - told by the director, unless it was killed
                if not actor.gone:
                    self._faults.append(error)
            if actor.gone:
                self._director.baton.release()
            else:
                self._line.remove(actor)
                self._next(actor).baton.release()

        self._line.append(actor)
        thread = threading.Thread(target=live, name=name, daemon=True)
        self._real.append(thread)
        thread.start()
        return actor

    def kill(self) -> None:
        """End everybody but the director as a killed process ends: in the middle, without a last word."""
        self.on_kill()
        self._dead += [a for a in self._line if a is not self._director]
        self._line = [self._director]

    def close(self) -> None:
        """Let the killed unwind, when nothing that they touch matters any more.

        Raises:
            StuckError: one of them does not; the others are not waited for.
        """
        self.kill()
        for actor in self._dead:
            actor.gone = True
            actor.baton.release()
            if not self._director.baton.acquire(timeout=_UNWIND_S):
                raise StuckError(f"{actor.name} does not unwind")
        for thread in self._real:
            thread.join(_UNWIND_S)
            if thread.is_alive():
                raise StuckError(f"{thread.name} does not end")
        self._dead.clear()
        self._real.clear()
        self._director.ready = lambda: True

    @property
    def me(self) -> Actor:
        """Who asks."""
        actor: Actor = self._local.actor
        return actor

    def alive(self, actor: Actor) -> bool:
        """Whether it has not ended."""
        return actor in self._line
