"""The queue that wakes the worker: Huey on a SQLite file of its own. Losing it loses nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import structlog
from huey import SqliteHuey
from huey.exceptions import HueyException

from broadcaster.services.station import Station

log = structlog.get_logger(__name__)
TASK = "perform"


@cache
def queue_at(folder: Path) -> Any:
    """Return the queue of the station whose `run` folder this is."""
    return SqliteHuey("loa", filename=str(folder / "queue.db"), results=False, utc=True)


@cache
def _offer(folder: Path) -> Any:
    """Return the task as the asking side knows it; only a worker gives it a body."""

    @queue_at(folder).task(name=TASK)  # type: ignore[untyped-decorator]
    def perform(job_id: int) -> None:
        raise NotImplementedError(job_id)

    return perform


def wake_worker(station: Station, job_id: int) -> None:
    """Tell the worker that a job is wanted; when the queue fails, the reconcile pass finds the row anyway."""
    try:
        _offer(station.home.run)(job_id)
    except (HueyException, OSError) as error:
        log.warning("queue failed", job=job_id, error=str(error))
