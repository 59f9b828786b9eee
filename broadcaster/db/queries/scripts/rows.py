"""Reads of scripts as plain rows: what a search finds, and one script with its words and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, Rendition, Revision, Script
from broadcaster.db.queries.scripts.one import get_script, latest_rendition, latest_revision
from broadcaster.domain.fold import fold, nfc
from broadcaster.domain.scripts.fields import values_of
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.errors import RuleError
from broadcaster.text.syllables import unify_tone_marks


def searchable(text: str) -> str:
    """`text` as it is searched with marks: small letters, NFC, tone marks in one place (hoà is hòa)."""
    return unify_tone_marks(nfc(text).lower())


def script_filter(
    *,
    search: str = "",
    state: str | None = None,
    topic: str | None = None,
    unit: str | None = None,
    genre: str | None = None,
    marks: bool = True,
) -> Select[Script]:
    """The query of scripts that match; every word of `search` must occur.

    A word typed without marks finds all that look like it (dat: đất, đạt, dắt); one with marks finds itself, unless
    `marks` is false.

    Raises:
        RuleError: there is no such state.
    """
    query = select(Script)
    for word in searchable(search).split():
        plain = fold(word)
        query = query.where(Script.folded.contains(plain, autoescape=True))
        if marks and plain != word:
            query = query.where(Script.lowered.contains(word, autoescape=True))
    if state:
        try:
            query = query.where(Script.state == ScriptState(state))
        except ValueError:
            raise RuleError(
                f"Không có trạng thái “{state}”. Các trạng thái: {', '.join(ScriptState)}.", field="state"
            ) from None
    if topic:
        query = query.where(Script.topic_code == topic)
    if unit:
        query = query.where(Script.unit_code == unit)
    if genre:
        query = query.where(Script.genre == genre)
    return query


def page_of_scripts(session: Session, *, limit: int, offset: int, **filters: Any) -> tuple[Sequence[Script], int]:
    """One page of matching scripts, last changed first, and how many match in all."""
    query = script_filter(**filters)
    total = session.scalar(query.with_only_columns(func.count(Script.id))) or 0
    newest_first = query.order_by(Script.updated_at.desc(), Script.id.desc())
    return session.scalars(newest_first.limit(limit).offset(offset)).all(), total


def find_scripts(session: Session, *, limit: int = 1000, offset: int = 0, **filters: Any) -> list[dict[str, Any]]:
    """Matching scripts as plain rows, newest change first, each with the length of its newest rendition."""
    scripts = list(
        session.scalars(
            script_filter(**filters).order_by(Script.updated_at.desc(), Script.id.desc()).limit(limit).offset(offset)
        )
    )
    newest = dict(
        session.execute(
            select(Revision.script_id, func.max(Rendition.id))
            .join(Rendition, Rendition.revision_id == Revision.id)
            .where(Revision.script_id.in_([s.id for s in scripts]))
            .group_by(Revision.script_id)
        ).all()
    )
    lengths = dict(
        session.execute(select(Rendition.id, Rendition.duration_ms).where(Rendition.id.in_(newest.values()))).all()
    )
    return [_row(s) | {"duration": _length(lengths.get(newest.get(s.id, 0)))} for s in scripts]


def script_detail(session: Session, number: int) -> dict[str, Any]:
    """One script with its newest words, newest rendition and every decision.

    Raises:
        NotFoundError: there is none of that number.
    """
    script = get_script(session, number)
    revision = latest_revision(session, number)
    rendition = latest_rendition(session, revision.id)
    decisions = session.scalars(select(Approval).where(Approval.script_id == number).order_by(Approval.id))
    return _row(script) | {
        "body": revision.body,
        "body_sha256": revision.body_sha256,
        "revision": revision.number,
        "author": revision.author,
        "rendition": rendition
        and {
            "id": rendition.id,
            "spoken_text": rendition.spoken_text,
            "spoken_sha256": rendition.spoken_sha256,
            "audio_sha256": rendition.audio_sha256,
            "voice": rendition.voice,
            "duration_ms": rendition.duration_ms,
            "lufs": rendition.lufs,
            "dbtp": rendition.dbtp,
            "cues": rendition.cues,
            "notes": rendition.notes,
        },
        "approvals": [
            {
                "at": a.at,
                "by": a.by,
                "decision": a.decision,
                "comment": a.comment,
                "own_work": a.own_work,
                "spoken_sha256": a.spoken_sha256,
                "audio_sha256": a.audio_sha256,
            }
            for a in decisions
        ],
    }


def _row(s: Script) -> dict[str, Any]:
    return {
        "id": s.id,
        **values_of(s),
        "genre": s.genre.value,
        "genre_label": s.genre.label,
        "priority": s.priority.value,
        "state": s.state.value,
        "state_label": s.state.label,
        "updated_at": s.updated_at,
    }


def _length(ms: int | None) -> str | None:
    return None if ms is None else f"{ms // 60000}:{ms % 60000 // 1000:02d}"
