"""Reads of the station's words: versions, marks of scripts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import LexiconVersion, StaleMark


def versions(session: Session, *, limit: int = 40, offset: int = 0) -> tuple[Sequence[LexiconVersion], int]:
    """One page of the versions, newest first, and how many there are."""
    total = session.scalar(select(func.count(LexiconVersion.number))) or 0
    query = select(LexiconVersion).order_by(LexiconVersion.number.desc()).limit(limit).offset(offset)
    return session.scalars(query).all(), total


def marks(session: Session, script_id: int, approval_id: int | None) -> Sequence[StaleMark]:
    """The marks that an approval of a script bears now, newest first."""
    query = select(StaleMark).where(
        StaleMark.script_id == script_id, StaleMark.approval_id == approval_id, StaleMark.cleared_at.is_(None)
    )
    return session.scalars(query.order_by(StaleMark.id.desc())).all()
