"""Station sounds kept by people: added, replaced, restored to the shipped ones, taken away.

A sound comes in as any file that ffmpeg reads, and is kept as the house wants it: 48 kHz, mono, FLAC, at the station's
loudness. What is pinned in planned broadcasts stays in the store; planning takes the new one at its next turn.
A leader listens to what is new before it may be heard; the shipped ones are let in by their manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster import apart
from broadcaster.db.models import CueOffer, CueRow, RotationRow
from broadcaster.db.queries import proposals
from broadcaster.db.queries.one import one_of
from broadcaster.domain.fold import one_line, slug
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.seen import require_seen
from broadcaster.errors import ForbiddenError, MediaError, NotFoundError, RuleError
from broadcaster.services import disk_room
from broadcaster.services.air.signs import file_of, settle, stand_in
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.cues import shipped
from broadcaster.services.schedule.in_force import rotations_in_force
from broadcaster.services.station import Station
from broadcaster.sound import recording
from broadcaster.sound.master import Mastered, master
from broadcaster.sound.profiles import SoundProfile
from broadcaster.sound.render import wanted
from broadcaster.sound.store import Store

_SLOWEST_S: Final = 120.0
KINDS = {
    "opening": "Nhạc hiệu",
    "closing": "Nhạc kết",
    "chime": "Chuông",
    "separator": "Nhạc chuyển mục",
    "tune": "Nhạc nền, nhạc khác",
    "alert": "Báo động",
    "test": "Âm thử",
    "line_up": "Âm chuẩn",
}
_LABELS = {"title": "Tên", "kind": "Loại", "licence": "Quyền sử dụng", "source": "Nguồn", "file": "Tệp âm thanh"}
LONGEST_S = 180.0
"""A station sound is a sign, not a programme."""
_SHORTEST_S = 0.3


@dataclass(frozen=True, slots=True)
class SoundFields:
    """What people say of a sound: whose it is must be known before it goes on the horns."""

    title: str
    kind: str
    licence: str
    source: str = ""


def add(station: Station, actor: Actor, fields: SoundFields, upload: Path | None) -> str:
    """Offer a new sound and return its name, made of its title; a leader listens before it is one of the station's.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: a field or the file is missing, or the file is too short or too long.
        MediaError: the file is no sound, silent, or the disk refuses.
    """
    actor.require(Permission.SCHEDULE)
    _check(fields)
    if upload is None:
        raise RuleError("Hãy chọn tệp âm thanh.", field="file")
    sha256, duration_ms = _take(station, upload)
    with station.db.write() as session:
        taken = {*session.scalars(select(CueRow.name)), *(one.name for one in proposals.waiting(session, CueOffer))}
        stem = slug(fields.title)[:48].strip("-") or "am-thanh"
        name = next(c for n in range(1, 1000) if (c := stem if n == 1 else f"{stem}-{n}") not in taken)
        _offer(station, session, actor, name, fields, sha256, duration_ms)
        return name


def facts_of(row: CueRow) -> dict[str, Any]:
    """What people say of a sound, and the sound itself."""
    return {
        "title": row.title,
        "kind": row.kind,
        "licence": row.licence,
        "source": row.source,
        "file": row.audio_sha256,
    }


def change(
    station: Station, actor: Actor, name: str, fields: SoundFields, upload: Path | None, *, seen: str = ""
) -> bool:
    """Change what is said of a sound; another one, or another kind of use, is offered to the leaders: say if it waits.

    `seen` is the mark of what was opened.

    Raises:
        OvertakenError: it is no longer what was seen.
        NotFoundError: there is no such sound.
        RuleError, MediaError: as `add`.
    """
    actor.require(Permission.SCHEDULE)
    _check(fields)
    taken = _take(station, upload) if upload is not None else None
    with station.db.write() as session:
        row = one_of(session, CueRow, name, field="name")
        require_seen(facts_of(row), seen, _LABELS)
        again = taken is not None and _heard(session, name, taken[0])
        if (taken is not None and not again) or row.kind != fields.kind:
            _offer(station, session, actor, name, fields, *(taken or (row.audio_sha256, row.duration_ms)))
            return True
        before = {"title": row.title, "licence": row.licence}
        if taken is not None:  # what a leader let in before needs no other listening
            row.audio_sha256, row.duration_ms = taken
            settle(row)
        row.title = one_line(fields.title)
        row.licence, row.source = one_line(fields.licence), one_line(fields.source)
        after = {"title": row.title, "licence": row.licence}
        Trail(session, station.now(), actor).record("edit", "sound", name, before=before, after=after)
        return False


def decide(station: Station, actor: Actor, number: int, *, accept: bool) -> None:
    """Let a sound in that was listened to, byte for byte, or put it aside.

    Raises:
        ForbiddenError: the actor is no leader, or brought the sound and the station asks for four eyes.
        RuleError: it was decided before.
        MediaError: its bytes are gone or altered.
    """
    actor.require(Permission.APPROVE)
    if accept:
        with station.db.read() as session:
            sha256 = proposals.undecided(session, CueOffer, number).audio_sha256
        Store(station.home.store).verify(sha256)
    with station.db.write() as session:
        one = proposals.undecided(session, CueOffer, number)
        if accept and one.by == actor.username and station.settings.approval.four_eyes:
            raise ForbiddenError("Người đưa âm thanh vào không tự cho dùng. Hãy nhờ lãnh đạo khác.", field="offer")
        proposals.settle(one, actor.username, station.now(), accept=accept)
        if accept:
            row = session.get(CueRow, one.name)
            if row is None:
                row = CueRow(name=one.name)
                session.add(row)
            for column in ("kind", "title", "audio_sha256", "duration_ms", "licence", "source"):
                setattr(row, column, getattr(one, column))
            settle(row)
        verb = "accept" if accept else "refuse"
        Trail(session, station.now(), actor).record(verb, "sound", one.name, after={"sha256": one.audio_sha256})


def _heard(session: Session, name: str, sha256: str) -> bool:
    """Whether a leader let exactly these bytes in for this very sound before."""
    known = select(CueOffer.id).where(CueOffer.name == name, CueOffer.audio_sha256 == sha256)
    return session.scalar(known.where(CueOffer.accepted.is_(True)).limit(1)) is not None


def _offer(
    station: Station, session: Session, actor: Actor, name: str, fields: SoundFields, sha256: str, duration_ms: int
) -> None:
    session.add(
        CueOffer(
            name=name,
            kind=fields.kind,
            title=one_line(fields.title),
            audio_sha256=sha256,
            duration_ms=duration_ms,
            licence=one_line(fields.licence),
            source=one_line(fields.source),
            by=actor.username,
            at=station.now(),
        )
    )
    Trail(session, station.now(), actor).record("offer", "sound", name, after={"sha256": sha256})


def restore(station: Station, actor: Actor, name: str) -> None:
    """Bring a sound of the starter kit back as it was shipped.

    Raises:
        NotFoundError: the kit has no sound of that name.
    """
    actor.require(Permission.SCHEDULE)
    kit = shipped().get(name)
    if kit is None:
        raise NotFoundError("Âm thanh này do đài tự thêm, không có bản gốc trong bộ cài.", field="name")
    sha256 = Store(station.home.store).put(file_of(kit))
    with station.db.write() as session:
        row = session.get(CueRow, name)
        before = {"sha256": row.audio_sha256} if row else None
        if row is None:
            row = CueRow(name=name)
            session.add(row)
        row.kind, row.title, row.audio_sha256 = kit["kind"], kit["title"], sha256
        settle(row)
        row.duration_ms, row.licence, row.source = round(kit["seconds"] * 1000), kit["licence"], kit.get("source", "")
        Trail(session, station.now(), actor).record("restore", "sound", name, before=before, after={"sha256": sha256})


def keep_shipped(station: Station, actor: Actor, name: str) -> None:
    """Settle for the shipped sound that stands in for one whose file is gone.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: nothing stands in for it.
    """
    actor.require(Permission.SCHEDULE)
    with station.db.write() as session:
        row = one_of(session, CueRow, name, field="name")
        if row.lost_sha256 is None:
            raise RuleError("Âm thanh này không thiếu tệp nào.", field="name")
        before, kit = {"sha256": row.lost_sha256}, stand_in(row)
        settle(row)
        if kit is not None:
            row.licence, row.source = kit["licence"], kit.get("source", "")
        after = {"sha256": row.audio_sha256}
        Trail(session, station.now(), actor).record("restore", "sound", name, before=before, after=after)


def remove(station: Station, actor: Actor, name: str) -> None:
    """Take away a sound that the station added itself and that no rotation names.

    Raises:
        RuleError: it belongs to the kit, or a rotation in force uses it.
    """
    actor.require(Permission.SCHEDULE)
    if name in shipped():
        raise RuleError("Âm thanh của bộ cài không xóa được; có thể thay hoặc khôi phục.", field="name")
    with station.db.write() as session:
        row = one_of(session, CueRow, name, field="name")
        if used := [r.title for r in rotations_in_force(session) if _uses(session, r.code, name)]:
            raise RuleError(f"Khung lịch “{used[0]}” đang dùng âm thanh này. Hãy đổi khung lịch trước.", field="name")
        session.delete(row)
        Trail(session, station.now(), actor).record("remove", "sound", name, before={"sha256": row.audio_sha256})


def _uses(session: Session, code: str, name: str) -> bool:
    row = session.scalars(
        select(RotationRow).where(RotationRow.code == code).order_by(RotationRow.version.desc()).limit(1)
    ).one()
    return any(name in {i.get("cue"), i.get("separator")} for s in row.definition["slot"] for i in s["item"])


def _take(station: Station, upload: Path) -> tuple[str, int]:
    disk_room.require(station, upload.stat().st_size, field="file")
    sound = station.settings.sound
    profile = wanted("studio", sound.loudness, sound.true_peak)
    store = Store(station.home.store)
    with store.workspace() as folder:
        try:
            made = apart.done(_SLOWEST_S, _mastered, upload, folder, profile)
        except MediaError as error:
            raise MediaError(error.message, code=error.code, field="file") from None
        _require_length(made.duration_ms / 1000)
        return store.put(made.path), made.duration_ms


def _mastered(upload: Path, folder: Path, profile: SoundProfile) -> Mastered:
    facts = recording.admit(upload)
    if facts.seconds is not None:
        _require_length(facts.seconds)
    recording.listen(upload, folder / "whole.pcm", facts)
    return master(upload, folder / "sound.flac", profile)


def _require_length(seconds: float) -> None:
    if not _SHORTEST_S <= seconds <= LONGEST_S:
        raise RuleError(
            f"Âm thanh của đài dài từ nửa giây đến {LONGEST_S / 60:.0f} phút; tệp này dài {seconds:.0f} giây.",
            field="file",
        )


def _check(fields: SoundFields) -> None:
    if not 0 < len(one_line(fields.title)) <= 200:
        raise RuleError("Hãy đặt tên cho âm thanh, không quá 200 ký tự.", field="title")
    if fields.kind not in KINDS:
        raise RuleError("Hãy chọn loại âm thanh trong danh sách.", field="kind")
    if not 0 < len(one_line(fields.licence)) <= 64:
        raise RuleError(
            "Hãy ghi quyền sử dụng, ví dụ “Đài tự thu” hoặc “CC0”. Nhạc có bản quyền phải được phép.", field="licence"
        )
