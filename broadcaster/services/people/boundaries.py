"""Units are a boundary: what belongs to one is changed by its own people, by leaders, and by who draws the reports.

An account without a unit is of the station itself and works for every unit; a unit's part of a report is written by
its own people alone. Asked by every use case that changes such a thing.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Activity, Script, UnitPart, User
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import ForbiddenError
from broadcaster.services.station import Station

Thing = Script | Activity | UnitPart


def may_touch(station: Station, session: Session, actor: Actor, thing: Thing) -> bool:
    """Whether an actor may change a thing: its unit's people, leaders, reporters, or all where units are open."""
    if actor.may(Permission.APPROVE) or actor.may(Permission.REPORT):
        return True
    own = unit_of(session, actor)
    if isinstance(thing, UnitPart):
        return own == thing.unit_code
    return station.settings.approval.open_units or own in {None, thing.unit_code}


def require_touch(station: Station, session: Session, actor: Actor, *things: Thing) -> None:
    """Check that an actor may change these things.

    Raises:
        ForbiddenError: one belongs to another unit.
    """
    for thing in things:
        if not may_touch(station, session, actor, thing):
            raise ForbiddenError(f"{_SAID[type(thing)]} của đơn vị mình.", field="unit")


def unit_of(session: Session, actor: Actor) -> str | None:
    """The unit of an account."""
    return session.scalars(select(User.unit_code).where(User.username == actor.username)).first()


_SAID: dict[type[Thing], str] = {
    Script: "Chỉ sửa được bài",
    Activity: "Chỉ sửa được hoạt động",
    UnitPart: "Chỉ ghi được phần báo cáo",
}
