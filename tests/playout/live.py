"""Play-out on a thread over the machine's clock, as `loa playout` runs it on its main thread; and waiting for it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

from broadcaster.playout.engine import Playout
from broadcaster.playout.sinks.null import NullSink


@dataclass
class Held:
    """A source whose samples are at hand."""

    pcm: bytes
    live: bool = False
    why: str = ""

    @property
    def samples(self):
        return len(self.pcm) // 2

    def read(self, at, n):
        return self.pcm[at * 2 : (at + n) * 2]


@contextmanager
def running(air, **options):
    """Run play-out over an `Air`, on null sinks unless told otherwise."""
    options.setdefault("sinks", {"main": NullSink("main"), "aircheck": NullSink("aircheck")})
    playout = Playout(air.station, refusal=air.refusal, **options)
    stop = threading.Event()
    thread = threading.Thread(target=playout.run, args=(stop,))
    thread.start()
    try:
        yield playout
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def until(what, seconds=20.0):
    """Wait for something that must come true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came true")
