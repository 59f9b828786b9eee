"""The book of alerts as rows: read, kept, shown, and let go of when it is old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import AlertRow, AlertSenderRow, AlertTellingRow
from broadcaster.domain.alerts.book import Alert, AlertBook, AlertTelling

FRESH: Final = dt.timedelta(days=2)
"""What ended so long ago has been told, or given up."""
KEPT: Final = dt.timedelta(days=180)
MOST: Final = 5000
"""Alerts kept at most: what flaps must not fill the disk."""


def book(session: Session, now: dt.datetime, *, lock: bool = False) -> AlertBook:
    """The alerts that are open or ended of late, with their tellings; `lock` keeps others from changing these."""
    alive = AlertRow.ended_at.is_(None) | (AlertRow.ended_at > now - FRESH)
    found = AlertBook()
    for alert in map(_alert, session.scalars(select(AlertRow).where(alive).order_by(AlertRow.began_at))):
        found.alerts[alert.uid] = alert
    query = select(AlertTellingRow).join(AlertRow, AlertRow.uid == AlertTellingRow.uid).where(alive)
    query = query.order_by(AlertTellingRow.uid, AlertTellingRow.person, AlertTellingRow.over)
    for telling in map(_telling, session.scalars(query.with_for_update(of=AlertTellingRow) if lock else query)):
        if telling.uid in found.alerts:
            found.tellings[telling.key] = telling
    return found


def keep(session: Session, changed: AlertBook) -> None:
    """Write down what was changed in a book; ends come first, for one of a key is open at a time."""
    alerts = [changed.alerts[uid] for uid in sorted(changed.changed)]
    for alert in sorted(alerts, key=lambda a: a.ended_at is None):
        values = {f.name: getattr(alert, f.name) for f in fields(alert)}
        session.merge(AlertRow(**values, key=alert.key))
        session.flush()
    for telling in changed.tellings.values():
        if telling.uid in changed.changed:
            session.merge(AlertTellingRow(**{f.name: getattr(telling, f.name) for f in fields(telling)}))


def forget(session: Session, now: dt.datetime) -> None:
    """Let go of what is old, or too much."""
    over = AlertRow.ended_at.is_not(None)
    newest = select(AlertRow.uid).where(over).order_by(AlertRow.ended_at.desc()).offset(MOST)
    too_many = set(session.scalars(newest))
    old = set(session.scalars(select(AlertRow.uid).where(over, AlertRow.ended_at < now - KEPT)))
    for some in (old, too_many):
        names = sorted(some)
        for at in range(0, len(names), 400):
            for model in (AlertTellingRow, AlertRow):
                session.execute(
                    delete(model)
                    .where(model.uid.in_(names[at : at + 400]))
                    .execution_options(synchronize_session=False)
                )


def known(session: Session, key: str) -> bool:
    """Whether there ever was an alert of a key."""
    return session.scalar(select(AlertRow.uid).where(AlertRow.key == key).limit(1)) is not None


def page(session: Session, limit: int, offset: int = 0) -> tuple[list[tuple[Alert, list[AlertTelling]]], int]:
    """Alerts with their tellings: those that are open first, then the newest; and how many there are."""
    count = session.scalar(select(func.count()).select_from(AlertRow)) or 0
    query = select(AlertRow).order_by(AlertRow.ended_at.is_not(None), AlertRow.began_at.desc(), AlertRow.uid)
    alerts = [_alert(row) for row in session.scalars(query.limit(limit).offset(offset))]
    told: dict[str, list[AlertTelling]] = {a.uid: [] for a in alerts}
    rows = select(AlertTellingRow).where(AlertTellingRow.uid.in_(told))
    for row in session.scalars(rows.order_by(AlertTellingRow.person, AlertTellingRow.over)):
        told[row.uid].append(_telling(row))
    return [(a, told[a.uid]) for a in alerts], count


def began_between(session: Session, start: dt.datetime, end: dt.datetime) -> list[Alert]:
    """The alerts that began in [start, end), the first one first."""
    rows = select(AlertRow).where(AlertRow.began_at >= start, AlertRow.began_at < end).order_by(AlertRow.began_at)
    return [_alert(row) for row in session.scalars(rows)]


def senders(session: Session) -> Sequence[AlertSenderRow]:
    """How each sender did when it was last used."""
    return session.scalars(select(AlertSenderRow).order_by(AlertSenderRow.name)).all()


def note_sender(session: Session, name: str, error: str, now: dt.datetime) -> None:
    """Write down that a sender worked (no error), or why it did not."""
    name = name[:64]
    row = session.get(AlertSenderRow, name)
    if row is None:
        row = AlertSenderRow(name=name, tried_at=now, worked_at=None, failing_since=None, failures=0, error="")
        session.add(row)
    row.tried_at, row.error = now, error
    if error:
        row.failing_since, row.failures = row.failing_since or now, row.failures + 1
    else:
        row.worked_at, row.failing_since, row.failures = now, None, 0


def _alert(row: AlertRow) -> Alert:
    return Alert(**{f.name: getattr(row, f.name) for f in fields(Alert)})


def _telling(row: AlertTellingRow) -> AlertTelling:
    return AlertTelling(**{f.name: getattr(row, f.name) for f in fields(AlertTelling)})
