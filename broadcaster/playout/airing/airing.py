"""One broadcast on its way: checked at T-30 s, warmed at T-5 s, started at T, followed to its verdict."""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from broadcaster.clock import Clock
from broadcaster.domain.broadcasts import Broadcast, BroadcastKind, ItemKind, Phase, RundownItem
from broadcaster.domain.causes import NOTHING, Cause, Why, why_of
from broadcaster.domain.desk import Bundle
from broadcaster.domain.lateness import Air, Join, Skip, Wait, decide
from broadcaster.domain.playlog import Outcome
from broadcaster.errors import AirError, StationError
from broadcaster.playout.airing.fan_out import Several, together
from broadcaster.playout.airing.lineup import Events, gain, lay, limit, own_clock, segments
from broadcaster.playout.airing.machine import Crew
from broadcaster.playout.host.priority import favour_thread
from broadcaster.playout.record.asrun import TRIAL_ZONE, AsRun, heard_zones
from broadcaster.playout.sinks import AIRCHECK
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sound.events import Coming, Ended, Event, Mark, Started
from broadcaster.playout.sound.player import Lane
from broadcaster.playout.sound.relay import Assumed, RelayFeed, source_of
from broadcaster.playout.sound.sources import Source
from broadcaster.playout.sound.talk import Talk
from broadcaster.sound.store import Store

log = logging.getLogger(__name__)

LAST_WORDS_MS = 500
"""So much of a talk may be lost at its edges (fades, a hiccup) and it still counts as heard."""
STOPPED = Why(Cause.SHUT_DOWN, "Máy phát được tắt trong lúc đang phát.")
BROKEN = Why(Cause.PROGRAM_FAULT, "Máy phát gặp lỗi không lường trước; xem nhật ký kỹ thuật.")
JOINED = Why(Cause.JOINED_LATE, "Vào giữa chừng vì bắt đầu trễ.")
LEASE_LOST = Why(Cause.LEASE_LOST, "Máy khác đang giữ quyền phát nên phần còn lại không phát nữa.")


@dataclass
class Airing:
    """One broadcast from its cue to its verdict; `run` is its thread, the other methods may be called from anywhere."""

    crew: Crew
    bundle: Bundle
    at_once: bool = False
    """Start now, whatever the plan says: a person asked for it."""
    by: str = ""
    resume_after: int | None = None
    """After a crash: go on with the first item whose number is greater."""
    known: dict[str, Outcome] = field(default_factory=dict)
    began_at: dt.datetime | None = None
    reasons: list[Why] = field(default_factory=list)
    started_at: dt.datetime | None = None
    lanes: list[Lane] = field(default_factory=list)
    phase: Phase = Phase.CUE
    ended: bool = False
    """Whether the verdict is written."""
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Zones that it needs, by sink, once it stands in line for them."""
    granted: bool = False
    """Whether it has them."""
    clock: Clock = field(init=False)
    _over_at: dt.datetime | None = None
    _several: Several = field(default_factory=lambda: Several(()))
    _feeds: list[RelayFeed] = field(default_factory=list)
    _talk: Talk | None = None
    _spoken: RundownItem | None = None
    _refused: dict[int, Why] = field(default_factory=dict)
    _unreachable: dict[str, tuple[Outcome, Why]] = field(default_factory=dict)
    _halt: threading.Event = field(default_factory=threading.Event)
    _cancelled: tuple[Why, str] | None = None
    _abandoned: bool = False

    @property
    def broadcast(self) -> Broadcast:
        """The broadcast as it was last confirmed."""
        return self.bundle.broadcast

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
        """End the sound in `zones` (None: all) if it is on air, and return the zones that fall silent.

        With `waiting`, lanes that stand ready to start are taken away as well. Zones that share a sink share its
        fate: silence for one of them is silence for all.
        """
        silent: list[str] = []
        for lane in self.lanes:
            if (self.phase == Phase.AIR or waiting) and (zones is None or zones & set(lane.zones)):
                lane.cut(why, by)
                silent += lane.zones
        return silent

    def mute(self, zone: str | None, muted: bool) -> list[str]:
        """Turn the sound of a zone's sink off or on; the programme runs on."""
        lanes = [lane for lane in self.lanes if zone is None or zone in lane.zones]
        for lane in lanes:
            lane.muted = muted
        return [z for lane in lanes for z in lane.zones]

    def run(self) -> None:
        """Do all of it; whatever happens, each item and zone ends with one outcome, and the broadcast with one verdict.

        Only a broadcast that was taken back, or one abandoned before its start, ends without.
        """
        crew = self.crew
        self.clock = own_clock(crew.clock) if crew.inline else crew.clock
        asrun: AsRun | None = None
        try:
            confirmed = crew.confirm(self.bundle)
            if confirmed is None:
                self.phase = Phase.OVER
                return
            self.bundle = confirmed
            asrun = self._asrun()
            self._air(asrun)
        except StationError as error:
            if asrun is not None:
                asrun.rest(Outcome.FAILED, why_of(error))
        except Exception:
            log.exception("broadcast %s failed", self.broadcast.id)
            if asrun is not None:
                asrun.rest(Outcome.FAILED, BROKEN)
        # A power cut, real or simulated, does not come here: the next life ends what it left open.
        left_alone = self._abandoned and self.phase != Phase.AIR and not self._cancelled
        yielded = self.resume_after is not None and not self._halt.is_set()
        left_alone = left_alone and not yielded  # what began in an earlier life is never begun anew
        self.phase = Phase.OVER
        if asrun is not None and not left_alone:
            why, by = self._cancelled or (LEASE_LOST if yielded else STOPPED, "")
            asrun.rest(Outcome.MISSED, why, by=by)
            asrun.verdict(self._end(), cancelled=f"Đã hủy: {why.text}" if self._cancelled else "")
            self.ended = True

    def _asrun(self) -> AsRun:
        trial = self.broadcast.kind is BroadcastKind.TRIAL
        sinks = {TRIAL_ZONE: AIRCHECK} if trial else {c: z.sink for c, z in self.bundle.zones.items()}
        crew = self.crew
        return AsRun(
            self.broadcast,
            sinks,
            crew.journal,
            crew.host,
            crew.tz,
            dict(self.known),
            list(self.reasons),
            started_at=self.began_at,
        )

    def _end(self) -> dt.datetime:
        return self._over_at or self.clock.now()

    def _air(self, asrun: AsRun) -> None:
        if self._halt.is_set() or self._stood_down() or not self._may_start(asrun):
            return
        try:
            self._air_cued(asrun, self._cue())
        finally:
            for feed in self._feeds:
                feed.close()
            if self._talk is not None:
                self._talk.close()

    def _air_cued(self, asrun: AsRun, sources: list[tuple[RundownItem, Source]]) -> None:
        crew = self.crew
        self.phase = Phase.WARM
        if not sources:
            self._refuse(asrun)
            return
        if not self._wait_until(crew.leads.warm):
            return
        self._look_at_relays()
        events: Events = queue.SimpleQueue()
        self.lanes, self._unreachable = lay(self, events)
        self._several = Several(self.lanes)
        threads = [] if self.crew.inline else [self._player(lane) for lane in self.lanes]
        try:
            if self._wait_until(crew.leads.hand_over) and not self._stood_down() and self._may_start(asrun):
                self._go(asrun, sources)
        finally:
            if self.phase != Phase.AIR:
                for lane in self.lanes:
                    lane.cut(NOTHING, "")
        if self.phase == Phase.AIR:
            self._follow(asrun, events, threads)

    def _stood_down(self) -> bool:
        """Leave the broadcast to the machine that plays now, or to a clock that is right again."""
        self._abandoned = self._abandoned or not self.crew.may_begin(self)
        return self._abandoned

    def _player(self, lane: Lane) -> threading.Thread:
        def play() -> None:
            if self.crew.urgent:
                favour_thread()
            lane.run()

        name = f"player-{lane.sink.name}-{self.broadcast.id}"
        thread = threading.Thread(target=play, name=name, daemon=True)
        thread.start()
        return thread

    def _decide(self) -> Wait | Air | Join | Skip:
        b = self.broadcast
        if self.unplanned:
            return Air(0.0)
        now = self.clock.now()
        if 0 <= (late := (now - b.starts_at).total_seconds()) <= self.crew.leads.on_time:
            return Air(late)
        return decide(now, b.starts_at, b.ends_at, b.late, b.grace)

    @property
    def unplanned(self) -> bool:
        """Whether it does not wait for its time: a person wants it now, or it goes on after a crash."""
        return self.at_once or self.resume_after is not None

    def _starts(self) -> dt.datetime:
        """When the first sample would leave, as it looks now."""
        now = self.clock.now()
        return now if self.unplanned else max(now, self.broadcast.starts_at)

    def _may_start(self, asrun: AsRun) -> bool:
        """Ask lateness and the allowed hours once more, whoever planned it; log what must not air."""
        late = self._decide()
        if isinstance(late, Skip):
            asrun.rest(Outcome.MISSED, late.why)
            return False
        local = self._starts().astimezone(self.crew.tz)
        if self.broadcast.any_hour or self.crew.hours.allows(local, dt.timedelta(0)):
            return True
        why = Why(Cause.OUTSIDE_HOURS, f"Lúc {local:%H:%M} nằm ngoài khung giờ được phép phát ({self.crew.hours}).")
        asrun.rest(Outcome.REFUSED, why)
        return False

    def _cue(self) -> list[tuple[RundownItem, Source]]:
        """Check and load every item; what must not air is kept with its reason and logged at the start."""
        sources: list[tuple[RundownItem, Source]] = []
        for item in self.broadcast.rundown:
            if self.resume_after is not None and item.no <= self.resume_after:
                continue
            if why := self.bundle.faults.get(item.no):
                self._refused[item.no] = why
                continue
            try:
                sources.append((item, self._source(item, sum(s.samples for _, s in sources))))
            except StationError as error:
                self._refused[item.no] = why_of(error)
        return sources

    def _source(self, item: RundownItem, before: int) -> Source:
        """Return the sound of an item that begins after `before` samples.

        Raises:
            StationError: it must not, or cannot, air.
        """
        if item.kind is ItemKind.LIVE:
            return self._listen(item)
        if item.relay is None:
            return self.crew.tapes.cue(item.audio_sha256)
        relay = self.crew.relays.get(item.relay)
        if relay is None:
            raise AirError(f"Không có nguồn tiếp âm “{item.relay}” trong cài đặt.", code="no-relay")
        samples = item.duration_ms * RATE // 1000
        if self.crew.inline:
            return Assumed(samples)
        at = self._starts() + dt.timedelta(seconds=before / RATE)
        name = item.relay
        feed = source_of(relay, self.clock, samples, at, lambda why: self.crew.alarm(f"relay-{name}", why))
        self._feeds.append(feed)
        return feed

    def _listen(self, item: RundownItem) -> Source:
        if self.crew.talks is None or self.crew.inline:
            raise AirError("Không có đường micro trực tiếp ở máy phát này.", code="no-talk")
        self._talk = Talk(self.crew.talks, self.broadcast.id, item.duration_ms * RATE // 1000, self.clock)
        return self._talk

    def _kept(self, item: RundownItem) -> RundownItem:
        """Return a live item as it turned out: its sound kept by hash, its length what was really said."""
        if self._talk is None or item.kind is not ItemKind.LIVE:
            return item
        if self._spoken is None:
            try:
                sha, ms = self._talk.seal(Store(self.crew.tapes.store))
            except StationError as error:
                self.crew.alarm("talk", f"Không lưu được lượt nói trực tiếp: {error.message}")
                return item
            self._spoken = replace(item, audio_sha256=sha, duration_ms=min(ms, item.duration_ms) or item.duration_ms)
        return self._spoken

    def _look_at_relays(self) -> None:
        for feed in self._feeds:
            feed.look()

    def _refuse(self, asrun: AsRun) -> None:
        for item in self.broadcast.rundown:
            if why := self._refused.get(item.no):
                asrun.item_over(item, heard_zones(self.broadcast), Outcome.REFUSED, why)

    def _wait_until(self, before_s: float) -> bool:
        """Wait until `before_s` ahead of the start, following the wall clock; False when told to stop."""
        clock = self.clock
        slice_s = 86400.0 if self.crew.inline else 1.0
        while not self.unplanned:
            left = (self.broadcast.starts_at - clock.now()).total_seconds() - before_s
            if left <= 0 or not clock.sleep_until(clock.monotonic() + min(left, slice_s), self._halt):
                break
        return not self._halt.is_set()

    def _go(self, asrun: AsRun, sources: list[tuple[RundownItem, Source]]) -> None:
        """Tell the players what to play and the exact moment."""
        b = self.broadcast
        late, now, steady = self._decide(), self.clock.now(), self.clock.monotonic()
        starts = self._starts()
        self.phase = Phase.AIR
        self.started_at = starts
        asrun.begin(starts)
        self._refuse(asrun)
        for code, (outcome, why) in self._unreachable.items():
            asrun.rest(outcome, why, zones=[code])
        offset = late.offset if isinstance(late, Join) else 0.0
        pieces, passed = segments(sources, offset)
        for item in passed:
            late_s = (now - b.starts_at).total_seconds()
            why = Why(Cause.JOINED_LATE, f"Vào giữa chừng vì bắt đầu trễ {late_s:.0f} giây; mục này đã qua.")
            asrun.item_over(item, heard_zones(b), Outcome.MISSED, why)
        end, limit_why = limit(self.crew, b, starts, at_once=self.at_once)
        for lane in self.lanes if pieces else ():
            asrun.item_coming(pieces[0].item_no, lane.zones, starts)
        for lane in self.lanes:
            lane.begin(
                pieces, steady + (starts - now).total_seconds(), limit=end, limit_why=limit_why, fade_in=offset > 0
            )

    def _follow(self, asrun: AsRun, events: Events, threads: list[threading.Thread]) -> None:
        try:
            for lane in self.lanes if self.crew.inline else ():
                lane.run()
            while any(t.is_alive() for t in threads) or not events.empty():
                with suppress(queue.Empty):
                    self._note(asrun, *events.get(timeout=0.1))
                self._look_at_relays()
                self._set_volumes()
        finally:  # a simulated power cut leaves through here: what was heard until then is known
            while not events.empty():
                self._note(asrun, *events.get())
            self._item_over(asrun, self._several.rest())
        for lane in self.lanes:
            if lane.ear is not None and lane.ear.at_once:
                lane.ear.join(2)
            why, by = lane.ending
            outcome = Outcome.FAILED if lane.crashed else Outcome.MISSED
            asrun.rest(outcome, why or STOPPED, by=by, zones=lane.zones)

    def _note(self, asrun: AsRun, lane: Lane, event: Event) -> None:
        match event:
            case Coming(item_no, at):
                asrun.item_coming(item_no, lane.zones, at)
            case Started(item_no, at):
                asrun.item_started(item_no, lane.zones, at)
                self.crew.changed()
            case Mark(item_no, heard):
                asrun.mark(item_no, lane.zones, heard * 1000 // RATE)
            case Ended():
                self._over_at = max(event.ended_at, self._over_at or event.ended_at)
                self._item_over(asrun, self._several.take(lane, event))

    def _item_over(self, asrun: AsRun, heard: list[tuple[str, Ended]]) -> None:
        for event, zones in together(heard):
            item = self._kept(next(i for i in self.broadcast.rundown if i.no == event.item_no))
            heard_ms = min(event.heard * 1000 // RATE, item.duration_ms)
            # A talk that its speaker ended was heard whole, pauses of the line aside.
            said = item.kind is ItemKind.LIVE and not event.by and not (self._talk and self._talk.why)
            whole = event.whole or (said and heard_ms >= item.duration_ms - LAST_WORDS_MS)
            outcome = Outcome.FULL if whole else Outcome.PARTIAL if heard_ms else Outcome.FAILED
            asrun.item_over(
                item,
                zones,
                outcome,
                NOTHING if whole else event.why or JOINED,
                by=event.by,
                started_at=event.started_at,
                ended_at=event.ended_at,
                heard_ms=heard_ms,
            )

    def _set_volumes(self) -> None:
        """Follow the hours: a zone may be softer at dawn."""
        time = self.clock.now().astimezone(self.crew.tz).time()
        for lane in self.lanes:
            lane.gain = gain(self.bundle, lane.zones, time)
