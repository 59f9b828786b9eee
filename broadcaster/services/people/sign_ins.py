"""Browsers that are signed in: begun, seen, ended one by one; all of them end with the account's epoch."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import select

from broadcaster.db.models import SignIn, User
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import NotFoundError
from broadcaster.services.audit import Trail
from broadcaster.services.people.accounts import Member, member
from broadcaster.services.station import Station

_SEEN_EVERY = dt.timedelta(minutes=5)
_KEPT = dt.timedelta(days=90)


def begin(station: Station, who: Member, address: str, browser: str) -> str:
    """Note that a browser signed in; return the name of its session."""
    token = secrets.token_hex(16)
    now = station.now()
    with station.db.write() as session:
        for old in session.scalars(select(SignIn).where(SignIn.seen_at < now - _KEPT)):
            session.delete(old)
        session.add(
            SignIn(
                id=token,
                user_id=who.actor.user_id or 0,
                epoch=who.epoch,
                began_at=now,
                seen_at=now,
                address=address[:64],
                browser=browser[:200],
                ended_at=None,
            )
        )
    return token


def holder(station: Station, user_id: int, epoch: int, token: str) -> Member | None:
    """Who holds a session, or None when it was ended; note now and then that it is in use."""
    with station.db.read() as session:
        # Asked at every request: the person comes with the row, and is then at hand for `member`.
        query = select(SignIn, User).join(User, User.id == SignIn.user_id)
        both = session.execute(query.where(SignIn.id == token, SignIn.user_id == user_id)).one_or_none()
        if both is None:
            return None
        row = both[0]
        found = member(session, user_id, epoch, station.today())
        if found is None or row.ended_at is not None:
            return None
        stale = station.now() - row.seen_at > _SEEN_EVERY
    if stale:
        with station.db.write() as session:
            session.get_one(SignIn, token).seen_at = station.now()
    return found


def open_ones(station: Station, actor: Actor) -> Sequence[SignIn]:
    """The browsers that are signed in to one's own account, the last seen first."""
    with station.db.read() as session:
        epoch = session.scalar(select(User.session_epoch).where(User.id == actor.user_id))
        query = select(SignIn).where(SignIn.user_id == actor.user_id, SignIn.epoch == epoch, SignIn.ended_at.is_(None))
        return session.scalars(query.order_by(SignIn.seen_at.desc()).limit(50)).all()


def end(station: Station, actor: Actor, token: str) -> None:
    """Sign one browser of one's own account out.

    Raises:
        NotFoundError: there is no such session.
    """
    with station.db.write() as session:
        row = session.get(SignIn, token)
        if row is None or row.user_id != actor.user_id:
            raise NotFoundError("Không có phiên đăng nhập này.", field="session")
        row.ended_at = row.ended_at or station.now()
        Trail(session, station.now(), actor).record("sign-out", "user", actor.username, note=row.browser)
