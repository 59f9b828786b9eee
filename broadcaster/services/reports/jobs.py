"""Reports drawn by the worker: asked for on the panel, shown as they go on, stopped, told about when they fail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from broadcaster.db.models import Job, Report
from broadcaster.db.queries.one import one_of
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.reports.periods import PeriodKind, ReportPeriod
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.air.heartbeats import status
from broadcaster.services.audit import Trail
from broadcaster.services.people.accounts import actor_named
from broadcaster.services.reports import content
from broadcaster.services.reports import drawing as reporting
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.services.work.performing import Progress

_TOLD = dt.timedelta(days=1)
"""How long a failure or a stop stays on the page of reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A report that is being drawn, or was not."""

    job: int
    state: JobState
    title: str
    progress: float
    error: str
    by: str
    report: int | None
    """The report that came of it, once it is done."""
    worker_alive: bool

    @property
    def going(self) -> bool:
        """Whether it may still become a report."""
        return not self.state.ended


def want_report(station: Station, actor: Actor, period: ReportPeriod) -> int:
    """Ask the worker to draw a report; asking again while it is being drawn changes nothing. Return the job's number.

    Raises:
        RuleError: the period lies in the future.
    """
    actor.require(Permission.REPORT)
    content.refuse_future(station, period)
    arguments = {
        "kind": period.kind.value,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "title": period.title,
    }
    return _want(station, actor, f"{period.first}..{period.last}", arguments)


def want_redraw(station: Station, actor: Actor, number: int) -> int:
    """Ask the worker to write the files of a frozen report again; return the job's number.

    Raises:
        NotFoundError: there is no such report.
        RuleError: it kept no content.
    """
    actor.require(Permission.REPORT)
    with station.db.read() as session:
        row = one_of(session, Report, number)
        reporting.frozen(station, row)
        title = row.period
    return _want(station, actor, f"redraw-{number}", {"redraw": number, "title": title})


def report_job(station: Station, arguments: Mapping[str, Any], progress: Progress) -> None:
    """Do a `report` job, as the person who asked for it."""
    try:
        actor = actor_named(station, str(arguments["by"]))
        if "redraw" in arguments:
            reporting.redraw(station, actor, int(arguments["redraw"]), progress=progress)
            return
        first, last = (dt.date.fromisoformat(str(arguments[k])) for k in ("first", "last"))
        period = ReportPeriod(PeriodKind(arguments["kind"]), first, last, str(arguments["title"]))
        reporting.draw(station, actor, period, progress=progress)
    except RuleError as error:  # a person reads the name of a template, not that of a field of ours
        named = error.field if error.field and str(error.field[-1]).endswith(".docx") else ()
        raise RuleError(error.message, field=named) from None


def stop(station: Station, actor: Actor, number: int) -> bool:
    """Stop drawing a report; nothing of it is kept. Return whether there was still something to stop."""
    actor.require(Permission.REPORT)
    with station.db.write() as session:
        job = session.get(Job, number)
        if job is None or job.kind is not JobKind.REPORT:
            raise NotFoundError("Không có việc lập báo cáo này.", field="job")
        if not jobs.cancel(session, station.now(), number):
            return False
        Trail(session, station.now(), actor).record("stop", "report-job", number, note=str(job.arguments["title"]))
    return True


def drawings(station: Station) -> Sequence[Drawing]:
    """What is being drawn, and what failed or was stopped within the last day, newest first."""
    since = station.now() - _TOLD
    with station.db.read() as session:
        rows = session.scalars(
            select(Job).where(Job.kind == JobKind.REPORT, Job.state != JobState.DONE).order_by(Job.id.desc()).limit(20)
        ).all()
    found = [r for r in rows if r.finished_at is None or r.finished_at > since]
    return [_drawing(station, r) for r in found]


def drawing(station: Station, number: int) -> Drawing:
    """One drawing, also when it is done.

    Raises:
        NotFoundError: there is none of that number.
    """
    with station.db.read() as session:
        row = session.get(Job, number)
    if row is None or row.kind is not JobKind.REPORT:
        raise NotFoundError("Không có việc lập báo cáo này.", field="job")
    return _drawing(station, row)


def _want(station: Station, actor: Actor, key: str, arguments: Mapping[str, Any]) -> int:
    with station.db.write() as session:
        return jobs.want(
            session, station.now(), JobKind.REPORT, key, {**arguments, "by": actor.username}, by=actor.username
        )


def _drawing(station: Station, row: Job) -> Drawing:
    report = row.arguments.get("redraw")
    if report is None and row.state is JobState.DONE:
        days = (dt.date.fromisoformat(row.arguments[k]) for k in ("first", "last"))
        with station.db.read() as session:
            report = session.scalar(
                select(Report.id)
                .where(Report.first == next(days), Report.last == next(days), Report.by == row.by)
                .order_by(Report.id.desc())
                .limit(1)
            )
    alive, _ = status(station, "worker")
    return Drawing(
        job=row.id,
        state=row.state,
        title=str(row.arguments["title"]),
        progress=row.progress,
        error=row.error,
        by=row.by,
        report=report,
        worker_alive=alive,
    )
