"""What stands in the place of a sink whose own code failed: it says why, and lets the others play."""

from __future__ import annotations

from broadcaster.errors import AirError
from broadcaster.playout.sinks.base import Feed, Stream
from broadcaster.plugins import PluginOptions


class BrokenSink:
    """A sink that cannot sound, for the reason that it gives."""

    Options = PluginOptions
    paced = False
    exclusive = False
    latency = 0.0
    where = "không ra được"

    def __init__(self, name: str, kind: str, why: str) -> None:
        self.name = name
        self.kind = kind
        self.why = why

    def check(self) -> str:
        """Say what its code did."""
        return self.why

    def open(self, feed: Feed) -> Stream:
        """Refuse to sound.

        Raises:
            AirError: always.
        """
        del feed
        raise AirError(self.why, code="plugin", field=self.name)
