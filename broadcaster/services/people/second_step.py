"""The second step of signing in: a code from a telephone (TOTP, RFC 6238), or one of a few codes kept on paper."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import User
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.people import recovery_codes, seals
from broadcaster.services.station import Station

STEP_S = 30
_OPEN = re.compile(r"[A-Z2-7]{32}")
"""A key as older versions kept it."""
_AROUND = 1
"""Steps before and after now that count too: telephones and old PCs are seldom on time."""


def new_secret() -> str:
    """A fresh key (base32, 160 bits), to be confirmed by a first code before it counts."""
    return pyotp.random_base32()


def address(station: Station, actor: Actor, secret: str) -> str:
    """What the QR code says to a telephone."""
    return pyotp.TOTP(secret).provisioning_uri(name=actor.username, issuer_name=station.settings.station.name)


def turn_on(station: Station, actor: Actor, secret: str, code: str) -> list[str]:
    """Ask for the second step from now on; return the recovery codes, which are shown once.

    Raises:
        RuleError: the code is not the one that the telephone shows for this key.
    """
    step = _step(station, secret, code, 0)
    if step is None:
        raise RuleError("Mã chưa đúng. Hãy kiểm tra giờ trên điện thoại rồi nhập mã đang hiện.", field="code")
    codes, kept = recovery_codes.new()
    with station.db.write() as session:
        user = _user(session, actor.username)
        user.totp_secret, user.totp_last = seals.seal(station.home, user.id, secret), step
        user.recovery_hashes = kept
        Trail(session, station.now(), actor).record("second-step-on", "user", actor.username)
    return codes


def turn_off(station: Station, actor: Actor, username: str | None = None) -> None:
    """Ask for the password alone again; with MANAGE for another person who lost the telephone.

    Raises:
        ForbiddenError: it is somebody else's, and the actor may not manage accounts.
    """
    username = actor.account(username)
    with station.db.write() as session:
        user = _user(session, username)
        user.totp_secret, user.totp_last, user.recovery_hashes = None, 0, []
        Trail(session, station.now(), actor).record("second-step-off", "user", username)


def paper_code(station: Station, user_id: int, code: str) -> str | None:
    """Which kept recovery code of an account it is, for `accepts`. Ask outside of a transaction: it takes its time."""
    with station.db.read() as session:
        user = session.get(User, user_id)
        kept = list(user.recovery_hashes) if user else []
    return recovery_codes.spent(code, kept)


def accepts(station: Station, user: User, code: str, paper: str | None) -> bool:
    """Use up a code for a user row inside a transaction: each telephone code and each paper code opens once.

    `paper` is what `paper_code` said of it before.
    """
    if user.totp_secret is None:
        return True
    secret = seals.opened(station.home, user.id, user.totp_secret)
    step = _step(station, secret, code, user.totp_last) if secret else None
    if step is not None:
        user.totp_last = step
        return True
    if paper in user.recovery_hashes:
        user.recovery_hashes = [h for h in user.recovery_hashes if h != paper]
        return True
    return False


def anew(station: Station, username: str) -> str:
    """Why a person should turn the second step off and on again, in a Vietnamese sentence; empty when all is well."""
    with station.db.read() as session:
        user = _user(session, username)
        if user.totp_secret is not None and seals.opened(station.home, user.id, user.totp_secret) is None:
            return (
                "Mã trên điện thoại không dùng được nữa vì đài đã được khôi phục từ bản sao lưu. Hãy tắt bước thứ hai "
                "bằng một mã dự phòng rồi bật lại."
            )
        if recovery_codes.are_older(user.recovery_hashes):
            return "Mã dự phòng của bạn là loại cũ, ngắn. Hãy tắt rồi bật lại bước thứ hai để có mã mới."
    return ""


def shut_out(station: Station) -> list[str]:
    """Whose telephone codes this home cannot check: their keys were sealed in another one."""
    with station.db.read() as session:
        return [user.username for user, secret in _secrets(station, session) if secret is None]


def take_over(station: Station) -> None:
    """Seal the keys that older versions kept open, and hash their recovery codes slowly."""
    with station.db.write() as session:
        for user in session.scalars(select(User).where(User.totp_secret.is_not(None))):
            if _OPEN.fullmatch(user.totp_secret or ""):
                user.totp_secret = seals.seal(station.home, user.id, str(user.totp_secret))
            user.recovery_hashes = recovery_codes.harder(user.recovery_hashes)


def seal_anew(station: Station, actor: Actor) -> int:
    """Seal every key with a new key of the home, and forget the old one; return how many were.

    Cut off at any point, all that was sealed opens still.
    """
    actor.require(Permission.MANAGE)
    seals.add_key(station.home)
    with station.db.write() as session:
        found = [(user, secret) for user, secret in _secrets(station, session) if secret is not None]
        for user, secret in found:
            user.totp_secret = seals.seal(station.home, user.id, secret)
        Trail(session, station.now(), actor).record("new-key", "station", station.home.root.name)
    seals.forget_old_keys(station.home)
    return len(found)


def _secrets(station: Station, session: Session) -> Iterator[tuple[User, str | None]]:
    for user in session.scalars(select(User).where(User.totp_secret.is_not(None)).order_by(User.id)):
        yield user, seals.opened(station.home, user.id, str(user.totp_secret))


def _step(station: Station, secret: str, code: str, after: int) -> int | None:
    """The 30 s step that a code belongs to, if it is near now and later than the last one used."""
    now = int(station.now().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    for step in range(now - _AROUND, now + _AROUND + 1):
        if step > after and secrets.compare_digest(totp.generate_otp(step), code.strip().replace(" ", "")[:16]):
            return step
    return None


def _user(session: Session, username: str) -> User:
    user = session.scalars(select(User).where(User.username == username)).one_or_none()
    if user is None:
        raise NotFoundError(f"Không có tài khoản “{username}”.", field="username")
    return user
