"""Reads of the play log for people: a filtered page, and what it adds up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import PlayLogEntry
from broadcaster.domain.playlog import Outcome
from broadcaster.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: planned in [start, end), aware UTC."""

    start: dt.datetime
    end: dt.datetime
    zone: str = ""
    topic: str = ""
    outcome: Outcome | None = None
    search: str = ""
    scripts_only: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on the play log."""
        found = [PlayLogEntry.planned_at >= self.start, PlayLogEntry.planned_at < self.end]
        if self.zone:
            found.append(PlayLogEntry.zone == self.zone)
        if self.topic:
            found.append(PlayLogEntry.topic == self.topic)
        if self.outcome:
            found.append(PlayLogEntry.outcome == self.outcome)
        if self.scripts_only:
            found.append(PlayLogEntry.script_id.is_not(None))
        if self.search:
            found.append(
                PlayLogEntry.title.icontains(self.search, autoescape=True)
                | PlayLogEntry.broadcast_title.icontains(self.search, autoescape=True)
            )
        return found


@dataclass(frozen=True, slots=True)
class Sums:
    """What a selection adds up to."""

    entries: int
    by_outcome: dict[Outcome, int]
    heard_ms: int


def sums(session: Session, wanted: Wanted) -> Sums:
    """Count the selected entries and their sound, per item and zone."""
    rows = session.execute(
        select(PlayLogEntry.outcome, func.count(), func.coalesce(func.sum(PlayLogEntry.heard_ms), 0))
        .where(*wanted.conditions())
        .group_by(PlayLogEntry.outcome)
    ).all()
    return Sums(sum(r[1] for r in rows), {r[0]: r[1] for r in rows}, sum(int(r[2]) for r in rows))


def last_seq(session: Session) -> int:
    """Return the number of the newest entry, 0 in an empty log."""
    return session.scalar(select(func.max(PlayLogEntry.seq))) or 0


def page(session: Session, wanted: Wanted, limit: int, offset: int) -> Sequence[PlayLogEntry]:
    """Return one page, newest first."""
    query = select(PlayLogEntry).where(*wanted.conditions())
    query = query.order_by(PlayLogEntry.planned_at.desc(), PlayLogEntry.seq.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def entry_numbered(session: Session, seq: int) -> PlayLogEntry:
    """Return one entry by its number in the chain.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = session.get(PlayLogEntry, seq)
    if row is None:
        raise NotFoundError(f"Nhật ký không có bản ghi số {seq}.", field="entry")
    return row


def versions(session: Session, row: PlayLogEntry) -> Sequence[PlayLogEntry]:
    """Return what corrects an entry, and what it corrects, in the order of the log."""
    wanted = [PlayLogEntry.corrects == row.id] + ([PlayLogEntry.id == row.corrects] if row.corrects else [])
    return session.scalars(select(PlayLogEntry).where(or_(*wanted)).order_by(PlayLogEntry.seq)).all()


def entry(session: Session, entry_id: str) -> PlayLogEntry:
    """Return one entry.

    Raises:
        NotFoundError: there is none of that name.
    """
    row = session.scalars(select(PlayLogEntry).where(PlayLogEntry.id == entry_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"Nhật ký không có bản ghi “{entry_id}”.", field="entry")
    return row


def every(session: Session, wanted: Wanted) -> Iterator[PlayLogEntry]:
    """Yield all selected entries in order of time, streaming."""
    query = select(PlayLogEntry).where(*wanted.conditions())
    query = query.order_by(PlayLogEntry.planned_at, PlayLogEntry.seq).execution_options(yield_per=1000)
    yield from session.scalars(query)


def after(
    session: Session, seq: int, limit: int, *, zone: str = "", outcome: Outcome | None = None
) -> Sequence[PlayLogEntry]:
    """Return the entries that follow a place in the chain, in its order."""
    query = select(PlayLogEntry).where(PlayLogEntry.seq > seq)
    if zone:
        query = query.where(PlayLogEntry.zone == zone)
    if outcome:
        query = query.where(PlayLogEntry.outcome == outcome)
    return session.scalars(query.order_by(PlayLogEntry.seq).limit(limit)).all()


def corrected(session: Session, ids: Sequence[str]) -> set[str]:
    """Return those of `ids` that a later entry corrects."""
    return {c for c in session.scalars(select(PlayLogEntry.corrects).where(PlayLogEntry.corrects.in_(ids))) if c}
