"""The play log counted by the database: entries put together into airings, as `domain.figures` says.

Cost follows the period: every read goes through the index on `planned_at` and the rows of the period lie together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, select
from sqlalchemy.orm import Session

from broadcaster.db.models import PlayLogEntry
from broadcaster.domain.figures import RANKED, RELAY, SCRIPT, TRIAL, Airing, Figures, Tally, tally
from broadcaster.domain.playlog import Outcome

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
        """Return what an entry of the stretch fulfils: planned in it, not corrected, no trial."""
        c = _LOG.c
        later = _LOG.alias()
        # All corrections, not those of the stretch alone: they are few, and their own index answers without the rows.
        corrections = select(later.c.corrects).where(later.c.corrects.is_not(None))
        if self.up_to is not None:
            corrections = corrections.where(later.c.seq <= self.up_to)
        found = [c.planned_at >= self.start, c.planned_at < self.end, c.kind != TRIAL, c.id.not_in(corrections)]
        if self.up_to is not None:
            found.append(c.seq <= self.up_to)
        for name in ("zone", "topic", "unit", "genre"):
            if (value := getattr(self, name)) is not None:
                column = c[name]
                found.append(column.is_(None) if value == "" else column == value)
        return found


def figures(session: Session, stretch: Stretch, tz: Any) -> Figures:
    """Return the figures of a stretch; equal to `domain.figures.count` of its entries."""
    found = Figures()
    _broadcasts(session, stretch, found)
    by_zone = (
        select(_LOG.c.zone, _LOG.c.outcome, func.count(), func.sum(_LOG.c.heard_ms))
        .where(*stretch.conditions(), _LOG.c.kind == SCRIPT)
        .group_by(_LOG.c.zone, _LOG.c.outcome)
    )
    for zone, outcome, many, heard_ms in session.execute(by_zone):
        found.by_zone.setdefault(zone, Tally()).add_many(outcome, many, int(heard_ms))
    tally(found, airings(session, stretch, titles=False), tz)
    return found


def airings(session: Session, stretch: Stretch, *, titles: bool = True) -> Iterator[Airing]:
    """Yield the airings and relays of a stretch in order of time, streaming; without `titles` these stay empty."""
    c = _LOG.c
    # The rank of an outcome before its reason: the least of them is the best outcome with its first reason.
    ranked = case({o: str(n) for n, o in enumerate(RANKED)}, value=c.outcome).concat(c.reason)
    best = _least(session, ranked)
    named = (_least(session, c.title), _least(session, c.broadcast_title)) if titles else (literal(""), literal(""))
    query = (
        select(
            c.broadcast_id, c.item_no, c.planned_at, c.kind, *named, func.min(c.script_id), _least(session, c.topic),
            _least(session, c.unit), _least(session, c.genre), best, func.max(c.heard_ms), func.count(),
            func.sum(case((c.outcome == Outcome.FULL, 1), else_=0)),
        )
        .where(*stretch.conditions(), c.kind.in_([SCRIPT, RELAY]))
        .group_by(c.planned_at, c.broadcast_id, c.item_no, c.kind)
        .order_by(c.planned_at, c.broadcast_id, c.item_no, c.kind)
    )  # fmt: skip
    if stretch.outcome is not None:
        query = query.having(func.substr(best, 1, 1) == str(RANKED.index(stretch.outcome)))
    for row in session.execute(query.execution_options(yield_per=5000)):
        values = list(row)
        rank, full = values[10], int(values[13])
        made = [*values[:10], RANKED[int(rank[0])], values[11], rank[1:], values[12], full]
        yield Airing(*made)


def page(session: Session, stretch: Stretch, limit: int, offset: int) -> tuple[list[PlayLogEntry], int]:
    """Return a page of the entries behind a figure, newest first, and how many there are."""
    conditions = [*stretch.conditions(), PlayLogEntry.kind.in_([SCRIPT, RELAY])]
    if stretch.outcome is not None:
        conditions.append(PlayLogEntry.outcome == stretch.outcome)
    total = session.scalar(select(func.count()).select_from(_LOG).where(*conditions)) or 0
    query = select(PlayLogEntry).where(*conditions).order_by(PlayLogEntry.planned_at.desc(), PlayLogEntry.seq.desc())
    return list(session.scalars(query.limit(limit).offset(offset))), total


def range_of(session: Session, stretch: Stretch) -> tuple[int, int]:
    """Return the numbers of the first and last entry of a stretch; zeros when it has none."""
    query = select(func.min(_LOG.c.seq), func.max(_LOG.c.seq)).where(
        _LOG.c.planned_at >= stretch.start, _LOG.c.planned_at < stretch.end
    )
    if stretch.up_to is not None:
        query = query.where(_LOG.c.seq <= stretch.up_to)
    first, last = session.execute(query).one()
    return first or 0, last or 0


def _broadcasts(session: Session, stretch: Stretch, found: Figures) -> None:
    c = _LOG.c
    heard = func.max(case((_HEARD, 1), else_=0))
    per = (
        select(c.broadcast_id, func.count().label("many"), heard.label("heard"))
        .where(*stretch.conditions())
        .group_by(c.broadcast_id)
        .subquery()
    )
    entries, broadcasts, sounded = session.execute(
        select(func.sum(per.c.many), func.count(), func.sum(per.c.heard)).select_from(per)
    ).one()
    found.entries = int(entries or 0)
    whole, sounded = int(broadcasts or 0), int(sounded or 0)
    begun = _across(session, stretch, stretch.start)
    after = _across(session, stretch, stretch.end)
    if begun or after:  # rare: broadcasts that go on over an edge of the period
        here = dict(
            session.execute(select(per.c.broadcast_id, per.c.heard).where(per.c.broadcast_id.in_(begun | after))).all()
        )
        for broadcast in begun & here.keys():
            whole -= 1
            sounded -= here[broadcast]
        silent = [b for b in after - begun if b in here and not here[b]]
        late = (
            select(c.broadcast_id)
            .distinct()
            .where(
                *Stretch(stretch.end, stretch.end + _STRADDLE, stretch.up_to).conditions(),
                _HEARD,
                c.broadcast_id.in_(silent),
            )
        )
        sounded += len(session.scalars(late).all()) if silent else 0
    found.broadcasts, found.broadcasts_missed = sounded, whole - sounded


def _across(session: Session, stretch: Stretch, edge: dt.datetime) -> set[int]:
    """Return the broadcasts that have entries on both sides of a moment."""

    def near(start: dt.datetime, end: dt.datetime) -> set[int]:
        query = (
            select(_LOG.c.broadcast_id)
            .distinct()
            .where(*Stretch(start, end, stretch.up_to).conditions(), _LOG.c.broadcast_id.is_not(None))
        )
        return set(session.scalars(query))

    return near(edge - _STRADDLE, edge) & near(edge, edge + _STRADDLE)


def _least(session: Session, column: Any) -> Any:
    """Return the smallest text by code points, as Python orders it: PostgreSQL would ask the locale."""
    if session.get_bind().dialect.name == "postgresql":
        column = column.collate("C")
    return func.min(column)
