"""What happened at the door is written down with its address and browser, and no secret; a flood makes one row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import SecurityEvent
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.security import KEPT, MANY, MOST, TOGETHER, SecurityKind


def note(
    session: Session,
    now: dt.datetime,
    kind: SecurityKind,
    caller: Caller,
    *,
    account: str = "",
    page: str = "",
    times: int = 1,
) -> None:
    """Write an event down; the same from the same place within ten minutes is counted in one row.

    `account` is an account that there is, never what a stranger typed: people type passwords into the wrong field.
    """
    place = caller.place or "máy của đài"
    known = select(SecurityEvent).where(
        SecurityEvent.kind == kind,
        SecurityEvent.account == account,
        SecurityEvent.address == place,
        SecurityEvent.page == page,
        SecurityEvent.first_at > now - TOGETHER,
    )
    row = session.scalars(known.order_by(SecurityEvent.id.desc()).limit(1)).first()
    if row is None:
        row = SecurityEvent(
            kind=kind,
            account=account,
            address=place,
            browser=caller.browser[:200],
            session=caller.session[:8],
            page=page[:64],
            first_at=now,
            last_at=now,
            count=times,
        )
        session.add(row)
        session.flush()
        _forget(session, now)
    else:
        row.count += times
        row.last_at, row.browser = now, caller.browser[:200]


def _forget(session: Session, now: dt.datetime) -> None:
    newest = session.scalar(select(func.max(SecurityEvent.id))) or 0
    session.execute(
        delete(SecurityEvent)
        .where((SecurityEvent.last_at < now - KEPT) | (SecurityEvent.id <= newest - MOST))
        .execution_options(synchronize_session=False)
    )


def many(session: Session, now: dt.datetime) -> bool:
    """Whether so much happened within ten minutes that people must be told."""
    recent = select(func.sum(SecurityEvent.count)).where(SecurityEvent.last_at > now - TOGETHER)
    return (session.scalar(recent) or 0) >= MANY


def latest(session: Session, limit: int, offset: int = 0) -> tuple[Sequence[SecurityEvent], int]:
    """One page of the events, newest first, and how many there are."""
    count = session.scalar(select(func.count(SecurityEvent.id))) or 0
    query = select(SecurityEvent).order_by(SecurityEvent.last_at.desc(), SecurityEvent.id.desc())
    return session.scalars(query.limit(limit).offset(offset)).all(), count
