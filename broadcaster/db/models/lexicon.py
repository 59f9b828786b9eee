"""The station's own words: how they are said, every version of them, and the approved scripts they have outrun."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base


class LexiconVersion(Base):
    """One change of the station's or of a script's words; the highest number is the present version."""

    __tablename__ = "lexicon_versions"

    number: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int | None] = mapped_column(ForeignKey("scripts.id"))
    """The one script whose words changed; none: the station's."""
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")


class LexiconRow(Base):
    """One entry, from the version that brought it to the one that ended it; never changed otherwise."""

    __tablename__ = "lexicon_entries"
    __table_args__ = (
        CheckConstraint("mode IN ('expand', 'word', 'spell', 'leave')", name="mode"),
        CheckConstraint("until IS NULL OR until > since", name="until"),
        Index("ix_lexicon_entries_scope", "script_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int | None] = mapped_column(ForeignKey("scripts.id"))
    written: Mapped[str] = mapped_column(String(200))
    spoken: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[str] = mapped_column(String(16))
    any_case: Mapped[bool] = mapped_column(default=False)
    preceded_by: Mapped[list[str]]
    followed_by: Mapped[list[str]]
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    respell: Mapped[dict[str, Any]]
    alternatives: Mapped[list[str]]
    note: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[int] = mapped_column(ForeignKey("lexicon_versions.number"))
    until: Mapped[int | None] = mapped_column(ForeignKey("lexicon_versions.number"))
    agreed_by: Mapped[str | None] = mapped_column(String(64))
    """Who put a name to it last: the leader who made it or let it be, or whoever looked at a leader's own."""


class LexiconProposal(Base):
    """What an editor would have the whole station read otherwise, as it waits for a leader and was decided."""

    __tablename__ = "lexicon_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    add: Mapped[str] = mapped_column(Text)
    """The entries as TOML."""
    remove: Mapped[list[int]]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    accepted: Mapped[bool | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    decided_at: Mapped[dt.datetime | None]


class StaleMark(Base):
    """An approved script that the lexicon would now read otherwise than it was approved.

    It belongs to one approval and means nothing once another decision was made. With `hold` the script does not
    air until it is approved anew; without, the approved sound goes on.
    """

    __tablename__ = "stale_marks"
    __table_args__ = (Index("ix_stale_marks_approval", "approval_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"), index=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id"))
    version: Mapped[int] = mapped_column(ForeignKey("lexicon_versions.number"))
    hold: Mapped[bool]
    changes: Mapped[list[dict[str, Any]]]
    """Sentences before and after, as far as they differ."""
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(String(64))
    cleared_at: Mapped[dt.datetime | None]
    """When the lexicon came back to the approved words."""
