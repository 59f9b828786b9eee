"""The first ten minutes: what a new station still needs, read from what it has and from the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, AuditEvent, BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.errors import RuleError
from broadcaster.services.air.fitness import Organ, fitness
from broadcaster.services.audit import Trail
from broadcaster.services.setup.starter import KIT
from broadcaster.services.station import Station
from broadcaster.settings import StationSettings

ALL = "all"
STEPS = ("commune", "zones", "sound", "script", "slot")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    name: str
    done: bool
    put_off: bool

    @property
    def open(self) -> bool:
        """Whether it still waits."""
        return not (self.done or self.put_off)


def steps(station: Station, session: Session) -> list[Step]:
    """The steps in order; empty when the guide was put away as a whole."""
    put_off = set(session.scalars(select(AuditEvent.object_id).where(AuditEvent.object_kind == "guide")))
    if ALL in put_off:
        return []
    tried = exists().where(BroadcastRow.origin == Origin.TONE, BroadcastRow.state == BroadcastState.AIRED)
    approved = exists().where(Approval.decision == Decision.APPROVED, Approval.by != KIT.username)
    done = {
        "commune": station.settings.station.commune != StationSettings().commune,
        "zones": _touched(session, "zone", "add", "edit"),
        "sound": bool(session.scalar(select(tried))) and not fitness(station).of(Organ.OUTPUT),
        "script": bool(session.scalar(select(approved))),
        "slot": _touched(session, "rotation", "apply") or _touched(session, "broadcast", "plan", "rundown", "copy"),
    }
    return [Step(name, done[name], name in put_off) for name in STEPS]


def put_off(station: Station, actor: Actor, name: str) -> None:
    """Leave one step, or with `all` the guide, for good.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        RuleError: there is no such step.
    """
    actor.require(Permission.SCHEDULE)
    if name not in {*STEPS, ALL}:
        raise RuleError("Không có bước này.", field="step")
    with station.db.write() as session:
        Trail(session, station.now(), actor).record("put-off", "guide", name)


def _touched(session: Session, kind: str, *verbs: str) -> bool:
    """Whether a person, not the starter kit, did one of these things."""
    query = exists().where(AuditEvent.object_kind == kind, AuditEvent.verb.in_(verbs), AuditEvent.actor != KIT.username)
    return bool(session.scalar(select(query)))
