"""The machine that plays: all that broadcasts on their way share, complete at birth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcaster.clock import Clock, FastClock
from broadcaster.domain.air.broadcasts import Broadcast
from broadcaster.playout.airing.claims import Claims
from broadcaster.playout.host.agenda import Agenda
from broadcaster.playout.host.clock_trust import ClockTrust
from broadcaster.playout.host.lease import Lease
from broadcaster.playout.record.incidents import Incidents
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.record.mutes import KeptMutes
from broadcaster.playout.record.pinned import PinnedPlan
from broadcaster.playout.record.stopped import StopBook
from broadcaster.playout.sinks import Sinks
from broadcaster.playout.sound.decoded import DecodedCache
from broadcaster.playout.sound.relay import Relay


@dataclass(frozen=True, slots=True)
class LeadTimes:
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
    def of(cls, clock: Clock) -> LeadTimes:
        """Lead times over `clock`: a fast one leaves little real time, so steps are taken earlier by it.

        A start has the same second of real time before it counts as late.
        """
        factor = clock.factor if isinstance(clock, FastClock) else 1.0
        if factor <= 1:
            return cls()
        return cls(max(30.0, 5 * factor), max(5.0, factor), max(0.25, factor / 10), factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The parts of one play-out."""

    clock: Clock
    host: str
    """The name of this machine in the log."""
    journal: Journal
    pinned: PinnedPlan
    """The coming day, and the hours that bind it."""
    mutes: KeptMutes
    """What a person turned off."""
    stops: StopBook
    """Which outputs were stopped when."""
    claims: Claims
    lease: Lease
    trust: ClockTrust
    incidents: Incidents
    agenda: Agenda
    decoded: DecodedCache
    sinks: Sinks
    relays: Mapping[str, Relay]
    """The programmes that may be relayed, by name."""
    talks: Path
    """Where the panel keeps the samples of those who speak live."""
    least_audible: int
    """Percent of volume below which nothing counts as heard."""
    lead_times: LeadTimes
    chunk_ms: int
    proves: bool
    """Compare what leaves each sink with what was approved, and keep the proof."""
    urgent: bool
    """Ask the operating system to put the players before all else."""
    inline: bool
    """Play on the calling thread, each sink over a clock of its own: for simulations over a frozen clock."""

    @property
    def hold(self) -> str:
        """Why nothing may begin by itself now, in Vietnamese; empty when all is well."""
        return self.trust.hold or self.lease.hold

    def may_begin(self, broadcast: Broadcast, *, unplanned: bool) -> bool:
        """Whether a broadcast may begin: what a person asked for this very minute does not wait for a believed clock.

        After a power cut in a storm the clock may be wrong, and the emergency must be heard all the same.
        """
        return not self.lease.hold and (unplanned or broadcast.asked_for or not self.trust.hold)
