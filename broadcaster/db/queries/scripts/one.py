"""One script, and what of it is the newest."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Rendition, Revision, Script
from broadcaster.db.queries.one import one_of


def get_script(session: Session, script_id: int) -> Script:
    """A script.

    Raises:
        NotFoundError: there is none of that number.
    """
    return one_of(session, Script, script_id)


def latest_revision(session: Session, script_id: int) -> Revision:
    """The newest revision of a script that exists."""
    return session.scalars(
        select(Revision).where(Revision.script_id == script_id).order_by(Revision.number.desc()).limit(1)
    ).one()


def latest_rendition(session: Session, revision_id: int) -> Rendition | None:
    """The newest rendition of a revision."""
    return session.scalars(
        select(Rendition).where(Rendition.revision_id == revision_id).order_by(Rendition.id.desc()).limit(1)
    ).first()


def newest_alike(session: Session, revision_id: int, spoken_sha256: str, audio_sha256: str) -> Rendition | None:
    """The newest rendition of a revision if it has these words and bytes.

    An older one does not count: who goes back from a recording to the station's voice wants that one to be the newest.
    """
    newest = latest_rendition(session, revision_id)
    alike = newest is not None and (newest.spoken_sha256, newest.audio_sha256) == (spoken_sha256, audio_sha256)
    return newest if alike else None
