"""Background work as rows: wanted, claimed by one worker, done or failed; a crash leaves nothing lost.

The queue (Huey) only wakes the worker. What a crash left `running` is offered again by `reconcile`.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from broadcaster.db.models import Job
from broadcaster.errors import EngineError, MediaError, StationError
from broadcaster.media.ffmpeg import NOT_THE_FILE
from broadcaster.services.station import Station
from broadcaster.sound.store import disk_error

log = structlog.get_logger(__name__)

Progress = Callable[[float], None]
Handler = Callable[[Station, Mapping[str, Any], Progress], None]

# A claim older than this belongs to a worker that died: the longest job, an hour of speech, ends far sooner.
STALE = dt.timedelta(minutes=20)
MAX_ATTEMPTS = 4
_PAUSES = (dt.timedelta(seconds=20), dt.timedelta(minutes=2), dt.timedelta(minutes=10))


def want(
    session: Session,
    now: dt.datetime,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    *,
    by: str,
    run_after: dt.datetime | None = None,
) -> int:
    """Ask for work; the same kind and key twice is one job, offered again when it had ended. Return its number."""
    job = session.scalars(select(Job).where(Job.kind == kind, Job.key == key)).first()
    if job is None:
        job = Job(kind=kind, key=key, arguments=dict(arguments), by=by, created_at=now, run_after=run_after or now)
        session.add(job)
    elif job.state in {"done", "failed", "cancelled"}:
        job.arguments, job.by, job.state, job.error = dict(arguments), by, "wanted", ""
        job.attempts, job.progress, job.run_after, job.finished_at = 0, 0.0, run_after or now, None
    session.flush()
    return job.id


def due(station: Station) -> list[int]:
    """Return the numbers of jobs that could be done now, oldest first."""
    with station.db.read() as session:
        query = select(Job.id).where(Job.state == "wanted", Job.run_after <= station.now()).order_by(Job.id)
        return list(session.scalars(query))


class StoppedError(Exception):
    """Raised inside a job when the worker is told to stop; the job is offered again."""


class CancelledError(Exception):
    """Raised inside a job that a person stopped; it is not offered again."""


def cancel(session: Session, now: dt.datetime, job_id: int) -> bool:
    """Stop a job at its next sign of progress, or before it begins; return whether it had not ended yet."""
    stopped = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state.in_(("wanted", "running")))
        .values(state="cancelled", finished_at=now)
    )
    return isinstance(stopped, CursorResult) and stopped.rowcount == 1


def perform(
    station: Station, job_id: int, handlers: Mapping[str, Handler], stop: threading.Event | None = None
) -> bool:
    """Do one job if it is still wanted; return whether this call did it.

    When `stop` is set the job ends at its next sign of progress and is wanted again.

    A transient failure is tried again later, a lasting one is kept with its sentence for the person who asked.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}"
    with station.db.write() as session:
        claimed = session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == "wanted", Job.run_after <= station.now())
            .values(state="running", claimed_by=owner, claimed_at=station.now(), attempts=Job.attempts + 1)
        )
        if not isinstance(claimed, CursorResult) or claimed.rowcount != 1:
            return False
        job = session.get_one(Job, job_id)
        kind, arguments, attempts = job.kind, job.arguments, job.attempts

    def progress(share: float) -> None:
        if stop is not None and stop.is_set():
            raise StoppedError
        with station.db.write() as session:
            session.execute(update(Job).where(Job.id == job_id).values(progress=share, claimed_at=station.now()))
            if session.scalar(select(Job.state).where(Job.id == job_id)) == "cancelled":
                raise CancelledError

    log.info("job started", job=job_id, kind=kind, attempt=attempts)
    try:
        handlers[kind](station, arguments, progress)
    except StoppedError:
        _set(station, job_id, state="wanted", claimed_by=None, attempts=attempts - 1)
        log.info("job put back", job=job_id, kind=kind)
    except CancelledError:
        log.info("job cancelled", job=job_id, kind=kind)
    except (StationError, OSError) as error:
        told = _told(error, station.home.root)
        _fail(station, job_id, str(told), attempts if _may_pass(told) and attempts < MAX_ATTEMPTS else None)
    except Exception as error:  # a fault of ours must not take the worker down, nor be lost
        log.exception("job broke", job=job_id, kind=kind)
        _fail(station, job_id, f"Lỗi của chương trình: {error}", None)
    else:
        _set(station, job_id, state="done", progress=1.0, finished_at=station.now())
        log.info("job done", job=job_id, kind=kind)
    return True


def reconcile(station: Station) -> int:
    """Offer again what a dead worker left running; return how many."""
    with station.db.write() as session:
        freed = session.execute(
            update(Job)
            .where(Job.state == "running", Job.claimed_at < station.now() - STALE)
            .values(state="wanted", claimed_by=None)
        )
        return freed.rowcount if isinstance(freed, CursorResult) else 0


def release_all(station: Station) -> None:
    """Offer again whatever is marked running: called by a worker at its start, when it is the only one."""
    with station.db.write() as session:
        session.execute(update(Job).where(Job.state == "running").values(state="wanted", claimed_by=None))


def _told(error: StationError | OSError, root: Path) -> StationError:
    """Return an error with a sentence for people; a library that meets a full disk has none."""
    return error if isinstance(error, StationError) else disk_error(error, Path(error.filename or root))


def _may_pass(error: StationError) -> bool:
    """Return whether the same work may go well later: a busy service, a disk that was full, a killed ffmpeg."""
    return (isinstance(error, EngineError) and error.transient) or (
        isinstance(error, MediaError) and error.code in NOT_THE_FILE
    )


def _fail(station: Station, job_id: int, sentence: str, attempts: int | None) -> None:
    if attempts is None:
        _set(station, job_id, state="failed", error=sentence, finished_at=station.now())
        log.warning("job failed", job=job_id, error=sentence)
        return
    pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
    _set(station, job_id, state="wanted", error=sentence, run_after=station.now() + pause)


def _set(station: Station, job_id: int, **values: Any) -> None:
    with station.db.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))
