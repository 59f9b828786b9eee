"""What every broadcast on its way shares: the machine's parts, and how long before its start each step is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from broadcaster.clock import Clock, FastClock
from broadcaster.domain.causes import Why
from broadcaster.domain.desk import Bundle
from broadcaster.domain.windows import StationHours
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.sinks.base import Sink
from broadcaster.playout.sound.decoded import TapeRoom
from broadcaster.playout.sound.player import CHUNK_MS
from broadcaster.playout.sound.relay import Relay

if TYPE_CHECKING:
    from broadcaster.playout.airing.airing import Airing


@dataclass(frozen=True, slots=True)
class Leads:
    """How long before T each step is taken (s)."""

    cue: float = 30.0
    """Files, hashes and approvals are checked, sound is decoded."""
    warm: float = 5.0
    """Sinks are opened."""
    hand_over: float = 0.25
    """Players are told the exact moment; until then a wall clock that was stepped is followed."""
    on_time: float = 1.0
    """A start is not late within this."""

    @classmethod
    def of(cls, clock: Clock) -> Leads:
        """Return the leads over `clock`: a fast one leaves little real time, so steps are taken earlier by it.

        A start has the same second of real time before it counts as late.
        """
        factor = clock.factor if isinstance(clock, FastClock) else 1.0
        if factor <= 1:
            return cls()
        return cls(max(30.0, 5 * factor), max(5.0, factor), max(0.25, factor / 10), factor)


@dataclass
class Crew:
    """What every airing shares. The callables are the only way to the database, and may find it away."""

    clock: Clock
    journal: Journal
    tapes: TapeRoom
    sinks: Mapping[str, Sink]
    hours: StationHours
    tz: ZoneInfo
    host: str
    confirm: Callable[[Bundle], Bundle | None]
    """At T-30 s: claim the row and check approvals anew; None when the broadcast is not ours to air."""
    fault: Callable[[str, str], None]
    """Told of a sink's trouble (name, sentence), or that it is well (name, "")."""
    reserve: Callable[[Airing, Mapping[str, tuple[str, ...]]], Mapping[str, Why]]
    """Take zones, by sink, for an airing; returns those that are busy, with the reason."""
    muted: Callable[[tuple[str, ...]], bool]
    """Whether a person turned these zones off."""
    changed: Callable[[], None]
    """Told whenever what is on air changes."""
    leads: Leads
    alarm: Callable[[str, str], None] = lambda _what, _why: None
    """Told of any other trouble (what, sentence), or that it is over (what, "")."""
    may_begin: Callable[[Airing], bool] = lambda _one: True
    """Whether it may begin: not while another machine may be playing by now, or the clock cannot be believed."""
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names that stand for more than one sink."""
    relays: Mapping[str, Relay] = field(default_factory=dict)
    """The programmes that may be relayed, by name."""
    talks: Path | None = None
    """Where the panel keeps the samples of those who speak live."""
    proves: bool = False
    """Compare what leaves each sink with what was approved, and keep the proof."""
    urgent: bool = False
    """Ask the operating system to put the players before all else."""
    inline: bool = False
    """Play on the calling thread, each sink over a clock of its own: for simulations over a frozen clock."""
    chunk_ms: int = CHUNK_MS
