"""Heard: how much of an item was heard, and so what became of it. Computed here, from what an output took."""

from __future__ import annotations

from dataclasses import dataclass

from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.playlog import Outcome


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one output took of an item, as counted where the sound left."""

    outlet: Outlet
    """What the output was when it took it."""
    due_ms: int
    taken_ms: int
    """Sound that was taken and could be heard: not what was muted, and not what a broken output refused or lost."""
    whole: bool
    """Whether that was all of it."""
    rehearsal: bool = False
    """Whether it was meant for the recording alone: a trial."""
    withheld: bool = False
    """Whether what was not taken was held back as a person had set it: muted, or a volume of nought."""
    silent: bool = False
    """Whether an ear behind the output heard nothing of it."""


@dataclass(frozen=True, slots=True, init=False)
class Heard:
    """How much of an item was heard. There is no other way to one than a measurement."""

    ms: int
    outcome: Outcome
    outlet: Outlet

    def __init__(self, measured: Measurement) -> None:
        taken = max(0, min(measured.taken_ms, measured.due_ms))
        heard = (measured.outlet.heard or measured.rehearsal) and not measured.silent
        object.__setattr__(self, "outlet", measured.outlet)
        object.__setattr__(self, "ms", taken if heard else 0)
        object.__setattr__(self, "outcome", _outcome(measured, taken, heard=heard))


def _outcome(measured: Measurement, taken: int, *, heard: bool) -> Outcome:
    if not taken:
        return Outcome.MISSED if measured.withheld else Outcome.FAILED
    if not heard:
        return Outcome.UNHEARD
    return Outcome.FULL if measured.whole else Outcome.PARTIAL
