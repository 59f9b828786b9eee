"""A small station at noon whose evening is planned, and its rows as they stand."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastChange, BroadcastRow, Command, PlayLogEntry, origins
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.people.roles import machine
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from tests.kit.founding import founded

TZ = dt.timezone(dt.timedelta(hours=7))
NOON = dt.datetime(2026, 3, 4, 12, 0, tzinfo=TZ)
ME = machine("thử")
_NUMBERS = itertools.count(1000, 1000)
"""The log keeps what it has of rows that are gone, so no number may come again."""
ROTATION = """
[rotation]
code = "thuong"
title = "Thường"
valid_from = 2026-01-01
[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 20
item = [ { kind = "cue", cue = "nhac-hieu" }, { kind = "cue", cue = "nhac-ket" } ]
[[slot]]
code = "chieu"
title = "Buổi chiều"
start = "17:00"
max_minutes = 20
item = [ { kind = "cue", cue = "nhac-hieu" }, { kind = "cue", cue = "nhac-ket" } ]
"""


def small_station(root: Path, **overrides: Any) -> Station:
    made = founded(root, overrides={"playout": {"plan_days": 3}, **overrides}, clock=FrozenClock(NOON))
    apply_rotation(made, ME, ROTATION, "thuong")
    return made


def fresh(station: Station, now: dt.datetime = NOON) -> None:
    """As on the first noon: nothing but the rotation's broadcasts."""
    assert isinstance(station.clock, FrozenClock)
    station.clock.advance((now - station.clock.now()).total_seconds())
    with station.db.write() as session:
        for table in (BroadcastChange, Command, BroadcastRow):
            session.execute(delete(table))
        before = origins.trial("Trước đó", [], [], dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        before.id, before.state = next(_NUMBERS), BroadcastState.AIRED
        session.add(before)
    plan(station)


def rows(station: Station) -> dict[int, dict[str, Any]]:
    """Every broadcast with every column."""
    table = BroadcastRow.__table__
    assert isinstance(table, Table)
    with station.db.read() as session:
        return {r["id"]: dict(r) for r in session.execute(select(table)).mappings()}


def numbers(station: Station) -> list[int]:
    with station.db.read() as session:
        query = select(BroadcastRow.id).where(BroadcastRow.kind != BroadcastKind.TRIAL)
        return list(session.scalars(query.order_by(BroadcastRow.starts_at, BroadcastRow.id)))


def logged(station: Station, number: int) -> list[PlayLogEntry]:
    with station.db.read() as session:
        return list(session.scalars(select(PlayLogEntry).where(PlayLogEntry.broadcast_id == number)))
