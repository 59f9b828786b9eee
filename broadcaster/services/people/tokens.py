"""Keys for other systems of the commune: made once, shown once, kept as a hash, always ending some day."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import ApiToken
from broadcaster.db.refusals import DatabaseUnavailableError
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.domain.people.scopes import MOST_PER_HOUR, Scope, parse_addresses, parse_scopes, token_actor
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station

LONGEST_DAYS = 730
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_KEY = re.compile(r"loaxa_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NOTED_EVERY = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Holder:
    """Another system, by the key that it showed."""

    token_id: str
    actor: Actor
    scopes: frozenset[Scope]
    addresses: tuple[str, ...] = ()
    """From where it may make the horns sound."""
    per_hour: int = 0
    """How many emergencies it may put on the air in an hour."""


def create(
    station: Station,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    *,
    days: int = 365,
    addresses: str = "",
    per_hour: int = 3,
) -> str:
    """Make a key and return it; it cannot be shown again.

    One that makes the horns sound does so from `addresses` alone, and `per_hour` times in an hour at most.

    Raises:
        ForbiddenError: the actor may not manage the station.
        RuleError: the name is taken or malformed, a scope is unknown, or the time is out of range.
    """
    actor.require(Permission.MANAGE)
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise RuleError("Tên mã kết nối gồm 2 đến 31 ký tự: chữ thường không dấu, chữ số, gạch nối.", field="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise RuleError(f"Thời hạn của mã kết nối từ 1 đến {LONGEST_DAYS} ngày.", field="days")
    wanted, networks = sorted(parse_scopes(scopes)), parse_addresses(addresses)
    if Scope.EMERGENCY_CONFIRM in wanted and not networks:
        raise RuleError(
            "Mã tự phát khẩn cấp phải ghi địa chỉ của hệ thống dùng nó; từ nơi khác mã không phát được.",
            field="addresses",
        )
    if not 1 <= per_hour <= MOST_PER_HOUR:
        raise RuleError(f"Số lần phát mỗi giờ từ 1 đến {MOST_PER_HOUR}.", field="per_hour")
    token_id = secrets.token_hex(6)
    key = f"loaxa_{token_id}_{secrets.token_urlsafe(32)}"
    with station.db.write() as session:
        if session.scalar(select(ApiToken.id).where(ApiToken.name == name)) is not None:
            raise RuleError(f"Đã có mã kết nối tên “{name}”. Hãy đặt tên khác.", field="name")
        now = station.now()
        session.add(
            ApiToken(
                id=token_id,
                name=name,
                sha256=_digest(key),
                scopes=[s.value for s in wanted],
                addresses=list(networks),
                per_hour=per_hour,
                by=actor.username,
                created_at=now,
                expires_at=now + dt.timedelta(days=days),
                last_used_at=None,
                revoked_at=None,
            )
        )
        Trail(session, now, actor).record("add", "api-token", name, after={"scopes": [s.value for s in wanted]})
    return key


def revoke(station: Station, actor: Actor, name: str) -> None:
    """End a key at once; it stays on record.

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotFoundError: there is no such key in use.
    """
    actor.require(Permission.MANAGE)
    with station.db.write() as session:
        row = session.scalar(select(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None)))
        if row is None:
            raise NotFoundError(f"Không có mã kết nối “{name}” đang dùng.", field="name")
        row.revoked_at = station.now()
        Trail(session, station.now(), actor).record("revoke", "api-token", name)


def every(session: Session) -> Sequence[ApiToken]:
    """All keys ever made, those in use first."""
    return session.scalars(select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.name)).all()


def holder(station: Station, key: str) -> Holder | None:
    """Whose key this is, or None for one that is unknown, ended or out of date."""
    parts = _KEY.fullmatch(key)
    if parts is None:
        return None
    now = station.now()
    with station.db.read() as session:
        row = session.get(ApiToken, parts[1])
        if row is None or not hmac.compare_digest(row.sha256, _digest(key)):
            return None
        if row.revoked_at is not None or row.expires_at <= now:
            return None
    if row.last_used_at is None or now - row.last_used_at > _NOTED_EVERY:
        with contextlib.suppress(DatabaseUnavailableError), station.db.write(lasting=False) as session:
            session.get_one(ApiToken, row.id).last_used_at = now
    scopes = frozenset(Scope(s) for s in row.scopes)
    return Holder(row.id, token_actor(row.name, scopes), scopes, tuple(row.addresses), row.per_hour)


def _digest(key: str) -> str:
    """A plain hash is enough: the key is 256 random bits, not a password."""
    return hashlib.sha256(key.encode()).hexdigest()
