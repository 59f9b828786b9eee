"""Sources whose samples are at hand, sinks that keep what they were given, and a player between them."""

from __future__ import annotations

import datetime as dt
import queue
import threading
from dataclasses import dataclass

import numpy as np

from broadcaster.clock import SystemClock
from broadcaster.domain.air.causes import NOTHING, Why
from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import Feed
from broadcaster.playout.sound.events import Ended
from broadcaster.playout.sound.player import Lane
from broadcaster.playout.sound.sources import Segment


@dataclass
class Held:
    """A source whose samples are at hand."""

    pcm: bytes
    live: bool = False
    why: Why = NOTHING

    @property
    def samples(self):
        return len(self.pcm) // 2

    def read(self, at, n):
        return self.pcm[at * 2 : (at + n) * 2]


NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)

FEED = Feed(7, "Bản tin", NOW)


class Catch:
    """A sink that keeps what it was given, and breaks when told."""

    kind, paced, exclusive, latency = "catch", False, False, 0.0

    def __init__(self, name="main"):
        self.name = name
        self.heard = bytearray()
        self.broken = False
        self.opened = 0
        self.opened_at: dt.datetime | None = None
        self.after = None

    def check(self):
        return ""

    def open(self, feed):
        if self.broken:
            raise AirError("Đứt dây.")
        self.opened += 1
        return self

    def write(self, pcm):
        if self.broken:
            raise AirError("Đứt dây.")
        self.heard += bytes(pcm)
        if self.after:
            self.after(len(self.heard) // 2)

    def drop(self):
        pass

    def close(self):
        pass

    @property
    def samples(self):
        return np.frombuffer(bytes(self.heard), "<i2")


def play(sink, *sounds, ahead=0.3, meanwhile=None):
    """Play through a player on a thread, on the machine's clock; return the items' ends and the faults."""
    events, faults, clock = queue.SimpleQueue(), [], SystemClock()
    lane = Lane(sink, ("ap-1",), 1.0, FEED, clock, events, lambda _n, why: faults.append(why))
    segments = [Segment(n, Held(s.tobytes())) for n, s in enumerate(sounds, 1)]
    lane.begin(segments, clock.monotonic() + ahead, limit=None, limit_why=NOTHING, fade_in=False)
    thread = threading.Thread(target=lane.run)
    thread.start()
    if meanwhile:
        meanwhile()
    thread.join(30)
    assert not thread.is_alive()
    found = []
    while not events.empty():
        found.append(events.get()[1])
    return [e for e in found if isinstance(e, Ended)], faults
