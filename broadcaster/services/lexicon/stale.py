"""Approved sound that what it was made from has outrun: one mark for all causes, the lexicon and the station's names.

The words of a script are made from its body, the lexicon, the station's names and its region. Whatever of these changes
reads the approved scripts with the old and the new and marks those that differ.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, Rendition, Revision, Script, StaleMark
from broadcaster.domain.people.roles import Actor
from broadcaster.domain.scripts.scripts import Decision, ScriptState
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

SHOWN: Final = 12
"""Sentences kept with a mark: enough to see what changed."""


@dataclass(frozen=True, slots=True)
class Affected:
    """An approved script that would be read otherwise: sentences as approved and as they would become."""

    script_id: int
    title: str
    approval_id: int
    rendition_id: int
    differences: tuple[tuple[str, str], ...]
    back: bool
    """The new reading is exactly the approved one: an earlier change is undone."""


def mark(station: Station, session: Session, actor: Actor, a: Affected, number: int, *, hold: bool) -> None:
    """Mark an approved script whose words are made otherwise since version `number`, or take its marks away."""
    now = station.now()
    if a.back:
        rows = session.scalars(
            select(StaleMark).where(StaleMark.approval_id == a.approval_id, StaleMark.cleared_at.is_(None))
        ).all()
        for row in rows:
            row.cleared_at = now
        if rows:
            Trail(session, now, actor).record("fresh", "script", a.script_id, note="Lời đọc trở lại đúng lời đã duyệt.")
        return
    session.add(
        StaleMark(
            script_id=a.script_id,
            approval_id=a.approval_id,
            version=number,
            hold=hold,
            changes=[{"before": b, "after": c} for b, c in a.differences],
            at=now,
            by=actor.username,
            cleared_at=None,
        )
    )
    note = "Giữ lại đến khi duyệt bản đọc mới." if hold else "Vẫn phát bản đã duyệt."
    Trail(session, now, actor).record("stale", "script", a.script_id, note=f"{note} Theo thay đổi số {number}.")


class ApprovedReading(NamedTuple):
    """A script as it was approved: its words and its sound."""

    script_id: int
    title: str
    kept: list[dict[str, Any]]
    approval_id: int
    body: str
    rendition_id: int
    voice: str
    spoken_sha256: str


def approved(session: Session, script_id: int | None = None) -> Iterator[ApprovedReading]:
    """Every script that is approved, or one, with what was approved."""
    latest = select(Approval.script_id, func.max(Approval.id).label("id")).group_by(Approval.script_id).subquery()
    query = (
        select(
            Script.id,
            Script.title,
            Script.kept,
            Approval.id,
            Revision.body,
            Rendition.id,
            Rendition.voice,
            Rendition.spoken_sha256,
        )
        .join(latest, latest.c.script_id == Script.id)
        .join(Approval, Approval.id == latest.c.id)
        .join(Revision, Revision.id == Approval.revision_id)
        .join(Rendition, Rendition.id == Approval.rendition_id)
        .where(Approval.decision == Decision.APPROVED, Script.state == ScriptState.APPROVED)
        .order_by(Script.id)
    )
    if script_id is not None:
        query = query.where(Script.id == script_id)
    return (ApprovedReading(*row) for row in session.execute(query).all())


def differences(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """The sentences that are not the same, as they were and as they are."""
    found = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append((" ".join(old[i:j]), " ".join(new[k:m])))
    return found


def newest_renditions(session: Session, script_ids: Collection[int]) -> dict[int, int]:
    """The newest rendition of each script, whatever was decided on it."""
    query = (
        select(Revision.script_id, func.max(Rendition.id))
        .join(Rendition, Rendition.revision_id == Revision.id)
        .where(Revision.script_id.in_(script_ids))
        .group_by(Revision.script_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
