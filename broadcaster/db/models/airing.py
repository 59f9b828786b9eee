"""What was heard, what went wrong, and what play-out is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.desk import OrderOutcome, Verb
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log import older
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.playlog import Outcome


class PlayLogEntry(Base):
    """One item in one zone. Append-only (triggers refuse change), chained by hash; `seq` has no gap."""

    __tablename__ = "play_log"
    __table_args__ = (
        # Whatever sums a span of days reads this index alone, not the rows.
        Index("ix_play_log_planned_at", "planned_at", "outcome", "heard_ms"),
        Index("ix_play_log_zone", "zone", "outcome", "seq"),
        Index("ix_play_log_corrects", "corrects"),
        Index("ix_play_log_broadcast_id", "broadcast_id"),
        Index("ix_play_log_script_id", "script_id", "outcome", "started_at"),
        CheckConstraint("heard_ms >= 0 AND heard_ms <= duration_ms", name="heard"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(server_default="1")
    """Which fields the hash covers: see `domain.playlog.FIELDS`."""
    id: Mapped[str] = mapped_column(String(80), unique=True)
    broadcast_id: Mapped[int | None]
    broadcast_title: Mapped[str] = mapped_column(String(300))
    item_no: Mapped[int]
    zone: Mapped[str] = mapped_column(String(32))
    kind: Mapped[ItemKind] = mapped_column(PlainWord(ItemKind, 16))
    title: Mapped[str] = mapped_column(String(300))
    script_id: Mapped[int | None]
    revision: Mapped[int | None]
    topic: Mapped[str | None] = mapped_column(String(64))
    unit: Mapped[str | None] = mapped_column(String(32))
    genre: Mapped[str | None] = mapped_column(String(32))
    audio_sha256: Mapped[str | None] = mapped_column(String(64))
    planned_at: Mapped[dt.datetime]
    started_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    duration_ms: Mapped[int]
    heard_ms: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(PlainWord(Outcome))
    reason: Mapped[str] = mapped_column(Text)
    cause: Mapped[Cause | None] = mapped_column(PlainWord(Cause))
    """Why it was not heard whole; before version 2 the sentence alone says it."""
    also: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Zones that heard it though nobody addressed them; before version 3 nobody wrote it down."""
    outlet: Mapped[Outlet | None] = mapped_column(PlainWord(Outlet, 16))
    """What its output was; before version 4 nobody knows."""
    actor: Mapped[str] = mapped_column(String(64))
    host: Mapped[str] = mapped_column(String(120))
    sink: Mapped[str] = mapped_column(String(64))
    voice: Mapped[str | None] = mapped_column(String(80))
    corrects: Mapped[str | None] = mapped_column(String(80))
    recorded_at: Mapped[dt.datetime]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def because(self) -> Cause | None:
        """The cause, which an entry of version 1 has in its sentence alone."""
        return older.cause_of(self.reason) if self.version == 1 else self.cause


class AiringProof(Base):
    """What the output was heard to carry of one entry of the play log; see `domain.proof`. One row for each entry."""

    __tablename__ = "airing_proofs"

    entry_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    ear: Mapped[str] = mapped_column(String(8))
    heard_share: Mapped[float | None]
    level_dbfs: Mapped[float | None]
    expected_dbfs: Mapped[float | None]
    gap_ms: Mapped[int]
    match: Mapped[float | None]
    lag_ms: Mapped[int | None]
    recording: Mapped[str | None] = mapped_column(String(300))
    offset_ms: Mapped[int | None]
    at: Mapped[dt.datetime]


class MuteRow(Base):
    """One output that a person turned off for a while; it holds until its end, or until somebody ended it."""

    __tablename__ = "mutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    output: Mapped[str] = mapped_column(String(64))
    zone: Mapped[str] = mapped_column(String(32))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[str] = mapped_column(String(64), default="", server_default="")


class LeaseRow(Base):
    """Who may play, when several machines share one database; one row for each right."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(120))
    until: Mapped[dt.datetime]
    waiting: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """Who else wants it, empty when nobody was seen."""
    waiting_at: Mapped[dt.datetime | None]


class ChainHead(Base):
    """The end of a chain, numbered as `Chain.head` says; locked while rows are added to it."""

    __tablename__ = "chain_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class ChainedRow(Base):
    """One row of the audit, of approvals, revisions or renditions in its chain. Append-only; `seq` has no gap."""

    __tablename__ = "chained_rows"
    __table_args__ = (UniqueConstraint("chain", "row_id"),)

    chain: Mapped[Chain] = mapped_column(PlainWord(Chain, 16), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row_id: Mapped[int]
    version: Mapped[int]
    """Which fields the hash covers: see `domain.log.chains.COVERED`."""
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class OutputStop(Base):
    """The last STOP of one output: what had wanted it before stays silent there until a person orders it anew."""

    __tablename__ = "output_stops"

    output: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[dt.datetime]
    by: Mapped[str] = mapped_column(String(64))


class Incident(Base):
    """Something that a person should know: silence, a wrong clock, a sink that failed."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(48), index=True)
    zone: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    note: Mapped[str] = mapped_column(Text)


class Command(Base):
    """What a person told play-out to do; carried out once, in order."""

    __tablename__ = "commands"

    id: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[Verb] = mapped_column(PlainWord(Verb))
    arguments: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[OrderOutcome | None] = mapped_column(PlainWord(OrderOutcome))
    """What became of it, by whoever carried it out; None while it is not answered."""
    effect: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What it did: see `domain.air.desk.OrderEffect`."""


class Heartbeat(Base):
    """A process says that it lives, and what it is doing."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(32), primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
    at: Mapped[dt.datetime]
    status: Mapped[dict[str, Any]]
