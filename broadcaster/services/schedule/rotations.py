"""Rotations into force, exception days, and what they stand on: zones and station sounds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    DayException,
    RotationRow,
)
from broadcaster.db.queries import schedule
from broadcaster.db.queries.zones import cues_for_slots, zone_map
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.rotations import DayKind, ruling
from broadcaster.errors import NotFoundError, RuleError, Where
from broadcaster.scheduling.never import never_aired
from broadcaster.scheduling.rotation_toml import ExceptionsForm, parse_form, parse_rotation, plain, read_toml
from broadcaster.scheduling.rotation_words import difference
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.air import NO_NEWS, AirNews, judged
from broadcaster.services.schedule.in_force import day_kinds, rotations_in_force, slots_left_out
from broadcaster.services.station import Station

_LONGEST_RUN = 366


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change of the schedule is: its own words, and what it does to the air."""

    lines: list[str]
    news: AirNews = NO_NEWS
    never: tuple[str, ...] = ()
    """What of it no coming day will hear, and why."""


def apply_rotation(
    station: Station, actor: Actor, text: str, name: str, *, over: int | None = None, agreed: str | None = ""
) -> Applied:
    """Put the rotation in TOML `text` into force as a new version; say what changes in the file and on the air.

    An unchanged rotation makes no new version and has no line.

    Args:
        station: the station.
        actor: who does it.
        text: the file.
        name: what its faults are said to stand in.
        over: the version that the person saw in force (0: none); another one means that somebody was faster.
        agreed: the mark of what may fall silent by it; None only looks.

    Raises:
        RuleError: the file breaks the form or a rule, or somebody was faster; `field` names the place. Nothing is
            changed.
        SilencesError: something falls silent that nobody agreed to.
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
        before = _newest(session, rotation.code)
        in_force = before if before and before.retired_at is None else None
        if over is not None and over != (in_force.version if in_force else 0):
            raise RuleError("Khung lịch vừa được thay đổi ở nơi khác. Hãy xem lại thay đổi rồi áp dụng.", field="over")
        lines = difference(in_force.definition if in_force else None, table)
        if not lines:
            session.rollback()
            return Applied([])
        body = json.dumps(table, ensure_ascii=False, sort_keys=True)
        row = RotationRow(
            code=rotation.code,
            version=before.version + 1 if before else 1,
            title=rotation.title,
            definition=table,
            sha256=hashlib.sha256(body.encode()).hexdigest(),
            applied_by=actor.username,
            applied_at=station.now(),
        )
        old = parse_rotation(in_force.definition, name=rotation.code) if in_force else rotation
        first = max(min(rotation.valid_from, old.valid_from), station.today())
        news, after = judged(station, session, first, lambda: session.add(row), agreed=agreed)
        applied = Applied(
            lines, news, tuple(never_aired(rotation, rotations_in_force(session), day_kinds(session), first, after))
        )
        if agreed is None:
            session.rollback()
            return applied
        Trail(session, station.now(), actor).record(
            "apply", "rotation", rotation.code, note="\n".join([*lines, *news.lines])
        )
    return applied


def retire_rotation(station: Station, actor: Actor, code: str, *, agreed: str | None) -> Applied:
    """Take a rotation out of force; its versions stay. Without agreement (None) only say what that does to the air.

    Raises:
        NotFoundError: no rotation of that code is in force.
        SilencesError: something falls silent that nobody agreed to.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = _newest(session, code)
        if row is None or row.retired_at is not None:
            raise NotFoundError(f"Không có lịch nào mang mã “{code}” đang dùng.", field="rotation")

        def retire() -> None:
            row.retired_at = station.now()

        news, _ = judged(station, session, station.today(), retire, agreed=agreed)
        applied = Applied([f"- Thôi dùng lịch “{row.title}”"], news)
        if agreed is None:
            session.rollback()
            return applied
        Trail(session, station.now(), actor).record(
            "retire", "rotation", code, note="\n".join([*applied.lines, *news.lines])
        )
    return applied


def _newest(session: Session, code: str) -> RotationRow | None:
    return session.scalars(
        select(RotationRow).where(RotationRow.code == code).order_by(RotationRow.version.desc())
    ).first()


def versions(session: Session, code: str) -> list[tuple[RotationRow, list[str]]]:
    """The versions of a rotation, the newest first, each with what it changed of the one before."""
    rows = session.scalars(select(RotationRow).where(RotationRow.code == code).order_by(RotationRow.version)).all()
    before: list[dict[str, Any] | None] = [None, *(r.definition for r in rows)]
    return [(row, difference(old, row.definition)) for row, old in zip(rows, before, strict=False)][::-1]


def add_exception(
    station: Station,
    actor: Actor,
    day: dt.date,
    kind: DayKind,
    title: str,
    *,
    to: dt.date | None = None,
    agreed: str | None = "",
) -> Applied:
    """Make `day`, or all days from it to `to`, days of `kind`; ordinary takes that away. None only looks.

    Slots that are left out of a day stay so.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the last day lies before the first, or too far from it.
        SilencesError: something falls silent that nobody agreed to.
    """
    actor.require(Permission.SCHEDULE)
    days = days_between(day, to, field=("to",))
    with station.db.read() as session:
        kept = slots_left_out(session)
    return _mark(station, actor, [DayMark(d, kind, title, tuple(sorted(kept.get(d, ())))) for d in days], agreed)


def apply_exceptions(station: Station, actor: Actor, text: str, name: str, *, agreed: str | None = "") -> Applied:
    """Mark the days that an exceptions file in TOML names; return the differences, a line each. None only looks.

    Days that the file does not name stay as they are, but for those of its `year` when it names one: then it is the
    whole of that year. `ordinary` takes a day's mark away. Days that are over are left alone.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: the file breaks the form; nothing is changed.
        SilencesError: something falls silent that nobody agreed to.
    """
    actor.require(Permission.SCHEDULE)
    form = parse_form(ExceptionsForm, read_toml(text, name=name), name=name)
    wanted: list[DayMark] = []
    for number, e in enumerate(form.exception, 1):
        where = (name, "exception", number)
        for day in days_between(e.day, e.to, field=(*where, "to")):
            if form.year not in {None, day.year}:
                raise RuleError(f"Ngày {day:%d/%m/%Y} không thuộc năm {form.year} của tệp này.", field=(*where, "day"))
            wanted.append(DayMark(day, e.kind, e.title, tuple(e.leave_out)))
    with station.db.read() as session:
        known = {s.code for r in rotations_in_force(session) for s in r.slots}
        if form.year is not None:
            named = {mark.day for mark in wanted}
            rows = schedule.exceptions(session, dt.date(form.year, 1, 1), dt.date(form.year, 12, 31))
            wanted += [DayMark(day, DayKind.ORDINARY, "") for day in rows if day not in named]
    if unknown := sorted({code for mark in wanted for code in mark.left_out} - known):
        raise RuleError(
            f"Không lịch nào đang dùng có khung mang mã “{unknown[0]}” để bỏ. Các mã: {', '.join(sorted(known))}.",
            field=(name, "leave_out"),
        )
    return _mark(station, actor, [mark for mark in wanted if mark.day >= station.today()], agreed)


class DayMark(NamedTuple):
    """What a day is marked as."""

    day: dt.date
    kind: DayKind
    title: str
    left_out: tuple[str, ...] = ()
    """The slots that do not air on it."""

    @property
    def words(self) -> str:
        """The mark in Vietnamese."""
        named = self.kind.inline if self.kind is DayKind.ORDINARY else f"{self.kind.inline} “{self.title}”"
        return f"{named}, bỏ khung {', '.join(self.left_out)}" if self.left_out else named

    @property
    def plain(self) -> bool:
        """Whether it is a day like any other."""
        return self.kind is DayKind.ORDINARY and not self.left_out


def _mark(station: Station, actor: Actor, wanted: Sequence[DayMark], agreed: str | None) -> Applied:
    lines: list[str] = []
    with station.db.write() as session:

        def put() -> None:
            for mark in wanted:
                row = session.get(DayException, mark.day)
                was = DayMark(mark.day, DayKind.ORDINARY, "")
                if row is not None:
                    was = DayMark(row.day, row.kind, row.title, tuple(row.left_out))
                if was == mark or (was.plain and mark.plain):
                    continue
                lines.append(f"~ {mark.day:%d/%m/%Y}: {was.words} → {mark.words}")
                _set_day(station, session, actor, mark)

        first = min((mark.day for mark in wanted), default=station.today())
        news, _ = judged(station, session, first, put, agreed=agreed)
        if agreed is None:
            session.rollback()
    return Applied(lines, news)


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


def _set_day(station: Station, session: Session, actor: Actor, mark: DayMark) -> None:
    row = session.get(DayException, mark.day)
    if row is not None and mark.plain:
        session.delete(row)
    elif row is not None:
        row.kind, row.title, row.left_out = mark.kind, mark.title, list(mark.left_out)
    else:
        session.add(DayException(day=mark.day, kind=mark.kind, title=mark.title, left_out=list(mark.left_out)))
    note = f"{mark.kind.label}: {mark.title}" + (f" (bỏ khung {', '.join(mark.left_out)})" if mark.left_out else "")
    Trail(session, station.now(), actor).record("exception", "day", mark.day.isoformat(), note=note)
