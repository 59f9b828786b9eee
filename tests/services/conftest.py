"""A small real station: temporary home, tone voice, frozen clock, both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.domain.roles import Actor, Role
from broadcaster.services.approving import approve
from broadcaster.services.importing import init
from broadcaster.services.scripts import ScriptDraft, add_script
from broadcaster.services.speaking import speak
from broadcaster.services.station import Station

EDITOR = Actor("bientap", "Biên tập viên", frozenset({Role.EDITOR}))
LEADER = Actor("lanhdao", "Phó Chủ tịch", frozenset({Role.CHIEF}))
OPERATOR = Actor("truyenthanh", "Người vận hành", frozenset({Role.OPERATOR}))

ROTATION = """
[rotation]
code = "thu"
title = "Lịch thử"
valid_from = 2026-01-01

[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 20
zones = ["all"]
late = "join"

[[slot.item]]
kind = "cue"
cue = "nhac-hieu"

[[slot.item]]
kind = "fill"
max_items = 3
separator = "ngat"
"""


@pytest.fixture
def station(tmp_path: Path, clock: FrozenClock, database_url: str) -> Iterator[Station]:
    made = init(
        tmp_path / "home",
        overrides={"speech": {"voices": ["tone:beep"]}, "database": {"url": database_url}},
        clock=clock,
    )
    yield made
    made.close()


def draft(body: str = "Kính thưa bà con. Hôm nay trời đẹp.", **more: object) -> ScriptDraft:
    values: dict[str, object] = {"title": "Bài thử", "unit": "vhxh", "topic": "khac", "body": body}
    return ScriptDraft(**(values | more))  # type: ignore[arg-type]


def approved(station: Station, body: str = "Kính thưa bà con. Hôm nay trời đẹp.", **more: object) -> int:
    """Add, speak and approve a script; return its number."""
    number = add_script(station, EDITOR, draft(body, **more))
    speak(station, EDITOR, number)
    approve(station, LEADER, number)
    return number


def later(station: Station, **span: float) -> None:
    assert isinstance(station.clock, FrozenClock)
    station.clock.advance(dt.timedelta(**span).total_seconds())
