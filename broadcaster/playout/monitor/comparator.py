"""The ear: compares what went to a sink, or what came back from behind it, with what was approved, while it airs.

A thread of its own, once or twice a second, so that no player waits for it. Memory is bounded: outlines of the last
half minute, and sums for the item on air.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from broadcaster.clock import Clock
from broadcaster.domain.log.proof import MATCH, SILENT_DBFS, CapturePoint, ItemFinding
from broadcaster.playout.monitor.confidence_feed import ConfidenceFeed
from broadcaster.playout.monitor.fingerprint import BANDS, HOP, PER_SECOND, Floats, find, likeness, outline
from broadcaster.playout.sinks.base import RATE, Pcm
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

LAG_S = 5.0
"""The latest that a return may bring what was sent."""
WINDOW = 3 * PER_SECOND
"""Frames whose outlines are compared."""
_BLOCK = PER_SECOND
_SHORT = PER_SECOND // 2
"""Fewer frames than these cannot be told apart."""
_ALARM = 3
"""Seconds of silence, or of something else, before the alarm."""
_KEEP = 30 * PER_SECOND
_COLLECT = 10 * RATE * 2
"""Bytes taken at a time: what is not judged yet must not be let go."""
_LOCK = 0.7
_ROUND_S = 0.5
_PATIENCE = 3 * PER_SECOND
"""A return that is so much later than it was a second before has broken off."""
_FAINT_DB = 20.0
"""A frame counts as heard when it is louder than `SILENT_DBFS`, or at most so much softer than it should be."""

SILENCE = "Đến giờ phát mà đầu ra im lặng (dưới -40 dBFS). Hãy kiểm tra dây, ampli và máy chủ luồng."
OTHER = "Đầu ra đang phát tiếng khác với nội dung đã duyệt. Hãy kiểm tra ai đang dùng đường ra này."


@dataclass
class _Track:
    """Outlines of a sound as it comes in; the oldest are let go."""

    bands: Floats = field(default_factory=lambda: np.zeros((0, BANDS), np.float32))
    levels: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    first: int = 0
    """The frame number of the first that is kept."""
    rest: bytes = b""

    @property
    def end(self) -> int:
        """One past the number of the last frame."""
        return self.first + len(self.levels)

    def add(self, pcm: bytes) -> int:
        """Take samples; return how many whole frames they made."""
        data = self.rest + pcm
        whole = len(data) // (HOP * 2) * HOP * 2
        self.rest = data[whole:]
        if not whole:
            return 0
        bands, levels = outline(np.frombuffer(data[:whole], "<i2"))
        self.take(bands, levels)
        return len(levels)

    def take(self, bands: Floats, levels: Floats) -> None:
        self.bands = np.concatenate([self.bands, bands])
        self.levels = np.concatenate([self.levels, levels])
        over = len(self.levels) - _KEEP
        if over > 0:
            self.bands, self.levels, self.first = self.bands[over:], self.levels[over:], self.first + over

    def cut(self, start: int, end: int) -> tuple[Floats, Floats]:
        """The frames [start, end) as far as they are kept."""
        a, b = max(0, start - self.first), max(0, end - self.first)
        return self.bands[a:b], self.levels[a:b]


@dataclass
class _Sums:
    """What was found of one item so far."""

    item_no: int
    due: int = 0
    heard: int = 0
    power: float = 0.0
    expected: float = 0.0
    gap: int = 0
    run: int = 0
    marks: list[float] = field(default_factory=list)

    def finding(self, ear: CapturePoint, lag: int | None, *, caught: bool) -> ItemFinding:
        """The finding."""
        expected = _db(self.expected / self.due) if self.due else None
        if not caught or not self.due:
            return ItemFinding(ear, None, None, expected, 0, None, None)
        return ItemFinding(
            ear,
            round(self.heard / self.due, 4),
            _db(self.power / self.due),
            expected,
            self.gap * 1000 // PER_SECOND,
            round(float(np.median(self.marks)), 3) if self.marks else None,
            None if lag is None else max(0, lag) * 1000 // PER_SECOND,
        )


class Comparator:
    """Listens to one broadcast on one sink.

    Args:
        clock: how far behind what comes back may be.
        back: what comes back from behind the sink; None: only what was sent can be compared.
        alarm: told what is wrong (a Vietnamese sentence), and that all is well again (empty).
        found: told the finding of each item, in order; the last ones after `close`.
    """

    def __init__(
        self,
        clock: Clock,
        back: ConfidenceFeed | None,
        alarm: Callable[[str], None],
        found: Callable[[int, ItemFinding], None],
    ) -> None:
        self.findings: dict[int, ItemFinding] = {}
        """What was found so far, by item."""
        self._clock = clock
        self._back = back
        self._alarm = alarm
        self._found = found
        self._queue: deque[tuple[int, Pcm, Pcm | None, float]] = deque()
        self._closing = threading.Event()
        self._sent = _Track()
        self._items: deque[tuple[int, int]] = deque()  # item number, first frame
        self._caught = _Track()
        self._done = 0
        self._shift: int | None = 0 if back is None else None
        self._late = round(LAG_S * PER_SECOND)
        """By how many frames the return was behind what was sent, when it last brought what was due."""
        self._seen = 0
        """How far the return had come when it was last looked through."""
        self._sums: _Sums | None = None
        self._bad = 0
        self._told = ""
        self._closed_at = math.inf
        self._thread = WatchedThread(self._run, "ear", once=True)
        self._thread.start()

    def take(self, item_no: int, wanted: Pcm, sent: Pcm | None, gain: float) -> None:
        """Take a piece: what was approved, what left (None: nothing did), and the volume. Returns at once."""
        self._queue.append((item_no, wanted, sent, gain))

    @property
    def at_once(self) -> bool:
        """Whether all is found soon after `close`, because nothing has to come back first."""
        return self._back is None

    def close(self) -> None:
        """There is no more; findings that wait for the return come a few seconds later."""
        self._closing.set()

    def join(self, timeout_s: float) -> None:
        """Wait until all is found."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._closing.wait(_ROUND_S):
                self._round()
            self._closed_at = self._clock.monotonic()
            while True:
                self._round()
                over = self._clock.monotonic() - self._closed_at > LAG_S + 1
                if self._back is None or over or self._done >= self._sent.end:
                    break
                self._clock.sleep_until(self._clock.monotonic() + _ROUND_S)
            self._rest()
        except Exception:
            log.exception("ear failed")
        finally:
            if self._back is not None:
                self._back.close()
            self._tell("")

    def _round(self) -> None:
        while True:
            self._collect()
            if self._back is not None:
                for pcm in self._back.caught():
                    self._caught.add(pcm)
                if self._shift is None:
                    self._lock()
            while self._block():
                pass
            if not self._queue:
                return

    def _collect(self) -> None:
        """Make outlines of some seconds of what was handed over."""
        taken = 0
        while self._queue and taken < _COLLECT:
            item_no = self._queue[0][0]
            wanted, sent, gains = bytearray(), bytearray(), []
            same = True
            while self._queue and self._queue[0][0] == item_no and taken < _COLLECT:
                _, raw, out, gain = self._queue.popleft()
                taken += len(raw)
                wanted += raw
                sent += bytes(len(raw)) if out is None else out
                same = same and out is raw
                gains.append(gain)
            if not self._items or self._items[-1][0] != item_no:
                self._sent.rest = b""  # less than a frame; items are judged by whole frames
                if self._back is None:
                    self._caught.rest = b""
                self._items.append((item_no, self._sent.end))
            gain = max(gains)
            before = self._sent.end
            n = self._sent.add(bytes(wanted))
            if self._back is None:
                if same:
                    self._caught.rest = self._sent.rest
                    self._caught.take(*self._sent.cut(before, before + n))
                else:
                    self._caught.add(bytes(sent))
            if gain < 1 and n:
                self._sent.levels[-n:] += np.float32(20 * math.log10(max(gain, 1e-5)))

    def _lock(self) -> None:
        """Find where the return stands, from what was sent first."""
        end = self._sent.end
        if end < 2 * PER_SECOND:
            return
        bands, levels = self._sent.cut(max(0, end - WINDOW - round(LAG_S * PER_SECOND)), end)
        start = end - len(levels)
        for at in range(0, max(1, len(levels) - WINDOW + 1), PER_SECOND):
            piece = bands[at : at + WINDOW]
            if len(piece) < 2 * PER_SECOND or float(levels[at : at + WINDOW].max()) < SILENT_DBFS:
                continue
            mark, shift = self._search(piece, start + at)
            if mark >= _LOCK:
                self._shift = shift
                return
        if end >= round((LAG_S + 3) * PER_SECOND):
            self._shift = self._caught.end - end  # nothing like it came: judge what did come

    def _search(self, piece: Floats, begins: int) -> tuple[float, int]:
        """The best likeness of frames sent from `begins` to what came back, and the shift between them."""
        newest = self._caught.end - self._sent.end + begins  # if nothing were late
        low = max(self._caught.first, newest - PER_SECOND)
        high = newest + round(LAG_S * PER_SECOND) + len(piece)
        where, _ = self._caught.cut(low, high)
        mark, at = find(piece, where)
        return mark, low + at - begins

    def _block(self) -> bool:
        """Judge the next second, if it is there."""
        if not self._items or self._shift is None:
            return False
        while len(self._items) > 1 and self._items[1][1] <= self._done:
            self._items.popleft()
        item_no, _ = self._items[0]
        ends = self._items[1][1] if len(self._items) > 1 else self._sent.end
        last_of_item = len(self._items) > 1 or self._closing.is_set()
        n = min(_BLOCK, ends - self._done)
        if n < _BLOCK and not (last_of_item and n > 0):
            return False
        if self._back is not None:
            if self._done + n + self._shift <= self._caught.end:
                self._late, self._seen = self._sent.end - self._done - n, self._caught.end
            elif not self._overdue(n):
                return False
            elif self._caught.end - self._seen > PER_SECOND // 2:  # it brings something again
                self._seen = self._caught.end
                self._realign(self._done + n)
        self._judge(item_no, self._done, self._done + n)
        self._done += n
        return True

    def _overdue(self, n: int) -> bool:
        """Whether the return should have brought the next `n` frames by now."""
        if self._sent.end - self._done - n > min(round((LAG_S + 1) * PER_SECOND), self._late + _PATIENCE):
            return True
        return self._clock.monotonic() - self._closed_at > LAG_S

    def _judge(self, item_no: int, start: int, end: int) -> None:
        if self._sums is None or self._sums.item_no != item_no:
            self._publish()
            self._sums = _Sums(item_no)
        sums, shift = self._sums, self._shift or 0
        _, wanted = self._sent.cut(start, end)
        _, got = self._caught.cut(start + shift, end + shift)
        if len(got) < len(wanted):
            got = np.concatenate([got, np.full(len(wanted) - len(got), -100, np.float32)])
        due = wanted > SILENT_DBFS
        there = due & ((got > SILENT_DBFS) | (got > wanted - _FAINT_DB))
        mark = self._mark(end) if there.any() else None
        other = mark is not None and mark < MATCH
        if mark is not None:
            sums.marks.append(mark)
        if other:
            there[:] = False
        sums.due += int(due.sum())
        sums.heard += int(there.sum())
        sums.power += float(np.sum(10 ** (got[due] / 10)))
        sums.expected += float(np.sum(10 ** (wanted[due] / 10)))
        for is_due, is_there in zip(due.tolist(), there.tolist(), strict=True):
            sums.run = 0 if is_there else sums.run + 1 if is_due or sums.run else 0
            sums.gap = max(sums.gap, sums.run)
        self._watch(due, got, other=other)

    def _mark(self, end: int) -> float | None:
        """How alike the last seconds are, less what is missing; None when too little is left to tell."""
        start = max(self._sent.first, end - WINDOW)
        mark = self._compare(start, end)
        if self._back is not None and mark is not None and mark < MATCH and end - start >= 2 * PER_SECOND:
            again, moved = self._search(self._sent.cut(start, end)[0], start)
            if again >= _LOCK:
                self._shift, mark = moved, again
        return None if mark is None else round(mark, 3)

    def _realign(self, end: int) -> None:
        """Look where the return stands now: it did not bring what was due, was broken off perhaps and goes on since."""
        start = max(self._sent.first, end - WINDOW)
        piece, levels = self._sent.cut(start, end)
        if len(piece) >= 2 * PER_SECOND and float(levels.max()) >= SILENT_DBFS:
            mark, moved = self._search(piece, start)
            if mark >= _LOCK:
                self._shift = moved

    def _compare(self, start: int, end: int) -> float | None:
        shift = self._shift or 0
        wanted, levels = self._sent.cut(start, end)
        got, there = self._caught.cut(start + shift, end + shift)
        n = min(len(wanted), len(got))
        wanted, levels, got, there = wanted[:n], levels[:n], got[:n], there[:n]
        kept = (levels <= SILENT_DBFS) | (there > SILENT_DBFS) | (there > levels - _FAINT_DB)
        if int((kept & (levels > SILENT_DBFS)).sum()) < _SHORT:
            return None
        return likeness(wanted[kept], got[kept])

    def _watch(self, due: np.ndarray, got: Floats, *, other: bool) -> None:
        """Raise the alarm after some bad seconds, and take it back after a good one."""
        if int(due.sum()) * 3 <= len(due):
            return  # a pause says nothing
        silent = 10 * math.log10(float(np.mean(10 ** (got[due] / 10)))) < SILENT_DBFS
        if self._back is not None and not self._back.ever:
            return  # nothing can be caught: that is another trouble, told by the return itself
        if not silent and not other:
            self._bad = 0
            self._tell("")
            return
        self._bad += 1
        if self._bad >= _ALARM:
            self._tell(SILENCE if silent else OTHER)

    def _tell(self, what: str) -> None:
        if what != self._told:
            self._told = what
            self._alarm(what)

    def _publish(self) -> None:
        if self._sums is not None:
            ear = CapturePoint.SENT if self._back is None else CapturePoint.RETURN
            caught = self._back is None or self._back.ever
            lag = None if self._back is None or not self._sums.marks else self._lag()
            self.findings[self._sums.item_no] = self._sums.finding(ear, lag, caught=caught)
            self._found(self._sums.item_no, self.findings[self._sums.item_no])
            self._sums = None

    def _lag(self) -> int:
        """By how many frames the return is late, as it stands now."""
        since = 0.0 if self._closed_at == math.inf else self._clock.monotonic() - self._closed_at
        return (self._shift or 0) - (self._caught.end - self._sent.end) + round(since * PER_SECOND)

    def _rest(self) -> None:
        """Judge what is left, however little came back, and publish the last item."""
        if self._shift is None:
            self._shift = self._caught.end - self._sent.end
        while self._block():
            pass
        self._publish()


def _db(power: float) -> float:
    return round(10 * math.log10(max(power, 1e-10)), 1)
