"""A loudspeaker that notes which broadcast sounded from when to when, to hold words against it."""

from __future__ import annotations

import datetime as dt

from broadcaster.domain.air.outlets import Outlet

RATE = 48_000


class Meter:
    """A sink that notes from when to when each broadcast sounded, and tells a listener as it does."""

    kind, paced, exclusive, latency = "meter", False, True, 0.0
    outlet, where = Outlet.LOUDSPEAKER, "loa thử"

    def __init__(self, name, clock):
        self.name, self.clock = name, clock
        self.heard = []
        self.listener = lambda _at: None

    def check(self):
        return ""

    def open(self, feed):
        return _Needle(self, feed.broadcast_id)

    def between(self, start, end):
        """The broadcasts that sounded between two moments."""
        return {number for number, first, last in self.heard if first < end and last > start}


class _Needle:
    def __init__(self, meter, number):
        self.meter, self.number, self.began, self.samples = meter, number, None, 0

    def write(self, pcm):
        self.began = self.began or self.meter.clock.now()
        start = self.began + dt.timedelta(seconds=self.samples / RATE)
        self.samples += len(pcm) // 2
        end = self.began + dt.timedelta(seconds=self.samples / RATE)
        self.meter.heard.append((self.number, start, end))
        self.meter.listener(end)

    def drop(self):
        pass

    def close(self):
        pass
