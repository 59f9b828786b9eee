"""One broadcast on its way: checked at T-30 s, warmed at T-5 s, started at T, followed to its verdict."""

from __future__ import annotations

import copy
import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from broadcaster.clock import Clock, FastClock, FrozenClock
from broadcaster.domain.broadcasts import Broadcast, BroadcastKind, Overrun, RundownItem
from broadcaster.domain.lateness import Air, Join, Skip, Wait, decide
from broadcaster.domain.playlog import Outcome
from broadcaster.domain.windows import StationHours
from broadcaster.errors import StationError
from broadcaster.playout.asrun import TRIAL_ZONE, AsRun, heard_zones
from broadcaster.playout.bundles import Bundle
from broadcaster.playout.journal import Journal
from broadcaster.playout.player import CHUNK_MS, Ended, Event, Lane, Mark, Segment, Started
from broadcaster.playout.priority import favour_thread
from broadcaster.playout.sinks import AIRCHECK
from broadcaster.playout.sinks.base import RATE, Feed, Sink
from broadcaster.playout.tapes import Tape, TapeRoom

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leads:
    """How long before T each step is taken (s)."""

    cue: float = 30.0
    """Files, hashes and approvals are checked, sound is decoded."""
    warm: float = 5.0
    """Sinks are opened."""
    hand_over: float = 0.25
    """Players are told the exact moment; until then a wall clock that was stepped is followed."""
    on_time: float = 1.0
    """A start is not late within this."""

    @classmethod
    def of(cls, clock: Clock) -> Leads:
        """Return the leads over `clock`: a fast one leaves little real time, so steps are taken earlier by it."""
        factor = clock.factor if isinstance(clock, FastClock) else 1.0
        if factor <= 1:
            return cls()
        return cls(max(30.0, 5 * factor), max(5.0, factor), max(0.25, factor / 10), max(1.0, factor / 2))


_NOT_MIRRORED = {"file", "null"}
_OUTSIDE = {BroadcastKind.TRIAL, BroadcastKind.EMERGENCY}
STOPPED = "Máy phát được tắt trong lúc đang phát."


@dataclass
class Crew:
    """What every airing shares. The callables are the only way to the database, and may find it away."""

    clock: Clock
    journal: Journal
    tapes: TapeRoom
    sinks: Mapping[str, Sink]
    hours: StationHours
    tz: ZoneInfo
    host: str
    confirm: Callable[[Bundle], Bundle | None]
    """At T-30 s: claim the row and check approvals anew; None when the broadcast is not ours to air."""
    fault: Callable[[str, str], None]
    """Told of a sink's trouble (name, sentence), or that it is well (name, "")."""
    reserve: Callable[[Airing, Mapping[str, tuple[str, ...]]], Mapping[str, str]]
    """Take zones, by sink, for an airing; returns those that are busy, with the reason."""
    muted: Callable[[tuple[str, ...]], bool]
    """Whether a person turned these zones off."""
    changed: Callable[[], None]
    """Told whenever what is on air changes."""
    leads: Leads
    urgent: bool = False
    """Ask the operating system to put the players before all else."""
    inline: bool = False
    """Play on the calling thread, each sink over a clock of its own: for simulations over a frozen clock."""
    chunk_ms: int = CHUNK_MS


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
    reasons: list[str] = field(default_factory=list)
    started_at: dt.datetime | None = None
    lanes: list[Lane] = field(default_factory=list)
    phase: str = "cue"
    """cue, warm, air, over."""
    ended: bool = False
    """Whether the verdict is written."""
    clock: Clock = field(init=False)
    _over_at: dt.datetime | None = None
    _refused: dict[int, str] = field(default_factory=dict)
    _unreachable: dict[str, tuple[Outcome, str]] = field(default_factory=dict)
    _halt: threading.Event = field(default_factory=threading.Event)
    _cancelled: tuple[str, str] | None = None
    _abandoned: bool = False

    @property
    def broadcast(self) -> Broadcast:
        """The broadcast as it was last confirmed."""
        return self.bundle.broadcast

    def cancel(self, why: str, by: str) -> None:
        """Do not air it any more; if it is on air, cut it."""
        self._cancelled = self._cancelled or (why, by)
        self._halt.set()
        self.cut(None, why, by)

    def abandon(self) -> None:
        """Leave it to the next life of play-out when it has not started; cut it when it has."""
        self._abandoned = True
        self._halt.set()
        self.cut(None, STOPPED, "")

    def cut(self, zones: set[str] | None, why: str, by: str, *, waiting: bool = False) -> list[str]:
        """End the sound in `zones` (None: all) if it is on air, and return the zones that fall silent.

        With `waiting`, lanes that stand ready to start are taken away as well. Zones that share a sink share its
        fate: silence for one of them is silence for all.
        """
        silent: list[str] = []
        for lane in self.lanes:
            if (self.phase == "air" or waiting) and (zones is None or zones & set(lane.zones)):
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
        self.clock = _own_clock(crew.clock) if crew.inline else crew.clock
        asrun: AsRun | None = None
        try:
            confirmed = crew.confirm(self.bundle)
            if confirmed is None:
                self.phase = "over"
                return
            self.bundle = confirmed
            asrun = self._asrun()
            self._air(asrun)
        except StationError as error:
            if asrun is not None:
                asrun.rest(Outcome.FAILED, error.message)
        except Exception:
            log.exception("broadcast %s failed", self.broadcast.id)
            if asrun is not None:
                asrun.rest(Outcome.FAILED, "Máy phát gặp lỗi không lường trước; xem nhật ký kỹ thuật.")
        # A power cut, real or simulated, does not come here: the next life ends what it left open.
        left_alone = self._abandoned and self.phase != "air" and not self._cancelled
        self.phase = "over"
        if asrun is not None and not left_alone:
            why, by = self._cancelled or (STOPPED, "")
            asrun.rest(Outcome.MISSED, why, by=by)
            asrun.verdict(self._end(), cancelled=f"Đã hủy: {why}" if self._cancelled else "")
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
        crew = self.crew
        if self._halt.is_set() or not self._may_start(asrun):
            return
        tapes = self._cue()
        self.phase = "warm"
        if not tapes:
            self._refuse(asrun)
            return
        if not self._wait_until(crew.leads.warm):
            return
        events: queue.SimpleQueue[tuple[Lane, Event]] = queue.SimpleQueue()
        self._lay(events)
        threads = [] if self.crew.inline else [self._player(lane) for lane in self.lanes]
        try:
            if self._wait_until(crew.leads.hand_over) and self._may_start(asrun):
                self._go(asrun, tapes)
        finally:
            if self.phase != "air":
                for lane in self.lanes:
                    lane.cut("", "")
        if self.phase == "air":
            self._follow(asrun, events, threads)

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
        if self._unplanned:
            return Air(0.0)
        now = self.clock.now()
        if 0 <= (late := (now - b.starts_at).total_seconds()) <= self.crew.leads.on_time:
            return Air(late)
        return decide(now, b.starts_at, b.ends_at, b.late, b.grace)

    @property
    def _unplanned(self) -> bool:
        return self.at_once or self.resume_after is not None

    def _starts(self) -> dt.datetime:
        """When the first sample would leave, as it looks now."""
        now = self.clock.now()
        return now if self._unplanned else max(now, self.broadcast.starts_at)

    def _may_start(self, asrun: AsRun) -> bool:
        """Ask lateness and the allowed hours once more, whoever planned it; log what must not air."""
        late = self._decide()
        if isinstance(late, Skip):
            asrun.rest(Outcome.MISSED, late.reason)
            return False
        local = self._starts().astimezone(self.crew.tz)
        if self.broadcast.kind in _OUTSIDE or self.crew.hours.allows(local, dt.timedelta(0)):
            return True
        why = f"Lúc {local:%H:%M} nằm ngoài khung giờ được phép phát ({self.crew.hours})."
        asrun.rest(Outcome.REFUSED, why)
        return False

    def _cue(self) -> list[tuple[RundownItem, Tape]]:
        """Check and load every item; what must not air is kept with its reason and logged at the start."""
        tapes: list[tuple[RundownItem, Tape]] = []
        for item in self.broadcast.rundown:
            if self.resume_after is not None and item.no <= self.resume_after:
                continue
            if why := self.bundle.faults.get(item.no):
                self._refused[item.no] = why
                continue
            try:
                tapes.append((item, self.crew.tapes.cue(item.audio_sha256)))
            except StationError as error:
                self._refused[item.no] = error.message
        return tapes

    def _refuse(self, asrun: AsRun) -> None:
        for item in self.broadcast.rundown:
            if why := self._refused.get(item.no):
                asrun.item_over(item, heard_zones(self.broadcast), Outcome.REFUSED, why)

    def _wait_until(self, before_s: float) -> bool:
        """Wait until `before_s` ahead of the start, following the wall clock; False when told to stop."""
        clock = self.clock
        slice_s = 86400.0 if self.crew.inline else 1.0
        while not self._unplanned:
            left = (self.broadcast.starts_at - clock.now()).total_seconds() - before_s
            if left <= 0 or not clock.sleep_until(clock.monotonic() + min(left, slice_s), self._halt):
                break
        return not self._halt.is_set()

    def _lay(self, events: queue.SimpleQueue[tuple[Lane, Event]]) -> None:
        """Make one lane for each sink that the zones need; what cannot be reached is kept with its reason."""
        crew = self.crew
        by_sink: dict[str, list[str]] = {}
        gains: dict[str, float] = {}
        for code in heard_zones(self.broadcast):
            zone = self.bundle.zones.get(code)
            name = AIRCHECK if code == TRIAL_ZONE else zone.sink if zone else ""
            if code != TRIAL_ZONE and (zone is None or not zone.enabled):
                why = f"Cụm loa “{zone.name if zone else code}” đang tắt hoặc không còn."
                self._unreachable[code] = (Outcome.MISSED, why)
            elif name not in crew.sinks:
                self._unreachable[code] = (Outcome.FAILED, f"Cụm loa “{code}” trỏ tới đường ra “{name}” không có.")
            else:
                by_sink.setdefault(name, []).append(code)
                gains[name] = max(gains.get(name, 0.0), zone.volume / 100 if zone else 1.0)
        busy = crew.reserve(self, {name: tuple(codes) for name, codes in by_sink.items()})
        self._unreachable |= {code: (Outcome.FAILED, why) for code, why in busy.items()}
        feed = Feed(self.broadcast.id, self.broadcast.title, self.broadcast.starts_at.astimezone(crew.tz))
        mirror = crew.sinks.get(AIRCHECK)
        for name, codes in by_sink.items():
            free = tuple(z for z in codes if z not in busy)
            if not free:
                continue
            sink = crew.sinks[name]
            mirrored = mirror is not None and sink.kind not in _NOT_MIRRORED and not self.lanes
            self.lanes.append(
                Lane(
                    sink,
                    free,
                    gains[name],
                    feed,
                    _own_clock(self.clock) if crew.inline else self.clock,
                    events,
                    crew.fault,
                    mirror=mirror if mirrored else None,
                    chunk_ms=crew.chunk_ms,
                    muted=crew.muted(free),
                )
            )

    def _go(self, asrun: AsRun, tapes: list[tuple[RundownItem, Tape]]) -> None:
        """Tell the players what to play and the exact moment."""
        b = self.broadcast
        late, now, steady = self._decide(), self.clock.now(), self.clock.monotonic()
        starts = self._starts()
        self.phase = "air"
        self.started_at = starts
        asrun.begin(starts)
        self._refuse(asrun)
        for code, (outcome, why) in self._unreachable.items():
            asrun.rest(outcome, why, zones=[code])
        segments: list[Segment] = []
        skipped = round(late.offset * RATE) if isinstance(late, Join) else 0
        fade_in = skipped > 0
        for item, tape in tapes:
            if skipped >= tape.samples:
                skipped -= tape.samples
                why = f"Vào giữa chừng vì bắt đầu trễ {(now - b.starts_at).total_seconds():.0f} giây; mục này đã qua."
                asrun.item_over(item, heard_zones(b), Outcome.MISSED, why)
            else:
                segments.append(Segment(item.no, tape, skipped))
                skipped = 0
        limit, why = self._limit(starts)
        for lane in self.lanes:
            lane.begin(segments, steady + (starts - now).total_seconds(), limit=limit, limit_why=why, fade_in=fade_in)

    def _limit(self, starts: dt.datetime) -> tuple[int | None, str]:
        """Return how many samples may sound and why no more: the slot's end, and always the window's end."""
        b = self.broadcast
        ends: list[tuple[dt.datetime, str]] = []
        if b.overrun is Overrun.CUT and not self.at_once:
            ends.append((b.ends_at, "Hết giờ của khung phát."))
        if b.kind not in _OUTSIDE:
            local = starts.astimezone(self.crew.tz)
            for window in self.crew.hours.windows:
                if window.start <= local.time() <= window.end:
                    end = dt.datetime.combine(local.date(), window.end, tzinfo=self.crew.tz)
                    ends.append((end, f"Hết khung giờ được phép phát ({window})."))
        if not ends:
            return None, ""
        end, why = min(ends)
        return max(0, round((end - starts).total_seconds() * RATE)), why

    def _follow(
        self, asrun: AsRun, events: queue.SimpleQueue[tuple[Lane, Event]], threads: list[threading.Thread]
    ) -> None:
        try:
            for lane in self.lanes if self.crew.inline else ():
                lane.run()
            while any(t.is_alive() for t in threads) or not events.empty():
                with suppress(queue.Empty):
                    self._note(asrun, *events.get(timeout=0.1))
        finally:  # a simulated power cut leaves through here: what was heard until then is known
            while not events.empty():
                self._note(asrun, *events.get())
        for lane in self.lanes:
            why, by = lane.ending
            outcome = Outcome.FAILED if lane.crashed else Outcome.MISSED
            asrun.rest(outcome, why or STOPPED, by=by, zones=lane.zones)

    def _note(self, asrun: AsRun, lane: Lane, event: Event) -> None:
        match event:
            case Started(item_no, at):
                asrun.item_started(item_no, lane.zones, at)
                self.crew.changed()
            case Mark(item_no, heard):
                asrun.mark(item_no, lane.zones, heard * 1000 // RATE)
            case Ended():
                self._over_at = max(event.ended_at, self._over_at or event.ended_at)
                item = next(i for i in self.broadcast.rundown if i.no == event.item_no)
                heard_ms = event.heard * 1000 // RATE
                outcome = Outcome.FULL if event.whole else Outcome.PARTIAL if heard_ms else Outcome.FAILED
                asrun.item_over(
                    item,
                    lane.zones,
                    outcome,
                    event.why or ("" if event.whole else "Vào giữa chừng vì bắt đầu trễ."),
                    by=event.by,
                    started_at=event.started_at,
                    ended_at=event.ended_at,
                    heard_ms=heard_ms,
                )


def _own_clock(clock: Clock) -> Clock:
    return copy.copy(clock) if isinstance(clock, FrozenClock) else clock
