"""The right to play, when several machines share one database: one holds it, for a short time, and renews it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from broadcaster.db.models import LeaseRow
from broadcaster.db.session import changed
from broadcaster.services.station import Station

PLAYOUT = "playout"
RECENT = dt.timedelta(days=1)
"""A rival that asked within this time may take over any moment."""


@dataclass(frozen=True, slots=True)
class LeaseState:
    """How the right stands."""

    mine: bool
    owner: str
    rival: str
    """Who else asked for it lately, empty when nobody did."""
    since: dt.datetime | None
    """When the right of the machine before ended, if it was taken over just now."""


def hold(station: Station, owner: str, seconds: float) -> LeaseState:
    """Take or renew the right for `owner`, by the database's own clock; else be noted as waiting for it.

    Raises:
        StationError: the database is away.
    """
    try:
        with station.db.write() as session:
            now = session.scalars(select(func.now())).one() if not station.db.is_sqlite else station.now()
            return _hold(session, owner, now, dt.timedelta(seconds=seconds))
    except IntegrityError:  # another machine made the row in this very moment
        return LeaseState(mine=False, owner="", rival="", since=None)


def held_by_another(station: Station, owner: str) -> bool:
    """Whether another machine than `owner` holds the right now.

    Raises:
        StationError: the database is away.
    """
    with station.db.read() as session:
        row = session.scalars(select(LeaseRow).where(LeaseRow.name == PLAYOUT)).one_or_none()
        return row is not None and row.owner != owner and row.until > session.scalars(select(func.now())).one()


def give_up(station: Station, owner: str) -> None:
    """Let the right go at once; for a stop in order.

    Raises:
        StationError: the database is away.
    """
    with station.db.write() as session:
        session.execute(
            update(LeaseRow)
            .where(LeaseRow.name == PLAYOUT, LeaseRow.owner == owner)
            .values(until=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
            .execution_options(synchronize_session=False)
        )


def _hold(session: Session, owner: str, now: dt.datetime, length: dt.timedelta) -> LeaseState:
    row = session.scalars(select(LeaseRow).where(LeaseRow.name == PLAYOUT).with_for_update()).one_or_none()
    if row is None:
        session.add(LeaseRow(name=PLAYOUT, owner=owner, until=now + length, waiting="", waiting_at=None))
        session.flush()
        return LeaseState(mine=True, owner=owner, rival="", since=None)
    mine = row.owner == owner
    if not mine and row.until > now:
        row.waiting, row.waiting_at = owner, now
        return LeaseState(mine=False, owner=row.owner, rival="", since=None)
    since, before = row.until, row.owner
    won = changed(
        session,
        update(LeaseRow)
        .where(LeaseRow.name == PLAYOUT, or_(LeaseRow.owner == owner, LeaseRow.until <= now))
        .values(owner=owner, until=now + length),
    )
    if won != 1:
        return LeaseState(mine=False, owner=before, rival="", since=None)
    if not mine:
        row.waiting, row.waiting_at = before, now
        return LeaseState(mine=True, owner=owner, rival=before, since=since)
    recent = row.waiting_at is not None and now - row.waiting_at < RECENT
    return LeaseState(mine=True, owner=owner, rival=row.waiting if recent else "", since=None)
