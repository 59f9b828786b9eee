"""Rotations and day marks as the database holds them now."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import DayException
from broadcaster.db.queries.schedule import definitions_in_force
from broadcaster.domain.schedule.rotations import DayKind, Rotation
from broadcaster.scheduling.rotation_toml import parse_rotation


def rotations_in_force(session: Session) -> list[Rotation]:
    """The newest version of each rotation that is not retired."""
    return [parse_rotation(table, name=code) for code, table in definitions_in_force(session).items()]


def day_marks(session: Session) -> tuple[dict[dt.date, DayKind], dict[dt.date, frozenset[str]]]:
    """The kind of each day that is marked, and the codes of the slots that do not air on a day."""
    rows = session.scalars(select(DayException)).all()
    return {e.day: e.kind for e in rows}, {e.day: frozenset(e.left_out) for e in rows if e.left_out}


def day_kinds(session: Session) -> dict[dt.date, DayKind]:
    """The kind of each day that is not ordinary."""
    return day_marks(session)[0]
