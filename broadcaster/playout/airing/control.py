"""What a person may tell play-out, carried out once each, and answered in a sentence."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from typing import Any

from broadcaster.domain.causes import Cause, Why
from broadcaster.domain.desk import Verb
from broadcaster.errors import StationError
from broadcaster.playout.airing.register import Floor

STALE = dt.timedelta(seconds=60)
"""A command to sound or be silent now is not carried out later than this."""


class Control:
    """Carries out commands; one that came by datagram is not carried out again when its row is read."""

    def __init__(self, floor: Floor, trust_clock: Callable[[], str]) -> None:
        self._floor = floor
        self._trust_clock = trust_clock
        self._answers: dict[int, str | None] = {}
        self._lock = threading.Lock()

    def obey(self, order_id: int, verb: str, arguments: Mapping[str, Any], by: str, age: dt.timedelta) -> str | None:
        """Carry out a command once and return the answer; a second call with its number only returns the answer.

        None while another thread still carries it out. No lock is held meanwhile: a stop waits for nothing.
        """
        with self._lock:
            if order_id and order_id in self._answers:
                return self._answers[order_id]
            if order_id:
                self._answers[order_id] = None
        if (age > STALE and verb in {Verb.STOP, Verb.AIR, Verb.MUTE}) or (
            abs(age) > STALE and verb == Verb.TRUST_CLOCK
        ):
            text = "Lệnh đến quá muộn nên không thực hiện."
        else:
            text = self._carry_out(verb, arguments, by)
        if order_id:
            with self._lock:
                self._answers[order_id] = text
        return text

    def _carry_out(self, verb: str, arguments: Mapping[str, Any], by: str) -> str:
        act = self._verbs().get(verb)
        if act is None:
            return f"Không có lệnh “{verb}”."
        try:
            return act(arguments, by)
        except (StationError, KeyError, TypeError, ValueError) as error:
            return f"Không thực hiện được: {error}"

    def forget(self, order_id: int) -> None:
        """The answer is in the database now."""
        with self._lock:
            self._answers.pop(order_id, None)

    def _verbs(self) -> dict[str, Callable[[Mapping[str, Any], str], str]]:
        floor = self._floor
        return {
            Verb.STOP: self._stop,
            Verb.AIR: lambda a, by: floor.start_now(int(a["broadcast_id"]), by),
            Verb.SKIP: lambda a, by: floor.skip(int(a["broadcast_id"]), by),
            Verb.MUTE: lambda a, _by: self._mute(a.get("zone"), muted=True),
            Verb.UNMUTE: lambda a, _by: self._mute(a.get("zone"), muted=False),
            Verb.TRUST_CLOCK: lambda _a, _by: self._trust_clock(),
        }

    def _stop(self, arguments: Mapping[str, Any], by: str) -> str:
        named = arguments.get("zones")
        wanted = set(named) if named else None
        why = Why(Cause.PERSON_STOPPED, f"{by or 'Người vận hành'} bấm dừng phát.")
        silent: list[str] = []
        for airing in self._floor.airings():
            silent += airing.cut(wanted, why, by)
        if not silent:
            return "Không có gì đang phát ở đó."
        more = sorted(set(silent) - wanted) if wanted else []
        shared = f" Chung đường ra nên cũng dừng: {', '.join(more)}." if more else ""
        return f"Đã dừng phát tại {', '.join(sorted(set(silent)))}.{shared}"

    def _mute(self, zone: str | None, *, muted: bool) -> str:
        sounding = self._floor.mute(zone, muted)
        word = "Đã tắt tiếng" if muted else "Đã mở tiếng"
        return f"{word} {zone or 'tất cả cụm loa'}." + (" (đang phát)" if sounding else "")
