"""The station that a sink plays for, for sinks that are tried alone."""

from __future__ import annotations

from pathlib import Path

from broadcaster.clock import Clock, SystemClock
from broadcaster.playout.sinks.base import Site


def site(airchecks: str | Path = "/nonexistent", clock: Clock | None = None) -> Site:
    """A place for sinks: a folder for recordings, and the machine's clock unless another is given."""
    return Site(Path(airchecks), clock or SystemClock())
