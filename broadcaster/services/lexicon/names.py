"""The station's names where they are spoken: what an approved script says of an old name is marked and made anew.

A text holds a place (`{station}`) that is filled in when it is read. Where a text holds the name itself, making it
anew puts the place there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import AuditEvent, LexiconVersion, Revision, StaleMark
from broadcaster.db.queries.scripts.one import get_script, latest_revision
from broadcaster.domain.people.roles import Actor, Permission, machine
from broadcaster.domain.scripts.fields import kept_of
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.domain.work.jobs import JobKind
from broadcaster.services.audit import Trail
from broadcaster.services.lexicon import layers, stale
from broadcaster.services.lexicon.reading import PLACES, with_names
from broadcaster.services.lexicon.stale import Affected
from broadcaster.services.station import Station
from broadcaster.services.work import jobs
from broadcaster.settings import StationSettings
from broadcaster.text import Lexicon, Profile, normalize
from broadcaster.text.prepared import prepare

Facts = Mapping[str, str]
_KIND: Final = "names"
_RENAMED: Final = "rename"
_KEYS: Final = (*PLACES.values(), "region")
_WORDS: Final = {"name": "Tên đài", "commune": "Tên xã", "province": "Tên tỉnh", "region": "Cách đọc số"}


def facts_of(settings: StationSettings) -> dict[str, str]:
    """What readings are made from beside the words: the names and the region."""
    return {key: str(getattr(settings, key)) for key in _KEYS}


def follow(station: Station, actor: Actor, before: Facts | None = None) -> Sequence[Affected]:
    """Mark the approved scripts that name the station otherwise than it is named now; return them.

    What the names were is the last thing that the audit trail says of them; `before` serves while it says nothing.
    """
    now = facts_of(station.settings.station)
    with station.db.read() as session:
        if _known(session) == now:
            return ()
    with station.db.write() as session:
        known = _known(session)
        if known == now:
            return ()
        old = known or before or now
        Trail(session, station.now(), actor).record(
            _RENAMED if old != now else "note", _KIND, "", before=dict(old), after=now
        )
        if old == now:
            return ()
        changed = [key for key in _KEYS if old[key] != now[key]]
        note = "; ".join(f"{_WORDS[k]} đổi từ “{old[k]}” thành “{now[k]}”" for k in changed)
        version = LexiconVersion(script_id=None, at=station.now(), by=actor.username, note=note)
        found = _affected(station, session, old, now)
        if not found:
            return ()
        session.add(version)
        session.flush()
        hold = station.settings.approval.stale_reading == "hold"
        for each in found:
            stale.mark(station, session, actor, each, version.number, hold=hold)
        jobs.want(session, station.now(), JobKind.PLAN, "change", {}, by=actor.username)
    return found


def outdated(session: Session) -> list[int]:
    """The approved scripts that bear a mark and have no newer sound yet, in order."""
    marked = set(session.scalars(select(StaleMark.approval_id).where(StaleMark.cleared_at.is_(None))))
    rows = [row for row in stale.approved(session) if row.approval_id in marked]
    newest = stale.newest_renditions(session, [row.script_id for row in rows])
    return [row.script_id for row in rows if newest.get(row.script_id) == row.rendition_id]


def make_anew(station: Station, actor: Actor, script_ids: Sequence[int]) -> int:
    """Have marked scripts spoken with the names and words of today, for a leader to approve; return how many.

    Until then the approved sound stays, or is held back, as the mark says.

    Raises:
        ForbiddenError: the actor may not write.
    """
    actor.require(Permission.WRITE)
    now = station.now()
    with station.db.write() as session:
        names = _ever(session)
        for script_id in script_ids:
            script = get_script(session, script_id)
            latest = latest_revision(session, script_id)
            body = _with_places(latest.body, names)
            if body != latest.body:
                session.add(
                    Revision(
                        script_id=script_id,
                        number=latest.number + 1,
                        body=body,
                        body_sha256=text_sha256(body),
                        author=machine().username,
                        created_at=now,
                    )
                )
            Trail(session, now, actor).record("make-anew", "script", script.id)
            jobs.want(session, now, JobKind.SPEAK, str(script_id), {"script_id": script_id}, by=actor.username)
    return len(script_ids)


def renamed_by(session: Session, body: str, since: dt.datetime) -> set[str]:
    """Who named the station otherwise since a moment, when a body says its name."""
    if not any(place in body for place in PLACES):
        return set()
    query = select(AuditEvent.actor).where(AuditEvent.object_kind == _KIND, AuditEvent.verb == _RENAMED)
    return set(session.scalars(query.where(AuditEvent.at > since)))


def _known(session: Session) -> dict[str, Any] | None:
    query = select(AuditEvent.after).where(AuditEvent.object_kind == _KIND).order_by(AuditEvent.id.desc())
    return session.scalars(query.limit(1)).first()


def _ever(session: Session) -> list[tuple[str, str]]:
    """Every name that the station had before, with its place; the longest first, for one may hold another."""
    found = set()
    for before in session.scalars(select(AuditEvent.before).where(AuditEvent.object_kind == _KIND)):
        if before:
            found |= {(str(before[key]), place) for place, key in PLACES.items() if before.get(key)}
    return sorted(found, key=lambda pair: -len(pair[0]))


def _with_places(body: str, names: Sequence[tuple[str, str]]) -> str:
    for name, place in names:
        parts = re.split(rf"(?<!\w){re.escape(name)}(?!\w)", body)
        for number, rest in enumerate(parts[1:], 1):
            # Not where the name goes on: “xã Mẫu” is not “xã Mẫu Sơn”.
            longer = rest.startswith(" ") and rest[1:2].isupper()
            parts[number] = (name if longer else place) + rest
        body = "".join(parts)
    return body


def _affected(station: Station, session: Session, old: Facts, now: Facts) -> list[Affected]:
    """The approved scripts that are said otherwise by the new facts than by the old."""
    former = sorted(((old[key], place) for place, key in PLACES.items()), key=lambda pair: -len(pair[0]))
    marked = set(session.scalars(select(StaleMark.approval_id).where(StaleMark.cleared_at.is_(None))))
    found = []
    for row in stale.approved(session):
        body = _with_places(row.body, former)
        if old["region"] == now["region"] and with_names(body, old) == with_names(body, now):
            continue
        lexicon = layers.lexicon_of(station, session, row.script_id)
        said, says = (_sentences(with_names(body, facts), row.kept, facts, lexicon) for facts in (old, now))
        if differences := stale.differences(said, says):
            back = row.approval_id in marked and text_sha256(" ".join(says)) == row.spoken_sha256
            shown = tuple(differences[: stale.SHOWN])
            found.append(Affected(row.script_id, row.title, row.approval_id, row.rendition_id, shown, back))
    return found


def _sentences(body: str, kept: Sequence[Mapping[str, str]], facts: Facts, lexicon: Lexicon) -> list[str]:
    profile = Profile.NORTH if facts["region"] == "north" else Profile.SOUTH
    text = prepare(body, kept_of(kept)).text
    return [s.text for s in normalize(text, profile=profile, lexicon=lexicon, explain=False).sentences]
