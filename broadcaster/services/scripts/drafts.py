"""Words being typed, kept as they come: nothing is lost by a closed window, a crash or a second window."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import DraftRow
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.scripts.fields import Face, shown_on
from broadcaster.domain.scripts.scripts import MAX_BODY
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.station import Station

FIELDS: Final = (*shown_on(Face.FORM), "own", "version")
"""What is kept of the form, as it was typed, and the version of the script that it was opened on."""
NEAR = dt.timedelta(minutes=15)
"""Somebody who typed this lately is still at it."""
_TOKEN = re.compile(r"[0-9a-f]{32}")
_MOST = 100
"""Drafts of one person; the oldest give way."""


@dataclass(frozen=True, slots=True)
class WordsKept:
    """What became of typed words: the draft they are in, and whether it had to be a new one."""

    draft: str
    serial: int
    at: dt.datetime
    forked: bool
    """Another window had written to the draft since; these words went to a draft of their own."""
    beside: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Somebody, or oneself in another window, who is writing on the same script."""

    username: str
    at: dt.datetime


def token() -> str:
    """A new name for a draft or a window."""
    return secrets.token_hex(16)


def write(
    station: Station,
    actor: Actor,
    fields: Mapping[str, str],
    *,
    draft: str,
    tab: str,
    seen: int,
    script_id: int | None = None,
    base: int | None = None,
) -> WordsKept:
    """Keep the fields of a form that is being written; return where.

    Args:
        station: the open station.
        actor: who writes.
        fields: the form as typed; unknown ones are left out.
        draft: name of the draft, made by `token` when the form was opened.
        tab: name of the window.
        seen: how often the draft had been written when this window opened it.
        script_id: the script that is being changed; none for a new one.
        base: the revision that was opened.

    Raises:
        ForbiddenError: the actor may not write.
        RuleError: a name is malformed, or the text is too long to keep.
    """
    actor.require(Permission.WRITE)
    if not (_TOKEN.fullmatch(draft) and _TOKEN.fullmatch(tab)):
        raise RuleError("Trang đã cũ. Hãy tải lại trang.", field="draft")
    kept = {name: str(fields[name]).replace("\0", "") for name in FIELDS if name in fields}
    if sum(map(len, kept.values())) > 2 * MAX_BODY:
        raise RuleError("Bài quá dài nên không giữ được bản nháp. Hãy chia thành nhiều bài.", field="body")
    now = station.now()
    with station.db.write() as session:
        row = session.get(DraftRow, draft)
        forked = row is not None and (row.username != actor.username or (row.tab != tab and row.serial != seen))
        if row is None or forked:
            row = DraftRow(
                id=token() if forked else draft,
                script_id=script_id,
                username=actor.username,
                tab=tab,
                serial=0,
                base=base,
                fields={},
                created_at=now,
                updated_at=now,
            )
            session.add(row)
            _prune(session, actor.username)
        if row.fields != kept or row.tab != tab:
            row.fields, row.tab, row.base, row.updated_at, row.serial = kept, tab, base, now, row.serial + 1
        session.flush()
        beside = tuple(_beside(session, row, now)) if script_id is not None else ()
        return WordsKept(row.id, row.serial, row.updated_at, forked, beside)


def mine(session: Session, actor: Actor, script_id: int | None) -> Sequence[DraftRow]:
    """A person's drafts of one script, or those of new scripts, the newest first."""
    scope = DraftRow.script_id.is_(None) if script_id is None else DraftRow.script_id == script_id
    query = select(DraftRow).where(DraftRow.username == actor.username, scope)
    return session.scalars(query.order_by(DraftRow.updated_at.desc(), DraftRow.id)).all()


def open_draft(session: Session, actor: Actor, draft: str) -> DraftRow:
    """One of a person's own drafts.

    Raises:
        NotFoundError: there is none of that name.
    """
    row = session.get(DraftRow, draft) if _TOKEN.fullmatch(draft) else None
    if row is None or row.username != actor.username:
        raise NotFoundError("Bản nháp này không còn: có thể đã được lưu thành kịch bản hoặc đã bỏ.", field="draft")
    return row


def drop(station: Station, actor: Actor, draft: str) -> bool:
    """Throw a draft away: it was saved as a revision, or is not wanted; return whether there was one."""
    with station.db.write() as session:
        row = session.get(DraftRow, draft) if _TOKEN.fullmatch(draft) else None
        if row is None or row.username != actor.username:
            return False
        session.delete(row)
        return True


def _beside(session: Session, row: DraftRow, now: dt.datetime) -> list[Beside]:
    query = select(DraftRow).where(
        DraftRow.script_id == row.script_id, DraftRow.id != row.id, DraftRow.updated_at > now - NEAR
    )
    return [Beside(r.username, r.updated_at) for r in session.scalars(query.order_by(DraftRow.updated_at.desc()))]


def _prune(session: Session, username: str) -> None:
    query = select(DraftRow).where(DraftRow.username == username).order_by(DraftRow.updated_at.desc()).offset(_MOST)
    for row in session.scalars(query):
        session.delete(row)
