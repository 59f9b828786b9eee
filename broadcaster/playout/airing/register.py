"""The floor: the broadcasts on their way, those that ended, and what a person or a crash may do to them."""

from __future__ import annotations

import datetime as dt
import functools
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace

from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.air.mutes import Mute
from broadcaster.domain.air.stops import kept_until, wanted_since
from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.airing.airing import Airing
from broadcaster.playout.airing.contract import Launch
from broadcaster.playout.airing.horns import Horns, taken_by
from broadcaster.playout.airing.lineup import held, ways
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.host.alarm_clock import Alarm
from broadcaster.playout.record import recovery
from broadcaster.playout.record.asrun import AsRun
from broadcaster.threads import WatchedThread

RESTARTED = Why(Cause.POWER_CUT, "Máy phát khởi động lại sau sự cố; phần còn lại của buổi này không phát nữa.")


class Register:
    """Launches broadcasts, each at most once, and carries out what people order. Safe to call from several threads."""

    def __init__(self, machine: Machine, alarm: Alarm) -> None:
        self.horns = Horns(machine)
        """Who is on the way, and has which horns."""
        self._machine = machine
        self._alarm = alarm
        self._lock = threading.RLock()
        self._threads: dict[int, WatchedThread] = {}
        self._known: dict[int, recovery.Unfinished] = {}
        self._ended: set[int] = set()

    def knows(self, broadcast_id: int) -> bool:
        """Whether a broadcast is on its way, or has its verdict."""
        return self.horns.has(broadcast_id) or broadcast_id in self._ended

    def has_ended(self, broadcast_id: int) -> bool:
        """Whether a broadcast has its verdict."""
        return broadcast_id in self._ended

    def clear(self, timeout_s: float) -> None:
        """End all that is on its way: what sounds is faded out and logged, the rest is left to the next life."""
        for one in self.horns.on_their_way():
            one.abandon()
        for thread in list(self._threads.values()):
            thread.join(timeout_s)

    def call(self, bundle: Bundle) -> None:
        """Send a broadcast whose time has come on its way; one that a stop holds back waits for a person."""
        stop = held(self._machine, bundle)
        b, now = bundle.broadcast, self._machine.clock.now()
        if stop is None or (b.begun_at is not None and b.starts_at <= now):
            self.launch(Launch(bundle=bundle))
        elif now > kept_until(b):
            at = stop.at.astimezone(self._machine.pinned.hours.tz)
            text = f"{stop.by or 'Người vận hành'} đã dừng phát lúc {at:%H:%M:%S}, và không ai cho phát tiếp."
            self.launch(Launch(bundle=bundle, left_out=Why(Cause.HELD_BACK, text)))

    def launch(self, wanted: Launch) -> bool:
        """Send a broadcast on its way, unless it is or has ended."""
        number = wanted.bundle.broadcast.id
        with self._lock:
            if self.knows(number):
                return False
            if (past := self._known.get(number)) is not None and not wanted.known:
                wanted = replace(wanted, known=dict(past.known))
            one = Airing(self._machine, self.horns, wanted)
            self.horns.enter(number, one)
        if self._machine.inline:
            self._accompany(number, one)
        else:
            name = f"broadcast-{number}"
            thread = WatchedThread(functools.partial(self._accompany, number, one), name, once=True)
            self._threads[number] = thread
            thread.start()
        return True

    def _accompany(self, number: int, one: Airing) -> None:
        try:
            one.run()
        finally:
            with self._lock:
                if one.state.ended:
                    self._ended.add(number)
                    self._known.pop(number, None)
                self.horns.leave(number)
                self._threads.pop(number, None)
            self._machine.agenda.soon("beat")

    # After a crash

    def recover(self, past: recovery.Past, pinned: Mapping[int, Bundle]) -> None:
        """End, or go on with, what an earlier life left open."""
        self._ended |= past.ended
        for number, one in past.unfinished.items():
            self._recover(number, one, pinned.get(number))

    def _recover(self, number: int, one: recovery.Unfinished, bundle: Bundle | None) -> None:
        bundle = one.bundle or bundle
        if one.began_at is None or bundle is None:
            self._known[number] = one  # it had not begun: lateness decides as for any other
            return
        rounds = recovery.rounds_of(one, bundle)
        whole, bundle = bundle, recovery.in_rounds(bundle, rounds)
        machine, b = self._machine, bundle.broadcast
        sinks = {code: zone.sink for code, zone in bundle.zones.items()}
        tz = machine.pinned.hours.tz
        asrun = AsRun(
            b,
            sinks,
            machine.journal,
            machine.host,
            tz,
            dict(one.known),
            list(one.reasons),
            started_at=one.began_at,
            besides=bundle.besides,
        )
        last = recovery.close_interrupted(one, asrun)
        if recovery.may_resume(one, asrun, machine.clock.now()) and last < max(i.no for i in b.rundown):
            reasons = tuple(asrun.reasons)
            since = min(wanted_since(b), one.began_at)  # it may have begun before its time
            self.launch(
                Launch(
                    bundle=bundle,
                    resume_after=last,
                    known=asrun.known,
                    reasons=reasons,
                    began_at=one.began_at,
                    ordered_at=since,
                )
            )
            return
        asrun.rest(Outcome.MISSED, RESTARTED)
        if recovery.may_begin_anew(whole, rounds, machine.clock.now()) and held(machine, bundle) is None:
            machine.incidents.note("emergency-again", f"{b.title}: máy phát dừng giữa chừng nên phát lại từ đầu.")
            known, reasons = asrun.known, tuple(asrun.reasons)
            last = max(i.no for i in b.rundown)
            anew = Launch(bundle=whole, resume_after=last, rounds=rounds + 1, known=known, reasons=reasons)
            self.launch(replace(anew, began_at=one.began_at))
            return
        asrun.verdict(machine.clock.now())
        self._ended.add(number)

    def settle(self, bundle: Bundle) -> bool:
        """End, or go on with, what an earlier life began and left open without its plan; return whether it was such."""
        number = bundle.broadcast.id
        past = self._known.get(number)
        if past is None or past.began_at is None:
            return False
        del self._known[number]
        self._recover(number, past, bundle)
        return True

    # What people order

    def take_mutes(self, mutes: Iterable[Mute]) -> None:
        """From now on these outputs are silent, and no other; players look at it with each piece."""
        if self._machine.mutes.take(mutes):
            self._machine.agenda.again("beat")

    def start_now(self, broadcast_id: int, by: str, at: dt.datetime, named: Bundle | None) -> tuple[bool, str]:
        """Air a broadcast at once, as pinned or else as `named`; return whether it is on its way, and the answer."""
        bundle = self._machine.pinned.get(broadcast_id) or named
        if bundle is None:
            return False, f"Không có buổi phát số {broadcast_id} nào còn chờ phát."
        if why := self._not_now(bundle):
            return False, f"Chưa phát ngay được. {why} Buổi này vẫn chờ phát như lịch."
        self._alarm.cancel(alarm_key(broadcast_id))
        at = self._machine.stops.now.after(at, ways(self._machine.sinks, bundle).by_sink)
        if not self.launch(Launch(bundle=bundle, at_once=True, by=by, ordered_at=at)):
            return False, "Buổi này đang được chuẩn bị, đang phát hoặc đã xong."
        return True, f"Đang phát ngay buổi “{bundle.broadcast.title}”."

    def _not_now(self, bundle: Bundle) -> str:
        """Why a broadcast cannot begin this minute: refused here, it stays as it was and airs at its own time."""
        hours, b = self._machine.pinned.hours, bundle.broadcast
        local = self._machine.clock.now().astimezone(hours.tz)
        length = min(dt.timedelta(milliseconds=b.sound_ms), b.ends_at - b.starts_at)
        if not (b.any_hour or hours.windows.allows(local, length)):
            return f"Từ {local:%H:%M} buổi này nằm ngoài khung giờ được phép phát ({hours.windows})."
        other = self.horns.in_the_way(bundle)
        return taken_by(other).text if other is not None else ""

    def skip(self, broadcast_id: int, by: str, named: Bundle | None) -> tuple[bool, str]:
        """Leave a broadcast out, or cut it when it is on air; return whether that was done, and the answer."""
        why = Why(Cause.LEFT_OUT, f"{by or 'Người vận hành'} bỏ buổi này.")
        one = next((a for a in self.horns.on_their_way() if a.state.broadcast.id == broadcast_id), None)
        if one is not None:
            one.cancel(why, by)
            return True, f"Đã bỏ buổi “{one.state.broadcast.title}”."
        if self.horns.give_up_words(broadcast_id):
            return True, "Không chờ lời của bản tin khẩn cấp này nữa."
        bundle = self._machine.pinned.get(broadcast_id) or named
        if bundle is None:
            return False, f"Không có buổi phát số {broadcast_id} nào còn chờ phát."
        self._alarm.cancel(alarm_key(broadcast_id))
        self.launch(Launch(bundle=bundle, by=by, left_out=why))
        return True, f"Đã bỏ buổi “{bundle.broadcast.title}”."


def alarm_key(broadcast_id: int) -> str:
    """The name of a broadcast's alarm."""
    return f"cue:{broadcast_id}"
