"""People, their offices, and what they did."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from broadcaster.db.base import Base, PlainWord
from broadcaster.domain.people.security import SecurityKind


class Unit(Base):
    """An office that submits scripts; reports group by it."""

    __tablename__ = "units"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32), default="office")


class User(Base):
    """A personal account; nobody shares one."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    full_name: Mapped[str] = mapped_column(String(200))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    roles: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(String(300))
    must_change: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to sign out everywhere."""
    password_until: Mapped[dt.datetime | None]
    """When a temporary password ends; None: it is the person's own."""
    last_seen_at: Mapped[dt.datetime | None]
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    totp_secret: Mapped[str | None] = mapped_column(String(255))
    """The key of the second step, sealed with a key of the home; None: a password is enough."""
    totp_last: Mapped[int] = mapped_column(default=0, server_default="0")
    """The last 30 s step that was used, so that a code opens once."""
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The recovery codes that are left: the number of each, and its Argon2id hash."""


class SignIn(Base):
    """One browser that is, or was, signed in."""

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    epoch: Mapped[int]
    began_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[dt.datetime | None]
    device: Mapped[str] = mapped_column(String(32), default="", server_default="", index=True)
    """The mark of the browser, which it keeps when the session is over."""
    proved_at: Mapped[dt.datetime | None]
    """When the person last showed the password or a code."""


class WrongTries(Base):
    """The wrong tries of one place for one account, until they are forgotten."""

    __tablename__ = "wrong_tries"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)
    until: Mapped[dt.datetime | None]


class SecurityEvent(Base):
    """Something that happened at the door, so many times from one place within some minutes; no secret is in it."""

    __tablename__ = "security_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[SecurityKind] = mapped_column(PlainWord(SecurityKind))
    account: Mapped[str] = mapped_column(String(64))
    """An account of the station; empty: nobody's."""
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))
    session: Mapped[str] = mapped_column(String(8))
    """The beginning of the session's name, enough to tell two of one person apart."""
    page: Mapped[str] = mapped_column(String(64))
    """Which page was asked for."""
    first_at: Mapped[dt.datetime] = mapped_column(index=True)
    last_at: Mapped[dt.datetime] = mapped_column(index=True)
    count: Mapped[int]


class GraveProposal(Base):
    """What an administrator may not do alone, as it waits for a leader and was decided."""

    __tablename__ = "grave_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    deed: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    """The account, or the section of the settings."""
    words: Mapped[str] = mapped_column(String(300))
    wanted: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    accepted: Mapped[bool | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    decided_at: Mapped[dt.datetime | None]


class ApiToken(Base):
    """A key for another system of the commune; only its hash is kept. `id` is the public half of the key."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]]
    addresses: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Networks from which it may make the horns sound."""
    per_hour: Mapped[int] = mapped_column(default=3, server_default="3")
    """How many emergencies it may put on the air in an hour."""
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]


class Delegation(Base):
    """A leader lets a named account decide in the leader's stead for some days; taken back, it stays on record."""

    __tablename__ = "delegations"

    id: Mapped[int] = mapped_column(primary_key=True)
    chief: Mapped[str] = mapped_column(String(64))
    deputy: Mapped[str] = mapped_column(String(64), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(64))


class AuditEvent(Base):
    """One change of state: who, what, when, before and after. Append-only."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_object", "object_kind", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64))
    verb: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
