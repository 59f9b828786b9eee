"""The sign of life of a process whose threads are looked after: what is wrong with them goes with it."""

from __future__ import annotations

from typing import Any

from broadcaster import threads
from broadcaster.services.air import broadcasts, heartbeats
from broadcaster.services.station import Station


def beat(station: Station, process: str, status: dict[str, Any]) -> None:
    """Write the heartbeat of `process`, and an incident while something is wrong with its threads.

    Raises:
        StationError: the database is away.
    """
    troubles = threads.troubles()
    before = heartbeats.status(station, process)[1].get("threads")
    if troubles or before:
        what, now = f"threads-{process}", station.now()
        with station.db.write() as session:
            for name in sorted({*(before or ()), *troubles}):
                over = name not in troubles
                broadcasts.report_incident(session, f"{what}-{name}"[:48], troubles.get(name, ""), now, over=over)
    heartbeats.beat(station, process, {**status, "threads": troubles})
