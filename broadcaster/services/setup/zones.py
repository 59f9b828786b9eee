"""Zones changed by people: where and what they are, how loud, in what state; groups; notes; the line-up tone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import CueRow, ZoneGroup, ZoneNote, ZoneRow
from broadcaster.db.queries import in_hand
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.broadcasts import LEAD
from broadcaster.domain.air.in_hand import StillAirs
from broadcaster.domain.fold import nfc, one_line, slug
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.seen import require_seen
from broadcaster.domain.setup.fields import ABOUT, LABELS, ZoneFields, columns_of
from broadcaster.domain.setup.zones import ALL, Correction, parse_bands
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.air import judged
from broadcaster.services.schedule.once import air_once
from broadcaster.services.station import Station

_TONES = ("line_up", "test", "chime")
"""Kinds of station sounds that a zone is tried with, the best first."""


def facts_of(row: ZoneRow) -> dict[str, Any]:
    """What people say of a zone, by field."""
    return {name: getattr(row, about.column or name) for name, about in ABOUT.items()}


def group_facts(row: ZoneGroup) -> dict[str, Any]:
    """What people say of a group."""
    return {"name": row.name, "members": list(row.members)}


def edit_zone(
    station: Station,
    actor: Actor,
    code: str,
    fields: ZoneFields,
    *,
    agreed: str = "",
    seen: str = "",
    still: StillAirs | None = None,
) -> None:
    """Change a zone. Planned broadcasts follow at the next planning. `seen` is the mark of what was opened.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        NotFoundError: there is no such zone.
        OvertakenError: it is no longer what was seen.
        RuleError: a field is empty or out of range; `field` names it.
        SilencesError: something falls silent by it that nobody agreed to.
        StillAirsError: play-out has something in hand for it, and nobody said what becomes of that.
    """
    actor.require(Permission.SCHEDULE)
    _change(station, actor, code, _checked(station, fields), agreed, seen, still)


def add_zone(station: Station, actor: Actor, fields: ZoneFields) -> str:
    """Add a zone and return its code, made of its name.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: a field is empty or out of range, or a zone has that name already.
    """
    actor.require(Permission.SCHEDULE)
    values = _checked(station, fields)
    with station.db.write() as session:
        if session.scalars(select(ZoneRow.code).where(ZoneRow.name == values["name"])).first() is not None:
            raise RuleError("Đã có cụm loa mang tên này.", field="name")
        code = _free_code(session, str(values["name"]))
        position = (session.scalar(select(func.max(ZoneRow.position))) or 0) + 1
        session.add(ZoneRow(code=code, position=position, **values))
        Trail(session, station.now(), actor).record("add", "zone", code, after=values)
        return code


def correct_zone(station: Station, actor: Actor, code: str, correction: Correction) -> None:
    """Put the sound of a zone right; broadcasts that are pinned again from now on follow.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        NotFoundError: there is no such zone.
        RuleError: a value is out of range; `field` names it.
    """
    actor.require(Permission.SCHEDULE)
    correction.check()
    _change(station, actor, code, asdict(correction))


def _change(
    station: Station,
    actor: Actor,
    code: str,
    values: dict[str, object],
    agreed: str = "",
    seen: str = "",
    still: StillAirs | None = None,
) -> None:
    with station.db.write() as session:
        row = one_of(session, ZoneRow, code)
        require_seen(facts_of(row), seen, LABELS)
        before = {key: getattr(row, key) for key in values}
        if before == values:
            return

        def put() -> None:
            for key, value in values.items():
                setattr(row, key, value)

        if row.enabled and not values.get("enabled", True):
            found = in_hand.in_zone(session, code, station.outputs(session), station.now())
            in_hand.require_choice(found, still)
        if any(before[key] != values[key] for key in ("enabled", "sink") if key in values):
            judged(station, session, station.today(), put, agreed=agreed)
        else:
            put()
        Trail(session, station.now(), actor).record("edit", "zone", code, before=before, after=values)


def save_group(
    station: Station,
    actor: Actor,
    code: str | None,
    name: str,
    members: Sequence[str],
    *,
    agreed: str = "",
    seen: str = "",
) -> str:
    """Add a group of zones (no code), or change one; return its code. `seen` is the mark of what was opened.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: it has no name or no zones, or names a zone that is not there.
        SilencesError: something falls silent by it that nobody agreed to.
    """
    actor.require(Permission.SCHEDULE)
    name = one_line(name)
    if not 0 < len(name) <= 200:
        raise RuleError("Nhóm phải có tên, không quá 200 ký tự.", field="name")
    with station.db.write() as session:
        known = list(session.scalars(select(ZoneRow.code).order_by(ZoneRow.position, ZoneRow.code)))
        chosen = [z for z in known if z in set(members)]
        if not chosen or set(members) - set(known):
            raise RuleError("Hãy chọn ít nhất một cụm loa trong danh sách.", field="members")
        row = session.get(ZoneGroup, code) if code else None
        if code and row is None:
            raise NotFoundError(f"Không có nhóm nào mang mã “{code}”.", field="group")
        before = group_facts(row) if row else None
        if before is not None:
            require_seen(before, seen, {"name": "Tên nhóm", "members": "Cụm loa trong nhóm"})
        if row is None:
            code = _free_code(session, name)
            row = ZoneGroup(code=code, name=name, members=chosen)
            session.add(row)
        group = row

        def put() -> None:
            group.name, group.members = name, chosen

        judged(station, session, station.today(), put, agreed=agreed)
        Trail(session, station.now(), actor).record(
            "edit" if before else "add",
            "group",
            row.code,
            before=before,
            after={"name": name, "members": chosen},
        )
        return row.code


def add_note(station: Station, actor: Actor, code: str, kind: str, at: dt.datetime, text: str) -> int:
    """Note a repair, or a complaint about noise at a moment; return its number.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: nothing is said, or it is said of the future.
    """
    actor.require(Permission.OPERATE)
    text = nfc(text).strip()
    if not 0 < len(text) <= 2000:
        raise RuleError("Hãy ghi nội dung, không quá 2.000 ký tự.", field="text")
    if kind not in {"repair", "noise"}:
        raise RuleError("Hãy chọn loại ghi chú.", field="kind")
    if at > station.now() + dt.timedelta(minutes=5):
        raise RuleError("Thời điểm này chưa đến. Hãy kiểm tra ngày giờ.", field="at")
    with station.db.write() as session:
        one_of(session, ZoneRow, code)
        note = ZoneNote(
            zone=code, kind=kind, at=at, text=text, by=actor.username, created_at=station.now(), closed_at=None
        )
        session.add(note)
        session.flush()
        Trail(session, station.now(), actor).record(f"note-{kind}", "zone", code, note=text)
        return note.id


def close_note(station: Station, actor: Actor, number: int, answer: str) -> str:
    """Close a note with what was done; return its zone.

    Raises:
        RuleError: nothing is said of what was done, or it is closed already.
    """
    actor.require(Permission.OPERATE)
    answer = nfc(answer).strip()[:2000]
    if not answer:
        raise RuleError("Hãy ghi đã xử lý thế nào.", field="answer")
    with station.db.write() as session:
        note = session.get(ZoneNote, number)
        if note is None:
            raise NotFoundError(f"Không có ghi chú số {number}.", field="note")
        if note.closed_at is not None:
            raise RuleError("Ghi chú này đã được xử lý.", field="note")
        note.closed_at, note.closed_by, note.answer = station.now(), actor.username, answer
        Trail(session, station.now(), actor).record("close-note", "zone", note.zone, note=answer)
        return note.zone


def play_tone(station: Station, actor: Actor, code: str) -> int:
    """Let a zone sound the line-up tone a few seconds from now; return the broadcast's number.

    Raises:
        RuleError: the hour is not allowed, the zone is not in use or airs something, or there is no such sound.
    """
    with station.db.read() as session:
        zone = one_of(session, ZoneRow, code)
        if not zone.enabled:
            raise RuleError("Cụm loa này đang ngừng dùng. Hãy bật “Đang sử dụng” trước.", field="zone")
        cues = {c.kind: c.name for c in session.scalars(select(CueRow).order_by(CueRow.name.desc()))}
        name = zone.name
    cue = next((cues[kind] for kind in _TONES if kind in cues), None)
    if cue is None:
        raise RuleError("Đài chưa có âm chuẩn để thử. Hãy mở trang Âm thanh và khôi phục bộ gốc.", field="cue")
    starts_at = (station.now() + LEAD).replace(microsecond=0)
    return air_once(station, actor, [cue], title=f"Thử loa: {name}", starts_at=starts_at, zones=[code], tone=True)


def _checked(station: Station, fields: ZoneFields) -> dict[str, object]:
    name, place = one_line(fields.name), one_line(fields.place)
    if not 0 < len(name) <= 200:
        raise RuleError("Cụm loa phải có tên, không quá 200 ký tự.", field="name")
    if fields.sink not in station.settings.playout.sinks:
        known = ", ".join(station.settings.playout.sinks)
        raise RuleError(f"Không có đường ra “{fields.sink}”. Các đường ra: {known}.", field="sink")
    if (fields.latitude is None) != (fields.longitude is None):
        raise RuleError("Tọa độ cần cả vĩ độ và kinh độ.", field="latitude")
    for key in ("volume", "latitude", "longitude"):
        about, value = ABOUT[key], getattr(fields, key)
        if value is not None and not (about.least or 0) <= value <= (about.most or 0):
            words = f"{about.label.partition(' (')[0]} phải từ {about.least:g} đến {about.most:g}."
            raise RuleError(words.replace("-", "−"), field=key)
    Correction(fields.bass, fields.treble, fields.gain).check()
    bands = tuple(str(b) for b in parse_bands(fields.bands, field="bands"))
    return columns_of(replace(fields, name=name, place=place[:300], bands=bands))


def _free_code(session: Session, name: str) -> str:
    stem = slug(name)[:24].strip("-") or "cum"
    taken = {ALL, *session.scalars(select(ZoneRow.code)), *session.scalars(select(ZoneGroup.code))}
    return next(c for n in range(1, 1000) if (c := stem if n == 1 else f"{stem}-{n}") not in taken)
