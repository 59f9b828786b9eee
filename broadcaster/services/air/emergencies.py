"""Emergencies from the first word to the review: each step one transaction, each step in the audit trail.

What is said when lies in `emergency_soundings`, how it is spoken in `emergency_voice`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import ApiToken, Emergency
from broadcaster.db.queries.emergencies import in_force
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.zones import zone_map
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.air.emergencies import (
    Another,
    EmergencyRequest,
    EmergencyState,
    ReviewFinding,
    repeat_after,
)
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.people.scopes import machine_of
from broadcaster.domain.seen import require_seen
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.air import ear, emergency_alone, emergency_soundings, emergency_words
from broadcaster.services.air.emergency_ending import held
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station
from broadcaster.services.work import jobs

SHOWN: Final = {
    "title": "Tên bản tin",
    "text": "Nội dung",
    "spoken": "Lời đọc",
    "recording": "Bản ghi âm",
    "zones": "Phát ở đâu",
    "codes": "Cụm loa đang bật",
    "reason": "Lý do",
    "repeat_minutes": "Lặp lại",
    "interrupted": "Chương trình bị ngắt",
    "expires_at": "Hết hiệu lực",
    "lasts_hours": "Số giờ hiệu lực",
    "over": "Báo việc đã qua",
    "ends": "Kết thúc bản tin nào",
    "replaced": "Bản tin bị thay hoặc kết thúc",
}
"""What is confirmed, by name."""


def get(session: Session, number: int) -> Emergency:
    """One emergency.

    Raises:
        NotFoundError: there is none of that number.
    """
    return one_of(session, Emergency, number)


def wish_of(row: Emergency) -> EmergencyRequest:
    """What a row asks for."""
    return EmergencyRequest(
        title=row.typed_title,
        text=row.text,
        zones=tuple(row.zones),
        reason=row.reason,
        repeat_minutes=row.repeat_minutes,
        interrupted=row.interrupted,
        recording_sha256=row.quick_sha256 if row.recorded else None,
        recording_ms=row.quick_ms if row.recorded else 0,
        expires_at=row.expires_at,
        over=row.over,
        ends=tuple(row.ends),
    )


def draft(
    station: Station,
    actor: Actor,
    wish: EmergencyRequest,
    *,
    source: dict[str, Any] | None = None,
    cap_identifier: str | None = None,
) -> int:
    """Keep what is to be confirmed, and begin to speak it; nothing sounds. Return its number.

    A draft may be incomplete; `confirm` asks for what is missing.

    Raises:
        ForbiddenError: the actor may not.
        RuleError: a zone is unknown.
        UnsoundedError: no row can be written.
    """
    actor.require(Permission.EMERGENCY)
    now = station.now()
    with emergency_alone.or_by_mouth(), station.db.write() as session:
        row = Emergency(
            created_by=actor.username,
            created_at=now,
            source=source,
            cap_identifier=cap_identifier,
            state=EmergencyState.DRAFT,
            quick_ms=0,
        )
        _put(station, session, row, wish)
        session.add(row)
        session.flush()
        Trail(session, now, actor).record("draft", "emergency", row.id, note=row.title, after=_facts(row))
        _want_voice(station, session, row, actor)
        return row.id


def facts_of(row: Emergency) -> dict[str, Any]:
    """What a draft says and asks for, by field."""
    wish = wish_of(row)
    return {
        "title": wish.title,
        "text": wish.text,
        "recording": wish.recording_sha256,
        "zones": list(wish.zones),
        "reason": wish.reason,
        "repeat_minutes": wish.repeat_minutes,
        "expires_at": wish.expires_at,
        "interrupted": wish.interrupted.value,
        "ends": list(wish.ends),
    }


def change(station: Station, actor: Actor, number: int, wish: EmergencyRequest, *, seen: str = "") -> None:
    """Change a draft; what was spoken of other words is forgotten. `seen` is the mark of what was opened.

    Raises:
        OvertakenError: it is no longer what was seen.
        RuleError: it is no draft any more, or a zone is unknown.
        UnsoundedError: no row can be written.
    """
    actor.require(Permission.EMERGENCY)
    with emergency_alone.or_by_mouth(), station.db.write() as session:
        row = open_draft(session, number)
        require_seen(facts_of(row), seen, SHOWN)
        before = _facts(row)
        _put(station, session, row, wish)
        Trail(session, station.now(), actor).record(
            "change",
            "emergency",
            number,
            note=row.title,
            before=before,
            after=_facts(row),
        )
        _want_voice(station, session, row, actor)


def dismiss(station: Station, actor: Actor, number: int) -> None:
    """Put a draft aside: it will never sound."""
    actor.require(Permission.EMERGENCY)
    with station.db.write() as session:
        row = open_draft(session, number)
        row.state, row.ended_by, row.ended_at = EmergencyState.DISMISSED, actor.username, station.now()
        Trail(session, station.now(), actor).record("dismiss", "emergency", number, note=row.title)


def deciding(station: Station, session: Session, row: Emergency) -> dict[str, Any]:
    """All that decides what would sound where, how long and in whose place if a draft were confirmed now."""
    typed = _facts(row)
    return {name: typed[name] for name in SHOWN if name in typed} | {
        "spoken": emergency_words.words_of(station, session, row),
        "repeat_minutes": row.repeat_minutes,
        "codes": list(zone_map(session).expand(row.zones, where="zones")),
        "replaced": [other.id for other in gives_way(session, row, station.outputs(session), station.now())],
        "lasts_hours": None if row.over or row.expires_at else station.settings.emergency.lasts_hours,
    }


def confirm(
    station: Station,
    actor: Actor,
    number: int,
    *,
    another: Another = Another.REPLACE,
    seal: str | None = None,
    per_hour: int | None = None,
) -> str:
    """Put a draft on the air at once, day or night; return what the person must know besides, mostly nothing.

    The alert tone leaves while the words may still be being spoken. An active emergency that shares an output is
    replaced, or goes on (`another`), and this one is heard as soon as that leaves the output free; what says that
    something is over ends those that it names and no other. `seal` is that of what was shown (`deciding`),
    `per_hour` how often the actor may do this in an hour. Where no row can be written play-out sounds it alone.

    Raises:
        ForbiddenError: the actor may not, or not so often.
        NotAsShownError: what would sound is no longer what was shown.
        RuleError: something is missing, or it was confirmed or put aside before; nothing sounds.
        UnsoundedError: neither a row can be written nor play-out can do without; nothing sounds.
    """
    actor.require(Permission.EMERGENCY)
    try:
        _confirm(station, actor, number, another, seal, per_hour)
    except DatabaseUnavailableError as away:
        with station.db.read() as session:
            row = open_draft(session, number)
            codes = _ready(station, session, row, actor, seal, per_hour)
            session.expunge(row)
            emergency_soundings.activate(station, row, actor.username, station.now())
            return emergency_alone.sound(station, session, row, codes, away)
    ear.ring(station.home)
    return ""


def _ready(
    station: Station, session: Session, row: Emergency, actor: Actor, seal: str | None, per_hour: int | None
) -> tuple[str, ...]:
    """The zones of a draft that may be put on the air, and is what was shown."""
    if per_hour is not None:
        _require_seldom(session, actor, station.now(), per_hour)
    require_shown(deciding(station, session, row), seal, SHOWN)
    wish = wish_of(row).cleaned()
    wish.check(station.now())
    codes = zone_map(session).expand(wish.zones, where="zones")
    if not codes:
        raise RuleError("Các cụm loa đã chọn đều đang tắt.", field="zones")
    return codes


def _confirm(
    station: Station, actor: Actor, number: int, another: Another, seal: str | None, per_hour: int | None
) -> None:
    with station.db.write() as session:
        row, now = open_draft(session, number), station.now()
        if per_hour is not None:  # one after another: two at once would both find the same number of soundings
            mine = ApiToken.name == machine_of(actor.username)
            session.execute(select(ApiToken.id).where(mine).with_for_update())
        _ready(station, session, row, actor, seal, per_hour)
        emergency_soundings.activate(station, row, actor.username, now)
        emergency_soundings.order(station, session, row, now)
        for other in gives_way(session, row, station.outputs(session), now, another):
            closed = EmergencyState.CANCELLED if row.over else EmergencyState.REPLACED
            said = "Kết thúc theo" if row.over else "Thay bằng"
            other.replaced_by = number
            emergency_soundings.close(session, other, closed, now, actor, f"{said} bản tin khẩn cấp số {number}.")
        emergency_soundings.begin(station, session, row, now)
        Trail(session, now, actor).record("confirm", "emergency", number, note=row.reason, after=_facts(row))


def _require_seldom(session: Session, actor: Actor, now: dt.datetime, per_hour: int) -> None:
    lately = select(func.count(Emergency.id)).where(
        Emergency.confirmed_by == actor.username, Emergency.confirmed_at > now - dt.timedelta(hours=1)
    )
    if (session.scalar(lately) or 0) >= per_hour:
        raise ForbiddenError(
            f"Đã tự phát {per_hour} bản tin khẩn cấp trong một giờ. Hãy để người của đài xác nhận ở trang Khẩn cấp.",
            field="per_hour",
        )


def review(station: Station, actor: Actor, number: int, finding: ReviewFinding, note: str) -> None:
    """Write down what a leader found afterwards; once, and not by the one who confirmed it where four eyes are asked.

    Raises:
        ForbiddenError: the actor may not approve.
        RuleError: it never sounded, is reviewed already, or the actor confirmed it.
    """
    actor.require(Permission.APPROVE)
    with station.db.write() as session:
        row = get(session, number)
        if row.confirmed_at is None:
            raise RuleError("Bản tin này chưa từng phát nên không cần xem lại.", field="emergency")
        if row.finding is not None:
            raise RuleError("Bản tin khẩn cấp này đã được xem lại.", field="emergency")
        if row.confirmed_by == actor.username and station.settings.approval.four_eyes:
            raise RuleError("Người xác nhận phát không tự xem lại; hãy nhờ lãnh đạo khác.", field="emergency")
        if finding is not ReviewFinding.RIGHT and not note.strip():
            raise RuleError("Hãy ghi rõ vì sao.", field="note")
        row.finding, row.review_note = finding, note.strip()
        row.reviewed_by, row.reviewed_at = actor.username, station.now()
        Trail(session, station.now(), actor).record(
            "review", "emergency", number, note=f"{finding.label}. {note}".strip()
        )


def active(session: Session, now: dt.datetime) -> list[Emergency]:
    """The emergencies that hold at `now`, oldest first."""
    return list(session.scalars(select(Emergency).where(in_force(now)).order_by(Emergency.id)))


def beside(session: Session, row: Emergency, outputs: Outputs, now: dt.datetime) -> list[Emergency]:
    """The active emergencies of the same outputs, whose fate whoever confirms `row` chooses (`Another`).

    What says that something is over, or names what it ends, leaves no choice in that.
    """
    if row.over:
        return []
    zones = zone_map(session)
    codes = zones.expand(row.zones, where="zones")
    others = [other for other in active(session, now) if other.id != row.id and other.id not in row.ends]
    return [other for other in others if outputs.collide(codes, zones.expand(other.zones, where="zones"))]


def gives_way(
    session: Session, row: Emergency, outputs: Outputs, now: dt.datetime, another: Another = Another.REPLACE
) -> list[Emergency]:
    """The active emergencies that end when `row` is confirmed: those it names, and those that it replaces."""
    named = [other for other in active(session, now) if other.id != row.id and other.id in row.ends]
    return named + (beside(session, row, outputs, now) if another is Another.REPLACE else [])


def open_draft(session: Session, number: int) -> Emergency:
    """One that waits to be confirmed or dropped.

    Raises:
        NotFoundError: there is none of that number.
        RuleError: it was confirmed or dropped before.
    """
    row = get(session, number)
    if row.state is not EmergencyState.DRAFT:
        raise RuleError(
            f"Bản tin khẩn cấp số {number} đã qua bước xác nhận ({row.state.label.lower()}).", field="emergency"
        )
    return row


def _put(station: Station, session: Session, row: Emergency, wish: EmergencyRequest) -> None:
    wish = wish.cleaned()
    zone_map(session).expand(wish.zones, where="zones")
    for number in set(wish.ends) - set(row.ends or ()):
        held(session, number, station.now())
    if wish.text != row.text or wish.recording_sha256 != (row.quick_sha256 if row.recorded else None):
        row.quick_sha256, row.quick_ms, row.quick_voice = wish.recording_sha256, wish.recording_ms, ""
        row.good_sha256, row.good_ms, row.good_voice, row.trouble = None, 0, "", ""
        row.spoken = emergency_words.spoken(station, session, wish.text) if wish.recording_sha256 is None else []
    row.typed_title, row.text, row.zones, row.reason = wish.title, wish.text, list(wish.zones), wish.reason
    row.expires_at, row.over, row.ends = wish.expires_at, wish.over, list(wish.ends)
    row.repeat_minutes, row.interrupted = wish.repeat_minutes, wish.interrupted
    row.recorded = wish.recording_sha256 is not None


def _want_voice(station: Station, session: Session, row: Emergency, actor: Actor) -> None:
    """Have the words spoken: at once by the quick voice, then for the repeats by the station's own."""
    if row.recorded or not row.text:
        return
    now, wish, by = station.now(), {"emergency": row.id}, actor.username
    quick = jobs.want(session, now, JobKind.EMERGENCY_VOICE, str(row.id), wish, by=by)
    jobs.want(session, now, JobKind.EMERGENCY_REPEATS, str(row.id), wish, by=by, after=[quick], or_without=True)


def voice_again(station: Station, actor: Actor, number: int) -> None:
    """Forget the spoken words of an emergency, whose sound is gone, and have them spoken anew."""
    actor.require(Permission.EMERGENCY)
    with station.db.write() as session:
        row = get(session, number)
        if not row.recorded:
            row.quick_sha256, row.quick_ms, row.quick_voice = None, 0, ""
            row.good_sha256, row.good_ms, row.good_voice, row.trouble = None, 0, "", ""
            _want_voice(station, session, row, actor)


def _facts(row: Emergency) -> dict[str, Any]:
    every = row.repeat_minutes
    return {
        "title": row.title,
        "text": row.text,
        "zones": list(row.zones),
        "reason": row.reason,
        "repeat_s": repeat_after(every, row.quick_ms).total_seconds() if every else None,
        "interrupted": row.interrupted.value,
        "expires_at": row.expires_at and row.expires_at.isoformat(),
        "over": row.over,
        "ends": list(row.ends),
        "recording": row.quick_sha256 if row.recorded else None,
        "cap": row.cap_identifier,
    }
