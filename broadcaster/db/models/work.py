"""Wishes for background work, and reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.work.jobs import JobKind, JobState, JobTurn


class Job(Base):
    """Background work that somebody wants."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_jobs_state_priority_run_after", "state", "priority", "run_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[JobKind] = mapped_column(PlainWord(JobKind))
    key: Mapped[str] = mapped_column(String(120))
    arguments: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(PlainWord(JobState, 16), default=JobState.WANTED)
    priority: Mapped[int] = mapped_column(default=JobTurn.ASKED)
    """The turn of its kind."""
    progress: Mapped[float] = mapped_column(default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[dt.datetime]
    claimed_by: Mapped[str | None] = mapped_column(String(120))
    claimed_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    """A Vietnamese sentence."""
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]


class JobNeed(Base):
    """One job stands behind another: it is not begun before that one has ended."""

    __tablename__ = "job_needs"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    needs_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, index=True)
    optional: Mapped[bool] = mapped_column(default=False)
    """Whether the job is done all the same when the other one failed for good; else it fails with it."""


class Report(Base):
    """A report as it was drawn: figures frozen, with the end of the chain it was drawn from."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    figures: Mapped[dict[str, Any]]
    entries_to: Mapped[int]
    last_hash: Mapped[str] = mapped_column(String(64))
    files: Mapped[list[str]]
    content: Mapped[dict[str, Any]]
    """All that the report says, frozen; the files are drawn from it alone."""
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    entries_from: Mapped[int] = mapped_column(default=0)
    """The first entry of the log that the period holds; 0 when it holds none."""
    issued_number: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[dt.date | None]
    """Number and date that văn thư gave; set once, when the report is issued."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
