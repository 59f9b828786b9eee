"""The trial restore of each month: what is whole is told whole, what is damaged or missing is named, nothing stays."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage
import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Heartbeat, Job
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.log.playlog import append
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.elsewhere import drill as drills
from broadcaster.services.setup.elsewhere import facts, paper_key, telling
from broadcaster.services.setup.elsewhere.carrying_out import carry
from broadcaster.services.setup.elsewhere.drill import drill, due
from broadcaster.services.station import Station
from broadcaster.services.work import performing
from broadcaster.services.work.performing import PutOffError
from broadcaster.targets.folder import FolderShelf
from tests.kit.elsewhere import ANYBODY, with_folder
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


def broadcast(station: Station, minutes: float, **more: Any) -> int:
    """A broadcast that begins in so many minutes."""
    starts = station.now() + dt.timedelta(minutes=minutes)
    facts_of_it = {
        "slot_key": "thu/sang",
        "origin": Origin.ROTATION,
        "rotation_code": "thu",
        "slot_code": "sang",
        "late": "skip",
        "kind": BroadcastKind.ROTATION,
        "state": BroadcastState.PLANNED,
        "title": "Bản tin",
        "starts_at": starts,
        "ends_at": starts + dt.timedelta(minutes=10),
        "zones": ["am01"],
        "rundown": [],
        "reasons": [],
        "sound_ms": 0,
    }
    with station.db.write() as session:
        session.merge(Heartbeat(process="playout", host="may", pid=1, at=station.now(), status={}))
        row = BroadcastRow(**(facts_of_it | more))
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize(
    ("minutes", "more", "begins", "runs"),
    [
        (5, {}, False, False),
        (14.9, {}, False, False),
        (15.5, {}, False, True),
        (44.9, {}, False, True),
        (45.5, {}, True, True),
        (-1, {"state": BroadcastState.AIRING}, False, False),
        (-1, {"state": BroadcastState.AIRING, "kind": BroadcastKind.EMERGENCY}, False, False),
    ],
)
def test_a_trial_keeps_away_from_broadcasts(
    station: Station, minutes: float, more: dict[str, Any], begins: bool, runs: bool
) -> None:
    broadcast(station, minutes, **more)
    assert due(station) is begins
    if runs:
        assert drill(station).well
        return
    with pytest.raises(PutOffError):
        drill(station)
    assert (facts.last_drill(station), left(station)) == (None, [])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.7], ids=["before it unpacks", "before its record", "before the places"])
def test_an_emergency_that_begins_ends_a_trial_which_is_done_anew_when_it_is_quiet(
    station: Station, clock: FrozenClock, share: float
) -> None:
    begun: list[int] = []

    def alarm(_station: Station, arguments: Mapping[str, Any], progress: Callable[[float], None]) -> None:
        def watched(done: float) -> None:
            progress(done)
            if done >= share and not begun:
                begun.append(broadcast(station, 0, state=BroadcastState.AIRING, kind=BroadcastKind.EMERGENCY))
                clock.advance(2)

        drill(station, watched)

    number = drills.want(station, ANYBODY)
    assert performing.perform(station, number, {JobKind.DRILL: alarm})
    assert (facts.last_drill(station), left(station)) == (None, [])
    with station.db.read() as session:
        job = session.get_one(Job, number)
        assert (job.state, job.attempts, job.claimed_by) == (JobState.WANTED, 0, None)
        assert job.run_after > station.now() + dt.timedelta(minutes=15)
    assert not performing.perform(station, number, {JobKind.DRILL: alarm}), "not before its time"
    with station.db.write() as session:
        session.get_one(BroadcastRow, begun[0]).state = BroadcastState.AIRED
    clock.advance(3600)
    assert performing.perform(station, number, {JobKind.DRILL: alarm})
    assert (last := facts.last_drill(station)) is not None
    assert last.well


def test_what_lies_elsewhere_is_read_back_by_turns_until_all_was(
    station: Station, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        approved(station, f"Kính thưa bà con. Tin số {number}.")
    clock.advance(86_400)
    backup(station)
    carry(station, "nas")
    sounds = sorted((tmp_path / "nas").glob("*/sounds/*/*.age"))
    assert len(sounds) > 1
    asked: list[str] = []
    real = FolderShelf.get

    def get(self: FolderShelf, name: str, to: Path) -> None:
        asked.append(name)
        real(self, name, to)

    monkeypatch.setattr(FolderShelf, "get", get)
    archive = max((tmp_path / "nas").glob("*/nights/*.age"))
    monkeypatch.setattr(drills, "PROVED_BYTES", archive.stat().st_size)
    for _ in sounds:
        assert drill(station).well
    read = [name for name in asked if "/sounds/" in name]
    assert sorted(read) == [p.relative_to(tmp_path / "nas").as_posix() for p in sounds], "one each month, none twice"


def test_the_paper_is_tried_once_a_year_and_opens_the_newest_copy(
    station_of: Callable[[str], Station], tmp_path: Path, clock: FrozenClock
) -> None:
    station = station_of("")
    approved(station)
    key = with_folder(station, tmp_path / "nas")
    assert "loa carry open" not in telling.told(station)[1], "before anything lies there nothing can be opened"
    backup(station)
    carry(station, "nas")
    assert "Chưa lần nào mở thử" in telling.told(station)[1]
    with pytest.raises(ForbiddenError):
        drills.opened_with_paper(station, Actor("xem", "Người xem", frozenset({Role.VIEWER})), "nas", key)
    with pytest.raises(RuleError, match="tờ khóa"):
        drills.opened_with_paper(station, ANYBODY, "nas", paper_key.read(str(pyrage.x25519.Identity.generate())))
    assert "Chưa lần nào mở thử" in telling.told(station)[1]
    found, faults = drills.opened_with_paper(station, ANYBODY, "nas", key)
    assert (faults, left(station)) == ([], [])
    assert found.startswith("loa-")
    assert "loa carry open" not in telling.told(station)[1]
    clock.advance(telling.PAPER_OLD.total_seconds() + 1)
    assert "mở thử bản sao lưu bằng tờ giấy khóa" in telling.told(station)[1]


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
