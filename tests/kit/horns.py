"""Outputs of tests that count as loudspeakers, and what was measured at them."""

from __future__ import annotations

from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.heard import Heard, Measurement
from broadcaster.playout.sinks.file import FileSink


class RecordedHorn(FileSink):
    """A loudspeaker whose sound can be looked at afterwards."""

    outlet = Outlet.LOUDSPEAKER


def heard(due_ms: int, taken_ms: int, outlet: Outlet = Outlet.LOUDSPEAKER) -> Heard:
    """What was heard when an output took so much of what was due."""
    return Heard(Measurement(outlet, due_ms, taken_ms, whole=taken_ms >= due_ms))
