"""People of the station who act in tests, one for each duty."""

from __future__ import annotations

from broadcaster.domain.people.roles import Actor, Role

EDITOR = Actor("bientap", "Biên tập viên", frozenset({Role.EDITOR}))

LEADER = Actor("lanhdao", "Phó Chủ tịch", frozenset({Role.CHIEF}))

OPERATOR = Actor("truyenthanh", "Người vận hành", frozenset({Role.OPERATOR}))
