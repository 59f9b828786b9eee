"""The second step of signing in: a code from a telephone (TOTP, RFC 6238), or one of a few codes kept on paper."""

from __future__ import annotations

import hashlib
import secrets

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import User
from broadcaster.domain.people.roles import Actor
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

STEP_S = 30
RECOVERY_CODES = 8
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
    codes = [f"{secrets.token_hex(2)}-{secrets.token_hex(2)}" for _ in range(RECOVERY_CODES)]
    with station.db.write() as session:
        user = _user(session, actor.username)
        user.totp_secret, user.totp_last = secret, step
        user.recovery_hashes = [_hash(c) for c in codes]
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


def accepts(station: Station, user: User, code: str) -> bool:
    """Use up a code for a user row inside a transaction: each telephone code and each paper code opens once."""
    if user.totp_secret is None:
        return True
    code = "".join(code.split()).lower()
    step = _step(station, user.totp_secret, code, user.totp_last)
    if step is not None:
        user.totp_last = step
        return True
    hashed = _hash(code)
    if hashed in user.recovery_hashes:
        user.recovery_hashes = [h for h in user.recovery_hashes if h != hashed]
        return True
    return False


def _step(station: Station, secret: str, code: str, after: int) -> int | None:
    """The 30 s step that a code belongs to, if it is near now and later than the last one used."""
    now = int(station.now().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    for step in range(now - _AROUND, now + _AROUND + 1):
        if step > after and secrets.compare_digest(totp.generate_otp(step), code.strip().replace(" ", "")[:16]):
            return step
    return None


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().lower().encode()).hexdigest()


def _user(session: Session, username: str) -> User:
    user = session.scalars(select(User).where(User.username == username)).one_or_none()
    if user is None:
        raise NotFoundError(f"Không có tài khoản “{username}”.", field="username")
    return user
