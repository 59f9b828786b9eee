"""The plan of the year, what was done for it beside the horns, and what the units hand in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.reports.activities import PartState
from broadcaster.domain.reports.plans import CampaignState


class CampaignRow(Base):
    """A plan; its lists are kept as it writes them. Topics are also rows of `topics`, for scripts hang on them."""

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint('"last" >= "first"', name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[CampaignState] = mapped_column(PlainWord(CampaignState), default=CampaignState.DRAFT, index=True)
    title: Mapped[str] = mapped_column(String(300))
    number: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[dt.date | None]
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    basis: Mapped[list[str]]
    topics: Mapped[list[dict[str, Any]]]
    """{code, title, targets: {form: number}} in the plan's order."""
    forms: Mapped[list[str]]
    audiences: Mapped[list[str]]
    units: Mapped[list[dict[str, Any]]]
    deadlines: Mapped[list[dict[str, Any]]]
    source_name: Mapped[str] = mapped_column(String(300), default="")
    source_text: Mapped[str] = mapped_column(Text, default="")
    """The document that the plan was read from; the proposals are read from it again."""
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class Activity(Base):
    """Something done by another form than the horns, entered by hand."""

    __tablename__ = "activities"
    __table_args__ = (
        Index("ix_activities_day", "day"),
        CheckConstraint("attendance IS NULL OR attendance >= 0", name="attendance"),
        CheckConstraint("views IS NULL OR views >= 0", name="views"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(String(48))
    title: Mapped[str] = mapped_column(String(300))
    topic_code: Mapped[str] = mapped_column(ForeignKey("topics.code"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    day: Mapped[dt.date]
    place: Mapped[str] = mapped_column(String(300), default="")
    attendance: Mapped[int | None]
    views: Mapped[int | None]
    link: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]
    """Taken out of the counts; the row and its proofs stay."""


class ActivityProof(Base):
    """A file that proves an activity, kept by its hash."""

    __tablename__ = "proofs"
    __table_args__ = (UniqueConstraint("activity_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class UnitPart(Base):
    """What a unit hands in for a period, to be merged into the report."""

    __tablename__ = "unit_parts"
    __table_args__ = (UniqueConstraint("unit_code", "first", "last"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    first: Mapped[dt.date]
    last: Mapped[dt.date]
    state: Mapped[PartState] = mapped_column(PlainWord(PartState), default=PartState.DRAFT)
    body: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    """Why it was sent back."""
    by: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[dt.datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[dt.datetime | None]
