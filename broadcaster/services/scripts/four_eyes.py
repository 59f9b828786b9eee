"""Approval by another pair of eyes: everybody who shaped what will be heard since the last one is a contributor.

Words and sound count, and what stands behind both: the readings of the script, the station's words that occur in it and
that nobody but their maker has looked at, the station's name where the script says it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, AuditEvent, LexiconRow, LexiconVersion
from broadcaster.db.queries.scripts.one import get_script, latest_rendition, latest_revision
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import STARTER_KIT, Actor, Permission
from broadcaster.domain.scripts.fields import ABOUT, plain, values_of
from broadcaster.domain.scripts.scripts import Decision, ScriptState, move
from broadcaster.domain.scripts.shaping import HUMAN, Contributor, Shaped
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.lexicon import names
from broadcaster.services.lexicon.changes import bare
from broadcaster.services.lexicon.reading import filled
from broadcaster.services.people import contributing
from broadcaster.services.scripts.approving import approved, decide
from broadcaster.services.scripts.correcting import renew_planned
from broadcaster.services.station import Station

_SHOWN = {name: about.label or name for name, about in ABOUT.items()} | {
    "revision": "Văn bản",
    "spoken": "Lời đọc",
    "sound": "Âm thanh",
    "makers": "Người làm bài",
}
_SOUNDING = ("speech", "sound", "speech.voices")


def deciding(station: Station, session: Session, script_id: int) -> dict[str, Any]:
    """All that an approval of a script would let be heard, and when; and whose work it is."""
    script = get_script(session, script_id)
    revision = latest_revision(session, script_id)
    made = latest_rendition(session, revision.id)
    return {name: plain(value) for name, value in values_of(script).items()} | {
        "revision": revision.number,
        "spoken": made and made.spoken_sha256,
        "sound": made and made.audio_sha256,
        "makers": sorted(c.username for c in contributors(station, session, script_id)),
    }


def approve(
    station: Station,
    actor: Actor,
    script_id: int,
    comment: str = "",
    *,
    rendition_id: int | None = None,
    seal: str | None = None,
) -> int:
    """Approve the newest revision of a script as it was last spoken; return the approval's number.

    What is planned with the script names the new sound from now on (ADR 77).

    `rendition_id` is what the leader listened to: when something newer has come since, nothing is approved. `seal` is
    that of the whole page (`deciding`).

    Raises:
        NotAsShownError: what would be approved is no longer what was shown.
        ForbiddenError: the actor may not approve, or shaped what is heard and the station asks for four eyes.
        RuleError: the text was never spoken, or changed since the leader listened.
    """
    actor.require(Permission.APPROVE)
    with station.db.write() as session:
        script = get_script(session, script_id)
        revision = latest_revision(session, script_id)
        rendition = latest_rendition(session, revision.id)
        if rendition is None:
            raise RuleError(
                "Bản mới nhất của kịch bản chưa được đọc thành tiếng. Hãy tạo bản đọc rồi nghe trước khi duyệt.",
                field="rendition",
            )
        if rendition_id is not None and rendition.id != rendition_id:
            raise RuleError(
                "Kịch bản đã có bản mới hơn bản vừa nghe. Hãy nghe lại bản mới rồi duyệt.", field="rendition"
            )
        require_shown(deciding(station, session, script_id), seal, _SHOWN)
        own = is_own(station, session, actor, script_id)
        if own and station.settings.approval.four_eyes:
            raise ForbiddenError(
                "Người đã góp phần vào lời hoặc âm thanh của bài không được tự duyệt. Hãy nhờ lãnh đạo khác duyệt.",
                field="approval",
            )
        if script.state in {ScriptState.DRAFT, ScriptState.RETURNED}:
            script.state = move(script.state, ScriptState.SUBMITTED)
        script.state = move(script.state, ScriptState.APPROVED)
        script.updated_at = station.now()
        approval = decide(
            station,
            session,
            actor,
            script,
            revision,
            rendition=rendition,
            decision=Decision.APPROVED,
            comment=comment,
            own=own,
        )
        renew_planned(session, station.now(), approved(session), script_id)
        return approval.id


def contributors(station: Station, session: Session, script_id: int) -> tuple[Contributor, ...]:
    """Who shaped what would be heard of a script if it were approved now, each with the parts; the writer first."""
    last = contributing.last_approved(session, script_id)
    revision = latest_revision(session, script_id)
    made = latest_rendition(session, revision.id)
    parts: dict[str, dict[Shaped, None]] = {revision.author: {Shaped.WORDS: None}}
    for row in contributing.since(session, script_id, last):
        parts.setdefault(row.by, {})[row.part] = None
    if made is not None and made.voice == HUMAN and made.by:
        parts.setdefault(made.by, {})[Shaped.RECORDING] = None
    at = None if last is None else session.get_one(Approval, last).at
    begun = at or get_script(session, script_id).created_at
    for name in names.renamed_by(session, revision.body, begun):
        parts.setdefault(name, {})[Shaped.NAMES] = None
    for name in _settings(session, begun):
        parts.setdefault(name, {})[Shaped.SETTINGS] = None
    written = bare(filled(station, revision.body))
    for form, name in _words(session, at):
        if bare(form) in written:
            parts.setdefault(name, {})[Shaped.LEXICON] = None
    return tuple(Contributor(name, tuple(found)) for name, found in parts.items())


def is_own(station: Station, session: Session, actor: Actor, script_id: int) -> bool:
    """Whether an approval would be the actor's own work: by a contributor, or in a contributor's stead.

    The starter kit is nobody: what it brought it approves, so that a new station has something to say.
    """
    if actor.username == STARTER_KIT:
        return False
    return not {actor.username, actor.behalf}.isdisjoint(c.username for c in contributors(station, session, script_id))


def _words(session: Session, since: dt.datetime | None) -> set[tuple[str, str]]:
    """The written forms of the station that somebody alone has read otherwise since a moment, each with who did."""
    query = (
        select(LexiconRow, LexiconVersion)
        .join(LexiconVersion, or_(LexiconVersion.number == LexiconRow.since, LexiconVersion.number == LexiconRow.until))
        .where(LexiconRow.script_id.is_(None))
    )
    query = query.where(LexiconRow.until.is_(None)) if since is None else query.where(LexiconVersion.at > since)
    return {
        (row.written, made.by)
        for row, made in session.execute(query)
        if row.until == made.number or row.agreed_by in {None, made.by}
    }


def _settings(session: Session, since: dt.datetime) -> set[str]:
    """Who changed since a moment by which voice, how fast and how loud the station reads."""
    query = select(AuditEvent.actor).where(AuditEvent.object_kind == "settings", AuditEvent.object_id.in_(_SOUNDING))
    return set(session.scalars(query.where(AuditEvent.at > since)))
