"""What people outside the panel are told of, who was told when, and how the senders do."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.alerts.book import TellingState
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.troubles import TroubleKind


class AlertRow(Base):
    """One trouble, from its beginning to its end; one of a key is open at a time."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "ix_alerts_open",
            "key",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_alerts_key", "key"),
    )

    uid: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[TroubleKind] = mapped_column(PlainWord(TroubleKind))
    about: Mapped[str] = mapped_column(String(120))
    rank: Mapped[Rank] = mapped_column(PlainWord(Rank, 16))
    sentence: Mapped[str] = mapped_column(Text)
    began_at: Mapped[dt.datetime] = mapped_column(index=True)
    ended_at: Mapped[dt.datetime | None] = mapped_column(index=True)


class AlertTellingRow(Base):
    """One alert told to one person: its beginning, or its end."""

    __tablename__ = "alert_tellings"

    uid: Mapped[str] = mapped_column(ForeignKey("alerts.uid", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    over: Mapped[bool] = mapped_column(primary_key=True)
    state: Mapped[TellingState] = mapped_column(PlainWord(TellingState, 16))
    attempts: Mapped[int]
    next_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    told_at: Mapped[dt.datetime | None]
    via: Mapped[str] = mapped_column(String(64))
    error: Mapped[str] = mapped_column(Text)
    whole: Mapped[bool] = mapped_column(server_default=false())
    doubt: Mapped[bool] = mapped_column(server_default=false())


class AlertSenderRow(Base):
    """How a sender did when it was last used."""

    __tablename__ = "alert_senders"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    tried_at: Mapped[dt.datetime]
    worked_at: Mapped[dt.datetime | None]
    failing_since: Mapped[dt.datetime | None]
    """None: it worked the last time."""
    failures: Mapped[int]
    """In a row."""
    error: Mapped[str] = mapped_column(Text)
