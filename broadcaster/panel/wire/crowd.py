"""How many connections a sender may hold, and how long each may take: what makes no sender able to keep others out."""

from __future__ import annotations

import select
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

from broadcaster.domain.people.callers import is_loopback

EACH: Final = 32
"""Connections of one address: a browser keeps six."""
ALL: Final = 500 if hasattr(select, "poll") else 400
"""Connections in all; `select`, which is all that Windows has, takes 512 sockets."""
RESERVE: Final = 64
"""Of these so many are kept for this machine itself."""
HEAD_S: Final = 10.0
"""The head of a request has come whole by then, drop by drop or not."""
IDLE_S: Final = 60.0
"""A connection that was answered is kept so long for the next request."""
UNREAD_S: Final = 120.0
"""An answer of which nothing is taken is kept no longer."""
GRACE_S: Final = 15.0
RATE: Final = 4096
"""A body comes at least so fast (bytes per second) once `GRACE_S` is over."""


class LineState(Enum):
    """What a connection is doing."""

    SILENT = auto()
    """It was opened, and has asked for nothing yet."""
    HEAD = auto()
    BODY = auto()
    WORK = auto()
    """Its request is whole, and is being answered."""
    ANSWER = auto()
    """Its answer waits to be taken."""
    KEPT = auto()
    """It was answered, and is kept for the next request."""


class Line(Protocol):
    """One connection, as its crowd sees it."""

    address: str
    since: float
    """When it began to do what it does; of an answer, when some of it was taken last."""
    came: int
    """Bytes of the body that came."""

    @property
    def state(self) -> LineState:
        """What it is doing."""
        ...


@dataclass(frozen=True, slots=True)
class Crowd:
    """The rules of one server.

    Args:
        proxy: the address of a proxy, which speaks for many and counts them itself; empty for none.
    """

    proxy: str = ""

    def overdue(self, line: Line, now: float) -> bool:
        """Whether a connection has taken longer than it may for what it does."""
        took = now - line.since
        match line.state:
            case LineState.SILENT | LineState.HEAD:
                return took > HEAD_S
            case LineState.BODY:
                return took > GRACE_S + line.came / RATE
            case LineState.ANSWER:
                return took > UNREAD_S
            case LineState.KEPT:
                return took > IDLE_S
            case LineState.WORK:
                return False

    def gives_way(self, lines: Sequence[Line], newcomer: str) -> str | None:
        """The address of which a connection must end because of a newcomer's, already among `lines`; None: nobody's."""
        held = sum(line.address == newcomer for line in lines)
        if held > EACH and newcomer != self.proxy:
            return newcomer
        if len(lines) > (ALL if is_loopback(newcomer) else ALL - RESERVE):
            return _largest(lines)
        return None


def oldest_idle(lines: Iterable[Line], address: str) -> Line | None:
    """Of an address the connection that waits longest and is not being answered."""
    of_it = [line for line in lines if line.address == address and line.state is not LineState.WORK]
    return min(of_it, key=lambda line: line.since, default=None)


def _largest(lines: Sequence[Line]) -> str:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.address] = counts.get(line.address, 0) + 1
    return max(counts, key=lambda address: counts[address])
