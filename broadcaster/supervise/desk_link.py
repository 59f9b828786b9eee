"""The asking end of a desk in a process of its own, so that play-out loads no database and outlives whatever hangs.

The desk is a child of the asker, reached over its pipes: no port, no secret, no file to tidy away, and it ends with
the asker however that ends. One that falls, or lets a question wait beyond its limit, is begun anew; as each question
may be asked twice, nothing is lost by that.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
import os
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import Any, TextIO, cast

from broadcaster.clock import Clock
from broadcaster.domain.air.desk import Bundle, ComingDay, DeskAwayError, Order, PlayTurn, Record, Status
from broadcaster.domain.log.chains import Chain
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

LIMITS_S = {"due": 30.0, "claim": 15.0, "orders": 20.0, "take": 60.0, "beat": 20.0, "ends": 30.0}
"""How long each question may wait; longer than SQLite waits for its lock, so that a busy disk is no fallen desk."""
PAUSES_S = (2.0, 60.0)
"""A desk that fell is not begun again sooner than this after its last beginning; one that falls each time, later."""
_STOP_S = 10.0
_FELL = "Tiến trình giữ cơ sở dữ liệu vừa ngừng, đang được mở lại."

_Box = queue.SimpleQueue[Mapping[str, Any]]


class DeskLink:
    """The `Desk` of another process. Safe to ask from several threads.

    Args:
        command: starts the serving process; its pipes are the way to it.
        clock: how long ago it was begun.
        limits: how long each question may wait (s).
    """

    def __init__(self, command: Sequence[str], clock: Clock, limits: Mapping[str, float] = LIMITS_S) -> None:
        self._command = list(command)
        self._clock = clock
        self._limits = limits
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._began = float("-inf")
        self._pause = PAUSES_S[0]
        self._day: tuple[str, ComingDay | None] = ("", None)

    def start(self) -> None:
        """Begin the serving process, so that it makes itself ready while others do."""
        self._living()

    def close(self) -> None:
        """End the serving process in order."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.end()

    # The questions

    def due(self, until: dt.datetime, heir_since: dt.datetime | None = None) -> ComingDay:
        """As `Desk.due`; a day that did not change is not sent again."""
        mark, day = self._day
        said = self._ask("due", until=until.isoformat(), heir_since=_text(heir_since), known=mark if day else "")
        if day is None or said["day"] is not None:
            day = ComingDay.from_json(said["day"])
            self._day = (said["mark"], day)
        return day

    def claim(self, broadcast_id: int, at: dt.datetime, heir_since: dt.datetime | None = None) -> Bundle | None:
        """As `Desk.claim`."""
        said = self._ask("claim", broadcast=broadcast_id, at=at.isoformat(), heir_since=_text(heir_since))
        return None if said is None else Bundle.from_json(said)

    def orders(self) -> Sequence[Order]:
        """As `Desk.orders`."""
        return [Order.from_json(order) for order in self._ask("orders")]

    def take(self, lines: Sequence[Record]) -> int:
        """As `Desk.take`."""
        return int(self._ask("take", lines=[line.as_json() for line in lines]))

    def beat(self, status: Status) -> PlayTurn:
        """As `Desk.beat`."""
        return PlayTurn.from_json(self._ask("beat", status=status))

    def ends(self) -> Mapping[Chain, tuple[int, str]]:
        """As `Desk.ends`."""
        return {Chain(name): (int(seq), str(last)) for name, (seq, last) in self._ask("ends").items()}

    def _ask(self, question: str, **said: Any) -> Any:
        child = self._living()
        answer = child.ask(next(self._numbers), {"ask": question, "with": said}, self._limits[question])
        if answer is None:
            log.warning("desk: no answer to %s in %g s; it is begun anew", question, self._limits[question])
            child.kill()
            raise DeskAwayError("Cơ sở dữ liệu không trả lời kịp.")
        if "bug" in answer:
            raise RuntimeError(f"the desk failed at {question}: {answer['bug']}")
        if "away" in answer:
            raise DeskAwayError(answer["away"])
        return answer["ok"]

    def _living(self) -> _Child:
        with self._lock:
            if self._child is None or self._child.gone:
                lived = self._clock.monotonic() - self._began
                if lived < self._pause:
                    raise DeskAwayError(_FELL)
                self._pause = PAUSES_S[0] if lived > PAUSES_S[1] else min(self._pause * 2, PAUSES_S[1])
                self._began = self._clock.monotonic()
                try:
                    self._child = _Child(self._command)
                except OSError as error:
                    raise DeskAwayError(f"Không mở được tiến trình giữ cơ sở dữ liệu: {error.strerror}.") from None
            return self._child


class _Child:
    """One life of the serving process."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
            # What stops play-out reaches it alone, which still has its last lines to bring in.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._waiting: dict[int, _Box] = {}
        self._outbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.gone = False
        for work in (self._read, self._write):
            WatchedThread(work, f"desk{work.__name__}", once=True).start()

    def ask(self, number: int, question: Mapping[str, Any], limit_s: float) -> Mapping[str, Any] | None:
        """The answer; None when there is none within the limit."""
        box: _Box = queue.SimpleQueue()
        self._waiting[number] = box
        self._outbox.put(json.dumps({"n": number, **question}) + "\n")
        if self.gone:
            self._fail()
        try:
            return box.get(timeout=limit_s)
        except queue.Empty:
            return None
        finally:
            self._waiting.pop(number, None)

    def end(self) -> None:
        """Say that there will be no more questions, and wait for the process to end."""
        self._outbox.put(None)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End a process that hangs."""
        self._process.kill()
        self._process.wait()

    def _write(self) -> None:
        try:
            with cast("TextIO", self._process.stdin) as inlet:
                while (line := self._outbox.get()) is not None:
                    inlet.write(line)
                    inlet.flush()
        except OSError:  # it fell; its end is noted where its answers end
            pass

    def _read(self) -> None:
        with cast("TextIO", self._process.stdout) as outlet:
            for line in outlet:
                answer = json.loads(line)
                if (box := self._waiting.get(answer["n"])) is not None:
                    box.put(answer)
        self.gone = True
        self._outbox.put(None)
        self._fail()
        self._process.wait()

    def _fail(self) -> None:
        for box in list(self._waiting.values()):
            box.put({"away": _FELL})


def _text(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
