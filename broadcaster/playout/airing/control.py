"""What a person may tell play-out, carried out once each, and answered in a sentence."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.desk import Order, Verb
from broadcaster.errors import StationError
from broadcaster.playout.airing.register import Register
from broadcaster.playout.record.journal import Journal

STALE = dt.timedelta(seconds=60)
"""A command to sound or be silent now is not carried out later than this."""


class Control:
    """Carries out orders, each once: one that came by datagram is not carried out again when its row is read.

    Answers go into the journal, so that they outlive a crash and a desk that is away.
    """

    def __init__(self, register: Register, journal: Journal, trust_clock: Callable[[], str]) -> None:
        self._register = register
        self._journal = journal
        self._trust_clock = trust_clock
        self._obeyed: set[int] = set()
        self._lock = threading.Lock()

    def know(self, obeyed: Iterable[int]) -> None:
        """Orders that an earlier life carried out."""
        self._obeyed |= set(obeyed)

    def obey(self, order: Order, age: dt.timedelta) -> bool:
        """Carry out an order unless that was done or is being done; return whether it was done now.

        No lock is held meanwhile: a stop waits for nothing. Number 0 is an order without a row, and has no answer.
        """
        with self._lock:
            if order.id in self._obeyed:
                return False
            if order.id:
                self._obeyed.add(order.id)
        if (age > STALE and order.verb in {Verb.STOP, Verb.AIR}) or (
            abs(age) > STALE and order.verb == Verb.TRUST_CLOCK
        ):
            text = "Lệnh đến quá muộn nên không thực hiện."
        else:
            text = self._carry_out(order)
        if order.id:
            self._journal.write("answer", {"order": order.id, "text": text})
        return True

    def _carry_out(self, order: Order) -> str:
        act = self._verbs().get(order.verb)
        if act is None:
            return f"Không có lệnh “{order.verb}”."
        try:
            return act(order)
        except (StationError, KeyError, TypeError, ValueError) as error:
            return f"Không thực hiện được: {error}"

    def _verbs(self) -> dict[str, Callable[[Order], str]]:
        register = self._register
        return {
            Verb.STOP: lambda o: self._stop(o.arguments, o.by),
            Verb.AIR: lambda o: register.start_now(int(o.arguments["broadcast_id"]), o.by, o.bundle),
            Verb.SKIP: lambda o: register.skip(int(o.arguments["broadcast_id"]), o.by, o.bundle),
            Verb.MUTE: self._mute,
            Verb.UNMUTE: self._mute,
            Verb.TRUST_CLOCK: lambda _: self._trust_clock(),
        }

    def _stop(self, arguments: Mapping[str, Any], by: str) -> str:
        named = arguments.get("zones")
        wanted = set(named) if named else None
        why = Why(Cause.PERSON_STOPPED, f"{by or 'Người vận hành'} bấm dừng phát.")
        silent: list[str] = []
        for airing in self._register.horns.on_their_way():
            silent += airing.cut(wanted, why, by)
        if not silent:
            return "Không có gì đang phát ở đó."
        more = sorted(set(silent) - wanted) if wanted else []
        shared = f" Chung đường ra nên cũng dừng: {', '.join(more)}." if more else ""
        return f"Đã dừng phát tại {', '.join(sorted(set(silent)))}.{shared}"

    def _mute(self, order: Order) -> str:
        """Take up what holds with this order: the rows say it, whatever was ordered before or after."""
        outputs = ", ".join(order.arguments.get("outputs") or ())
        self._register.take_mutes(order.mutes)
        return f"{'Đã tắt tiếng' if order.verb is Verb.MUTE else 'Đã mở tiếng'} đường ra {outputs}."
