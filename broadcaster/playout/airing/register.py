"""The floor: the broadcasts on their way, those that ended, and what a person or a crash may do to them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from broadcaster.domain.causes import Cause, Why
from broadcaster.domain.desk import Bundle
from broadcaster.domain.playlog import Outcome
from broadcaster.playout.airing.airing import Airing
from broadcaster.playout.airing.machine import Crew
from broadcaster.playout.host.alarm import Alarm
from broadcaster.playout.record import recovery
from broadcaster.playout.record.asrun import AsRun
from broadcaster.playout.record.pinned import Shelf

RESTARTED = Why(Cause.POWER_CUT, "Máy phát khởi động lại sau sự cố; phần còn lại của buổi này không phát nữa.")


class Floor:
    """Launches broadcasts, each at most once, and carries out what people order. Safe to call from several threads.

    Args:
        shelf: what is pinned.
        alarm: the alarm clock, whose alarms are cancelled when a person is quicker.
        changed: told whenever what is on air changes.
    """

    crew: Crew
    """Set by play-out before anything is launched."""

    def __init__(self, shelf: Shelf, alarm: Alarm, changed: Callable[[], None]) -> None:
        self._shelf = shelf
        self._alarm = alarm
        self._changed = changed
        self._lock = threading.RLock()
        self._active: dict[int, Airing] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._known: dict[int, recovery.Unfinished] = {}
        self._muted: set[str | None] = set()
        self.ended: set[int] = set()
        """Broadcasts that have their verdict."""

    def airings(self) -> list[Airing]:
        """Return the broadcasts on their way."""
        with self._lock:
            return list(self._active.values())

    def has(self, broadcast_id: int) -> bool:
        """Return whether a broadcast is on its way."""
        return broadcast_id in self._active

    def clear(self, timeout_s: float) -> None:
        """End all that is on its way: what sounds is faded out and logged, the rest is left to the next life."""
        for one in self.airings():
            one.abandon()
        for thread in list(self._threads.values()):
            thread.join(timeout_s)

    def launch(self, one: Airing) -> bool:
        """Send a broadcast on its way, unless it is or has ended."""
        number = one.broadcast.id
        with self._lock:
            if number in self._active or number in self.ended:
                return False
            if (past := self._known.get(number)) is not None and not one.known:
                one.known = dict(past.known)
            self._active[number] = one
        if self.crew.inline:
            self._accompany(one)
        else:
            thread = threading.Thread(target=self._accompany, args=(one,), name=f"broadcast-{number}", daemon=True)
            self._threads[number] = thread
            thread.start()
        return True

    def _accompany(self, one: Airing) -> None:
        number = one.broadcast.id
        try:
            one.run()
        finally:
            with self._lock:
                if one.ended:
                    self.ended.add(number)
                    self._known.pop(number, None)
                self._active.pop(number, None)
                self._threads.pop(number, None)
            self._changed()

    # After a crash

    def recover(self, number: int, one: recovery.Unfinished, bundle: Bundle | None) -> None:
        """End, or go on with, a broadcast that an earlier life left open."""
        if one.began_at is None or bundle is None:
            self._known[number] = one  # it had not begun: lateness decides as for any other
            return
        crew, b = self.crew, bundle.broadcast
        sinks = {code: zone.sink for code, zone in bundle.zones.items()}
        asrun = AsRun(b, sinks, crew.journal, crew.host, crew.tz, dict(one.known), list(one.reasons), one.began_at)
        last = recovery.close_interrupted(one, asrun)
        if recovery.may_resume(one, asrun, crew.clock.now()) and last < max(i.no for i in b.rundown):
            resumed = Airing(
                crew, bundle, resume_after=last, known=asrun.known, began_at=one.began_at, reasons=asrun.reasons
            )
            self.launch(resumed)
            return
        asrun.rest(Outcome.MISSED, RESTARTED)
        asrun.verdict(crew.clock.now())
        self.ended.add(number)

    # What people order

    def start_now(self, broadcast_id: int, by: str, named: Bundle | None) -> str:
        """Air a broadcast at once, as pinned or else as `named`; return the answer."""
        bundle = self._shelf.get(broadcast_id) or named
        if bundle is None:
            return f"Không có buổi phát số {broadcast_id} nào còn chờ phát."
        self._alarm.cancel(alarm_key(broadcast_id))
        if not self.launch(Airing(self.crew, bundle, at_once=True, by=by)):
            return "Buổi này đang được chuẩn bị, đang phát hoặc đã xong."
        return f"Đang phát ngay buổi “{bundle.broadcast.title}”."

    def skip(self, broadcast_id: int, by: str, named: Bundle | None) -> str:
        """Leave a broadcast out, or cut it when it is on air; return the answer."""
        why = Why(Cause.LEFT_OUT, f"{by or 'Người vận hành'} bỏ buổi này.")
        one = next((a for a in self.airings() if a.broadcast.id == broadcast_id), None)
        if one is None:
            bundle = self._shelf.get(broadcast_id) or named
            if bundle is None:
                return f"Không có buổi phát số {broadcast_id} nào còn chờ phát."
            self._alarm.cancel(alarm_key(broadcast_id))
            one = Airing(self.crew, bundle, by=by)
            one.cancel(why, by)
            self.launch(one)
        else:
            one.cancel(why, by)
        return f"Đã bỏ buổi “{one.broadcast.title}”."

    def mute(self, zone: str | None, muted: bool) -> list[str]:
        """Turn zones off or on, until told otherwise or restarted; return those that sound just now."""
        if muted:
            self._muted.add(zone)
        elif zone is None:
            self._muted.clear()
        else:
            self._muted.discard(zone)
        return [z for one in self.airings() for z in one.mute(zone, muted)]

    def is_muted(self, zones: tuple[str, ...]) -> bool:
        """Return whether a person turned one of these zones off."""
        return None in self._muted or bool(self._muted & set(zones))

    def muted(self) -> list[str]:
        """Return the zones that are turned off; "all" stands for every one."""
        return sorted(z or "all" for z in self._muted)


def alarm_key(broadcast_id: int) -> str:
    """Return the name of a broadcast's alarm."""
    return f"cue:{broadcast_id}"
