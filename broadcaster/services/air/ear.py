"""Knocking at play-out's ear on loopback: what it is told at once and what it says of itself. It needs no database."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from broadcaster.domain.air.desk import PORT_FILE, PlayoutWord
from broadcaster.home import Home

_ANSWER_S = 0.25
_PATIENCE_S = 2.0
"""So long whoever would begin play-out anew waits for it: on a busy machine it answers late."""
_LARGEST = 65_507
"""Bytes in a datagram."""


def ring(home: Home, **message: Any) -> bool:
    """Knock at play-out's ear on loopback; False when it does not listen. The rows hold what is wanted."""
    try:
        with _knock(home, message):
            return True
    except (OSError, ValueError):
        return False


def ask(home: Home, limit_s: float, **message: Any) -> dict[str, Any] | None:
    """Knock, and return what play-out answers within `limit_s`; None when it does not."""
    try:
        with _knock(home, message) as line:
            line.settimeout(limit_s)
            answer = json.loads(line.recv(_LARGEST))
            return answer if isinstance(answer, dict) else None
    except (OSError, ValueError):
        return None


def word(home: Home) -> PlayoutWord:
    """Ask play-out of this machine how it is; at once, where the database may be locked or full."""
    here = socket.gethostname()
    try:
        with _knock(home, {"ask": "status"}) as line:
            line.settimeout(_ANSWER_S)
            said = json.loads(line.recv(_LARGEST))
    except (ConnectionRefusedError, ConnectionResetError):
        return PlayoutWord(None, here, gone=True)
    except (OSError, ValueError):
        return PlayoutWord(None, here)
    return PlayoutWord(said if isinstance(said, dict) else None, here)


def round_age(home: Home) -> float | None:
    """How long ago play-out of this machine began its last round of work (s), as it says itself; None: no answer."""
    answer = ask(home, _PATIENCE_S, ask="alive")
    try:
        return float(answer["round_s"]) if answer else None
    except (ValueError, KeyError, TypeError):
        return None


def levels(home: Home) -> dict[str, float] | None:
    """How loud each sink is at this moment (dBFS, RMS), asked of play-out itself; None when it is silent.

    An empty table: play-out lives, and nothing is on air.
    """
    answer = ask(home, _ANSWER_S, ask="levels")
    try:
        return {str(name): float(level) for name, level in answer["levels"].items()} if answer else None
    except (ValueError, KeyError, AttributeError):
        return None


@contextlib.contextmanager
def _knock(home: Home, message: Mapping[str, Any]) -> Iterator[socket.socket]:
    port, secret = (home.run / PORT_FILE).read_text(encoding="ascii").split()
    packet = secret.encode() + json.dumps(message).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(("127.0.0.1", int(port)))  # so that a port that nobody has any more says so at once
        line.send(packet)
        yield line
