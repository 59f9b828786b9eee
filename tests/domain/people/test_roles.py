"""Roles: each may do what its work needs, and the one who approves is not the one who keeps the machine."""

from __future__ import annotations

import pytest

from broadcaster.domain.people.roles import Actor, Permission, Role, machine, parse_roles
from broadcaster.errors import ForbiddenError


def test_a_viewer_can_only_look() -> None:
    viewer = Actor("xem", "Người xem", frozenset({Role.VIEWER}))
    assert viewer.permissions == {Permission.VIEW}
    with pytest.raises(ForbiddenError):
        viewer.require(Permission.OPERATE)


def test_only_the_leader_approves() -> None:
    assert [r for r in Role if Actor("a", "a", frozenset({r})).may(Permission.APPROVE)] == [Role.CHIEF]


def test_the_machine_may_do_all_under_its_own_name() -> None:
    assert machine("tự động").permissions == frozenset(Permission)
    assert machine("tự động").username == "tự động"


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ForbiddenError):
        parse_roles(["editor", "king"])
