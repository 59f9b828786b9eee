"""Scripts, their revisions, what was spoken of them, and who approved which bytes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.scripts.scripts import Decision, Genre, Priority, ScriptState
from broadcaster.domain.scripts.shaping import Shaped


class Topic(Base):
    """A topic of the yearly plan."""

    __tablename__ = "topics"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    short: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]


class Script(Base):
    """A text to be broadcast; its words live in revisions."""

    __tablename__ = "scripts"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    folded: Mapped[str] = mapped_column(Text)
    """Title and body without marks, for search."""
    lowered: Mapped[str] = mapped_column(Text, default="")
    """Title and body in small letters with their marks, for a search that was typed with marks."""
    title_key: Mapped[str] = mapped_column(Text, default="", index=True)
    """The title's place in the Vietnamese alphabet (`domain.fold.order_key`)."""
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    topic_code: Mapped[str] = mapped_column(ForeignKey("topics.code"), index=True)
    genre: Mapped[Genre] = mapped_column(PlainWord(Genre))
    priority: Mapped[Priority] = mapped_column(PlainWord(Priority), default=Priority.NORMAL)
    state: Mapped[ScriptState] = mapped_column(PlainWord(ScriptState), default=ScriptState.DRAFT, index=True)
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    airings: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many airings its office asked for while it is valid; 0: as its turn comes."""
    verify: Mapped[list[str]]
    """Facts that an officer must check before airing."""
    source_name: Mapped[str | None] = mapped_column(String(300))
    voice: Mapped[str | None] = mapped_column(String(80))
    """`engine:id` wanted for this script; none: the station's order of voices."""
    rate: Mapped[float | None]
    """Times the usual speed; none: the station's."""
    kept: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What would not be read (kind and text) and a person put back."""
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    revisions: Mapped[list[Revision]] = relationship(back_populates="script", order_by="Revision.number")


class Revision(Base):
    """The words of a script at one moment; never changed."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("script_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    script: Mapped[Script] = relationship(back_populates="revisions")


class Rendition(Base):
    """A revision spoken and mastered: the words and the sound, each by its hash; never overwritten."""

    __tablename__ = "renditions"
    __table_args__ = (
        Index("ix_renditions_revision", "revision_id"),
        CheckConstraint("duration_ms > 0", name="duration"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    spoken_text: Mapped[str] = mapped_column(Text)
    spoken_sha256: Mapped[str] = mapped_column(String(64))
    lexicon_version: Mapped[str] = mapped_column(String(64))
    voice: Mapped[str] = mapped_column(String(80))
    rate: Mapped[float | None]
    """Times the usual speed; none on renditions older than the choice."""
    engine_version: Mapped[str] = mapped_column(String(120))
    audio_sha256: Mapped[str] = mapped_column(String(64))
    duration_ms: Mapped[int]
    lufs: Mapped[float]
    dbtp: Mapped[float]
    cues: Mapped[list[dict[str, Any]]]
    notes: Mapped[list[str]]
    """Vietnamese sentences: which voice failed first, what should be looked at."""
    by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Who spoke it or had it spoken; empty on older ones of the machine's voices."""
    created_at: Mapped[dt.datetime]


class Contribution(Base):
    """A part of what will be heard that a person shaped. Append-only; it counts until an approval after it."""

    __tablename__ = "contributions"
    __table_args__ = (Index("ix_contributions_script", "script_id", "approval_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    by: Mapped[str] = mapped_column(String(64))
    part: Mapped[Shaped] = mapped_column(PlainWord(Shaped, 16))
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approvals.id"))
    """The last approval when it was shaped; none: before the first."""
    at: Mapped[dt.datetime]


class Approval(Base):
    """A leader's decision on one rendition, bound to its hashes. Append-only; the latest of a script counts."""

    __tablename__ = "approvals"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'returned', 'withdrawn')", name="decision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    rendition_id: Mapped[int | None] = mapped_column(ForeignKey("renditions.id"))
    decision: Mapped[Decision] = mapped_column(PlainWord(Decision, 16))
    by: Mapped[str] = mapped_column(String(64))
    own_work: Mapped[bool] = mapped_column(default=False)
    """The author approved it: allowed by setting only, and shown."""
    behalf: Mapped[str | None] = mapped_column(String(64))
    """The leader who had delegated the decision."""
    comment: Mapped[str] = mapped_column(Text, default="")
    spoken_sha256: Mapped[str | None] = mapped_column(String(64))
    audio_sha256: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class DraftRow(Base):
    """Words being typed, kept as they come; not yet a revision, and nobody else's business.

    Each row belongs to one person; `tab` is the window that wrote it last, `serial` counts its writes.
    """

    __tablename__ = "script_drafts"
    __table_args__ = (Index("ix_script_drafts_owner", "username", "script_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    script_id: Mapped[int | None] = mapped_column(ForeignKey("scripts.id"))
    username: Mapped[str] = mapped_column(String(64))
    tab: Mapped[str] = mapped_column(String(32))
    serial: Mapped[int]
    base: Mapped[int | None]
    """Number of the revision that was opened."""
    fields: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
