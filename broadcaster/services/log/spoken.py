"""What is known of the words of an entry: bytes, whose voice, what a recogniser understood; never what was meant."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Hearing, PlayLogEntry, Rendition, Revision
from broadcaster.services.scripts.recordings import is_human


def known_of(session: Session, entry: PlayLogEntry) -> str:
    """A Vietnamese sentence on what stands behind the sound of an entry; empty for what has no script."""
    if entry.script_id is None or entry.audio_sha256 is None:
        return ""
    mark = f"âm thanh có dấu {entry.audio_sha256[:12]}"
    if entry.voice is None or not is_human(entry.voice):
        return f"Máy đọc bản {entry.revision}, {mark}."
    made = session.scalars(
        select(Rendition)
        .join(Revision, Revision.id == Rendition.revision_id)
        .where(Rendition.audio_sha256 == entry.audio_sha256, Revision.script_id == entry.script_id)
        .order_by(Rendition.id.desc())
    ).first()
    by = f", do {made.by} nộp" if made is not None and made.by else ""
    return f"Giọng người thật, {mark}{by}. {_understood(session, made)}"


def _understood(session: Session, made: Rendition | None) -> str:
    share = made and session.scalar(
        select(Hearing.share).where(Hearing.rendition_id == made.id).order_by(Hearing.id.desc()).limit(1)
    )
    agreed = "Máy chưa nghe thử" if share is None else f"Máy nghe thử nhận ra {share:.0%} lời của kịch bản"
    return f"{agreed}; nhật ký giữ đúng bản thu đã phát, không khẳng định từng lời người nói."
