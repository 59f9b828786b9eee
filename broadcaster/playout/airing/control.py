"""What a person may tell play-out, carried out once each, and answered with what came of it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from broadcaster.domain.air.desk import Answer, Bundle, Order, OrderEffect, OrderOutcome, Verb
from broadcaster.errors import StationError
from broadcaster.playout.airing.contract import Launch
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.airing.register import Register
from broadcaster.playout.airing.stopping import leave_out, stop

STALE = dt.timedelta(seconds=60)
"""A command to sound now is not carried out later than this; a stop is a state, and holds however late it is heard."""
Told = tuple[OrderOutcome, str, OrderEffect]


class Control:
    """Carries out orders, each once: one that came by datagram is not carried out again when its row is read.

    Answers go into the journal, so that they outlive a crash and a desk that is away.
    """

    def __init__(self, machine: Machine, register: Register, trust_clock: Callable[[], str]) -> None:
        self._machine = machine
        self._register = register
        self._trust_clock = trust_clock
        self._obeyed: set[int] = set()
        self._lock = threading.Lock()

    def know(self, obeyed: Iterable[int]) -> None:
        """Orders that an earlier life carried out."""
        self._obeyed |= set(obeyed)

    def obey(self, order: Order, age: dt.timedelta) -> Answer | None:
        """Carry out an order and say what came of it; None when that was done, or is being done.

        No lock is held meanwhile: a stop waits for nothing. Number 0 is an order without a row.
        """
        with self._lock:
            if order.id in self._obeyed:
                return None
            if order.id:
                self._obeyed.add(order.id)
        if (age > STALE and order.verb is Verb.AIR) or (abs(age) > STALE and order.verb == Verb.TRUST_CLOCK):
            answer = Answer(order.id, OrderOutcome.TOO_LATE, "Lệnh đến quá muộn nên không thực hiện.")
        else:
            answer = Answer(order.id, *self._carry_out(order, fresh=age <= dt.timedelta(0)))
        if order.id:
            self._machine.journal.write("answer", answer.as_json())
        return answer

    def sound_alone(self, said: Mapping[str, Any]) -> Answer:
        """Sound an emergency of which no row could be written; the journal brings it to the desk later."""
        bundle, by = Bundle.from_json(said["bundle"]), str(said["by"])
        at = dt.datetime.fromisoformat(str(said["at"]))
        if self._machine.lease.hold:
            return Answer(0, *_refused(self._machine.lease.hold))
        if self._register.knows(bundle.broadcast.id):
            return Answer(0, *_refused("Bản tin này đang phát hoặc đã phát."))
        self._machine.journal.write("alone", {**said, "broadcast": bundle.broadcast.id})
        self._register.launch(Launch(bundle=bundle, at_once=True, by=by, ordered_at=at))
        return Answer(0, *_done(f"Đang phát “{bundle.broadcast.title}”."))

    def _carry_out(self, order: Order, *, fresh: bool) -> Told:
        act = self._verbs(fresh=fresh).get(order.verb)
        if act is None:
            return _refused(f"Không có lệnh “{order.verb}”.")
        try:
            return act(order)
        except (StationError, KeyError, TypeError, ValueError) as error:
            return _refused(f"Không thực hiện được: {error}")

    def _verbs(self, *, fresh: bool) -> Mapping[str, Callable[[Order], Told]]:
        register = self._register
        return {
            Verb.STOP: lambda o: _done(*stop(self._machine, register.horns, o, fresh=fresh)),
            Verb.AIR: lambda o: _said(*register.start_now(int(o.arguments["broadcast_id"]), o.by, o.at, o.bundle)),
            Verb.SKIP: self._skip,
            Verb.MUTE: lambda o: _done(self._mute(o)),
            Verb.UNMUTE: lambda o: _done(self._mute(o)),
            Verb.TRUST_CLOCK: lambda _: _done(self._trust_clock()),
        }

    def _skip(self, order: Order) -> Told:
        if order.arguments.get("items") or order.arguments.get("zones"):
            return _said(*leave_out(self._machine, self._register.horns, order))
        return _said(*self._register.skip(int(order.arguments["broadcast_id"]), order.by, order.bundle))

    def _mute(self, order: Order) -> str:
        """Take up what holds with this order: the rows say it, whatever was ordered before or after."""
        outputs = ", ".join(order.arguments.get("outputs") or ())
        self._register.take_mutes(order.mutes)
        return f"{'Đã tắt tiếng' if order.verb is Verb.MUTE else 'Đã mở tiếng'} đường ra {outputs}."


def _done(text: str, effect: OrderEffect | None = None) -> Told:
    return OrderOutcome.CARRIED_OUT, text, effect or OrderEffect()


def _refused(text: str) -> Told:
    return OrderOutcome.REFUSED, text, OrderEffect()


def _said(done: bool, text: str, effect: OrderEffect | None = None) -> Told:
    return _done(text, effect) if done else _refused(text)
