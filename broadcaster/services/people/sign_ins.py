"""Browsers that are signed in: begun, seen at work, ended one by one; all of them end with the account's epoch.

A session ends by itself too: some hours after it began, and when its person did nothing for a while. What a page asks
for by itself is no deed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from broadcaster.db.models import SignIn, User
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.roles import Actor, Role, machine
from broadcaster.errors import NotFoundError
from broadcaster.services.audit import Trail
from broadcaster.services.people import signing_in
from broadcaster.services.people.signing_in import Member, member
from broadcaster.services.station import Station

LONGEST: Final = dt.timedelta(hours=12)
"""So long after it began a session ends, whatever was done in it."""
IDLE: Final = {
    Role.ADMIN: dt.timedelta(minutes=30),
    Role.CHIEF: dt.timedelta(minutes=60),
    Role.OPERATOR: dt.timedelta(minutes=60),
    Role.EDITOR: dt.timedelta(minutes=60),
    Role.VIEWER: LONGEST,
}
"""So long may nobody do anything: who may more leaves less time to a passer-by; who only looks may look all day."""
PROVED_FOR: Final = dt.timedelta(minutes=10)
"""So long is it believed that whoever showed the password still sits there."""
_SEEN_EVERY = dt.timedelta(minutes=1)
_KEPT = dt.timedelta(days=90)


class OpenSession(NamedTuple):
    """Who holds a session, and since when nobody asked for the password."""

    member: Member
    proved_at: dt.datetime


def idle_of(roles: Collection[Role]) -> dt.timedelta:
    """How long a person may do nothing: by the role that is left alone least."""
    return min((IDLE[role] for role in roles), default=IDLE[Role.EDITOR])


def knows(station: Station, username: str, device: str) -> bool:
    """Whether a browser of this mark was signed in to an account before."""
    if not device:
        return False
    query = select(SignIn.id).join(User, User.id == SignIn.user_id)
    with station.db.read() as session:
        found = session.scalar(query.where(SignIn.device == device, User.username == username).limit(1))
    return found is not None


def last_began(session: Session, actor: Actor) -> dt.datetime | None:
    """When an account last signed in; None: never."""
    return session.scalar(select(func.max(SignIn.began_at)).where(SignIn.user_id == actor.user_id))


def begin(station: Station, who: Member, caller: Caller, device: str = "") -> str:
    """Note that a browser signed in; return the name of its session. A browser that is new tells its owner."""
    token = secrets.token_hex(16)
    now = station.now()
    with station.db.write() as session:
        before = select(SignIn.id).where(SignIn.user_id == who.actor.user_id)
        first = session.scalar(before.limit(1)) is None
        if not first and session.scalar(before.where(SignIn.device == device, SignIn.device != "").limit(1)) is None:
            place = caller.address or "máy của đài"
            Trail(session, now, machine("đăng nhập")).record(
                "new-browser", "user", who.actor.username, after={"address": place, "browser": caller.browser[:200]}
            )
        for old in session.scalars(select(SignIn).where(SignIn.seen_at < now - _KEPT)):
            session.delete(old)
        session.add(
            SignIn(
                id=token,
                user_id=who.actor.user_id or 0,
                epoch=who.epoch,
                began_at=now,
                seen_at=now,
                address=caller.address[:64],
                browser=caller.browser[:200],
                ended_at=None,
                device=device,
                proved_at=now,
            )
        )
    return token


def holder(station: Station, user_id: int, epoch: int, token: str, *, deed: bool = True) -> OpenSession | None:
    """Who holds a session, or None when it ended or was ended; note now and then that it is in use.

    `deed`: somebody did something, and the page did not merely ask how things are.
    """
    now = station.now()
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
        if now - row.began_at >= LONGEST or now - row.seen_at >= idle_of(found.actor.roles):
            return None
        stale = deed and now - row.seen_at > _SEEN_EVERY
    if stale:  # whoever comes to stop the sound is not asked for a row first
        with contextlib.suppress(DatabaseUnavailableError), station.db.write(lasting=False) as session:
            session.execute(update(SignIn).where(SignIn.id == token).values(seen_at=now))
    return OpenSession(found, row.proved_at or row.began_at)


def prove(station: Station, actor: Actor, token: str, secret: str, caller: Caller, *, password_only: bool) -> None:
    """Take the password, or a code of the second step, for a proof that the person of a session still sits there.

    Raises:
        RuleError: as `accounts.prove`.
    """
    signing_in.prove(station, actor, secret, caller, password_only=password_only)
    with station.db.write() as session:
        session.get_one(SignIn, token).proved_at = station.now()


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
