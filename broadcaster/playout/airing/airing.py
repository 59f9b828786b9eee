"""One broadcast on its way: checked at T-30 s, warmed at T-5 s, started at T, then followed, and given its verdict."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, Phase, RundownItem
from broadcaster.domain.air.causes import NOTHING, Cause, Why, why_of
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.air.lateness import Air, Join, Skip, Wait, decide
from broadcaster.domain.air.stops import Stop, wanted_since
from broadcaster.domain.log.playlog import Outcome
from broadcaster.errors import StationError
from broadcaster.playout.airing.contract import AiringState, BySink, Launch
from broadcaster.playout.airing.cueing import Cued
from broadcaster.playout.airing.following import STOPPED, Following
from broadcaster.playout.airing.horns import Horns
from broadcaster.playout.airing.lineup import (
    Events,
    held,
    lay,
    limit,
    own_clock,
    segments,
    ways,
    without_stopped,
)
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.host.priority import favour_thread
from broadcaster.playout.record.asrun import TRIAL_ZONE, AsRun, heard_zones
from broadcaster.playout.record.recovery import in_rounds, may_begin_anew
from broadcaster.playout.sinks import AIRCHECK
from broadcaster.playout.sound.player import Lane
from broadcaster.playout.sound.sources import Source
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

BROKEN = Why(Cause.PROGRAM_FAULT, "Máy phát gặp lỗi không lường trước; xem nhật ký kỹ thuật.")
LEASE_LOST = Why(Cause.LEASE_LOST, "Máy khác đang giữ quyền phát nên phần còn lại không phát nữa.")


class Airing:
    """One broadcast from its cue to its verdict; `run` is its thread, the other methods may be called from anywhere.

    Only its thread changes what it shows; others tell it.
    """

    def __init__(self, machine: Machine, horns: Horns, launch: Launch) -> None:
        self._machine = machine
        self._horns = horns
        self._launch = launch
        self._clock = own_clock(machine.clock) if machine.inline else machine.clock
        self._state = AiringState(bundle=launch.bundle, at_once=launch.at_once, by=launch.by)
        self._over_at: dt.datetime | None = None
        self._cued = Cued(machine, self._clock)
        self._unreachable: dict[str, tuple[Outcome, Why]] = {}
        self._halt = threading.Event()
        self._cancelled: tuple[Why, str] | None = None
        self._left_out: list[tuple[Collection[int], Collection[str], Why, str]] = []
        self._abandoned = False
        if launch.left_out is not None:
            self.cancel(launch.left_out, launch.by)

    @property
    def state(self) -> AiringState:
        """How it is now."""
        return self._state

    def _become(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    @property
    def _broadcast(self) -> Broadcast:
        return self._state.broadcast

    def want(self, by_sink: BySink) -> None:
        """It stands in line for these zones."""
        self._become(wanted=by_sink)

    def grant(self) -> None:
        """They are its own."""
        self._become(granted=True)

    def cancel(self, why: Why, by: str) -> None:
        """Do not air it any more; if it is on air, cut it."""
        self._cancelled = self._cancelled or (why, by)
        self._halt.set()
        self.cut(None, why, by)

    def abandon(self) -> None:
        """Leave it to the next life of play-out when it has not started; cut it when it has."""
        self._abandoned = True
        self._halt.set()
        self.cut(None, STOPPED, "")

    def cut(self, zones: set[str] | None, why: Why, by: str, *, waiting: bool = False) -> list[str]:
        """End the sound in `zones` (None: all), and return the zones that fall silent; see `OnItsWay`."""
        silent: list[str] = []
        now = self._state
        for lane in now.lanes:
            if (now.phase is Phase.AIR or waiting) and (zones is None or zones & set(lane.zones)):
                lane.cut(why, by)
                silent += lane.zones
        return silent

    def leave_out(self, items: Collection[int], zones: Collection[str], why: Why, by: str) -> list[Lane]:
        """Let these items not be heard any more, or these zones; see `OnItsWay`."""
        self._left_out.append((items, zones, why, by))
        now = self._state
        sounding = [lane for lane in now.lanes if not lane.over and (lane.on_item in items or zones)]
        met = _leave_out(now.lanes, items, zones, why, by)
        return [lane for lane in met if lane in sounding] if now.phase is Phase.AIR else []

    def stop(self, outputs: Collection[str], stop: Stop) -> list[Lane] | None:
        """Be silent on these outputs, and where nothing else is left, not begin; see `OnItsWay`."""
        if self.wanted_since > stop.at:
            return None
        now = self._state
        if now.phase is not Phase.AIR and self._held() is not None:
            self._halt.set()
        met = [lane for lane in now.lanes if lane.sink.name in outputs and not lane.over]
        for lane in met:
            lane.cut(stop.why, stop.by)
        return met if now.phase is Phase.AIR else []

    @property
    def wanted_since(self) -> dt.datetime:
        """Since when it wants its outputs."""
        return wanted_since(self._broadcast, self._launch.ordered_at)

    @property
    def held(self) -> bool:
        """Whether a stop keeps it back at all its outputs."""
        return self._held() is not None

    def _held(self) -> Stop | None:
        return held(self._machine, self._state.bundle, self._launch.ordered_at)

    def run(self) -> None:
        """Do all of it; whatever happens, each item and zone ends with one outcome, and the broadcast with one verdict.

        Only a broadcast that was taken back, or one abandoned before its start, ends without.
        """
        asrun: AsRun | None = None
        try:
            confirmed = self._machine.claims.confirm(self._state.bundle)
            if confirmed is None:
                self._become(phase=Phase.OVER)
                return
            asrun = self._taken_up(confirmed)
            self._air(asrun)
        except StationError as error:
            if asrun is not None:
                asrun.rest(Outcome.FAILED, why_of(error))
        except Exception:
            log.exception("broadcast %s failed", self._broadcast.id)
            if asrun is not None:
                asrun.rest(Outcome.FAILED, BROKEN)
        # A power cut, real or simulated, does not come here: the next life ends what it left open.
        stop = self._held()
        left_alone = (self._abandoned or stop) and self._state.phase is not Phase.AIR and not self._cancelled
        yielded = self._launch.resume_after is not None and (stop is not None or not self._halt.is_set())
        left_alone = left_alone and not yielded  # what began in an earlier life is never begun anew
        self._become(phase=Phase.OVER)
        if asrun is not None and not left_alone:
            unplayed = (stop.why, stop.by) if stop else (LEASE_LOST if yielded else STOPPED, "")
            why, by = self._cancelled or unplayed
            asrun.rest(Outcome.MISSED, why, by=by)
            left_out = self._cancelled and why.cause is not Cause.HELD_BACK
            asrun.verdict(self._end(), cancelled=f"Đã hủy: {why.text}" if left_out else "")
            self._become(ended=True)

    def _taken_up(self, confirmed: Bundle) -> AsRun:
        """Its record; of what another life began without a line in this journal, nobody knows what was heard.

        What that began before its time, at a person's word, is heard at its time.
        """
        b, again = confirmed.broadcast, self._launch.resume_after is not None
        if b.begun_at is None or again or self._clock.now() < b.starts_at:
            self._become(bundle=in_rounds(confirmed, self._launch.rounds))
            return self._asrun()
        rounds = 2 if may_begin_anew(confirmed, 1, self._clock.now()) else 1
        last = max((i.no for i in b.rundown), default=0)
        self._launch = replace(self._launch, resume_after=last, rounds=rounds, began_at=b.begun_at)
        self._become(bundle=in_rounds(confirmed, rounds))
        asrun = self._asrun()
        at = b.begun_at.astimezone(self._machine.pinned.hours.tz)
        text = f"Máy phát đã bắt đầu buổi này lúc {at:%H:%M:%S} rồi dừng đột ngột, và không ghi được đã phát đến đâu."
        for item in b.rundown:
            asrun.item_silent(item, heard_zones(b), Outcome.UNKNOWN, Why(Cause.UNWRITTEN, text))
        return asrun

    def _asrun(self) -> AsRun:
        trial = self._broadcast.kind is BroadcastKind.TRIAL
        sinks = {TRIAL_ZONE: AIRCHECK} if trial else {c: z.sink for c, z in self._state.bundle.zones.items()}
        machine, launch = self._machine, self._launch
        return AsRun(
            self._broadcast,
            sinks,
            machine.journal,
            machine.host,
            machine.pinned.hours.tz,
            dict(launch.known),
            list(launch.reasons),
            started_at=launch.began_at,
            besides={} if trial else self._state.bundle.besides,
        )

    def _end(self) -> dt.datetime:
        return self._over_at or self._clock.now()

    def _air(self, asrun: AsRun) -> None:
        b, after = self._broadcast, self._launch.resume_after
        if after is not None and all(i.no <= after for i in b.rundown):
            return  # of what began in an earlier life nothing is left
        if self._halt.is_set() or self._stood_down() or not self._may_start(asrun):
            return
        try:
            self._cued.load(self._state.bundle, self._launch, self._starts())
            self._air_cued(asrun, self._cued.sources)
        finally:
            self._cued.close()

    def _air_cued(self, asrun: AsRun, sources: list[tuple[RundownItem, Source]]) -> None:
        machine = self._machine
        self._become(phase=Phase.WARM)
        if not sources:
            if self._launch.at_once:
                self._not_now(" ".join(dict.fromkeys(why.text for why in self._cued.refused.values())))
            else:
                self._refuse(asrun)
            return
        if not self._wait_until(machine.lead_times.warm):
            return
        self._cued.look()
        events: Events = queue.SimpleQueue()
        lanes = self._lay(events)
        threads = [] if machine.inline else [self._player(lane) for lane in lanes]
        try:
            if self._wait_until(machine.lead_times.hand_over) and not self._stood_down() and self._may_start(asrun):
                self._go(asrun, sources)
        finally:
            if self._state.phase is not Phase.AIR:
                for lane in lanes:
                    lane.cut(NOTHING, "")
        if self._state.phase is Phase.AIR:
            sounding = Following(machine, self._clock, lambda: self._state, asrun, cued=self._cued, halt=self._halt)
            try:
                sounding.follow(events, threads)
            finally:
                self._over_at = sounding.over_at

    def _lay(self, events: Events) -> tuple[Lane, ...]:
        """Take the horns, and set a player before each sink."""
        plan = without_stopped(self._machine, ways(self._machine.sinks, self._state.bundle), self.wanted_since)
        busy = self._horns.reserve(self, plan.by_sink, self._halt)
        self._unreachable = plan.unreachable | {code: (Outcome.FAILED, why) for code, why in busy.items()}
        lanes = lay(self._machine, self, plan, busy, self._clock, events)
        self._become(lanes=lanes)
        for lane in lanes:
            for stop in self._machine.stops.now.against(self.wanted_since, (lane.sink.name,)).values():
                lane.cut(stop.why, stop.by)  # it came while the horns were being taken
        for one in self._left_out:
            _leave_out(lanes, *one)
        return lanes

    def _stood_down(self) -> bool:
        """Leave the broadcast to the machine that plays now, to a clock that is right again, or to who lets it go."""
        self._abandoned = self._abandoned or not self._machine.may_begin(
            self._broadcast, unplanned=self._launch.unplanned
        )
        return self._abandoned or self._held() is not None

    def _player(self, lane: Lane) -> WatchedThread:
        def play() -> None:
            if self._machine.urgent:
                favour_thread()
            lane.run()

        name = f"player-{lane.sink.name}-{self._broadcast.id}"
        thread = WatchedThread(play, name, once=True)
        thread.start()
        return thread

    def _decide(self) -> Wait | Air | Join | Skip:
        b = self._broadcast
        if self._launch.unplanned:
            return Air(0.0)
        now = self._clock.now()
        if 0 <= (late := (now - b.starts_at).total_seconds()) <= self._machine.lead_times.on_time:
            return Air(late)
        return decide(now, b.starts_at, b.ends_at, b.late, b.grace)

    def _starts(self) -> dt.datetime:
        """When the first sample would leave, as it looks now."""
        now = self._clock.now()
        return now if self._launch.unplanned else max(now, self._broadcast.starts_at)

    def _may_start(self, asrun: AsRun) -> bool:
        """Ask lateness and the allowed hours once more, whoever planned it; log what must not air."""
        late = self._decide()
        if isinstance(late, Skip):
            asrun.rest(Outcome.MISSED, late.why)
            return False
        hours = self._machine.pinned.hours
        local = self._starts().astimezone(hours.tz)
        if self._broadcast.any_hour or hours.windows.allows(local, dt.timedelta(0)):
            return True
        why = Why(Cause.OUTSIDE_HOURS, f"Lúc {local:%H:%M} nằm ngoài khung giờ được phép phát ({hours.windows}).")
        if self._launch.at_once:
            self._not_now(why.text)
        else:
            asrun.rest(Outcome.REFUSED, why)
        return False

    def _not_now(self, why: str) -> None:
        """Say that what was ordered a moment ago cannot be: the broadcast keeps its own time."""
        self._abandoned = True
        text = f"Chưa phát ngay được buổi “{self._broadcast.title}”. {why} Buổi này vẫn chờ phát như lịch."
        self._machine.incidents.note("play-now", text)

    def _refuse(self, asrun: AsRun) -> None:
        for item in self._broadcast.rundown:
            if why := self._cued.refused.get(item.no):
                asrun.item_silent(item, heard_zones(self._broadcast), Outcome.REFUSED, why)

    def _wait_until(self, before_s: float) -> bool:
        """Wait until `before_s` ahead of the start, following the wall clock; False when told to stop."""
        clock = self._clock
        slice_s = 86400.0 if self._machine.inline else 1.0
        while not self._launch.unplanned:
            left = (self._broadcast.starts_at - clock.now()).total_seconds() - before_s
            if left <= 0 or not clock.sleep_until(clock.monotonic() + min(left, slice_s), self._halt):
                break
        return not self._halt.is_set()

    def _go(self, asrun: AsRun, sources: list[tuple[RundownItem, Source]]) -> None:
        """Tell the players what to play and the exact moment."""
        b = self._broadcast
        late, now, steady = self._decide(), self._clock.now(), self._clock.monotonic()
        starts = self._starts()
        self._become(phase=Phase.AIR, started_at=starts)
        asrun.begin(starts, self._state.bundle.as_json() if b.kind is BroadcastKind.EMERGENCY else None)
        self._refuse(asrun)
        for code, (outcome, why) in self._unreachable.items():
            asrun.rest(outcome, why, zones=[code])
        offset = late.offset if isinstance(late, Join) else 0.0
        pieces, passed = segments(sources, offset)
        for item in passed:
            late_s = (now - b.starts_at).total_seconds()
            why = Why(Cause.JOINED_LATE, f"Vào giữa chừng vì bắt đầu trễ {late_s:.0f} giây; mục này đã qua.")
            asrun.item_silent(item, heard_zones(b), Outcome.MISSED, why)
        end, limit_why = limit(self._machine.pinned.hours, b, starts, at_once=self._launch.at_once)
        for lane in self._state.lanes if pieces else ():
            asrun.item_coming(pieces[0].item_no, lane.zones, starts)
        for lane in self._state.lanes:
            lane.begin(
                pieces, steady + (starts - now).total_seconds(), limit=end, limit_why=limit_why, fade_in=offset > 0
            )


def _leave_out(
    lanes: Collection[Lane], items: Collection[int], zones: Collection[str], why: Why, by: str
) -> list[Lane]:
    """Tell the lanes what is not to be heard any more; return those that were told."""
    met = [lane for lane in lanes if items or not set(zones).isdisjoint(lane.zones)]
    for lane in met:
        if items:
            lane.leave_out(items, why, by)
        else:
            lane.cut(why, by)
    return met
