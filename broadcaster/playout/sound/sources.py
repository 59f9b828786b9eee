"""Where samples come from, and what of them is to be played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from broadcaster.domain.air.causes import Why
from broadcaster.playout.sinks.base import Pcm


class Source(Protocol):
    """Where the samples of an item come from: a tape, or something that happens now (a relay, a microphone).

    The players of several sinks read one source, each at its own place, a few milliseconds apart.
    """

    @property
    def samples(self) -> int:
        """How many samples it has, or may have at most."""
        ...

    @property
    def live(self) -> bool:
        """Whether it happens now, so that its edges are faded."""
        ...

    @property
    def why(self) -> Why:
        """Why it ended before its length; nothing when it did not."""
        ...

    def read(self, at: int, n: int) -> Pcm | None:
        """The `n` samples from sample `at`, without waiting.

        Nothing (no bytes) when a live source has none just now: silence goes out in their place and does not count
        as heard. None when it is over before its length.
        """
        ...


@dataclass(frozen=True, slots=True)
class Segment:
    """One item to play, from sample `offset` of its source."""

    item_no: int
    source: Source
    offset: int = 0

    @property
    def samples(self) -> int:
        """Samples left to play."""
        return max(0, self.source.samples - self.offset)
