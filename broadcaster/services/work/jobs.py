"""Background work as rows: wanted, claimed by one worker, done or failed; a crash leaves nothing lost.

A job may stand behind others: it is begun when they have ended, in whatever order they were asked for.
The queue (Huey) only wakes the worker. What a crash left `running` is offered again by `reconcile`.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from broadcaster.db.models import Job, JobNeed
from broadcaster.errors import EngineError, MediaError, RuleError, StationError
from broadcaster.media.ffmpeg import NOT_THE_FILE
from broadcaster.services.station import Station
from broadcaster.sound.store import disk_error

log = structlog.get_logger(__name__)

Progress = Callable[[float], None]
Handler = Callable[[Station, Mapping[str, Any], Progress], None]

PRIORITY = {"emergency-voice": 0, "starter": 3, "plan": 3, "backup": 3, "log-check": 3}
"""By kind of job, 2 for the others, the lowest first: an emergency goes before what people wait for, and that before
what the station does of itself."""
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
    after: Iterable[int] = (),
    or_without: bool = False,
) -> int:
    """Ask for work; the same kind and key twice is one job, offered again when it had ended. Return its number.

    Args:
        session: an open transaction.
        now: the present moment.
        kind: what is to be done.
        key: what tells this wish from others of its kind.
        arguments: what the doer is told.
        by: who asks.
        run_after: the job is not begun before.
        after: numbers of the jobs behind which it stands.
        or_without: where one of those fails for good, do it all the same; else it fails too, and says so.

    Raises:
        RuleError: the jobs would wait for each other.
    """
    job = session.scalars(select(Job).where(Job.kind == kind, Job.key == key)).first()
    if job is None:
        job = Job(kind=kind, key=key, arguments=dict(arguments), by=by, created_at=now, run_after=run_after or now)
        job.priority = PRIORITY.get(kind, 2)
        session.add(job)
    elif job.state in {"done", "failed", "cancelled"}:
        job.arguments, job.by, job.state, job.error = dict(arguments), by, "wanted", ""
        job.attempts, job.progress, job.run_after, job.finished_at = 0, 0.0, run_after or now, None
        session.execute(delete(JobNeed).where(JobNeed.job_id == job.id))
    session.flush()
    if others := set(after):
        _stand_behind(session, job.id, others, optional=or_without)
        _let_down(session, now)
    return job.id


def _stand_behind(session: Session, job_id: int, others: set[int], *, optional: bool) -> None:
    before, seen = set(others), set[int]()
    while before:
        seen |= before
        before = {*session.scalars(select(JobNeed.needs_id).where(JobNeed.job_id.in_(before)))} - seen
    if job_id in seen:
        raise RuleError("Các việc nền đang chờ lẫn nhau nên không việc nào làm được.", field="after")
    for other in others:
        session.merge(JobNeed(job_id=job_id, needs_id=other, optional=optional))
    session.flush()


def _let_down(session: Session, now: dt.datetime) -> None:
    """Fail what stands behind a job that failed for good and cannot do without it; and what stands behind that."""
    need = aliased(Job)
    query = (
        select(Job, need.error)
        .join(JobNeed, JobNeed.job_id == Job.id)
        .join(need, need.id == JobNeed.needs_id)
        .where(Job.state == "wanted", need.state.in_(("failed", "cancelled")), JobNeed.optional.is_(False))
    )
    while found := session.execute(query).all():
        for job, why in found:
            job.state, job.finished_at = "failed", now
            job.error = f"Việc phải xong trước đã không xong. {why or 'Người dùng đã dừng việc đó.'}"
            log.warning("job let down", job=job.id, kind=job.kind, error=job.error)
        session.flush()


def _ready(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a job may be begun: its time has come, and those before it have ended."""
    need = aliased(Job)
    ended_well = or_(need.state == "done", and_(JobNeed.optional, need.state.in_(("failed", "cancelled"))))
    waits = exists().where(JobNeed.job_id == Job.id, need.id == JobNeed.needs_id, ~ended_well)
    return and_(Job.state == "wanted", Job.run_after <= now, ~waits)


def due(station: Station) -> list[int]:
    """Return the numbers of jobs that could be done now, oldest first."""
    with station.db.read() as session:
        return list(session.scalars(select(Job.id).where(_ready(station.now())).order_by(Job.id)))


def due_behind(station: Station, job_id: int) -> list[int]:
    """Return the numbers of jobs that stood behind this one and could be done now."""
    with station.db.read() as session:
        behind = select(JobNeed.job_id).where(JobNeed.needs_id == job_id)
        return list(session.scalars(select(Job.id).where(_ready(station.now()), Job.id.in_(behind)).order_by(Job.id)))


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
    _let_down(session, now)
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
            .where(Job.id == job_id, _ready(station.now()))
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
        with station.db.write() as session:
            job = session.get_one(Job, job_id)
            job.state, job.error, job.finished_at = "failed", sentence, station.now()
            session.flush()
            _let_down(session, station.now())
        log.warning("job failed", job=job_id, error=sentence)
        return
    pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
    _set(station, job_id, state="wanted", error=sentence, run_after=station.now() + pause)


def _set(station: Station, job_id: int, **values: Any) -> None:
    with station.db.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(**values))
