"""The station that every story begins with: people, three zones, approved scripts, a slot every four minutes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy import delete, select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import DayException, ZoneRow
from broadcaster.domain.people.roles import machine
from broadcaster.services.people import accounts, signing_in
from broadcaster.services.schedule.rotations import apply_rotation
from tests.kit.founding import founded
from tests.kit.scripts import approved
from tests.kit.seed import PASSWORD, PEOPLE

START = dt.datetime(2026, 3, 2, 22, 58, tzinfo=dt.UTC)
"""05:58 on a Tuesday in the station: two minutes before the first slot."""
OUTPUTS = {"am01": "chung", "am02": "chung", "am03": "rieng"}
"""Three zones, two of which share an output."""

SETTINGS = {
    "speech": {"voices": ["tone:beep"]},
    "emergency": {"quick_voice": "tone:beep"},
    "hours": {"sessions_per_day": 0, "days_per_week": 0},
    "playout": {"plan_days": 1, "sinks": {name: {"kind": "null"} for name in ("chung", "rieng", "aircheck")}},
}

_SLOT = """
[[slot]]
code = "luc-{code}"
title = "Buổi {code}"
start = "{start}"
max_minutes = 2
[[slot.item]]
kind = "fill"
max_items = 1
"""
ROTATION = """
[rotation]
code = "thuong"
title = "Ngày thường"
valid_from = 2026-01-01
""" + "".join(_SLOT.format(code=f"06{m:02d}", start=f"06:{m:02d}") for m in range(0, 40, 4))
SLOTS = [f"luc-06{m:02d}" for m in range(0, 40, 4)]


def found(root: Path) -> Path:
    """Found the station that every story begins with: people, three zones, approved scripts, a slot every four minutes."""
    clock = FrozenClock(START - dt.timedelta(days=1))
    station = founded(root, overrides=SETTINGS, clock=clock)
    kit = machine("bộ thử")
    for username, name, roles in PEOPLE:
        temporary = accounts.create_user(station, kit, username, name, roles)
        signing_in.change_password(station, accounts.actor_named(station, username), temporary, PASSWORD)
    with station.db.write() as session:
        session.execute(delete(ZoneRow).where(ZoneRow.code.not_in(OUTPUTS)))
        session.execute(delete(DayException))
        for zone in session.scalars(select(ZoneRow)):
            zone.sink, zone.volume = OUTPUTS[zone.code], 100
    for n in range(3):
        approved(station, " ".join(["Bà con"] * (60 + 35 * n)) + ".", title=f"Bài {n}")
    apply_rotation(station, kit, ROTATION, "thuong.toml")
    with station.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    station.close()
    return root
