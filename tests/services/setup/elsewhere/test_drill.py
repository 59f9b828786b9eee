"""The trial restore of each month: what is whole is told whole, what is damaged or missing is named, nothing stays."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.services.log.playlog import append
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere import drill as drills
from broadcaster.services.setup.elsewhere import facts
from broadcaster.services.setup.elsewhere.carrying_out import carry
from broadcaster.services.setup.elsewhere.drill import drill, due
from broadcaster.services.station import Station
from tests.kit.elsewhere import with_folder
from tests.kit.entries import entry
from tests.kit.scripts import approved


@pytest.fixture
def station(station_of: Callable[[str], Station], tmp_path: Path) -> Station:
    made = station_of("")
    approved(made)
    with_folder(made, tmp_path / "nas")
    backup(made)
    carry(made, "nas")
    return made


def left(station: Station) -> list[str]:
    return [p.name for p in station.home.backups.glob("partial-*")]


def test_a_station_that_is_well_holds_its_trial_and_waits_a_month(station: Station, clock: FrozenClock) -> None:
    assert due(station)
    found = drill(station)
    assert found.faults == ()
    assert len(found.proved) == 2
    assert facts.last_drill(station) == found
    assert left(station) == []
    assert not due(station)
    clock.advance(drills.EVERY.total_seconds() + 1)
    assert due(station)


@pytest.mark.medium
@pytest.mark.parametrize("what", ["archive at home", "sound at home", "archive elsewhere", "sound elsewhere"])
def test_what_is_damaged_fails_the_trial_by_name_and_is_tried_again_the_next_night(
    station: Station, tmp_path: Path, clock: FrozenClock, what: str
) -> None:
    kind, _, where = what.partition(" ")
    pattern = {"archive at home": "loa-*.zip", "sound at home": "sounds/??/*.flac"}.get(what)
    if where == "at home":
        found = sorted(station.home.backups.glob(pattern or ""))
    else:
        found = sorted((tmp_path / "nas").glob("*/nights/*.age" if kind == "archive" else "*/sounds/*/*.age"))
    for path in found:
        data = path.read_bytes()
        path.unlink()  # the same bytes may lie elsewhere under another name of one file
        path.write_bytes(data[: len(data) // 2])
    told = drill(station)
    assert told.faults, what
    assert not told.well
    assert left(station) == []
    assert not due(station)
    clock.advance(dt.timedelta(days=1).total_seconds() + 1)
    assert due(station)
    if where == "elsewhere":
        backup(station)
        carry(station, "nas")
        assert drill(station).faults == (), "what was damaged there is laid anew"


def test_a_disk_without_room_is_no_reason_to_fill_it(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drills, "_TWICE", 10**9)
    told = drill(station)
    assert any("cần chừng" in fault for fault in told.faults)
    assert left(station) == []


@pytest.mark.medium
def test_a_record_that_does_not_hold_fails_the_trial(station: Station) -> None:
    with station.db.write() as session:
        append(session, [entry(zone="am01")], station.now())
    backup(station)
    assert drill(station).well
    with closing(sqlite3.connect(station.home.root / "station.db")) as raw, raw:
        for (trigger,) in raw.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            raw.execute(f'drop trigger "{trigger}"')
        raw.execute("update play_log set title = 'khác'")
    station.clock.advance(60)  # type: ignore[attr-defined]
    backup(station)
    assert any("Nhật ký của đài dựng lại" in fault for fault in drill(station).faults)
