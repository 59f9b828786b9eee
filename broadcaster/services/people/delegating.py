"""A leader lets a named account approve in the leader's stead, for some days; logged, shown, taken back at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Delegation, User
from broadcaster.domain.people.roles import PERMISSIONS, Actor, Permission, Role
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

LONGEST: Final = dt.timedelta(days=92)
"""A quarter: who is away longer hands over the office, not a delegation."""


def delegate(station: Station, actor: Actor, deputy: str, first_day: dt.date, last_day: dt.date, note: str = "") -> int:
    """Let `deputy` approve for the leader `actor` from one day to another, both included; return its number.

    Raises:
        ForbiddenError: the actor is no leader; what was delegated cannot be passed on.
        NotFoundError: there is no such account that works.
        RuleError: the days are wrong, or the deputy is a leader already or is oneself.
    """
    _require_chief(actor)
    today = station.today()
    if last_day < max(first_day, today):
        raise RuleError("Ngày cuối phải từ hôm nay trở đi và không trước ngày đầu.", field="last_day")
    if last_day - max(first_day, today) > LONGEST:
        raise RuleError(f"Chỉ ủy quyền tối đa {LONGEST.days} ngày một lần.", field="last_day")
    with station.db.write() as session:
        user = session.scalars(select(User).where(User.username == deputy)).first()
        if user is None or user.disabled_at is not None:
            raise NotFoundError(f"Không có tài khoản “{deputy}” đang hoạt động.", field="deputy")
        if user.username == actor.username or _may_approve(user):
            raise RuleError("Tài khoản này đã có quyền duyệt, không cần ủy quyền.", field="deputy")
        row = Delegation(
            chief=actor.username,
            deputy=deputy,
            first_day=first_day,
            last_day=last_day,
            note=" ".join(note.split())[:500],
            created_at=station.now(),
            revoked_at=None,
            revoked_by=None,
        )
        session.add(row)
        session.flush()
        said = f"Ủy quyền duyệt từ {first_day:%d/%m/%Y} đến {last_day:%d/%m/%Y}. {row.note}".strip()
        Trail(session, station.now(), actor).record("delegate", "user", deputy, note=said)
        return row.id


def revoke(station: Station, actor: Actor, number: int) -> None:
    """Take a delegation back at once; decisions made under it stand.

    Raises:
        ForbiddenError: it is another leader's, and the actor does not manage accounts.
        NotFoundError: there is none of that number that still holds.
    """
    with station.db.write() as session:
        row = session.get(Delegation, number)
        if row is None or row.revoked_at is not None:
            raise NotFoundError("Ủy quyền này không còn hiệu lực.", field="delegation")
        if row.chief != actor.username and not actor.may(Permission.MANAGE):
            raise ForbiddenError("Chỉ người đã ủy quyền hoặc quản trị viên thu hồi được.")
        row.revoked_at, row.revoked_by = station.now(), actor.username
        Trail(session, station.now(), actor).record("revoke-delegation", "user", row.deputy, note=f"Của {row.chief}.")


def chief_for(session: Session, user: User, day: dt.date) -> str | None:
    """The leader for whom an account may approve on `day`; a leader who is out of office delegates nothing."""
    if _may_approve(user):
        return None
    query = select(User).join(Delegation, Delegation.chief == User.username).where(*_holds(day))
    query = query.where(Delegation.deputy == user.username, User.disabled_at.is_(None)).order_by(Delegation.id)
    return next((chief.username for chief in session.scalars(query) if _may_approve(chief)), None)


def delegations(session: Session, *, chief: str | None = None, day: dt.date | None = None) -> Sequence[Delegation]:
    """Delegations, the newest first: those of one leader, those that hold on `day`."""
    query = select(Delegation).order_by(Delegation.id.desc()).limit(100)
    if chief is not None:
        query = query.where(Delegation.chief == chief)
    if day is not None:
        query = query.where(*_holds(day))
    return session.scalars(query).all()


def candidates(session: Session) -> list[User]:
    """The accounts that approval could be delegated to."""
    users = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.full_name))
    return [u for u in users if not _may_approve(u)]


def _holds(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    return Delegation.revoked_at.is_(None), Delegation.first_day <= day, Delegation.last_day >= day


def _may_approve(user: User) -> bool:
    return any(Permission.APPROVE in PERMISSIONS[Role(r)] for r in user.roles)


def _require_chief(actor: Actor) -> None:
    actor.require(Permission.APPROVE)
    if actor.behalf is not None:
        raise ForbiddenError("Người được ủy quyền không ủy quyền lại cho người khác.")
