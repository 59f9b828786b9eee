"""Accounts: who may sign in, and what becomes of wrong passwords. Every change is in the audit trail."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Unit, User
from broadcaster.domain.fold import nfc, one_line
from broadcaster.domain.people.callers import HERE, Caller
from broadcaster.domain.people.roles import Actor, Permission, Role, machine, parse_roles
from broadcaster.domain.people.security import SecurityKind
from broadcaster.domain.people.tries import RestingError
from broadcaster.domain.seen import require_seen
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.people import delegating, second_person, second_step, security, tries
from broadcaster.services.people.passwords import (
    hash_password,
    is_weakly_hashed,
    matches,
    random_password,
    require_good,
)
from broadcaster.services.people.second_person import Deed
from broadcaster.services.station import Station

FIRST_ENDS = dt.timedelta(days=7)
"""So long is a first password good."""
RESET_ENDS = dt.timedelta(hours=24)
"""So long is a password good that was given anew."""
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")
_FIRST = (
    (Role.ADMIN, "quantri", "Quản trị đài"),
    (Role.OPERATOR, "vanhanh", "Người vận hành đài"),
    (Role.EDITOR, "bientap", "Biên tập viên"),
    (Role.CHIEF, "lanhdao", "Lãnh đạo duyệt nội dung"),
)


@dataclass(frozen=True, slots=True)
class FreshAccount:
    """An account just made, with the temporary password that is shown once."""

    role: Role
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in."""

    actor: Actor
    epoch: int
    must_change: bool
    second_step: bool = False
    """The password was right, and a code from the telephone is still asked for."""


def actor_of(user: User, behalf: str | None = None) -> Actor:
    """The actor that a user row stands for; `behalf` names the leader who has delegated approval to it."""
    granted = frozenset({Permission.APPROVE}) if behalf else frozenset[Permission]()
    return Actor(user.username, user.full_name, parse_roles(user.roles), user.id, granted, behalf)


def actor_named(station: Station, username: str) -> Actor:
    """The actor of an account that may work.

    Raises:
        NotFoundError: there is no such account, or it is disabled.
    """
    with station.db.read() as session:
        user = _find(session, username)
        if user is None or user.disabled_at is not None:
            raise NotFoundError(f"Không có tài khoản “{username}” đang hoạt động.", field="username")
        return actor_of(user, delegating.chief_for(session, user, station.today()))


def make_first_accounts(station: Station) -> list[FreshAccount]:
    """Make one account per working role in a station that has none; return them with their passwords."""
    with station.db.read() as session:
        if session.scalar(select(func.count(User.id))):
            return []
    maker = machine("cài đặt")
    return [
        FreshAccount(role, username, create_user(station, maker, username, full_name, [role]))
        for role, username, full_name in _FIRST
    ]


def create_user(
    station: Station, actor: Actor, username: str, full_name: str, roles: Iterable[Role], *, unit: str | None = None
) -> str:
    """Make an account and return its temporary password, to be changed at the first sign-in.

    That it is a leader's waits for a leader's word, unless it is made at the machine itself.

    Raises:
        ForbiddenError: the actor may not manage accounts.
        RuleError: the name is taken or malformed, or there is no role.
    """
    actor.require(Permission.MANAGE)
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise RuleError(
            "Tên đăng nhập gồm 3 đến 32 ký tự: chữ thường không dấu, chữ số, dấu chấm, gạch; bắt đầu bằng chữ.",
            field="username",
        )
    full_name = _full_name(full_name)
    wanted = _role_words(roles)
    words = wanted if second_person.cleared(actor) else _without_leader(wanted, [Role.VIEWER.value])
    password = random_password()
    with station.db.write() as session:
        if _find(session, username) is not None:
            raise RuleError(f"Tên đăng nhập “{username}” đã có người dùng.", field="username")
        user = User(
            username=username,
            full_name=full_name,
            unit_code=_unit(session, unit),
            roles=words,
            password_hash=hash_password(password),
            must_change=True,
            session_epoch=0,
            password_until=station.now() + FIRST_ENDS,
            created_at=station.now(),
        )
        session.add(user)
        session.flush()
        Trail(session, station.now(), actor).record("add", "user", username, after={"roles": words})
    if words != wanted:
        second_person.lay(station, actor, Deed.LEADER, username, _leader_words(username), {"roles": wanted})
    return password


def facts_of(user: User) -> dict[str, Any]:
    """What people say of an account."""
    return {"full_name": user.full_name, "roles": list(user.roles), "unit": user.unit_code}


def edit_user(
    station: Station,
    actor: Actor,
    username: str,
    full_name: str,
    roles: Iterable[Role],
    *,
    unit: str | None = None,
    seen: str = "",
) -> None:
    """Change an account's name, office and roles. `seen` is the mark of what was opened.

    Raises:
        ForbiddenError: the actor may not manage accounts.
        OvertakenError: it is no longer what was seen.
        RuleError: there is no role, or nobody would be left to manage accounts.
        AwaitsLeaderError: all is done but that the account becomes a leader's, which waits for a leader's word.
    """
    actor.require(Permission.MANAGE)
    wanted = _role_words(roles)
    with station.db.write() as session:
        user = _get(session, username)
        new = Role.CHIEF.value not in user.roles and not second_person.cleared(actor)
        words = _without_leader(wanted, user.roles) if new else wanted
        if Role.ADMIN.value in user.roles and Role.ADMIN.value not in words:
            _require_another_admin(session, user)
        before = facts_of(user)
        require_seen(before, seen, {"full_name": "Họ tên hoặc chức danh", "roles": "Vai trò", "unit": "Đơn vị"})
        user.full_name, user.roles, user.unit_code = _full_name(full_name), words, _unit(session, unit)
        after = facts_of(user)
        if before != after:
            Trail(session, station.now(), actor).record("edit", "user", username, before=before, after=after)
    if words != wanted:
        second_person.require(station, actor, Deed.LEADER, username, _leader_words(username), {"roles": wanted})


def reset_password(station: Station, actor: Actor, username: str) -> str:
    """Give an account a new temporary password, end its sessions and any rest; return the password.

    Raises:
        ForbiddenError: the actor may not manage accounts.
        NotFoundError: there is no such account.
        AwaitsLeaderError: it is a leader's: with the password one would be that leader.
    """
    actor.require(Permission.MANAGE)
    _require_second(station, actor, Deed.PASSWORD, username, "Mật khẩu mới cho lãnh đạo")
    password = random_password()
    with station.db.write() as session:
        user = _get(session, username)
        user.password_hash, user.must_change = hash_password(password), True
        user.password_until = station.now() + RESET_ENDS
        user.session_epoch += 1
        tries.forget(session, username)
        Trail(session, station.now(), actor).record("reset-password", "user", username)
    return password


def set_disabled(station: Station, actor: Actor, username: str, *, disabled: bool) -> None:
    """Close an account, which ends its sessions at once, or open it again.

    Raises:
        ForbiddenError: the actor may not manage accounts.
        RuleError: it is the actor's own account, or the last that manages accounts.
        AwaitsLeaderError: a leader's account is to be opened again.
    """
    actor.require(Permission.MANAGE)
    if not disabled:
        _require_second(station, actor, Deed.REOPEN, username, "Mở lại tài khoản lãnh đạo")
    if disabled and username == actor.username:
        raise RuleError("Không thể tự khóa tài khoản của mình. Hãy nhờ quản trị viên khác.", field="username")
    with station.db.write() as session:
        user = _get(session, username)
        if (user.disabled_at is not None) == disabled:
            return
        if disabled:
            _require_another_admin(session, user)
            user.session_epoch += 1
        user.disabled_at = station.now() if disabled else None
        Trail(session, station.now(), actor).record("disable" if disabled else "enable", "user", username)


def authenticate(station: Station, username: str, password: str, caller: Caller = HERE) -> Member | None:
    """Who signs in, or None. A stranger can't tell a wrong name from a wrong password or a closed account.

    Raises:
        RestingError: there were too many wrong tries; a name that nobody has rests as well.
        RuleError: the password is a right one that was temporary, and ended.
    """
    username = nfc(username).strip().lower()
    with station.db.read() as session:
        user = _find(session, username)
        known_hash = user.password_hash if user else None
    counted = username if user else tries.nobody(username)
    tries.require_rested(station, counted, caller, known=user is not None)
    right = matches(password, known_hash)
    rest = dt.timedelta()
    with station.db.write() as session:
        user = _find(session, username)
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
                return Member(actor_of(user), user.session_epoch, user.must_change, second_step=True)
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
        known_hash = _get(session, actor.username).password_hash
    right = matches(secret, known_hash)
    rest = dt.timedelta()
    with station.db.write() as session:
        user, now = _get(session, actor.username), station.now()
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
    actor = actor_of(user, delegating.chief_for(session, user, today))
    return Member(actor, user.session_epoch, user.must_change)


def has_second_step(station: Station, actor: Actor) -> bool:
    """Whether an account asks for a code after the password."""
    with station.db.read() as session:
        return _get(session, actor.username).totp_secret is not None


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
        user = _get(session, actor.username)
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
        user = _get(session, actor.username)
        right = second_step.accepts(station, user, code, paper)
        rest = dt.timedelta()
        if not right:
            rest = _wrong(session, user, station.now(), SecurityKind.WRONG_CODE, caller)
    if rest:
        raise RestingError(rest)
    if not right:
        raise RuleError("Mã chưa đúng hoặc đã dùng. Nhập mã trên điện thoại, hoặc một mã dự phòng.", field="code")
    second_step.turn_off(station, actor)


def sign_out_everywhere(station: Station, actor: Actor, username: str | None = None) -> None:
    """End every session of one's own account, or with MANAGE of another.

    Raises:
        ForbiddenError: it is somebody else's, and the actor may not manage accounts.
    """
    username = actor.account(username)
    with station.db.write() as session:
        _get(session, username).session_epoch += 1
        Trail(session, station.now(), actor).record("sign-out-everywhere", "user", username)


def _enter(session: Session, user: User, now: dt.datetime, caller: Caller) -> Member:
    tries.right(session, user.username, caller)
    user.last_seen_at = now
    actor = actor_of(user)
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


def take_second_step_off(station: Station, actor: Actor, username: str) -> None:
    """Ask another person, who lost the telephone, for the password alone again.

    Raises:
        ForbiddenError: the actor may not manage accounts.
        AwaitsLeaderError: it is a leader's.
    """
    actor.require(Permission.MANAGE)
    _require_second(station, actor, Deed.SECOND_STEP_OFF, username, "Tắt bước đăng nhập thứ hai của lãnh đạo")
    second_step.turn_off(station, actor, username)


def _require_second(station: Station, actor: Actor, deed: Deed, username: str, words: str) -> None:
    """Let a deed with a leader's account wait for a second person; one's own account is one's own."""
    with station.db.read() as session:
        leaders = Role.CHIEF.value in _get(session, username).roles
    if leaders and username != actor.username:
        second_person.require(station, actor, deed, username, f"{words} “{username}”")


def _leader_words(username: str) -> str:
    return f"Vai trò {Role.CHIEF.label} của tài khoản “{username}”"


def _without_leader(words: list[str], otherwise: list[str]) -> list[str]:
    """The roles without a leader's; those of `otherwise` where none is left."""
    return [w for w in words if w != Role.CHIEF.value] or list(otherwise)


def _find(session: Session, username: str) -> User | None:
    return session.scalars(select(User).where(User.username == username)).first()


def _get(session: Session, username: str) -> User:
    user = _find(session, username)
    if user is None:
        raise NotFoundError(f"Không có tài khoản “{username}”.", field="username")
    return user


def _require_another_admin(session: Session, user: User) -> None:
    if Role.ADMIN.value not in user.roles:
        return
    others = session.scalars(select(User).where(User.id != user.id, User.disabled_at.is_(None)))
    if not any(Role.ADMIN.value in other.roles for other in others):
        raise RuleError("Đây là quản trị viên cuối cùng của đài. Hãy thêm một quản trị viên khác trước.", field="roles")


def _role_words(roles: Iterable[Role]) -> list[str]:
    words = sorted({Role(r).value for r in roles})
    if not words:
        raise RuleError("Hãy chọn ít nhất một vai trò.", field="roles")
    return words


def _full_name(text: str) -> str:
    text = one_line(text)
    if not 0 < len(text) <= 200:
        raise RuleError("Hãy ghi họ tên hoặc chức danh, không quá 200 ký tự.", field="full_name")
    return text


def _unit(session: Session, code: str | None) -> str | None:
    if not code:
        return None
    if session.get(Unit, code) is None:
        raise RuleError(f"Không có đơn vị nào mang mã “{code}”.", field="unit")
    return code
