"""The player: one thread for each sink that a broadcast goes to, joining items without a sample between them.

What paces it is the sample clock: sample n of the programme leaves at start + n/48000 s on the monotonic clock (a
sound card paces itself). A cut, by a person or by the end of the slot, is a fade of 20 ms.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from broadcaster.clock import Clock
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.mutes import Mute
from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import AirError
from broadcaster.playout.monitor.comparator import Comparator
from broadcaster.playout.sinks.base import PROVEN_S, RATE, Feed, Losing, Pcm, Placed, Sink, Stream
from broadcaster.playout.sound.equaliser import Equaliser
from broadcaster.playout.sound.events import AboutToStart, Ended, Event, PlayProgress, Started
from broadcaster.playout.sound.sources import Segment

log = logging.getLogger(__name__)

FADE = RATE * 20 // 1000
"""Samples of a fade at a cut."""
CHUNK_MS = 20
MARK_S = 1.0
ANNOUNCE_S = 0.5
"""An item is announced so long before it starts: longer than a disk takes to write a line."""
RETRY_S = 1.0
_LEVEL_S = 0.25
SILENT_DBFS = -96.0
QUIET_DBFS = -60.0
"""What is softer than this nobody hears (RMS)."""
HOLLOW = Why(Cause.RELAY_SILENT, "Nguồn âm thanh có lúc không có tiếng.")
CUT_SHORT = Why(Cause.SINK_FAILED, "Đường ra đứt một lúc.")


@dataclass(frozen=True, slots=True)
class Cut:
    """Why the sound is to end, who said so."""

    why: Why
    by: str


@dataclass
class Lane:
    """One broadcast through one sink. `run` is the player's thread; the other methods may be called from anywhere.

    Args:
        sink: the way out.
        zones: the zones that hear it.
        gain: 0 to 1.
        feed: what is about to go through.
        clock: paces and dates the sound.
        events: told of each event, in order.
        fault: told when a sink breaks (its name, a Vietnamese sentence) and when it is well again (empty).
        mirror: a sink that records what was sent; it never disturbs the sound.
        chunk_ms: samples are handed over in pieces of this length.
        outlet: what the sink is.
        nobody: why nobody hears what goes there; nothing when somebody does.
    """

    sink: Sink
    zones: tuple[str, ...]
    gain: float
    feed: Feed
    clock: Clock
    events: queue.SimpleQueue[tuple[Lane, Event]]
    fault: Callable[[str, str], None]
    mirror: Sink | None = None
    chunk_ms: int = CHUNK_MS
    urgent: bool = False
    """An emergency: heard whatever is turned off."""
    soft: Why = NOTHING
    """Why nobody can hear it at this gain."""
    mute: Callable[[], Mute | None] = lambda: None
    """Asked with each piece: the mute that holds for the sink."""
    outlet: Outlet = Outlet.LOUDSPEAKER
    nobody: Why = NOTHING
    tone: Equaliser | None = None
    """Puts the sound right for the zones; None: it goes out as it is, bit by bit."""
    ear: Comparator | None = None
    """Compares what left with what was approved."""
    places: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Where each item stands in the recording: its name, and milliseconds from its beginning."""
    level: float = SILENT_DBFS
    """Level of what left last (dBFS, RMS)."""
    position_ms: int = 0
    on_item: int | None = None
    item_started_at: dt.datetime | None = None
    item_ms: int = 0
    """How far the item is."""
    trouble: str = ""
    """What is wrong with the sink, as it was known last: an earlier broadcast may have found it broken."""
    crashed: bool = False
    silent_at: float | None = None
    """When nothing of it sounded any more (monotonic s); None while something may."""
    over: bool = False
    """Whether the sink is let go."""
    _cut: Cut | None = None
    _left_out: dict[int, Cut] = field(default_factory=dict)
    """Items that are not to be heard any more."""
    _wake: threading.Event = field(init=False)
    _go: threading.Event = field(init=False)
    _segments: Sequence[Segment] = ()
    _start: float = 0.0
    _limit: int | None = None
    _limit_why: Why = NOTHING
    _fade_in: bool = False
    _stream: Stream | None = None
    _lost: int = 0
    """Samples that earlier streams took and never let out."""
    _lost_known: int = 0
    _tee: Stream | None = None
    _told: str = field(init=False)
    """What `fault` was told last."""
    _opened_at: float = 0.0
    _retry_at: float = 0.0
    _quiet_why: Why = NOTHING
    _overruled: Why = NOTHING
    _next: int | None = None
    _gained: float | None = None
    """The gain of the last sample; None before the first."""
    _level_at: float = 0.0
    _sounded_at: float | None = None
    """When a sound left last, or nobody wanted one (monotonic s); None while it does not play."""

    def __post_init__(self) -> None:
        self._wake, self._go = threading.Event(), threading.Event()
        self._told = self.trouble

    @property
    def hears_back(self) -> bool:
        """Whether an ear behind the output tells later what was heard."""
        return self.outlet.heard and self.ear is not None and not self.ear.at_once

    def begin(
        self, segments: Sequence[Segment], start: float, *, limit: int | None, limit_why: Why, fade_in: bool
    ) -> None:
        """Say what to play: the first sample leaves at monotonic `start`, no sample beyond `limit` does."""
        self._segments, self._start = segments, start
        self._limit, self._limit_why, self._fade_in = limit, limit_why, fade_in
        self._go.set()

    @property
    def ending(self) -> tuple[Why, str]:
        """Why items were not reached, and by whom."""
        return (self._cut.why, self._cut.by) if self._cut else (self._limit_why, "")

    @property
    def sounds(self) -> bool:
        """Whether its zones hear something of it, or are about to."""
        return self._cut is None and self.silent_at is None

    @property
    def quiet_s(self) -> float:
        """For how long nothing has left that can be heard, while something should (s); also when the sink hangs."""
        since = self._sounded_at
        return 0.0 if since is None or not self.sounds else self.clock.monotonic() - since

    def cut(self, why: Why, by: str) -> None:
        """End the sound within a chunk and a fade."""
        if self._cut is None:
            self._cut = Cut(why, by)
        self._wake.set()
        self._go.set()

    def leave_out(self, items: Iterable[int], why: Why, by: str) -> None:
        """Go on with what follows these items: one that sounds ends within a chunk and a fade."""
        self._left_out |= dict.fromkeys(items, Cut(why, by))

    def run(self) -> None:
        """Open the sink, wait for `begin`, play to the end or the cut, and close.

        A sink that cannot be opened, or breaks, is tried again each second while the programme runs on.
        """
        try:
            self._open()
            self._open_mirror()
            self._go.wait()
            self._play()
        except Exception:
            log.exception("player of sink %s failed", self.sink.name)
            self.crashed = True
            self.cut(Why(Cause.SINK_FAILED, f"Đường ra “{self.sink.name}” gặp lỗi không lường trước."), "")
        finally:
            self.level, self.on_item, self._sounded_at = SILENT_DBFS, None, None
            streams = [stream for stream in (self._stream, self._tee) if stream is not None]
            for stream in streams if self._cut is not None else ():
                _quietly(stream.drop)
            self.silent_at = self.clock.monotonic()
            for stream in streams:
                _quietly(stream.close)
            self._stream = self._tee = None
            if self.ear is not None:
                self.ear.close()
            self.over = True

    def _play(self) -> None:
        position = 0
        following = [s.item_no for s in self._segments[1:]]
        for segment in self._segments:
            if self._over(position):
                return
            self._next = following.pop(0) if following else None
            if segment.item_no in self._left_out:
                now = self.clock.now()
                self._emit(self._ended(segment, now, now, 0, 0, at_limit=False))
            else:
                position = self._item(segment, position)

    def _over(self, position: int) -> bool:
        return self._cut is not None or self._at_limit(position)

    def _at_limit(self, position: int) -> bool:
        return self._limit is not None and position >= self._limit

    def _item(self, segment: Segment, position: int) -> int:
        source = segment.source
        total, done, heard = segment.samples, 0, 0
        chunk = RATE * self.chunk_ms // 1000
        marked = 0
        self._quiet_why, self._overruled = self._sink_fault(), NOTHING
        started: dt.datetime | None = None
        ended = self.clock.now()
        while done < total:
            self._pace(position)
            if self._ending(segment) is not None and started is None:
                break  # the cut came between two items
            n, last = self._portion(segment, min(chunk, total - done), position)
            if n <= 0 or (raw := source.read(segment.offset + done, n)) is None:
                break
            now = self.clock.now()
            fade_in = (position == 0 and self._fade_in) or (source.live and done == 0)
            fade_out = last or (source.live and done + n >= total)
            heard += self._sound(segment.item_no, raw, n, position, fade_in=fade_in, fade_out=fade_out)
            heard -= self._lately_lost(heard)
            if started is None:
                started = now
                self._note_place(segment.item_no, n)
                self.on_item, self.item_started_at = segment.item_no, started
                self._emit(Started(segment.item_no, started))
            done += n
            position += n
            self.position_ms = position * 1000 // RATE
            self.item_ms = (segment.offset + done) * 1000 // RATE
            ended = now + dt.timedelta(seconds=n / RATE)
            if self._next is not None and total - done <= RATE * ANNOUNCE_S:
                self._emit(AboutToStart(self._next, ended + dt.timedelta(seconds=(total - done) / RATE)))
                self._next = None
            if heard - marked >= RATE * MARK_S:
                marked = heard
                self._emit(PlayProgress(segment.item_no, heard))
            if last:
                break
        if self._cut is not None and self._stream is not None:
            _quietly(self._stream.drop)
            heard -= self._lately_lost(heard)
        if started is not None or source.why or segment.item_no in self._left_out:
            self._emit(self._ended(segment, started or ended, ended, heard, done, at_limit=self._at_limit(position)))
        return position

    def _sound(self, item_no: int, raw: Pcm, n: int, position: int, *, fade_in: bool, fade_out: bool) -> int:
        """Let `n` samples sound, or silence when there are none; return how many were heard."""
        wanted = raw or bytes(n * 2)
        off = self._turned_off()
        gain = 0.0 if off else self.gain
        piece = self._shape(wanted, gain, fade_in=fade_in, fade_out=fade_out)
        sent = self._send(piece, position)
        if off or self.level > QUIET_DBFS or self._sounded_at is None:
            self._sounded_at = self.clock.monotonic()
        if self.ear is not None:
            softer = self.tone.factor if self.tone is not None else 1.0
            self.ear.take(item_no, wanted, piece if sent else None, gain * softer)
        quiet = off or self.soft
        if sent and raw and not quiet:
            return n
        if not self._quiet_why:
            self._quiet_why = self._sink_fault() or (quiet if raw else HOLLOW)
        return 0

    def _turned_off(self) -> Why:
        """Why a person does not want this piece to be heard; nothing when it is to be heard, or must."""
        mute = self.mute()
        if mute is not None and self.urgent:
            self._overruled, mute = mute.overruled, None
        return NOTHING if mute is None else mute.told

    def _ending(self, segment: Segment) -> Cut | None:
        """Why an item is to end before its time."""
        return self._cut or self._left_out.get(segment.item_no)

    def _portion(self, segment: Segment, n: int, position: int) -> tuple[int, bool]:
        """How many of `n` samples may leave now, and whether they are the last of theirs, to be faded out."""
        if self._ending(segment) is not None:
            return min(n, FADE), True
        if self._limit is None:
            return n, False
        left = self._limit - position
        return (min(n, left - FADE), False) if left > FADE else (min(n, left), True)

    def _ended(
        self, segment: Segment, started: dt.datetime, ended: dt.datetime, heard: int, done: int, *, at_limit: bool
    ) -> Ended:
        whole = heard == segment.source.samples
        why, by = NOTHING, ""
        if not whole:
            if done < segment.samples:
                cut = self._ending(segment)
                own = segment.source.why or (self._limit_why if at_limit else NOTHING)
                why, by = (cut.why, cut.by) if cut is not None else (own, "")
            why = why or self._quiet_why
        return Ended(
            segment.item_no, started, ended, heard, whole, why or self.nobody, by, self.outlet, self._overruled
        )

    def _pace(self, position: int) -> None:
        if self.sink.paced and self._stream is not None and position > 0:
            return
        lead = self.sink.latency if self.sink.paced else 0.0
        self.clock.sleep_until(self._start - lead + position / RATE, self._wake)

    def _shape(self, pcm: Pcm, wanted: float, *, fade_in: bool, fade_out: bool) -> Pcm:
        """The samples at the `wanted` gain, with fades."""
        before = wanted if self._gained is None else self._gained
        self._gained = wanted
        if wanted == before == 1.0 and not fade_out and not fade_in and self.tone is None:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        if self.tone is not None:
            samples = self.tone.apply(samples)
        n = len(samples)
        curve = np.full(n, wanted, dtype=np.float32)
        if wanted != before:
            ramp = min(n, FADE)
            curve[:ramp] = np.linspace(before, wanted, ramp, dtype=np.float32)
        if fade_in:
            ramp = min(n, FADE)
            curve[:ramp] *= np.linspace(0, 1, ramp, dtype=np.float32)
        if fade_out:
            ramp = min(n, FADE)
            curve[n - ramp :] *= np.linspace(1, 0, ramp, dtype=np.float32)
        made: bytes = np.rint(samples * curve).astype("<i2").tobytes()
        return made

    def _send(self, pcm: Pcm, position: int) -> bool:
        now = self.clock.monotonic()
        if self._stream is None and now >= self._retry_at:
            self._open()
        sent = False
        if self._stream is not None:
            try:
                self._stream.write(pcm)
                sent = True
                if self._told and now - self._opened_at >= PROVEN_S:
                    self._tell("")
            except AirError as error:
                self._break(error.message)
        self._record(pcm)
        if now - self._level_at >= _LEVEL_S or position == 0:
            self._level_at = now
            self.level = level(pcm) if sent else SILENT_DBFS
        return sent

    def _lately_lost(self, counted: int) -> int:
        """Samples of those counted that turned out never to leave, since asked last; what is over counts later."""
        lost = self._lost + (self._stream.lost if isinstance(self._stream, Losing) else 0)
        new = min(lost - self._lost_known, counted)
        self._lost_known += new
        if new and not self._quiet_why:
            self._quiet_why = self._sink_fault() or CUT_SHORT
        return new

    def _note_place(self, item_no: int, taken: int) -> None:
        for stream in (self._tee, self._stream):
            if isinstance(stream, Placed):
                name, samples = stream.place
                self.places[item_no] = name, max(0, samples - taken) * 1000 // RATE
                return

    def _open_mirror(self) -> None:
        if self.mirror is not None:
            try:
                self._tee = self.mirror.open(self.feed)
            except AirError as error:
                self.fault(self.mirror.name, error.message)

    def _record(self, pcm: Pcm) -> None:
        if self._tee is not None and self.mirror is not None:
            try:
                self._tee.write(pcm)
            except AirError as error:
                _quietly(self._tee.close)
                self._tee = None
                self.fault(self.mirror.name, error.message)

    def _emit(self, event: Event) -> None:
        self.events.put((self, event))

    def _open(self) -> None:
        try:
            self._stream = self.sink.open(self.feed)
        except AirError as error:
            self._break(error.message)
            return
        self.trouble, self._opened_at = "", self.clock.monotonic()

    def _tell(self, why: str) -> None:
        """Tell of a beginning or an end; what opens and breaks again and again has one of each."""
        if bool(why) != bool(self._told):
            self._told = why
            self.fault(self.sink.name, why)

    def _break(self, why: str) -> None:
        if self._stream is not None:
            if isinstance(self._stream, Losing):
                self._lost += self._stream.lost
            _quietly(self._stream.close)
            self._stream = None
        self._retry_at = self.clock.monotonic() + RETRY_S
        self.trouble = self.trouble or why
        self._tell(why)
        self._quiet_why = self._quiet_why or Why(Cause.SINK_FAILED, why)

    def _sink_fault(self) -> Why:
        return Why(Cause.SINK_FAILED, self.trouble) if self.trouble else NOTHING


def level(pcm: Pcm) -> float:
    """The level of the last tenth of a second at most (dBFS, RMS of full-scale square = 0)."""
    samples = np.frombuffer(pcm, dtype="<i2")[-RATE // 10 :].astype(np.float64)
    if len(samples) == 0:
        return SILENT_DBFS
    power = float(np.mean(samples**2)) / 32768**2
    return max(SILENT_DBFS, round(10 * math.log10(power), 1)) if power > 0 else SILENT_DBFS


def _quietly(step: Callable[[], None]) -> None:
    try:
        step()
    except Exception:
        log.exception("a sink failed while it was closed")
