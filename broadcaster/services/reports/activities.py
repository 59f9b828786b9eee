"""What is done for the plan beside the horns: activities with their proofs, the parts of the units."""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster import apart
from broadcaster.db.models import Activity, ActivityProof, Topic, Unit, UnitPart
from broadcaster.domain.fold import file_name, nfc
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.reports.activities import ActivityDraft, PartState, move_part
from broadcaster.domain.seen import require_seen
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services import disk_room
from broadcaster.services.audit import Trail
from broadcaster.services.people.boundaries import require_touch
from broadcaster.services.reports.plans import form_titles
from broadcaster.services.station import Station
from broadcaster.sound.store import Store, digest

MAX_PROOF = 20 * 1024 * 1024
"""Bytes of one proof."""
MAX_PROOFS = 20
"""Proofs of one activity."""
_SLOWEST_S = 20.0
_KINDS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)
_HEAD = 4096
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "opendocument.text": "application/vnd.oasis.opendocument.text",
}
_COLUMNS = ("form", "title", "day", "place", "attendance", "views", "link", "note")
_LABELS = {
    "form": "Hình thức",
    "title": "Tên hoạt động",
    "day": "Ngày thực hiện",
    "place": "Địa điểm",
    "attendance": "Số người dự",
    "views": "Số lượt xem",
    "link": "Đường dẫn bài viết",
    "note": "Ghi chú",
    "topic": "Chủ đề",
    "unit": "Đơn vị thực hiện",
}


def activities(
    session: Session, first: dt.date | None = None, last: dt.date | None = None, *, form: str = "", unit: str = ""
) -> Sequence[Activity]:
    """The activities that count, of the days from `first` to `last`, the newest first."""
    query = select(Activity).where(Activity.removed_at.is_(None))
    if first:
        query = query.where(Activity.day >= first)
    if last:
        query = query.where(Activity.day <= last)
    if form:
        query = query.where(Activity.form == form)
    if unit:
        query = query.where(Activity.unit_code == unit)
    return session.scalars(query.order_by(Activity.day.desc(), Activity.id.desc())).all()


def activity(session: Session, number: int) -> Activity:
    """An activity, also one that was taken out.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = session.get(Activity, number)
    if row is None:
        raise NotFoundError(f"Không có hoạt động số {number}.", field="activity")
    return row


def proofs(session: Session, number: int) -> Sequence[ActivityProof]:
    """The proofs of an activity."""
    return session.scalars(
        select(ActivityProof).where(ActivityProof.activity_id == number).order_by(ActivityProof.id)
    ).all()


def proof_counts(session: Session) -> dict[int, int]:
    """How many proofs each activity has."""
    rows = session.execute(select(ActivityProof.activity_id, func.count()).group_by(ActivityProof.activity_id))
    return {activity_id: many for activity_id, many in rows}  # noqa: C416 - rows are no pairs to a type checker


def by_form_and_month(session: Session, first: dt.date, last: dt.date) -> dict[str, dict[str, int]]:
    """How many activities each form had in each month `2026-03`."""
    found: dict[str, dict[str, int]] = {}
    for form, day in session.execute(
        select(Activity.form, Activity.day).where(
            Activity.day >= first, Activity.day <= last, Activity.removed_at.is_(None)
        )
    ):
        months = found.setdefault(form, {})
        months[f"{day:%Y-%m}"] = months.get(f"{day:%Y-%m}", 0) + 1
    return found


def facts_of(row: Activity) -> dict[str, Any]:
    """What people say of an activity, by field."""
    return {name: getattr(row, name) for name in _COLUMNS} | {"topic": row.topic_code, "unit": row.unit_code}


def part_facts(row: UnitPart | None) -> dict[str, Any]:
    """What a unit says in its part of a report; nothing while it has said nothing."""
    return {"body": row.body if row else "", "state": row.state.label if row else PartState.DRAFT.label}


def keep_activity(
    station: Station, actor: Actor, draft: ActivityDraft, *, number: int | None = None, seen: str = ""
) -> int:
    """Add an activity, or change one; return its number. `seen` is the mark of what was opened.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: a field is wrong; `field` names it. Nothing is changed.
    """
    actor.require(Permission.WRITE)
    draft = draft.checked(forms=list(form_titles(station)), today=station.today())
    now = station.now()
    with station.db.write() as session:
        _known(session, draft)
        row = None if number is None else activity(session, number)
        if row is not None and row.removed_at is not None:
            raise RuleError("Hoạt động này đã được bỏ ra khỏi số liệu nên không sửa được.", field="activity")
        things = [Activity(unit_code=draft.unit)] if row is None else [row, Activity(unit_code=draft.unit)]
        require_touch(station, session, actor, *things)
        if row is not None:
            require_seen(facts_of(row), seen, _LABELS)
        before = _plain(row) if row else None
        if row is None:
            row = Activity(by=actor.username, created_at=now, removed_at=None)
            session.add(row)
        for name in _COLUMNS:
            setattr(row, name, getattr(draft, name))
        row.topic_code, row.unit_code, row.updated_at = draft.topic, draft.unit, now
        session.flush()
        verb = "add" if before is None else "edit"
        Trail(session, now, actor).record(verb, "activity", row.id, note=draft.title, before=before, after=_plain(row))
        return row.id


def remove_activity(station: Station, actor: Actor, number: int) -> None:
    """Take an activity out of the counts; the row and its proofs stay, the audit trail says who did it."""
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        row = activity(session, number)
        require_touch(station, session, actor, row)
        if row.removed_at is None:
            row.removed_at = station.now()
            Trail(session, station.now(), actor).record(
                "remove", "activity", number, note=row.title, before=_plain(row)
            )


def restore_activity(station: Station, actor: Actor, number: int) -> None:
    """Count an activity again that was taken out."""
    actor.require(Permission.WRITE)
    with station.db.write() as session:
        row = activity(session, number)
        require_touch(station, session, actor, row)
        if row.removed_at is not None:
            row.removed_at = None
            Trail(session, station.now(), actor).record("restore", "activity", number, note=row.title)


def add_proof(station: Station, actor: Actor, number: int, name: str, data: bytes) -> str:
    """Keep a file that proves an activity; return its hash. The same bytes are kept once.

    Raises:
        RuleError: the file is empty, too large, or of a kind that proves nothing or may do harm. Nothing is kept.
    """
    actor.require(Permission.WRITE)
    if len(data) > MAX_PROOF:
        raise RuleError(f"Tệp minh chứng không quá {MAX_PROOF // 1024 // 1024} MB.", field="proof")
    disk_room.require(station, len(data), field="proof")
    name = file_name(name) or "minh-chung"
    with tempfile.TemporaryDirectory(dir=station.home.run) as scratch:
        path = Path(scratch) / "proof"
        path.write_bytes(data)
        media = apart.done(_SLOWEST_S, media_type, path)
        sha256 = digest(path)
        with station.db.read() as session:  # before a large file is kept
            if _proves(station, session, actor, number, sha256):
                return sha256
        Store(station.home.proofs, suffix="").put(path)
        with station.db.write() as session:
            if _proves(station, session, actor, number, sha256):
                return sha256
            session.add(
                ActivityProof(
                    activity_id=number,
                    sha256=sha256,
                    name=name,
                    media_type=media,
                    size=len(data),
                    by=actor.username,
                    at=station.now(),
                )
            )
            Trail(session, station.now(), actor).record(
                "prove", "activity", number, note=name, after={"sha256": sha256}
            )
    return sha256


def _proves(station: Station, session: Session, actor: Actor, number: int, sha256: str) -> bool:
    """Whether a file proves an activity already, which may be touched and take one more."""
    require_touch(station, session, actor, activity(session, number))
    have = proofs(session, number)
    if any(p.sha256 == sha256 for p in have):
        return True
    if len(have) >= MAX_PROOFS:
        raise RuleError(f"Mỗi hoạt động có nhiều nhất {MAX_PROOFS} tệp minh chứng.", field="proof")
    return False


def proof_file(station: Station, number: int, sha256: str) -> tuple[Path, ActivityProof]:
    """A proof's file, its bytes checked against its hash, and its row.

    Raises:
        NotFoundError: the activity has no such proof, or the file is gone.
        MediaError: the file was altered.
    """
    with station.db.read() as session:
        row = next((p for p in proofs(session, number) if p.sha256 == sha256), None)
    if row is None:
        raise NotFoundError("Không có tệp minh chứng này.", field="proof")
    return Store(station.home.proofs, suffix="").verify(sha256), row


def media_type(path: Path) -> str:
    """The kind of a proof: by its first bytes, of an office's by what its archive holds.

    Raises:
        RuleError: it is of no kind that is taken.
    """
    with path.open("rb") as file:
        data = file.read(_HEAD)
    if not data:
        raise RuleError("Tệp rỗng; hãy chọn tệp khác.", field="proof")
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                held = "\n".join(archive.namelist())
        except zipfile.BadZipFile:
            raise RuleError("Tệp hỏng, không mở được. Hãy chọn tệp khác.", field="proof") from None
        for mark, kind in _OFFICE.items():
            if mark in held or mark.encode() in data:
                return kind
    raise RuleError("Chỉ nhận ảnh (JPEG, PNG, WebP, GIF), PDF, Word, Excel, PowerPoint, ODT.", field="proof")


def parts(session: Session, first: dt.date, last: dt.date) -> dict[str, UnitPart]:
    """The parts of a period by unit."""
    rows = session.scalars(select(UnitPart).where(UnitPart.first == first, UnitPart.last == last))
    return {r.unit_code: r for r in rows}


def keep_part(
    station: Station, actor: Actor, unit: str, first: dt.date, last: dt.date, body: str, *, submit: bool, seen: str = ""
) -> None:
    """Write the part of a unit for a period; `submit` hands it in. `seen` is the mark of what was opened.

    Whoever may draw reports writes for every unit; an editor for the own unit alone.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: the part is merged already, or handed in without words.
        ForbiddenError: it is another unit's.
    """
    actor.require(Permission.WRITE)
    body = nfc(body).replace("\r\n", "\n").strip()[:20_000]
    if submit and not body:
        raise RuleError("Phần báo cáo chưa có nội dung.", field="body")
    now = station.now()
    with station.db.write() as session:
        require_touch(station, session, actor, UnitPart(unit_code=unit))
        if session.get(Unit, unit) is None:
            raise NotFoundError(f"Không có đơn vị “{unit}”.", field="unit")
        row = parts(session, first, last).get(unit)
        require_seen(part_facts(row), seen, {"body": "Nội dung", "state": "Tình trạng"})
        if row is None:
            row = UnitPart(
                unit_code=unit, first=first, last=last, state=PartState.DRAFT, decided_by=None, decided_at=None
            )
            session.add(row)
        elif row.state is PartState.MERGED:
            raise RuleError("Phần này đã được ghép vào báo cáo; hãy nhờ đơn vị tổng hợp trả lại để sửa.", field="state")
        before = row.body
        row.state = move_part(row.state, PartState.SUBMITTED if submit else PartState.DRAFT)
        row.body, row.by, row.updated_at = body, actor.username, now
        session.flush()
        verb = "submit" if submit else "edit"
        Trail(session, now, actor).record(
            verb, "unit-part", row.id, note=unit, before={"body": before}, after={"body": body}
        )


def decide_part(
    station: Station, actor: Actor, unit: str, first: dt.date, last: dt.date, to: PartState, comment: str = ""
) -> None:
    """Merge the part of a unit into the report of its period, or send it back with a reason.

    Raises:
        RuleError: it cannot pass there, or a return has no reason.
    """
    actor.require(Permission.REPORT)
    if to is PartState.RETURNED and not comment.strip():
        raise RuleError("Hãy ghi lý do trả lại.", field="comment")
    with station.db.write() as session:
        row = parts(session, first, last).get(unit)
        if row is None:
            raise NotFoundError("Đơn vị chưa có phần báo cáo cho kỳ này.", field="unit")
        before, row.state = row.state, move_part(row.state, to)
        row.comment = nfc(comment).strip()[:1000]
        row.decided_by, row.decided_at = actor.username, station.now()
        Trail(session, station.now(), actor).record(
            to.value,
            "unit-part",
            row.id,
            note=unit,
            before={"state": before.value},
            after={"state": to.value, "comment": row.comment},
        )


def _known(session: Session, draft: ActivityDraft) -> None:
    if session.get(Topic, draft.topic) is None:
        raise RuleError("Hãy chọn chủ đề trong danh sách.", field="topic")
    if session.get(Unit, draft.unit) is None:
        raise RuleError("Hãy chọn đơn vị trong danh sách.", field="unit")


def _plain(row: Activity) -> dict[str, object]:
    values = {name: getattr(row, name) for name in (*_COLUMNS, "topic_code", "unit_code")}
    return values | {"day": row.day.isoformat()}
