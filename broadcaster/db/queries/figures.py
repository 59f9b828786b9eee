"""The play log counted by the database: entries put together into airings, as `domain.figures` says.

Cost follows the period: every read goes through the index on `planned_at` and the rows of the period lie together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, literal, select
from sqlalchemy.orm import Session

from broadcaster.db.models import PlayLogEntry
from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.reports.figures import (
    OWN_AND_RELAYED,
    RANKED,
    SPOKEN_APART,
    CountedAiring,
    Figures,
    Tally,
    tally,
    tally_apart,
)

_LOG = cast(Table, PlayLogEntry.__table__)
_HEARD = and_(_LOG.c.outcome.in_([Outcome.FULL, Outcome.PARTIAL]), _LOG.c.heard_ms > 0)
_STRADDLE = dt.timedelta(days=1)
"""No broadcast is longer: one that crosses the edge of a period is found this near to it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The entries planned in [start, end), aware UTC; with `up_to`, only those that the log had at that number.

    `zone`, `topic`, `unit`, `genre` narrow what `airings` and `entries` return.
    """

    start: dt.datetime
    end: dt.datetime
    up_to: int | None = None
    zone: str | None = None
    topic: str | None = None
    unit: str | None = None
    genre: str | None = None
    outcome: Outcome | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What an entry of the stretch fulfils: planned in it, not corrected, no trial."""
        c = _LOG.c
        later = _LOG.alias()
        # All corrections, not those of the stretch alone: they are few, and their own index answers without the rows.
        corrections = select(later.c.corrects).where(later.c.corrects.is_not(None))
        if self.up_to is not None:
            # `+ 0` keeps SQLite from walking the whole log by its number instead of the few corrections by theirs.
            corrections = corrections.where(later.c.seq + 0 <= self.up_to)
        found = [
            c.planned_at >= self.start,
            c.planned_at < self.end,
            c.kind != ItemKind.TRIAL,
            c.id.not_in(corrections),
        ]
        if self.up_to is not None:
            found.append(c.seq <= self.up_to)
        for name in ("zone", "topic", "unit", "genre"):
            if (value := getattr(self, name)) is not None:
                column = c[name]
                found.append(column.is_(None) if value == "" else column == value)
        return found


@dataclass(frozen=True, slots=True)
class Sent:
    """One broadcast as the log has it in a stretch."""

    id: int | None
    first_at: dt.datetime
    title: str
    entries: int
    heard: bool
    unsure: bool = False
    """Whether nothing of it was surely heard, and of something nobody knows."""


def figures(session: Session, stretch: Stretch, tz: Any) -> Figures:
    """The figures of a stretch; equal to `domain.figures.count` of its entries."""
    found = Figures()
    sent, found.entries = broadcasts(session, stretch)
    found.broadcasts = sum(s.heard for s in sent)
    found.broadcasts_missed = len(sent) - found.broadcasts
    by_zone = (
        select(_LOG.c.zone, _LOG.c.outcome, func.count(), func.sum(_LOG.c.heard_ms))
        .where(*stretch.conditions(), _LOG.c.kind == ItemKind.SCRIPT)
        .group_by(_LOG.c.zone, _LOG.c.outcome)
    )
    for zone, outcome, many, heard_ms in session.execute(by_zone):
        found.by_zone.setdefault(zone, Tally()).add_many(outcome, many, int(heard_ms))
    reached = select(_LOG.c.zone).distinct().where(*stretch.conditions(), _HEARD)
    found.zones_heard = tuple(sorted(session.scalars(reached)))
    apart = grouped(session, stretch, titles=False, kinds=SPOKEN_APART)
    tally_apart(found, map(airing_of, session.execute(apart)))
    tally(found, airings(session, stretch, titles=False), tz)
    return found


def airings(session: Session, stretch: Stretch, *, titles: bool = True) -> Iterator[CountedAiring]:
    """Yield the airings and relays of a stretch in order of time, streaming; without `titles` these stay empty."""
    c = _LOG.c
    query = grouped(session, stretch, titles=titles).order_by(c.planned_at, c.broadcast_id, c.item_no, c.kind)
    for row in session.execute(query.execution_options(yield_per=5000)):
        yield airing_of(row)


def grouped(
    session: Session, stretch: Stretch, *, titles: bool = True, kinds: Collection[ItemKind] = OWN_AND_RELAYED
) -> Select[Any]:
    """The query of the airings and relays of a stretch, a row each, for `airing_of`."""
    c = _LOG.c
    # The rank of an outcome before its reason: the least of them is the best outcome with its first reason.
    ranked = case({o: str(n) for n, o in enumerate(RANKED)}, value=c.outcome).concat(c.reason)
    best = _least(session, ranked).label("best")
    title = _least(session, c.title) if titles else literal("")
    broadcast = _least(session, c.broadcast_title) if titles else literal("")
    query = (
        select(
            c.broadcast_id,
            c.item_no,
            c.planned_at,
            c.kind,
            title.label("title"),
            broadcast.label("broadcast_title"),
            func.min(c.script_id).label("script_id"),
            _least(session, c.topic).label("topic"),
            _least(session, c.unit).label("unit"),
            _least(session, c.genre).label("genre"),
            best,
            func.max(c.heard_ms).label("heard_ms"),
            func.count().label("zones"),
            func.sum(case((c.outcome == Outcome.FULL, 1), else_=0)).label("zones_full"),
        )
        .where(*stretch.conditions(), c.kind.in_(sorted(kinds)))
        .group_by(c.planned_at, c.broadcast_id, c.item_no, c.kind)
    )
    if stretch.outcome is not None:
        query = query.having(func.substr(best, 1, 1) == str(RANKED.index(stretch.outcome)))
    return query


def airing_of(row: Any) -> CountedAiring:
    """The airing of a row of `grouped`."""
    values = list(row)
    rank, full = values[10], int(values[13])
    made = [*values[:10], RANKED[int(rank[0])], values[11], rank[1:], values[12], full]
    return CountedAiring(*made)


def range_of(session: Session, stretch: Stretch) -> tuple[int, int]:
    """The numbers of the first and last entry of a stretch; zeros when it has none."""
    query = select(func.min(_LOG.c.seq), func.max(_LOG.c.seq)).where(
        _LOG.c.planned_at >= stretch.start, _LOG.c.planned_at < stretch.end
    )
    if stretch.up_to is not None:
        query = query.where(_LOG.c.seq <= stretch.up_to)
    first, last = session.execute(query).one()
    return first or 0, last or 0


def broadcasts(session: Session, stretch: Stretch) -> tuple[list[Sent], int]:
    """The broadcasts that belong to a stretch, in order of time, and how many entries the stretch has.

    A broadcast belongs to the period in which it began, and was heard when anything of it was, also after its end.
    """
    c = _LOG.c
    query = (
        select(
            c.broadcast_id,
            func.min(c.planned_at),
            func.max(c.broadcast_title),
            func.count(),
            func.max(case((_HEARD, 1), else_=0)),
            func.max(case((c.outcome == Outcome.UNKNOWN, 1), else_=0)),
        )
        .where(*stretch.conditions())
        .group_by(c.broadcast_id)
    )
    found = [
        Sent(row[0], row[1], row[2], row[3], heard=bool(row[4]), unsure=row[5] > row[4])
        for row in session.execute(query)
    ]
    entries = sum(s.entries for s in found)
    begun, after = _across(session, stretch, stretch.start), _across(session, stretch, stretch.end)
    if silent := [s.id for s in found if s.id in after - begun and not s.heard]:  # rare: those that go on over the end
        late = (
            select(c.broadcast_id)
            .distinct()
            .where(
                *Stretch(stretch.end, stretch.end + _STRADDLE, stretch.up_to).conditions(),
                _HEARD,
                c.broadcast_id.in_(silent),
            )
        )
        later = set(session.scalars(late))
        found = [replace(s, heard=True) if s.id in later else s for s in found]
    return sorted((s for s in found if s.id not in begun), key=lambda s: s.first_at), entries


def _across(session: Session, stretch: Stretch, edge: dt.datetime) -> set[int]:
    """The broadcasts that have entries on both sides of a moment."""

    def near(start: dt.datetime, end: dt.datetime) -> set[int]:
        query = (
            select(_LOG.c.broadcast_id)
            .distinct()
            .where(*Stretch(start, end, stretch.up_to).conditions(), _LOG.c.broadcast_id.is_not(None))
        )
        return set(session.scalars(query))

    return near(edge - _STRADDLE, edge) & near(edge, edge + _STRADDLE)


def _least(session: Session, column: Any) -> Any:
    """The smallest text by code points, as Python orders it: PostgreSQL would ask the locale."""
    if session.get_bind().dialect.name == "postgresql":
        column = column.collate("C")
    return func.min(column)
