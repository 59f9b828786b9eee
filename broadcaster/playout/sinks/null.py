"""A sink that swallows sound: for tests, simulations, and a station that has no horns yet."""

from __future__ import annotations

from broadcaster.domain.air.outlets import Outlet
from broadcaster.playout.sinks.base import Feed, Pcm, Site
from broadcaster.plugins import PluginOptions


class NullOptions(PluginOptions):
    """Không ra đâu cả: để thử, hoặc khi chưa có loa."""


class NullSink:
    """Takes everything and forgets it, at the pace of play-out's clock."""

    Options = NullOptions
    kind = "null"
    outlet = Outlet.NOWHERE
    where = "không ra đâu cả"
    paced = False
    exclusive = False
    latency = 0.0

    def __init__(self, name: str, _options: NullOptions | None = None, _site: Site | None = None) -> None:
        self.name = name
        self.samples = 0

    def check(self) -> str:
        """Say that it can always be used."""
        return ""

    def open(self, feed: Feed) -> NullSink:
        """Be ready at once."""
        del feed
        return self

    def write(self, pcm: Pcm) -> None:
        """Count the samples."""
        self.samples += len(pcm) // 2

    def drop(self) -> None:
        """Do nothing: nothing waits here."""

    def close(self) -> None:
        """Do nothing."""


class SimulatedHorn(NullSink):
    """A loudspeaker where the air is simulated: it counts as one, and nobody is woken."""

    outlet = Outlet.LOUDSPEAKER
