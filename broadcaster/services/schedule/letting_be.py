"""What is not as it should be, and a person lets it be: kept with name and time, and taken back by one press."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from broadcaster.db.models import LetBe, User
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.schedule.matters import LetBeAnswer, Matter
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

_PASSING: Final = {Matter.BROADCAST, Matter.REGULAR, Matter.SILENCE}
_KEPT: Final = dt.timedelta(days=120)
"""What concerns a day that is long over is not kept."""


def answers(session: Session) -> dict[str, LetBeAnswer]:
    """Who let what be, by its mark."""
    query = select(LetBe.mark, LetBe.by, LetBe.at, User.full_name).outerjoin(User, User.username == LetBe.by)
    return {mark: LetBeAnswer(name or by, at) for mark, by, at, name in session.execute(query)}


def let_be(station: Station, actor: Actor, things: Mapping[str, tuple[Matter, str]]) -> None:
    """Keep that a person saw `things` and lets them be: what each is and a sentence of it, by its mark.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: there is no such thing any more.
    """
    actor.require(Permission.OPERATE)
    if not things:
        raise RuleError("Điều này vừa đổi hoặc đã hết vướng. Hãy xem lại trang.", field="mark")
    with station.db.write() as session:
        trail = Trail(session, station.now(), actor)
        session.execute(delete(LetBe).where(LetBe.what.in_(_PASSING), LetBe.at < station.now() - _KEPT))
        kept = set(session.scalars(select(LetBe.mark).where(LetBe.mark.in_(things))))
        for mark, (what, words) in things.items():
            if mark not in kept:
                session.add(LetBe(what=what, mark=mark, at=station.now(), by=actor.username))
                trail.record("let be", what.value, mark, note=words)


def take_up(station: Station, actor: Actor, marks: Collection[str]) -> None:
    """Let nobody have let these be: they are asked again.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: nobody lets them be.
    """
    actor.require(Permission.OPERATE)
    with station.db.write() as session:
        rows = session.scalars(select(LetBe).where(LetBe.mark.in_(marks))).all()
        if not rows:
            raise RuleError("Điều này đã được nhắc lại rồi.", field="mark")
        for row in rows:
            Trail(session, station.now(), actor).record("take up", row.what.value, row.mark)
            session.delete(row)
