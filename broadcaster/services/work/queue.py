"""The queue that wakes the worker: Huey on a SQLite file of its own. Losing it loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from huey import SqliteHuey
from huey.consumer import Consumer
from huey.exceptions import HueyException
from sqlalchemy import select

from broadcaster.db.models import Job
from broadcaster.errors import StationError
from broadcaster.services.station import Station

log = structlog.get_logger(__name__)

_bodies: dict[Path, Callable[[int], object]] = {}


@cache
def queue_at(folder: Path) -> Any:
    """Return the queue of the station whose `run` folder this is."""
    return SqliteHuey("loa", filename=str(folder / "queue.db"), results=False, utc=True)


@cache
def task_at(folder: Path) -> Any:
    """Return the one task of the queue, the same on the asking and on the working side: Huey finds it by its name."""

    @queue_at(folder).task()  # type: ignore[untyped-decorator]
    def perform(job_id: int) -> None:
        _bodies[folder](job_id)

    return perform


def work_with(folder: Path, body: Callable[[int], object]) -> None:
    """Say, in the worker, what is done with the number of a job."""
    _bodies[folder] = body
    task_at(folder)


class _Consumer(Consumer):  # type: ignore[misc]
    """Huey's consumer without its signal handlers: who runs it decides when it stops, in a thread too."""

    def _set_signal_handlers(self) -> None:
        pass


def consumer_at(folder: Path) -> Any:
    """Return what takes jobs from the queue: one thread of work, started and stopped by the caller."""
    return _Consumer(queue_at(folder), workers=1, periodic=False, initial_delay=0.05, max_delay=0.5)


def wake_worker(station: Station, job_id: int) -> None:
    """Tell the worker that a job is wanted; when the queue fails, the reconcile pass finds the row anyway."""
    try:
        with station.db.read() as session:
            priority = session.scalar(select(Job.priority).where(Job.id == job_id)) or 0
        task_at(station.home.run)(job_id, priority=-priority)
    except (HueyException, OSError, StationError) as error:
        log.warning("queue failed", job=job_id, error=str(error))
