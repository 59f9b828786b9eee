"""What a broadcast is made of: each item checked and loaded before its time, relays and who speaks live among them."""

from __future__ import annotations

import datetime as dt
import functools

from broadcaster.clock import Clock
from broadcaster.domain.air.broadcasts import ItemKind, RundownItem
from broadcaster.domain.air.causes import Why, why_of
from broadcaster.domain.air.desk import Bundle
from broadcaster.errors import AirError, StationError
from broadcaster.playout.airing.contract import Launch
from broadcaster.playout.airing.machine import Machine
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sound.relay import Assumed, RelayFeed, source_of
from broadcaster.playout.sound.sources import Source
from broadcaster.playout.sound.talk import Talk


class Cued:
    """The sounds of one broadcast: those that may air, and why the others may not."""

    def __init__(self, machine: Machine, clock: Clock) -> None:
        self.sources: list[tuple[RundownItem, Source]] = []
        self.refused: dict[int, Why] = {}
        """Items that must not, or cannot, air; logged at the start."""
        self.feeds: list[RelayFeed] = []
        self.talk: Talk | None = None
        self._machine = machine
        self._clock = clock

    def load(self, bundle: Bundle, launch: Launch, starts: dt.datetime) -> None:
        """Check and load every item that is still to air; the first sample leaves at `starts`, as it looks now."""
        for item in bundle.broadcast.rundown:
            if launch.resume_after is not None and item.no <= launch.resume_after:
                continue
            if why := bundle.faults.get(item.no):
                self.refused[item.no] = why
                continue
            at = starts + dt.timedelta(seconds=sum(s.samples for _, s in self.sources) / RATE)
            try:
                self.sources.append((item, self._source(bundle.broadcast.id, item, at)))
            except StationError as error:
                self.refused[item.no] = why_of(error)

    def look(self) -> None:
        """See how the relays are."""
        for feed in self.feeds:
            feed.look()

    def close(self) -> None:
        """Let go of the relays and of who speaks."""
        for feed in self.feeds:
            feed.close()
        if self.talk is not None:
            self.talk.close()

    def _source(self, number: int, item: RundownItem, at: dt.datetime) -> Source:
        """The sound of an item that begins at `at`.

        Raises:
            StationError: it must not, or cannot, air.
        """
        samples = item.duration_ms * RATE // 1000
        if item.kind is ItemKind.LIVE:
            if self._machine.inline:
                raise AirError("Không có đường micro trực tiếp ở máy phát này.", code="no-talk")
            self.talk = Talk(self._machine.talks, number, samples, self._clock)
            return self.talk
        if item.relay is None:
            return self._machine.decoded.cue(item.audio_sha256)
        relay = self._machine.relays.get(item.relay)
        if relay is None:
            raise AirError(f"Không có nguồn tiếp âm “{item.relay}” trong cài đặt.", code="no-relay")
        if self._machine.inline:
            return Assumed(samples)
        tell = functools.partial(self._machine.incidents.tell, f"relay-{item.relay}")
        feed = source_of(relay, self._clock, samples, at, tell)
        self.feeds.append(feed)
        return feed
