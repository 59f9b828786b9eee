"""Reads of accounts and of the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import AuditEvent, Unit, User


def all_users(session: Session) -> Sequence[User]:
    """Every account, the closed ones last."""
    return session.scalars(select(User).order_by(User.disabled_at.is_not(None), User.username)).all()


def user_named(session: Session, username: str) -> User | None:
    """One account."""
    return session.scalars(select(User).where(User.username == username)).first()


def names_by_username(session: Session) -> dict[str, str]:
    """The full name of each account, for showing who did something."""
    return {row.username: row.full_name for row in session.execute(select(User.username, User.full_name))}


def units(session: Session) -> Sequence[Unit]:
    """The submitting offices."""
    return session.scalars(select(Unit).order_by(Unit.name)).all()


def audit_events(
    session: Session,
    *,
    actor: str = "",
    kind: str = "",
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[Sequence[AuditEvent], int]:
    """One page of the audit trail, newest first, and how many events match in all."""
    wanted: list[ColumnElement[bool]] = []
    if actor:
        wanted.append(AuditEvent.actor == actor)
    if kind:
        wanted.append(AuditEvent.object_kind == kind)
    if start:
        wanted.append(AuditEvent.at >= start)
    if end:
        wanted.append(AuditEvent.at < end)
    count = session.scalar(select(func.count(AuditEvent.id)).where(*wanted)) or 0
    query = select(AuditEvent).where(*wanted).order_by(AuditEvent.id.desc()).limit(limit).offset(offset)
    return session.scalars(query).all(), count
