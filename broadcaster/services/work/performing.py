"""Wanted work done: each job taken by one worker, its end written down; a crash leaves nothing lost."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from sqlalchemy import ColumnElement, Update, select, update
from sqlalchemy.orm import Session

from broadcaster.db.models import Job
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.db.session import changed
from broadcaster.disks import DiskError, refused
from broadcaster.domain.work.jobs import JobKind, JobState, JobTurn
from broadcaster.errors import EngineError, MediaError, StationError
from broadcaster.floor import NoRoomError
from broadcaster.logs import EventLog
from broadcaster.media.ffmpeg import NOT_THE_FILE
from broadcaster.services import disk_room
from broadcaster.services.station import Station
from broadcaster.services.work.jobs import ORDER, let_down, ready
from broadcaster.targets.target import AbsentError, TargetError

log = EventLog(__name__)

Progress = Callable[[float], None]
Handler = Callable[[Station, Mapping[str, Any], Progress], None]
Handlers = Mapping[JobKind, Handler]

STALE: Final = dt.timedelta(minutes=2)
"""A claim that nobody renewed for so long belongs to a worker that died: the living renew theirs each ten seconds."""
MAX_ATTEMPTS: Final = 4
_PAUSES: Final = (dt.timedelta(seconds=20), dt.timedelta(minutes=2), dt.timedelta(minutes=10))


_hand: Final[set[int]] = set()
"""The jobs that this process is at."""


class StoppedError(Exception):
    """Raised inside a job when the worker is told to stop; the job is offered again."""


class PutOffError(StationError):
    """Raised inside a job that gives way to something else: it is offered again after `pause`, as if never begun."""

    code = "busy"

    def __init__(self, message: str, pause: dt.timedelta) -> None:
        super().__init__(message)
        self.pause = pause


class CancelledError(Exception):
    """Raised inside a job that a person stopped; it is not offered again."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A job in hand."""

    id: int
    kind: JobKind
    arguments: Mapping[str, Any]
    attempt: int
    begun: dt.datetime


def perform(station: Station, job_id: int, handlers: Handlers, stop: threading.Event | None = None) -> bool:
    """Do one job if it is due; return whether this call did it.

    When `stop` is set the job ends at its next sign of progress and is wanted again.

    A transient failure is tried again later, a lasting one is kept with its sentence for the person who asked.
    """
    return _perform(station, Job.id == job_id, handlers, stop)


def perform_next(station: Station, handlers: Handlers, stop: threading.Event | None = None, *, up_to: JobTurn) -> bool:
    """Do the job whose turn it is, among those of turn `up_to` and before; return False when none is due."""
    mine = Job.priority <= up_to
    with station.db.read() as session:  # to look takes no lock
        if session.scalar(select(Job.id).where(mine, ready(station.now())).limit(1)) is None:
            return False
    return _perform(station, mine, handlers, stop)


def _perform(
    station: Station,
    which: ColumnElement[bool],
    handlers: Handlers,
    stop: threading.Event | None,
) -> bool:
    with station.db.write() as session:
        job = _take(session, which, station.now())
        if job is not None:
            _hand.add(job.id)
    if job is None:
        return False
    try:
        _do(station, job, handlers, stop)
    finally:
        _hand.discard(job.id)
    return True


def _do(station: Station, job: _Taken, handlers: Handlers, stop: threading.Event | None) -> None:
    def progress(share: float) -> None:
        if stop is not None and stop.is_set():
            raise StoppedError
        if not _set(station, job, progress=share, claimed_at=station.now()):
            raise CancelledError

    log.info("job started", job=job.id, kind=job.kind, attempt=job.attempt)
    try:
        if job.kind.brings:
            disk_room.require(station)
        handlers[job.kind](station, job.arguments, progress)
    except (StoppedError, PutOffError) as error:
        _put_back(station, job, error)
    except CancelledError:
        log.info("job cancelled", job=job.id, kind=job.kind)
    except (StationError, OSError) as error:
        told = _told(error, station.home.root)
        _fail(station, job, str(told), again=_may_pass(told) and job.attempt < MAX_ATTEMPTS)
    except Exception as error:  # a fault of ours must not take the worker down, nor be lost
        log.exception("job broke", job=job.id, kind=job.kind)
        _fail(station, job, f"Lỗi của chương trình: {error}", again=False)
    else:
        _done(station, job)
        log.info("job done", job=job.id, kind=job.kind)


def _put_back(station: Station, job: _Taken, error: StoppedError | PutOffError) -> None:
    later: dict[str, Any] = {}
    if isinstance(error, PutOffError):
        later = {"run_after": station.now() + error.pause, "error": error.message}
    _set(station, job, state=JobState.WANTED, claimed_by=None, attempts=job.attempt - 1, **later)
    log.info("job put back", job=job.id, kind=job.kind)


def _take(session: Session, which: ColumnElement[bool], now: dt.datetime) -> _Taken | None:
    """Take the first job that is due: SQLite has one writer, PostgreSQL passes over what another holds."""
    first = select(Job).where(which, ready(now)).order_by(*ORDER).limit(1)
    job = session.scalars(first.with_for_update(of=Job, skip_locked=True)).first()
    if job is None:
        return None
    job.state, job.claimed_by, job.claimed_at, job.attempts = JobState.RUNNING, _owner(), now, job.attempts + 1
    return _Taken(job.id, job.kind, {"by": job.by, **job.arguments}, job.attempts, now)


def renew(station: Station) -> None:
    """Say that the jobs in hand of this process are still worked on; offer again those whose end it could not write."""
    with station.db.write(lasting=False) as session:
        mine = update(Job).where(Job.state == JobState.RUNNING, Job.claimed_by == _owner())
        session.execute(mine.where(Job.id.in_(_hand)).values(claimed_at=station.now()))
        session.execute(mine.where(Job.id.not_in(_hand)).values(state=JobState.WANTED, claimed_by=None))


def busy() -> bool:
    """Whether this process is at a job."""
    return bool(_hand)


def reconcile(station: Station) -> int:
    """Offer again what a dead worker left running; return how many."""
    with station.db.write() as session:
        left = update(Job).where(Job.state == JobState.RUNNING, Job.claimed_at < station.now() - STALE)
        return changed(session, left.values(state=JobState.WANTED, claimed_by=None))


def release_dead(station: Station) -> None:
    """Offer again at once what a worker of this machine held that is no more: called by a worker at its start."""
    with station.db.write() as session:
        for job in session.scalars(select(Job).where(Job.state == JobState.RUNNING)):
            host, _, pid = (job.claimed_by or "").rpartition(":")
            if host == socket.gethostname() and (int(pid) == os.getpid() or not psutil.pid_exists(int(pid))):
                job.state, job.claimed_by = JobState.WANTED, None


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _told(error: StationError | OSError, root: Path) -> StationError:
    """An error with a sentence for people; a library that meets a full disk has none."""
    return error if isinstance(error, StationError) else refused(error, str(root))


def _may_pass(error: StationError) -> bool:
    """Whether the same work may go well later: a busy service, a full disk, a killed ffmpeg, a lock, a far place."""
    return (
        (isinstance(error, EngineError) and error.transient)
        or (isinstance(error, DatabaseUnavailableError) and error.passing)
        or (isinstance(error, TargetError) and not isinstance(error, AbsentError))
        or (isinstance(error, MediaError | DiskError | NoRoomError) and error.code in NOT_THE_FILE)
    )


def _fail(station: Station, job: _Taken, sentence: str, *, again: bool) -> None:
    if again:
        pause = _PAUSES[min(job.attempt, len(_PAUSES)) - 1]
        _set(station, job, state=JobState.WANTED, error=sentence, run_after=station.now() + pause)
    else:
        _set(station, job, state=JobState.FAILED, error=sentence, finished_at=station.now())
        log.warning("job failed", job=job.id, error=sentence)


def _done(station: Station, job: _Taken) -> None:
    """Write down that a job is done, even when somebody stopped it meanwhile; or once more to do."""
    with station.db.write() as session:
        more = {"state": JobState.WANTED, "attempts": 0, "progress": 0.0, "claimed_by": None}
        wanted_since = _still_mine(job).where(Job.run_after > job.begun, Job.state == JobState.RUNNING)
        if not changed(session, wanted_since.values(**more)):
            end = {"state": JobState.DONE, "progress": 1.0, "finished_at": station.now()}
            session.execute(_still_mine(job).values(**end))


def _set(station: Station, job: _Taken, **values: Any) -> bool:
    """Write down how far a job is; False when it is no longer ours: stopped by a person, or offered again."""
    with station.db.write(lasting="state" in values) as session:
        mine = changed(session, _still_mine(job).where(Job.state == JobState.RUNNING).values(**values)) == 1
        if values.get("state") is JobState.FAILED:
            let_down(session, station.now())
        return mine


def _still_mine(job: _Taken) -> Update:
    return update(Job).where(Job.id == job.id, Job.claimed_by == _owner(), Job.attempts == job.attempt)
