"""Rotations into force, exception days, and what they stand on: zones and station sounds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    DayException,
    RotationRow,
)
from broadcaster.db.queries.schedule import definitions_in_force
from broadcaster.db.queries.zones import cues_for_slots, zone_map
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.rotations import DayKind, Rotation, ruling
from broadcaster.errors import RuleError, Where
from broadcaster.scheduling.rotation_toml import ExceptionsForm, parse_form, parse_rotation, plain, read_toml
from broadcaster.scheduling.rotation_words import difference
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

_LONGEST_RUN = 366


def apply_rotation(
    station: Station, actor: Actor, text: str, name: str, *, dry_run: bool = False, over: int | None = None
) -> list[str]:
    """Put the rotation in TOML `text` into force as a new version; return the differences, a line each.

    An unchanged rotation makes no new version and returns no line. `dry_run` only shows. `over` is the version that
    the person saw in force (0: none); another one means that somebody was faster.

    Raises:
        RuleError: the file breaks the form or a rule, or somebody was faster; `field` names the place. Nothing is
            changed.
    """
    actor.require(Permission.SCHEDULE)
    table = plain(read_toml(text, name=name))
    rotation = parse_rotation(table, name=name)
    with station.db.write() as session:
        rotation.check(
            zones=zone_map(session),
            outputs=station.outputs(session),
            hours=station.settings.station_hours,
            cues=cues_for_slots(session),
            relays=station.settings.relays,
            caps=station.settings.caps,
        )
        before = session.scalars(
            select(RotationRow).where(RotationRow.code == rotation.code).order_by(RotationRow.version.desc())
        ).first()
        if over is not None and over != (before.version if before and before.retired_at is None else 0):
            raise RuleError("Khung lịch vừa được thay đổi ở nơi khác. Hãy xem lại thay đổi rồi áp dụng.", field="over")
        lines = difference(before.definition if before and before.retired_at is None else None, table)
        if dry_run or not lines:
            session.rollback()
            return lines
        body = json.dumps(table, ensure_ascii=False, sort_keys=True)
        session.add(
            RotationRow(
                code=rotation.code,
                version=before.version + 1 if before else 1,
                title=rotation.title,
                definition=table,
                sha256=hashlib.sha256(body.encode()).hexdigest(),
                applied_by=actor.username,
                applied_at=station.now(),
            )
        )
        Trail(session, station.now(), actor).record("apply", "rotation", rotation.code, note="\n".join(lines))
    return lines


def versions(session: Session, code: str) -> list[tuple[RotationRow, list[str]]]:
    """The versions of a rotation, the newest first, each with what it changed of the one before."""
    rows = session.scalars(select(RotationRow).where(RotationRow.code == code).order_by(RotationRow.version)).all()
    before: list[dict[str, Any] | None] = [None, *(r.definition for r in rows)]
    return [(row, difference(old, row.definition)) for row, old in zip(rows, before, strict=False)][::-1]


def add_exception(
    station: Station, actor: Actor, day: dt.date, kind: DayKind, title: str, *, to: dt.date | None = None
) -> None:
    """Make `day`, or all days from it to `to`, days of `kind`; ordinary takes the exception away.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the last day lies before the first, or too far from it.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        for each in days_between(day, to, field=("to",)):
            _set_day(station, session, actor, each, kind, title)


def apply_exceptions(station: Station, actor: Actor, text: str, name: str, *, dry_run: bool = False) -> list[str]:
    """Mark the days that an exceptions file in TOML names; return the differences, a line each.

    Days that the file does not name stay as they are; `ordinary` takes a day's mark away. Days that are over are left
    alone.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the file breaks the form; nothing is changed.
    """
    actor.require(Permission.SCHEDULE)
    form = parse_form(ExceptionsForm, read_toml(text, name=name), name=name)
    lines = []
    with station.db.write() as session:
        for number, e in enumerate(form.exception, 1):
            for day in days_between(e.day, e.to, field=(name, "exception", number, "to")):
                row = session.get(DayException, day)
                was = (row.kind, row.title) if row else (DayKind.ORDINARY, "")
                same = was[0] is e.kind if e.kind is DayKind.ORDINARY else was == (e.kind, e.title)
                if same or day < station.today():
                    continue
                lines.append(f"~ {day:%d/%m/%Y}: {_day_words(*was)} → {_day_words(e.kind, e.title)}")
                _set_day(station, session, actor, day, e.kind, e.title)
        if dry_run:
            session.rollback()
    return lines


def days_between(first: dt.date, last: dt.date | None, *, field: Where) -> list[dt.date]:
    """The days from `first` to `last`, both counted; without `last` the one day.

    Raises:
        RuleError: the last day lies before the first, or more than a year from it.
    """
    count = ((last or first) - first).days + 1
    if count < 1:
        raise RuleError("Ngày cuối phải bằng hoặc sau ngày đầu.", field=field)
    if count > _LONGEST_RUN:
        raise RuleError(f"Một đợt dài nhất {_LONGEST_RUN} ngày. Hãy xem lại ngày cuối.", field=field)
    return [first + dt.timedelta(days=n) for n in range(count)]


def without_own_rotation(session: Session, first: dt.date, last: dt.date | None, kind: DayKind) -> bool:
    """Whether days of `kind` have no rotation of their own somewhere from `first` to `last`."""
    rotations = rotations_in_force(session)
    return any(ruling(rotations, day, kind) is None for day in days_between(first, last, field=("to",)))


def _set_day(station: Station, session: Session, actor: Actor, day: dt.date, kind: DayKind, title: str) -> None:
    row = session.get(DayException, day)
    if kind is DayKind.ORDINARY:
        if row:
            session.delete(row)
    elif row:
        row.kind, row.title = kind, title
    else:
        session.add(DayException(day=day, kind=kind, title=title))
    Trail(session, station.now(), actor).record("exception", "day", day.isoformat(), note=f"{kind.label}: {title}")


def _day_words(kind: DayKind, title: str) -> str:
    return kind.inline if kind is DayKind.ORDINARY else f"{kind.inline} “{title}”"


def rotations_in_force(session: Session) -> list[Rotation]:
    """The newest version of each rotation that is not retired."""
    return [parse_rotation(table, name=code) for code, table in definitions_in_force(session).items()]
