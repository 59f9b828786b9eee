"""Accounts: who may sign in, as what, and with which password. Every change is in the audit trail."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import Unit, User
from broadcaster.domain.fold import one_line
from broadcaster.domain.people.roles import Actor, Permission, Role, machine, parse_roles
from broadcaster.domain.seen import require_seen
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.people import delegating, second_person, second_step, tries
from broadcaster.services.people.passwords import (
    hash_password,
    random_password,
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
        user = find(session, username)
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
        if find(session, username) is not None:
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
        user = get(session, username)
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
        user = get(session, username)
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
        user = get(session, username)
        if (user.disabled_at is not None) == disabled:
            return
        if disabled:
            _require_another_admin(session, user)
            user.session_epoch += 1
        user.disabled_at = station.now() if disabled else None
        Trail(session, station.now(), actor).record("disable" if disabled else "enable", "user", username)


def sign_out_everywhere(station: Station, actor: Actor, username: str | None = None) -> None:
    """End every session of one's own account, or with MANAGE of another.

    Raises:
        ForbiddenError: it is somebody else's, and the actor may not manage accounts.
    """
    username = actor.account(username)
    with station.db.write() as session:
        get(session, username).session_epoch += 1
        Trail(session, station.now(), actor).record("sign-out-everywhere", "user", username)


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
        leaders = Role.CHIEF.value in get(session, username).roles
    if leaders and username != actor.username:
        second_person.require(station, actor, deed, username, f"{words} “{username}”")


def _leader_words(username: str) -> str:
    return f"Vai trò {Role.CHIEF.label} của tài khoản “{username}”"


def _without_leader(words: list[str], otherwise: list[str]) -> list[str]:
    """The roles without a leader's; those of `otherwise` where none is left."""
    return [w for w in words if w != Role.CHIEF.value] or list(otherwise)


def find(session: Session, username: str) -> User | None:
    """The account of this name, if there is one."""
    return session.scalars(select(User).where(User.username == username)).first()


def get(session: Session, username: str) -> User:
    """The account of this name.

    Raises:
        NotFoundError: there is none.
    """
    user = find(session, username)
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
