"""Approval: a leader's word on exact words and exact sound. What was approved, to the byte, is what airs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, Rendition, Revision, Script, StaleMark
from broadcaster.db.queries import in_hand
from broadcaster.db.queries.scripts.one import get_script, latest_rendition, latest_revision
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.in_hand import StillAirs
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.scripts.scripts import Decision, ScriptState, move
from broadcaster.domain.scripts.standing import HELD, Outrun, ReadingState, standing
from broadcaster.domain.work.jobs import JobKind
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.sound.store import Store


def send_back(station: Station, actor: Actor, script_id: int, comment: str, *, still: StillAirs | None = None) -> None:
    """Send a script back to its editor with a comment; an approval it had ends.

    Raises:
        ForbiddenError: the actor may not approve.
        RuleError: there is no comment.
        StillAirsError: play-out has it in hand, and nobody said what becomes of that.
    """
    actor.require(Permission.APPROVE)
    if not comment.strip():
        raise RuleError("Hãy ghi lý do trả lại để người viết biết cần sửa gì.", field="comment")
    with station.db.write() as session:
        script = get_script(session, script_id)
        revision = latest_revision(session, script_id)
        _require_choice(station, session, script_id, still)
        if script.state is ScriptState.APPROVED:
            script.state = move(script.state, ScriptState.SUBMITTED)
        if script.state is ScriptState.DRAFT:
            script.state = move(script.state, ScriptState.SUBMITTED)
        script.state = move(script.state, ScriptState.RETURNED)
        script.updated_at = station.now()
        decide(
            station,
            session,
            actor,
            script,
            revision,
            rendition=None,
            decision=Decision.RETURNED,
            comment=comment,
            own=False,
        )


def withdraw(
    station: Station, session: Session, actor: Actor, script: Script, why: str, still: StillAirs | None
) -> None:
    """End the approval of a script inside a transaction that changes it.

    Raises:
        StillAirsError: play-out has it in hand, and nobody said what becomes of that.
    """
    if latest_decision(session, script.id) == Decision.APPROVED:
        _require_choice(station, session, script.id, still)
        decide(
            station,
            session,
            actor,
            script,
            latest_revision(session, script.id),
            rendition=None,
            decision=Decision.WITHDRAWN,
            comment=why,
            own=False,
        )


def _require_choice(station: Station, session: Session, script_id: int, still: StillAirs | None) -> None:
    found = in_hand.with_script(session, script_id, station.outputs(session), station.now())
    in_hand.require_choice(found, still)


def ask_again(station: Station, script_id: int) -> bool:
    """End an approval whose sound is gone, once the script has a sound again that is another; say whether that was so.

    What was approved airs, byte for byte: a sound that came out as it was is approved as it was, any other is not.
    """
    with station.db.write() as session:
        script = get_script(session, script_id)
        approved = session.scalars(
            select(Approval).where(Approval.script_id == script_id).order_by(Approval.id.desc()).limit(1)
        ).first()
        made = latest_rendition(session, latest_revision(session, script_id).id)
        if script.state is not ScriptState.APPROVED or approved is None or not approved.audio_sha256 or made is None:
            return False
        if approved.audio_sha256 in Store(station.home.store) or made.audio_sha256 == approved.audio_sha256:
            return False
        why = "Âm thanh đã duyệt không còn trong kho; bản đọc lại chờ duyệt."
        withdraw(station, session, machine(), script, why, StillAirs.LET)
        script.state = move(script.state, ScriptState.SUBMITTED)
        script.updated_at = station.now()
        return True


def latest_decision(session: Session, script_id: int) -> Decision | None:
    """The latest decision on a script."""
    return session.scalars(
        select(Approval.decision).where(Approval.script_id == script_id).order_by(Approval.id.desc()).limit(1)
    ).first()


_OF_CANDIDATE: Final[dict[str, Any]] = {
    "script_id": Script.id,
    "revision": Revision.number,
    "title": Script.title,
    "topic": Script.topic_code,
    "unit": Script.unit_code,
    "genre": Script.genre,
    "priority": Script.priority,
    "valid_from": Script.valid_from,
    "valid_to": Script.valid_to,
    "wanted": Script.airings,
    "spoken_sha256": Rendition.spoken_sha256,
    "audio_sha256": Rendition.audio_sha256,
    "duration_ms": Rendition.duration_ms,
    "voice": Rendition.voice,
}
"""What the schedule sees of a script, and where it stands."""


def airable(session: Session) -> list[Candidate]:
    """Every script whose latest decision approves a rendition, with that rendition; held ones stay out."""
    latest = select(Approval.script_id, func.max(Approval.id).label("id")).group_by(Approval.script_id).subquery()
    rows = session.execute(
        # The columns alone, not whole rows: each page that tells of a script asks for all that compete with it.
        select(Approval.at.label("approved_at"), *(column.label(name) for name, column in _OF_CANDIDATE.items()))
        .select_from(Script)
        .join(latest, latest.c.script_id == Script.id)
        .join(Approval, Approval.id == latest.c.id)
        .join(Revision, Revision.id == Approval.revision_id)
        .join(Rendition, Rendition.id == Approval.rendition_id)
        .where(
            Approval.decision == Decision.APPROVED, Script.state == ScriptState.APPROVED, Approval.id.not_in(_held())
        )
        .order_by(Script.id)
    )
    return [Candidate(**row) for row in rows.mappings()]


def candidate_of(script: Script, revision: Revision, rendition: Rendition, approved_at: dt.datetime) -> Candidate:
    """A script as the schedule sees it once this revision and rendition are approved."""
    rows = {Script: script, Revision: revision, Rendition: rendition}
    seen = {name: getattr(rows[column.class_], column.key) for name, column in _OF_CANDIDATE.items()}
    return Candidate(approved_at=approved_at, **seen)


def approved(session: Session) -> dict[int, Candidate]:
    """What may air now, by the script's number."""
    return {c.script_id: c for c in airable(session)}


def refusals(
    session: Session, script_ids: Collection[int]
) -> Callable[[Session, int, str | None, str, dt.date], Why | None]:
    """What tells of some scripts why exactly these words and bytes may not air on a day; all is read now, at once."""
    latest = select(func.max(Approval.id)).where(Approval.script_id.in_(script_ids)).group_by(Approval.script_id)
    query = select(Script, Approval).join(Approval, Approval.script_id == Script.id).where(Approval.id.in_(latest))
    known = {script.id: (script, approval) for script, approval in session.execute(query)} if script_ids else {}
    states = standings(session, script_ids) if known else {}

    def why(_: Session, script_id: int, spoken_sha256: str | None, audio_sha256: str, day: dt.date) -> Why | None:
        if script_id not in known:
            return Why(Cause.NOT_APPROVED, "Kịch bản chưa được duyệt.")
        script, approval = known[script_id]
        if approval.decision != Decision.APPROVED or script.state is not ScriptState.APPROVED:
            return Why(Cause.NOT_APPROVED, f"Kịch bản không còn được duyệt (đang ở trạng thái “{script.state.label}”).")
        if states.get(script_id) is ReadingState.HELD:
            return Why(Cause.NOT_APPROVED, HELD)
        if approval.spoken_sha256 != spoken_sha256 or approval.audio_sha256 != audio_sha256:
            return Why(Cause.BYTES_DIFFER, "Lời đọc hoặc âm thanh khác với bản đã duyệt.")
        if (script.valid_from and day < script.valid_from) or (script.valid_to and script.valid_to < day):
            return Why(Cause.EXPIRED, "Kịch bản chưa đến hoặc đã quá thời hạn phát.")
        return None

    return why


def refusal(session: Session, script_id: int, spoken_sha256: str | None, audio_sha256: str, day: dt.date) -> Why | None:
    """Why exactly these words and bytes may not air on station day `day`, or None when they may."""
    return refusals(session, [script_id])(session, script_id, spoken_sha256, audio_sha256, day)


def standing_of(session: Session, script_id: int, approval_id: int | None) -> ReadingState:
    """How the reading of a script, approved by `approval_id`, stands to the lexicon."""
    rows = session.scalars(select(StaleMark).where(StaleMark.script_id == script_id))
    return standing(approval_id, [Outrun(m.approval_id, m.hold, m.cleared_at is not None) for m in rows])


def standings(session: Session, script_ids: Collection[int]) -> dict[int, ReadingState]:
    """How the readings of several scripts stand, those that are not as approved."""
    latest = select(func.max(Approval.id)).where(Approval.script_id.in_(script_ids)).group_by(Approval.script_id)
    query = select(StaleMark.script_id, StaleMark.hold).where(
        StaleMark.approval_id.in_(latest), StaleMark.cleared_at.is_(None)
    )
    found: dict[int, ReadingState] = {}
    for script_id, hold in session.execute(query):
        if hold or script_id not in found:
            found[script_id] = ReadingState.HELD if hold else ReadingState.STALE
    return found


def _held() -> Select[int]:
    return select(StaleMark.approval_id).where(StaleMark.hold, StaleMark.cleared_at.is_(None))


def decide(
    station: Station,
    session: Session,
    actor: Actor,
    script: Script,
    revision: Revision,
    *,
    rendition: Rendition | None,
    decision: Decision,
    comment: str,
    own: bool,
) -> Approval:
    """Write a decision down inside a transaction that makes it, and have the coming days filled anew."""
    behalf = None if decision == Decision.WITHDRAWN else actor.behalf
    approval = Approval(
        script_id=script.id,
        revision_id=revision.id,
        rendition_id=rendition.id if rendition else None,
        decision=decision,
        by=actor.username,
        own_work=own,
        behalf=behalf,
        comment=comment.strip(),
        spoken_sha256=rendition.spoken_sha256 if rendition else None,
        audio_sha256=rendition.audio_sha256 if rendition else None,
        at=station.now(),
    )
    session.add(approval)
    session.flush()
    # What may air has changed: the coming days are filled anew, at the latest by the worker's next round.
    jobs.want(session, station.now(), JobKind.PLAN, "change", {}, by=actor.username)
    note = comment.strip() + (" (người làm bài tự duyệt)" if own else "")
    note += f" (thay mặt {behalf})" if behalf else ""
    Trail(session, station.now(), actor).record(decision, "script", script.id, note=note.strip())
    return approval
