"""Reads of background work: the last job of a kind, and the reports drawn so far."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    Job,
    Report,
)
from broadcaster.db.queries.one import one_of
from broadcaster.domain.work.jobs import JobKind


def job(session: Session, kind: JobKind) -> Job | None:
    """The last job of a kind."""
    return session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id.desc()).limit(1)).first()


def reports(session: Session) -> Sequence[Report]:
    """The reports drawn so far, newest first."""
    return session.scalars(select(Report).order_by(Report.id.desc()).limit(200)).all()


def report(session: Session, number: int) -> Report:
    """One report.

    Raises:
        NotFoundError: there is none of that number.
    """
    return one_of(session, Report, number)
