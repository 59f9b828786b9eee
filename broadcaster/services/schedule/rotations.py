"""Rotations into force and out of it, and what they stand on: zones and station sounds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    RotationRow,
)
from broadcaster.db.queries.zones import cues_for_slots, zone_map
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.scheduling.never import never_aired
from broadcaster.scheduling.rotation_toml import parse_rotation, plain, read_toml
from broadcaster.scheduling.rotation_words import difference
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.air import NO_NEWS, AirNews, judged
from broadcaster.services.schedule.in_force import day_kinds, rotations_in_force
from broadcaster.services.station import Station


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
