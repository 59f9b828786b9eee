"""Reads of the play log for people: filtered entries, sums, and what stands behind a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from broadcaster.db.models import PlayLogEntry, Revision, Script
from broadcaster.db.queries.figures import Stretch, airing_of, grouped
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.figures import RANKED, CountedAiring
from broadcaster.errors import NotFoundError

_LONGEST = dt.timedelta(hours=12)
"""No item sounds so long after its plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which entries: planned in [start, end), aware UTC."""

    start: dt.datetime
    end: dt.datetime
    zone: str = ""
    near: bool = False
    """What was for a zone's neighbours and heard in it besides, too."""
    topic: str = ""
    outcome: Outcome | None = None
    search: str = ""
    scripts_only: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions on the play log."""
        found = [PlayLogEntry.planned_at >= self.start, PlayLogEntry.planned_at < self.end]
        if self.zone:
            found.append(_heard_in(self.zone) if self.near else PlayLogEntry.zone == self.zone)
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
    """Of every entry: what was heard in twelve zones counts twelve times."""


def sums(session: Session, wanted: LogFilter) -> Sums:
    """Count the selected entries and their sound, per item and zone."""
    rows = session.execute(
        select(PlayLogEntry.outcome, func.count(), func.coalesce(func.sum(PlayLogEntry.heard_ms), 0))
        .where(*wanted.conditions())
        .group_by(PlayLogEntry.outcome)
    ).all()
    return Sums(sum(r[1] for r in rows), {r[0]: r[1] for r in rows}, sum(int(r[2]) for r in rows))


def last_seq(session: Session) -> int:
    """The number of the newest entry, 0 in an empty log."""
    return session.scalar(select(func.max(PlayLogEntry.seq))) or 0


def page(session: Session, wanted: LogFilter, limit: int, offset: int) -> Sequence[PlayLogEntry]:
    """One page, newest first."""
    query = select(PlayLogEntry).where(*wanted.conditions())
    query = query.order_by(PlayLogEntry.planned_at.desc(), PlayLogEntry.seq.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def entry_numbered(session: Session, seq: int) -> PlayLogEntry:
    """One entry by its number in the chain.

    Raises:
        NotFoundError: there is none of that number.
    """
    return one_of(session, PlayLogEntry, seq)


def versions(session: Session, row: PlayLogEntry) -> Sequence[PlayLogEntry]:
    """What corrects an entry, and what it corrects, in the order of the log."""
    wanted = [PlayLogEntry.corrects == row.id] + ([PlayLogEntry.id == row.corrects] if row.corrects else [])
    return session.scalars(select(PlayLogEntry).where(or_(*wanted)).order_by(PlayLogEntry.seq)).all()


def entry(session: Session, entry_id: str) -> PlayLogEntry:
    """One entry.

    Raises:
        NotFoundError: there is none of that name.
    """
    row = session.scalars(select(PlayLogEntry).where(PlayLogEntry.id == entry_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"Nhật ký không có bản ghi “{entry_id}”.", field="entry")
    return row


def every(session: Session, wanted: LogFilter) -> Iterator[PlayLogEntry]:
    """Yield all selected entries in order of time, streaming."""
    query = select(PlayLogEntry).where(*wanted.conditions())
    query = query.order_by(PlayLogEntry.planned_at, PlayLogEntry.seq).execution_options(yield_per=1000)
    yield from session.scalars(query)


def after(
    session: Session, seq: int, limit: int, *, zone: str = "", outcome: Outcome | None = None
) -> Sequence[PlayLogEntry]:
    """The entries that follow a place in the chain, in its order."""
    query = select(PlayLogEntry).where(PlayLogEntry.seq > seq)
    if zone:
        query = query.where(PlayLogEntry.zone == zone)
    if outcome:
        query = query.where(PlayLogEntry.outcome == outcome)
    return session.scalars(query.order_by(PlayLogEntry.seq).limit(limit)).all()


def heard_near(
    session: Session, zone: str, moments: Sequence[dt.datetime], within: dt.timedelta
) -> list[list[PlayLogEntry]]:
    """What was heard in a zone around each moment, whoever it was for; what was corrected as it was corrected."""
    if not moments:
        return []
    e, later = PlayLogEntry, aliased(PlayLogEntry)
    around = [
        and_(
            e.planned_at > at - _LONGEST,
            e.planned_at < at + _LONGEST,
            e.started_at <= at + within,
            e.ended_at >= at - within,
        )
        for at in moments
    ]
    corrected = select(later.seq).where(later.corrects == e.id).exists()
    query = select(e).where(_heard_in(zone), e.heard_ms > 0, or_(*around), ~corrected).order_by(e.started_at, e.seq)
    spans = [(x.started_at, x.ended_at, x) for x in session.scalars(query) if x.started_at and x.ended_at]
    return [[x for start, end, x in spans if start <= at + within and end >= at - within] for at in moments]


def _heard_in(zone: str) -> ColumnElement[bool]:
    """Whether an entry is of a zone, or was heard in it though nobody addressed it."""
    return or_(PlayLogEntry.zone == zone, cast(PlayLogEntry.also, String).contains(f'"{zone}"', autoescape=True))


def corrected(session: Session, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that a later entry corrects."""
    return {c for c in session.scalars(select(PlayLogEntry.corrects).where(PlayLogEntry.corrects.in_(ids))) if c}


OUTCOMES = {
    "full": (Outcome.FULL,),
    "partial": (Outcome.PARTIAL,),
    "missed": tuple(o for o in Outcome if o not in {Outcome.FULL, Outcome.PARTIAL}),
}
"""The outcomes that each column of the report counts."""


_NAMES = ("topic", "unit", "genre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What a figure counts; None: whatever it is, an empty text: what has none."""

    topic: str | None = None
    unit: str | None = None
    genre: str | None = None
    zone: str | None = None
    """Of entries alone: an airing is in all its zones."""
    outcome: str | None = None
    """A key of `OUTCOMES`."""
    reason: str | None = None
    """Of what was not heard whole."""
    relay: bool = False


@dataclass(frozen=True, slots=True)
class Aired:
    """A script and how often it was heard whole."""

    script_id: int
    title: str
    times: int
    last_at: dt.datetime


def airings(
    session: Session, stretch: Stretch, narrowed: Narrowed, limit: int, offset: int
) -> tuple[list[CountedAiring], int, int]:
    """A page of airings, newest first, how many there are, and the milliseconds heard of all of them."""
    sub, conditions = _airings(session, stretch, narrowed)
    total, heard = session.execute(select(func.count(), func.sum(sub.c.heard_ms)).where(*conditions)).one()
    query = select(sub).where(*conditions).order_by(sub.c.planned_at.desc(), sub.c.broadcast_id.desc(), sub.c.item_no)
    return [airing_of(r) for r in session.execute(query.limit(limit).offset(offset))], total, int(heard or 0)


def scripts(session: Session, stretch: Stretch, narrowed: Narrowed, limit: int, offset: int) -> tuple[list[Aired], int]:
    """A page of the scripts that were heard whole, the most aired first, and how many there are."""
    sub, conditions = _airings(session, stretch, narrowed)
    conditions += [sub.c.script_id.is_not(None), _of_outcome(sub, OUTCOMES["full"])]
    times = func.count().label("times")
    query = (
        select(sub.c.script_id, func.max(sub.c.title), times, func.max(sub.c.planned_at))
        .where(*conditions)
        .group_by(sub.c.script_id)
    )
    total = session.scalar(select(func.count(func.distinct(sub.c.script_id))).where(*conditions)) or 0
    rows = session.execute(query.order_by(times.desc(), sub.c.script_id).limit(limit).offset(offset))
    return [Aired(*r) for r in rows], total


def entries(
    session: Session, stretch: Stretch, narrowed: Narrowed, limit: int, offset: int
) -> tuple[list[PlayLogEntry], int, int]:
    """A page of entries, newest first, how many there are, and the milliseconds heard of all of them."""
    e = PlayLogEntry
    conditions = [*stretch.conditions(), e.kind == (ItemKind.RELAY if narrowed.relay else ItemKind.SCRIPT)]
    conditions += [_is(getattr(e, n), v) for n in (*_NAMES, "zone") if (v := getattr(narrowed, n)) is not None]
    if narrowed.outcome is not None:
        conditions.append(e.outcome.in_(OUTCOMES[narrowed.outcome]))
    if narrowed.reason is not None:
        conditions += [e.reason == narrowed.reason, e.outcome != Outcome.FULL]
    total, heard = session.execute(select(func.count(), func.sum(e.heard_ms)).where(*conditions)).one()
    query = select(e).where(*conditions).order_by(e.planned_at.desc(), e.seq.desc())
    return list(session.scalars(query.limit(limit).offset(offset))), total, int(heard or 0)


def written(session: Session, stretch: Stretch, limit: int, offset: int) -> tuple[list[Script], int]:
    """A page of the scripts written in a stretch, newest first, and how many there are."""
    new = select(Revision.script_id).where(
        Revision.number == 1, Revision.created_at >= stretch.start, Revision.created_at < stretch.end
    )
    total = session.scalar(select(func.count()).select_from(Script).where(Script.id.in_(new))) or 0
    query = select(Script).where(Script.id.in_(new)).order_by(Script.id.desc())
    return list(session.scalars(query.limit(limit).offset(offset))), total


def _airings(session: Session, stretch: Stretch, narrowed: Narrowed) -> tuple[Subquery, list[ColumnElement[bool]]]:
    sub = grouped(session, stretch).subquery()
    conditions: list[ColumnElement[bool]] = [sub.c.kind == (ItemKind.RELAY if narrowed.relay else ItemKind.SCRIPT)]
    conditions += [_is(sub.c[n], v) for n in _NAMES if (v := getattr(narrowed, n)) is not None]
    if narrowed.outcome is not None:
        conditions.append(_of_outcome(sub, OUTCOMES[narrowed.outcome]))
    if narrowed.reason is not None:
        rest = tuple(o for o in Outcome if o is not Outcome.FULL)
        conditions += [func.substr(sub.c.best, 2) == narrowed.reason, _of_outcome(sub, rest)]
    return sub, conditions


def _of_outcome(sub: Subquery, outcomes: tuple[Outcome, ...]) -> ColumnElement[bool]:
    return func.substr(sub.c.best, 1, 1).in_([str(RANKED.index(o)) for o in outcomes])


def _is(column: Any, value: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = or_(column.is_(None), column == "") if value == "" else column == value
    return found
