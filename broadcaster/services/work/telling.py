"""The news of one person: what others changed of late that concerns him, and what the machine could not do for him."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    Activity,
    AuditEvent,
    BroadcastRow,
    CampaignRow,
    Emergency,
    GraveProposal,
    Job,
    Revision,
    Script,
    Unit,
    UnitPart,
    User,
)
from broadcaster.domain.people.roles import STARTER_KIT, Actor, Permission, Role
from broadcaster.domain.work.jobs import JobState
from broadcaster.domain.work.tellings import FOR, TELLINGS, Reader
from broadcaster.services.station import Station

_USER: Final = "user"
_SAID: Final = {"unit-part", "agreement"}
"""Kinds whose name says all."""
_OF_ACCOUNT: Final = 20
_READ = 400
"""Events looked at: three busy days have fewer."""
_NAMED: Final = {
    "script": (Script.id, Script.title),
    "broadcast": (BroadcastRow.id, BroadcastRow.title),
    "activity": (Activity.id, Activity.title),
    "campaign": (CampaignRow.id, CampaignRow.title),
    "agreement": (GraveProposal.id, GraveProposal.words),
}


@dataclass(frozen=True, slots=True)
class News:
    """One thing that a person is told."""

    at: dt.datetime
    by: str
    words: str
    note: str
    kind: str
    number: int
    failed: bool = False
    """Whether it is work that could not be done."""


def news_of(station: Station, session: Session, actor: Actor) -> list[News]:
    """What is told to an actor, the newest first."""
    since = station.now() - FOR
    told = {kind for kind, _ in TELLINGS} - {_USER}
    query = select(AuditEvent).where(
        AuditEvent.at > since, AuditEvent.object_kind.in_(told), AuditEvent.actor != actor.username
    )
    events = [
        e
        for e in session.scalars(query.order_by(AuditEvent.id.desc()).limit(_READ))
        if (e.object_kind, e.verb) in TELLINGS and e.object_id.isdecimal()
    ]
    kit = [e for e in events if e.actor == STARTER_KIT]
    events = [e for e in events if e.actor != STARTER_KIT]
    found = _of_kit(kit) if actor.may(Permission.SCHEDULE) else []
    for kind in {e.object_kind for e in events}:
        of_kind = [e for e in events if e.object_kind == kind]
        numbers = {int(e.object_id) for e in of_kind}
        names, mine = _names(session, kind, numbers), _written_by(session, kind, numbers, actor)
        for e in of_kind:
            telling, number = TELLINGS[kind, e.verb], int(e.object_id)
            if number in names and _concerns(telling.readers, actor, own=number in mine):
                words = telling.words.format(what=names[number])
                found.append(News(e.at, e.actor, words, "" if kind in _SAID else e.note, kind, number))
    return sorted(
        [*found, *of_account(session, actor, since), *_failed(session, actor, since)], key=lambda n: n.at, reverse=True
    )


def _of_kit(events: Sequence[AuditEvent]) -> list[News]:
    """What the starter kit approved when the station was founded, in one line."""
    if not (made := [e for e in events if (e.object_kind, e.verb) == ("script", "approved")]):
        return []
    words = f"Bộ cài đã duyệt sẵn {len({e.object_id for e in made})} bài mẫu."
    return [News(made[0].at, STARTER_KIT, words, made[0].note, "kit", int(made[0].object_id))]


def of_account(session: Session, actor: Actor, since: dt.datetime) -> list[News]:
    """What others did with an actor's own account, the newest first: each with who did it, and from where."""
    told = [verb for kind, verb in TELLINGS if kind == _USER]
    query = select(AuditEvent).where(
        AuditEvent.at > since,
        AuditEvent.object_kind == _USER,
        AuditEvent.object_id == actor.username,
        AuditEvent.verb.in_(told),
        AuditEvent.actor != actor.username,
    )
    found = session.scalars(query.order_by(AuditEvent.id.desc()).limit(_OF_ACCOUNT))
    return [
        News(e.at, e.actor, TELLINGS[_USER, e.verb].words, _detail(e), _USER, actor.user_id or 0, failed=True)
        for e in found
    ]


def _detail(event: AuditEvent) -> str:
    """What the record holds beside the verb: an address, or what became of which field."""
    before, after = event.before or {}, event.after or {}
    if "address" in after:
        return f"Từ {after['address']}."
    roles = [", ".join(Role(r).label for r in side.get("roles", ())) for side in (before, after)]
    return f"Vai trò: {roles[0]} → {roles[1]}." if roles[0] != roles[1] else event.note


def _concerns(readers: Collection[Reader], actor: Actor, *, own: bool) -> bool:
    return (
        (Reader.AUTHOR in readers and own)
        or (Reader.LEADER in readers and actor.may(Permission.APPROVE))
        or (Reader.OPERATOR in readers and actor.may(Permission.SCHEDULE))
    )


def _names(session: Session, kind: str, numbers: Collection[int]) -> dict[int, str]:
    """What each thing is called; those that are gone have no name and are not told of."""
    if kind == "unit-part":
        parts = select(UnitPart.id, Unit.name).join(Unit, Unit.code == UnitPart.unit_code)
        return {row[0]: row[1] for row in session.execute(parts.where(UnitPart.id.in_(numbers)))}
    if kind == "emergency":
        return {e.id: e.title for e in session.scalars(select(Emergency).where(Emergency.id.in_(numbers)))}
    key, title = _NAMED[kind]
    return {row[0]: row[1] for row in session.execute(select(key, title).where(key.in_(numbers)))}


def _written_by(session: Session, kind: str, numbers: Collection[int], actor: Actor) -> set[int]:
    if kind == "script":
        query = select(Revision.script_id).where(Revision.script_id.in_(numbers), Revision.author == actor.username)
    elif kind == "activity":
        query = select(Activity.id).where(Activity.id.in_(numbers), Activity.by == actor.username)
    elif kind == "agreement":
        query = select(GraveProposal.id).where(GraveProposal.id.in_(numbers), GraveProposal.by == actor.username)
    elif kind == "unit-part":
        unit = select(User.unit_code).where(User.username == actor.username).scalar_subquery()
        query = select(UnitPart.id).where(UnitPart.id.in_(numbers), UnitPart.unit_code == unit)
    else:
        return set()
    return set(session.scalars(query))


def _failed(session: Session, actor: Actor, since: dt.datetime) -> Sequence[News]:
    """The work that failed for good: whoever asked for it learns of it, and who runs the station."""
    query = select(Job).where(Job.state == JobState.FAILED, Job.finished_at > since).order_by(Job.id.desc()).limit(20)
    if not actor.may(Permission.SCHEDULE):
        query = query.where(Job.by == actor.username)
    return [
        News(j.finished_at, j.by, f"Không làm được: {j.kind.label}.", j.error, "job", j.id, failed=True)
        for j in session.scalars(query)
        if j.finished_at is not None
    ]
