"""What others may know of a broadcast on its way, and what they may tell it: a snapshot and a few messages.

Nobody writes into an airing. Line-up, proofs and horns know no more of it than this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from broadcaster.domain.air.broadcasts import Broadcast, Phase
from broadcaster.domain.air.causes import Why
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.air.stops import Stop
from broadcaster.domain.log.playlog import Outcome
from broadcaster.playout.sound.player import Lane

BySink = Mapping[str, tuple[str, ...]]
"""Zones by the sink that they are heard through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a broadcast is sent on its way."""

    bundle: Bundle
    at_once: bool = False
    """Start now, whatever the plan says: a person asked for it."""
    by: str = ""
    ordered_at: dt.datetime | None = None
    """When this airing of it was ordered, where a person did so."""
    left_out: Why | None = None
    """It is only to get its verdict: a person took it out, or let it lie after a stop."""
    resume_after: int | None = None
    """After a crash: go on with the first item whose number is greater."""
    rounds: int = 1
    """How many times it is said, those of earlier lives among them: an emergency that was cut short, from its siren."""
    known: Mapping[str, Outcome] = field(default_factory=dict)
    """What an earlier life wrote of its items."""
    reasons: tuple[Why, ...] = ()
    began_at: dt.datetime | None = None

    @property
    def unplanned(self) -> bool:
        """Whether it does not wait for its time: a person wants it now, or it goes on after a crash."""
        return self.at_once or self.resume_after is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AiringState:
    """A broadcast on its way, as it is at one moment."""

    bundle: Bundle
    phase: Phase = Phase.CUE
    lanes: tuple[Lane, ...] = ()
    """Its players."""
    wanted: BySink = field(default_factory=dict)
    """What it needs, once it stands in line for it."""
    granted: bool = False
    """Whether it has that."""
    at_once: bool = False
    by: str = ""
    started_at: dt.datetime | None = None
    ended: bool = False
    """Whether the verdict is written."""

    @property
    def broadcast(self) -> Broadcast:
        """The broadcast as it was last confirmed."""
        return self.bundle.broadcast


class OnItsWay(Protocol):
    """A broadcast between its cue and its verdict; every method may be called from any thread."""

    @property
    def state(self) -> AiringState:
        """How it is now."""
        ...

    @property
    def wanted_since(self) -> dt.datetime:
        """Since when it wants its outputs."""
        ...

    @property
    def held(self) -> bool:
        """Whether a stop keeps it back at all its outputs."""
        ...

    def want(self, by_sink: BySink) -> None:
        """It stands in line for these zones."""
        ...

    def grant(self) -> None:
        """They are its own."""
        ...

    def cut(self, zones: set[str] | None, why: Why, by: str, *, waiting: bool = False) -> list[str]:
        """End the sound in `zones` (None: all) if it is on air, and return the zones that fall silent.

        With `waiting`, lanes that stand ready to start are taken away as well. Zones that share a sink share its
        fate: silence for one of them is silence for all.
        """
        ...

    def stop(self, outputs: Collection[str], stop: Stop) -> list[Lane] | None:
        """Be silent on these outputs, and where nothing else is left, not begin; return the lanes that sounded.

        None when it was ordered after the stop and goes on.
        """
        ...

    def leave_out(self, items: Collection[int], zones: Collection[str], why: Why, by: str) -> list[Lane]:
        """Let these items not be heard any more, or these zones; return the lanes that sounded them.

        What shares an output with such a zone falls silent with it, in this broadcast alone.
        """
        ...

    def cancel(self, why: Why, by: str) -> None:
        """Do not air it any more; if it is on air, cut it."""
        ...

    def abandon(self) -> None:
        """Leave it to the next life of play-out when it has not started; cut it when it has."""
        ...
