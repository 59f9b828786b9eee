"""The meter behind each horn of a story: it knows which broadcast sounded from when to when."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import RATE, Feed, Pcm
from tests.kit.turns import Turns

CHUNK_MS = 100
FLOOR_DBFS = -47.0
"""Quieter than this nobody hears it."""
PAUSE_S = 1.2
"""The siren and those who speak pause for so long at most."""
SLACK_MS = 1000
"""What an item's own edges may hold of silence."""


@dataclass(frozen=True)
class Sound:
    """A stretch of one broadcast through one output, its own short pauses included; seconds of the story's clock."""

    start: float
    end: float
    broadcast: int


@dataclass
class Meter:
    """What left one output: a sink that listens."""

    name: str
    turns: Turns
    kind: str = "meter"
    outlet: Outlet = Outlet.LOUDSPEAKER
    where: str = "máy đo"
    paced: bool = False
    exclusive: bool = True
    latency: float = 0.0
    broken: str = ""
    heard: list[Sound] = field(default_factory=list)

    def check(self) -> str:
        return self.broken

    def open(self, feed: Feed) -> _Stream:
        if self.broken:
            raise AirError(self.broken)
        return _Stream(self, feed.broadcast_id)

    def ms(self, since: float = 0.0, until: float = float("inf"), broadcast: int | None = None) -> int:
        """How long it sounded between two moments (ms), in all or of one broadcast."""
        found = [s for s in self.heard if broadcast is None or s.broadcast == broadcast]
        return round(sum(max(0.0, min(s.end, until) - max(s.start, since)) for s in found) * 1000)

    def take(self, broadcast: int, seconds: float, *, loud: bool) -> None:
        """A piece left; what is silent counts when sound of the same broadcast is within `PAUSE_S` on both sides."""
        now = self.turns.monotonic()
        if not loud:
            return
        last = self.heard[-1] if self.heard else None
        if last is not None and last.broadcast == broadcast and now - last.end <= PAUSE_S:
            self.heard[-1] = Sound(last.start, now + seconds, broadcast)
        else:
            self.heard.append(Sound(now, now + seconds, broadcast))


@dataclass
class _Stream:
    meter: Meter
    broadcast: int

    def write(self, pcm: Pcm) -> None:
        if self.meter.broken:
            raise AirError(self.meter.broken)
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
        power = float(np.mean(samples**2)) / 32768**2 if len(samples) else 0.0
        loud = power > 0 and 10 * np.log10(power) > FLOOR_DBFS
        self.meter.take(self.broadcast, len(samples) / RATE, loud=loud)

    def drop(self) -> None:
        return

    def close(self) -> None:
        return
