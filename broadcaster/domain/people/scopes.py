"""What another system's token may do: scopes, each worth a few permissions and no more."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

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
    EMERGENCY = "emergency"

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
    Scope.EMERGENCY: "Phát và dừng tin khẩn cấp",
}
_GRANTS = {
    Scope.SCRIPTS_WRITE: Permission.WRITE,
    Scope.MUTE: Permission.OPERATE,
    Scope.REPORT_READ: Permission.REPORT,
    Scope.EMERGENCY: Permission.EMERGENCY,
}


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
    return Actor(f"api:{name}", f"Hệ thống khác: {name}", frozenset(), granted=granted)
