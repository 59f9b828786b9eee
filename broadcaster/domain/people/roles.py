"""Who may do what: roles are sets of permissions; nothing else grants one but a token or a delegation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.errors import ForbiddenError


class Role(StrEnum):
    """The five roles of a station."""

    EDITOR = "editor"
    CHIEF = "chief"
    OPERATOR = "operator"
    ADMIN = "admin"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        """The Vietnamese name that people read."""
        return _TITLES[self]


class Permission(StrEnum):
    """One thing that a person may be allowed to do."""

    VIEW = "view"
    WRITE = "write"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    OPERATE = "operate"
    EMERGENCY = "emergency"
    REPORT = "report"
    MANAGE = "manage"
    AUDIT = "audit"
    """Read who did what, and what happened at the door."""


_TITLES = {
    Role.EDITOR: "Biên tập viên",
    Role.CHIEF: "Lãnh đạo duyệt",
    Role.OPERATOR: "Người vận hành",
    Role.ADMIN: "Quản trị",
    Role.VIEWER: "Người xem",
}
_P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({_P.VIEW}),
    Role.EDITOR: frozenset({_P.VIEW, _P.WRITE}),
    Role.CHIEF: frozenset({_P.VIEW, _P.WRITE, _P.APPROVE, _P.OPERATE, _P.EMERGENCY, _P.REPORT, _P.AUDIT}),
    Role.OPERATOR: frozenset({_P.VIEW, _P.WRITE, _P.SCHEDULE, _P.OPERATE, _P.EMERGENCY, _P.REPORT}),
    Role.ADMIN: frozenset({_P.VIEW, _P.SCHEDULE, _P.OPERATE, _P.MANAGE, _P.REPORT, _P.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something: a person with roles, or the machine itself."""

    username: str
    full_name: str
    roles: frozenset[Role]
    user_id: int | None = None
    granted: frozenset[Permission] = frozenset()
    """What is allowed beside the roles: a token's scopes, approval that a leader has delegated."""
    behalf: str | None = None
    """The leader in whose stead this person approves."""
    agreed_by: str | None = None
    """The leader who agreed to what is done now."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that the roles allow, and what was granted beside them."""
        return frozenset(p for role in self.roles for p in PERMISSIONS[role]) | self.granted

    def may(self, permission: Permission) -> bool:
        """Whether the actor holds `permission`."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Check the permission.

        Raises:
            ForbiddenError: the actor does not hold it.
        """
        if not self.may(permission):
            raise ForbiddenError(f"Tài khoản “{self.username}” không có quyền làm việc này ({permission.value}).")

    def account(self, username: str | None) -> str:
        """The account that is meant: one's own, or with MANAGE another's.

        Raises:
            ForbiddenError: it is another's, and the actor may not manage accounts.
        """
        meant = username or self.username
        if meant != self.username:
            self.require(Permission.MANAGE)
        return meant


STARTER_KIT = "bộ cài mẫu"
"""Who brings the scripts that a new station is given: they are nobody's work there."""


def machine(name: str = "tự động") -> Actor:
    """The actor of unattended work; it holds every permission and is named in each log line."""
    return Actor(name, name, frozenset(Role))


def parse_roles(names: Iterable[str]) -> frozenset[Role]:
    """The roles named.

    Raises:
        ForbiddenError: a name is no role.
    """
    try:
        return frozenset(Role(n) for n in names)
    except ValueError as error:
        raise ForbiddenError(f"Vai trò không có trong hệ thống: {error}.", field="roles") from None
