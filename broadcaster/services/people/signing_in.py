"""Signing in: by a password and perhaps a code, and what becomes of wrong ones; and who it is, asked anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from broadcaster.db.models import User
from broadcaster.domain.fold import nfc
from broadcaster.domain.people.callers import HERE, Caller
from broadcaster.domain.people.roles import Actor
from broadcaster.domain.people.security import SecurityKind
from broadcaster.domain.people.tries import RestingError
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.people import accounts, delegating, second_step, security, tries
from broadcaster.services.people.passwords import (
    hash_password,
    is_weakly_hashed,
    matches,
    require_good,
)
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in."""

    actor: Actor
    epoch: int
    must_change: bool
    second_step: bool = False
    """The password was right, and a code from the telephone is still asked for."""


def authenticate(station: Station, username: str, password: str, caller: Caller = HERE) -> Member | None:
    """Who signs in, or None. A stranger can't tell a wrong name from a wrong password or a closed account.

    Raises:
        RestingError: there were too many wrong tries; a name that nobody has rests as well.
        RuleError: the password is a right one that was temporary, and ended.
    """
    username = nfc(username).strip().lower()
    with station.db.read() as session:
        user = accounts.find(session, username)
        known_hash = user.password_hash if user else None
    counted = username if user else tries.nobody(username)
    tries.require_rested(station, counted, caller, known=user is not None)
    right = matches(password, known_hash)
    rest = dt.timedelta()
    with station.db.write() as session:
        user = accounts.find(session, username)
        now = station.now()
        if user is None or user.disabled_at is not None or not right or user.password_hash != known_hash:
            kind = SecurityKind.UNKNOWN_NAME if user is None else SecurityKind.WRONG_PASSWORD
            rest = _wrong(session, user, now, kind, caller, counted)
        elif user.password_until is not None and user.password_until <= now:
            security.note(session, now, SecurityKind.ENDED_PASSWORD, caller, account=user.username)
        else:
            if is_weakly_hashed(user.password_hash):
                user.password_hash = hash_password(password)
            if user.totp_secret is not None:  # failures are forgotten only when the code was right too
                return Member(accounts.actor_of(user), user.session_epoch, user.must_change, second_step=True)
            return _enter(session, user, now, caller)
    if rest:
        raise RestingError(rest)
    if right and user is not None and user.disabled_at is None:
        raise RuleError("Mật khẩu tạm này đã hết hạn. Hãy nhờ quản trị viên cấp mật khẩu mới.", field="password")
    return None


def pass_second_step(station: Station, user_id: int, epoch: int, code: str, caller: Caller = HERE) -> Member | None:
    """Who signs in with a code after a right password, or None; wrong codes count as wrong passwords do.

    Raises:
        RestingError: there were too many wrong tries.
    """
    with station.db.read() as session:
        user = session.get(User, user_id)
        if user is None or user.disabled_at is not None or user.session_epoch != epoch:
            return None
    tries.require_rested(station, user.username, caller)
    paper = second_step.paper_code(station, user_id, code)
    with station.db.write() as session:
        user = session.get_one(User, user_id)
        now = station.now()
        if user.disabled_at is not None or user.session_epoch != epoch:
            return None
        if second_step.accepts(station, user, code, paper):
            return _enter(session, user, now, caller)
        rest = _wrong(session, user, now, SecurityKind.WRONG_CODE, caller)
    if rest:
        raise RestingError(rest)
    return None


def prove(station: Station, actor: Actor, secret: str, caller: Caller, *, password_only: bool = False) -> None:
    """Make sure that it is still the person who sits there: by the password, or a code of the second step.

    Raises:
        RestingError: there were too many wrong tries.
        RuleError: it is neither.
    """
    tries.require_rested(station, actor.username, caller)
    with station.db.read() as session:
        known_hash = accounts.get(session, actor.username).password_hash
    right = matches(secret, known_hash)
    rest = dt.timedelta()
    with station.db.write() as session:
        user, now = accounts.get(session, actor.username), station.now()
        if not right and not password_only and user.totp_secret is not None:
            right = second_step.accepts(station, user, secret, None)
        if right:
            tries.right(session, user.username, caller)
        else:
            rest = _wrong(session, user, now, SecurityKind.WRONG_PROOF, caller)
    if rest:
        raise RestingError(rest)
    if not right:
        raise RuleError(
            "Mật khẩu hiện tại chưa đúng." if password_only else "Mật khẩu hoặc mã chưa đúng.", field="proof"
        )


def member(session: Session, user_id: int, epoch: int, today: dt.date) -> Member | None:
    """Who holds a session of the panel, or None when it has ended."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.session_epoch != epoch:
        return None
    actor = accounts.actor_of(user, delegating.chief_for(session, user, today))
    return Member(actor, user.session_epoch, user.must_change)


def has_second_step(station: Station, actor: Actor) -> bool:
    """Whether an account asks for a code after the password."""
    with station.db.read() as session:
        return accounts.get(session, actor.username).totp_secret is not None


def change_password(station: Station, actor: Actor, old: str, new: str, caller: Caller = HERE) -> int:
    """Change one's own password; all other sessions end. Return the epoch that sessions now carry.

    Raises:
        RestingError: there were too many wrong tries.
        RuleError: the old password is wrong, or the new one is not good enough.
    """
    try:
        prove(station, actor, old, caller, password_only=True)
    except RestingError:
        raise
    except RuleError as error:
        raise RuleError(error.message, field="old") from None
    if nfc(old) == nfc(new):
        raise RuleError("Mật khẩu mới phải khác mật khẩu hiện tại.", field="password")
    require_good(new, actor.username)
    fresh = hash_password(new)
    with station.db.write() as session:
        user = accounts.get(session, actor.username)
        user.password_hash, user.must_change, user.password_until = fresh, False, None
        user.session_epoch += 1
        Trail(session, station.now(), actor).record("change-password", "user", actor.username)
        return user.session_epoch


def give_up_second_step(station: Station, actor: Actor, code: str, caller: Caller = HERE) -> None:
    """Ask for one's own password alone from now on; whoever turns the second step off shows that he has it.

    Raises:
        RestingError: there were too many wrong tries.
        RuleError: the code is neither from the telephone nor from the paper.
    """
    tries.require_rested(station, actor.username, caller)
    paper = second_step.paper_code(station, actor.user_id or 0, code)
    with station.db.write() as session:
        user = accounts.get(session, actor.username)
        right = second_step.accepts(station, user, code, paper)
        rest = dt.timedelta()
        if not right:
            rest = _wrong(session, user, station.now(), SecurityKind.WRONG_CODE, caller)
    if rest:
        raise RestingError(rest)
    if not right:
        raise RuleError("Mã chưa đúng hoặc đã dùng. Nhập mã trên điện thoại, hoặc một mã dự phòng.", field="code")
    second_step.turn_off(station, actor)


def _enter(session: Session, user: User, now: dt.datetime, caller: Caller) -> Member:
    tries.right(session, user.username, caller)
    user.last_seen_at = now
    actor = accounts.actor_of(user)
    Trail(session, now, actor).record("sign-in", "user", user.username, note=caller.address)
    return Member(actor, user.session_epoch, user.must_change)


def _wrong(
    session: Session, user: User | None, now: dt.datetime, kind: SecurityKind, caller: Caller, counted: str = ""
) -> dt.timedelta:
    """Count a wrong try and write it down; return the rest that it brings."""
    known = user.username if user else ""
    rest = tries.wrong(session, now, counted or known, caller)
    security.note(session, now, kind, caller, account=known)
    return rest
