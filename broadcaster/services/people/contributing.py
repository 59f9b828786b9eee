"""Who shaped what will be heard of a script: written down by every act that shapes it, in its own transaction."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, Contribution
from broadcaster.domain.people.roles import Actor
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.domain.scripts.shaping import Shaped


def shaped(session: Session, now: dt.datetime, actor: Actor, script_id: int, *parts: Shaped) -> None:
    """Write down that the actor shaped these parts of a script; it counts until the script is approved after it."""
    last = last_approved(session, script_id)
    known = {(row.by, row.part) for row in since(session, script_id, last)}
    for part in parts:
        if (actor.username, part) not in known:
            session.add(Contribution(script_id=script_id, by=actor.username, part=part, approval_id=last, at=now))


def last_approved(session: Session, script_id: int) -> int | None:
    """The number of the last approval of a script, whether or not it has ended."""
    query = select(Approval.id).where(Approval.script_id == script_id, Approval.decision == Decision.APPROVED)
    return session.scalars(query.order_by(Approval.id.desc()).limit(1)).first()


def since(session: Session, script_id: int, approval_id: int | None) -> list[Contribution]:
    """What was shaped of a script since an approval of it; None: since the beginning."""
    after = Contribution.approval_id.is_(None) if approval_id is None else Contribution.approval_id == approval_id
    query = select(Contribution).where(Contribution.script_id == script_id, after)
    return list(session.scalars(query.order_by(Contribution.id)))
