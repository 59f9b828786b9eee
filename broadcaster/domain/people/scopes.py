"""What another system's token may do: scopes, each worth a few permissions and no more."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Final

from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError


class Scope(StrEnum):
    """One thing that a token opens."""

    SCRIPTS_READ = "scripts:read"
    SCRIPTS_WRITE = "scripts:write"
    SCHEDULE_READ = "schedule:read"
    ONAIR_READ = "onair:read"
    ZONES_READ = "zones:read"
    MUTE = "zones:mute"
    LOG_READ = "log:read"
    REPORT_READ = "report:read"
    METRICS_READ = "metrics:read"
    EMERGENCY_DRAFT = "emergency:draft"
    EMERGENCY_CONFIRM = "emergency:confirm"

    @property
    def label(self) -> str:
        """What it allows, in Vietnamese."""
        return _LABELS[self]


_LABELS = {
    Scope.SCRIPTS_READ: "Đọc kịch bản",
    Scope.SCRIPTS_WRITE: "Gửi kịch bản (nháp hoặc chờ duyệt)",
    Scope.SCHEDULE_READ: "Đọc lịch phát",
    Scope.ONAIR_READ: "Xem đang phát gì",
    Scope.ZONES_READ: "Xem cụm loa và tình trạng",
    Scope.MUTE: "Tắt và bật tiếng cụm loa",
    Scope.LOG_READ: "Đọc nhật ký phát",
    Scope.REPORT_READ: "Đọc số liệu báo cáo",
    Scope.METRICS_READ: "Đọc số đo tình trạng máy (Prometheus)",
    Scope.EMERGENCY_DRAFT: "Soạn bản nháp tin khẩn cấp (người của đài xác nhận mới phát)",
    Scope.EMERGENCY_CONFIRM: "Tự phát, kéo dài, kết thúc tin khẩn cấp, không cần người",
}
_GRANTS = {
    Scope.SCRIPTS_WRITE: Permission.WRITE,
    Scope.MUTE: Permission.OPERATE,
    Scope.REPORT_READ: Permission.REPORT,
    Scope.EMERGENCY_DRAFT: Permission.EMERGENCY,
    Scope.EMERGENCY_CONFIRM: Permission.EMERGENCY,
}


_ACTS_AS: Final = "api:"
MOST_PER_HOUR: Final = 20
"""The most soundings in an hour that a key may ever be given."""


def machine_of(username: str) -> str:
    """The name of the other system that acted by this name; empty for a person."""
    return username.removeprefix(_ACTS_AS) if username.startswith(_ACTS_AS) else ""


def parse_addresses(words: str) -> tuple[str, ...]:
    """Addresses and networks from which a key may make the horns sound, as they are kept.

    Raises:
        RuleError: one is none.
    """
    try:
        return tuple(str(ip_network(word)) for word in words.replace(",", " ").split())
    except ValueError:
        raise RuleError(
            "Địa chỉ viết như 192.168.1.20 hoặc 192.168.1.0/24, cách nhau bằng dấu phẩy.", field="addresses"
        ) from None


def within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(network) for network in networks)


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """The scopes named, at least one.

    Raises:
        RuleError: a name is no scope, or there is none.
    """
    try:
        found = frozenset(Scope(name) for name in names)
    except ValueError as error:
        raise RuleError(f"Không có quyền truy cập này: {error}. Có: {', '.join(Scope)}.", field="scopes") from None
    if not found:
        raise RuleError("Hãy chọn ít nhất một quyền cho mã kết nối.", field="scopes")
    return found


def token_actor(name: str, scopes: Iterable[Scope]) -> Actor:
    """Who acts when a token is used: never a person, so never an approver, and named in each record."""
    granted = frozenset(_GRANTS[s] for s in scopes if s in _GRANTS) | {Permission.VIEW}
    return Actor(f"{_ACTS_AS}{name}", f"Hệ thống khác: {name}", frozenset(), granted=granted)
