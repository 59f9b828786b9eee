"""Wanted work as rows: asked for once, standing behind what it needs, until it is done, failed or stopped.

The rows are the queue too: the first that is due is the one to do, by turn and then by age. `performing` does them.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from broadcaster.db.models import Job, JobNeed
from broadcaster.db.session import changed, once_written
from broadcaster.domain.work.jobs import ENDED, NOT_DONE, JobKind, JobState, JobTurn
from broadcaster.errors import RuleError
from broadcaster.logs import EventLog
from broadcaster.services.station import Station
from broadcaster.services.work.knock import knock

_GLANCE_S: Final = 0.02
"""How often one who waits looks at the row of a job."""

log = EventLog(__name__)


def want(
    session: Session,
    now: dt.datetime,
    kind: JobKind,
    key: str,
    arguments: Mapping[str, Any],
    *,
    by: str,
    run_after: dt.datetime | None = None,
    after: Iterable[int] = (),
    or_without: bool = False,
) -> int:
    """Ask for work, and wake the worker once this transaction is committed; return the job's number.

    The same kind and key twice is one job, offered again when it had ended.

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
    fresh: dict[str, Any] = {
        "arguments": dict(arguments),
        "by": by,
        "run_after": run_after or now,
        "priority": kind.turn,
    }
    if job is None:
        job = _first(session, Job(kind=kind, key=key, created_at=now, **fresh))
    elif job.state.ended:
        for name, value in fresh.items():
            setattr(job, name, value)
        job.state, job.error, job.attempts, job.progress, job.finished_at = JobState.WANTED, "", 0, 0.0, None
        session.execute(delete(JobNeed).where(JobNeed.job_id == job.id))
    elif job.state is JobState.RUNNING and kind.of_the_present:
        job.run_after = fresh["run_after"]  # what it is made of may have changed since it was begun: once more
    session.flush()
    if others := set(after):
        _stand_behind(session, job.id, others, optional=or_without)
        let_down(session, now)
    if (run := session.info.get("run")) is not None:
        once_written(session, "knock", lambda: knock(run))
    return job.id


def _first(session: Session, job: Job) -> Job:
    """Add a job, or return the same one that another process added in this very moment."""
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return session.scalars(select(Job).where(Job.kind == job.kind, Job.key == job.key)).one()
    return job


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


def let_down(session: Session, now: dt.datetime) -> None:
    """Fail what stands behind a job that failed for good and cannot do without it; and what stands behind that."""
    need = aliased(Job)
    query = (
        select(Job, need.kind, need.error)
        .join(JobNeed, JobNeed.job_id == Job.id)
        .join(need, need.id == JobNeed.needs_id)
        .where(Job.state == JobState.WANTED, need.state.in_(NOT_DONE), JobNeed.optional.is_(False))
    )
    while found := session.execute(query).all():
        for job, kind, why in found:
            job.state, job.finished_at = JobState.FAILED, now
            job.error = f"Việc phải xong trước ({kind.label}) đã không xong. {why or 'Người dùng đã dừng việc đó.'}"
            log.warning("job let down", job=job.id, kind=job.kind, error=job.error)
        session.flush()


def ready(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a job may be begun: its time has come, and those before it have ended."""
    need = aliased(Job)
    ended_well = or_(need.state == JobState.DONE, and_(JobNeed.optional, need.state.in_(NOT_DONE)))
    waits = exists().where(JobNeed.job_id == Job.id, need.id == JobNeed.needs_id, ~ended_well)
    return and_(Job.state == JobState.WANTED, Job.run_after <= now, ~waits)


ORDER: Final = (Job.priority, Job.run_after, Job.id)
"""Whose turn it is: the turn of its kind, then age."""


def due(station: Station, up_to: JobTurn = JobTurn.UPKEEP) -> list[int]:
    """The numbers of jobs that could be done now, in the order in which they would be."""
    query = select(Job.id).where(ready(station.now()), Job.priority <= up_to).order_by(*ORDER)
    with station.db.read() as session:
        return list(session.scalars(query))


def awaited(station: Station, job_id: int, *, begun_s: float, ended_s: float) -> Job:
    """A job that a person sits and waits for: ended, or as it is when nobody began or ended it in time."""
    since = station.clock.monotonic()
    while True:
        with station.db.read() as session:
            job = session.get_one(Job, job_id)
        waited = station.clock.monotonic() - since
        if job.state.ended or waited > (begun_s if job.state is JobState.WANTED else ended_s):
            return job
        time.sleep(_GLANCE_S)


def cancel(session: Session, now: dt.datetime, job_id: int) -> bool:
    """Stop a job at its next sign of progress, or before it begins; return whether it had not ended yet."""
    stop = update(Job).where(Job.id == job_id, Job.state.not_in(ENDED))
    stopped = changed(session, stop.values(state=JobState.CANCELLED, finished_at=now))
    let_down(session, now)
    return stopped == 1
