"""The serving end of a desk in a process of its own: one line of JSON for each question, one for each answer.

    {"n": 7, "ask": "claim", "with": {...}}  ->  {"n": 7, "ok": ...} | {"n": 7, "away": "..."} | {"n": 7, "bug": "..."}

Each question has a thread, for a database that hangs over one must not hold up the next. The asker's death is the end
of its lines, and of this process.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from broadcaster.domain.air.desk import Desk, Record
from broadcaster.errors import StationError
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)


class DeskServer:
    """Answers over a desk that is opened at the first question, and again at the next while that fails.

    Args:
        open_desk: opens it, or raises a `StationError` that says why it cannot.
        outlet: where the answers go.
    """

    def __init__(self, open_desk: Callable[[], Desk], outlet: TextIO) -> None:
        self._open = open_desk
        self._outlet = outlet
        self._desk: Desk | None = None
        self._opening = threading.Lock()
        self._writing = threading.Lock()

    def serve(self, inlet: TextIO) -> None:
        """Answer until `inlet` ends."""
        for line in inlet:
            WatchedThread(functools.partial(self._answer, line), "desk", once=True).start()

    def _answer(self, line: str) -> None:
        question = json.loads(line)
        try:
            answer = {"ok": _QUESTIONS[question["ask"]](self._reach(), question["with"])}
        except StationError as error:
            answer = {"away": error.message}
        except Exception as error:
            log.exception("desk: %s failed", question["ask"])
            answer = {"bug": repr(error)}
        text = json.dumps({"n": question["n"], **answer})
        with self._writing:
            self._outlet.write(text + "\n")
            self._outlet.flush()

    def _reach(self) -> Desk:
        with self._opening:
            if self._desk is None:
                self._desk = self._open()
            return self._desk


def _due(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    day = desk.due(dt.datetime.fromisoformat(said["until"]), _since(said)).as_json()
    mark = hashlib.sha256(json.dumps(day, sort_keys=True).encode()).hexdigest()
    return {"mark": mark, "day": None if mark == said["known"] else day}


def _claim(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any] | None:
    bundle = desk.claim(said["broadcast"], dt.datetime.fromisoformat(said["at"]), _since(said))
    return None if bundle is None else bundle.as_json()


def _since(said: Mapping[str, Any]) -> dt.datetime | None:
    text = said["heir_since"]
    return None if text is None else dt.datetime.fromisoformat(text)


_QUESTIONS: Mapping[str, Callable[[Desk, Mapping[str, Any]], Any]] = {
    "due": _due,
    "claim": _claim,
    "orders": lambda desk, _: [order.as_json() for order in desk.orders()],
    "take": lambda desk, said: desk.take([Record.from_json(line) for line in said["lines"]]),
    "beat": lambda desk, said: desk.beat(said["status"]).as_json(),
    "ends": lambda desk, _: dict(desk.ends()),
}
