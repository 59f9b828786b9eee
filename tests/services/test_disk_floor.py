"""The floor of the disk: what people bring stops there; the log, the air, emergencies and plain rows go on."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import broadcaster
from broadcaster.clock import SystemClock
from broadcaster.db.models import Job
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.domain.work.jobs import JobKind, JobState
from broadcaster.errors import AirError
from broadcaster.floor import NEAR, DiskRoom, NoRoomError
from broadcaster.playout.sinks.base import Feed, Site
from broadcaster.playout.sinks.file import FileOptions, FileSink
from broadcaster.playout.sinks.null import SimulatedHorn
from broadcaster.services import disk_room
from broadcaster.services.air import talks
from broadcaster.services.scripts import recordings
from broadcaster.services.setup.backup import backup, backups
from broadcaster.services.station import Station
from broadcaster.services.work import jobs, performing
from tests.kit.air import ALL_DAY, Air, make_air
from tests.kit.live import running
from tests.kit.small_disk import MB, NEEDS_ROOT, empty, fill_to, free, mounted
from tests.kit.waiting import until

BELOW = DiskRoom.of(700 * MB, 8_000 * MB, 2_000 * MB)
WAITS = {
    JobKind.EMERGENCY_VOICE: False,
    JobKind.EMERGENCY_REPEATS: False,
    JobKind.TRIAL: False,
    JobKind.SPEAK: False,
    JobKind.RECORD: True,
    JobKind.LISTEN: False,
    JobKind.REPORT: False,
    JobKind.FIRST_BULLETIN: False,
    JobKind.STARTER: False,
    JobKind.PLAN: False,
    JobKind.BACKUP: True,
    JobKind.CARRY: False,  # its bytes leave the disk
    JobKind.DRILL: True,
    JobKind.LOG_CHECK: False,
    JobKind.LET_GO: False,
}
"""Whether a job waits below the floor, for every kind there is."""

GATED = "asks for room itself"
URGENT = "an emergency's, which never waits"
SMALL = "a few kilobytes, or bounded by a setting of its own"
OWN = "what the station makes of its rows; stopped by `reserve.scarce`"
AWAY = "where a person said, outside the home, or with a look of its own at the room there"
WITHIN = "the tool of those that ask"
WRITERS = {
    "cli/lexicon.py": AWAY,
    "cli/voices.py": AWAY,
    "keeping.py": WITHIN,
    "playout/sinks/file.py": GATED,
    "reporting/paper.py": OWN,
    "reporting/table_csv.py": OWN,
    "reserve.py": OWN,
    "services/air/emergency_voice.py": URGENT,
    "services/air/fitness.py": SMALL,
    "services/air/signs.py": SMALL,
    "services/air/talks.py": GATED,
    "services/health/support.py": SMALL,
    "services/log/evidence.py": AWAY,
    "services/log/places.py": SMALL,
    "services/reports/activities.py": GATED,
    "services/scripts/recordings.py": GATED,
    "services/scripts/trial.py": SMALL,
    "services/setup/backup.py": GATED,
    "services/setup/carrying.py": AWAY,
    "services/setup/elsewhere/copy_places.py": SMALL,
    "services/setup/elsewhere/sealed.py": AWAY,
    "services/setup/founding.py": SMALL,
    "services/setup/restoring.py": AWAY,
    "services/setup/sounds.py": GATED,
    "services/setup/upgrade/bundles.py": AWAY,
    "services/setup/upgrade/databases.py": AWAY,
    "playout/sound/talk.py": OWN,
    "sound/join.py": WITHIN,
    "sound/recogniser_process.py": WITHIN,
    "sound/render.py": OWN,
    "sound/samples.py": WITHIN,
    "sound/store.py": WITHIN,
    "speech/cache.py": SMALL,
    "speech/fetching.py": AWAY,
    "speech/voice_process.py": WITHIN,
    "targets/folder.py": AWAY,
}
"""Every module that writes bytes into a file, and why it may below the floor."""
_MODES = {"wb", "xb", "ab", "w", "x", "a", "rb+", "r+b", "wb+", "w+b"}


def writes(tree: ast.Module) -> bool:
    """Whether a module opens a file to write, copies one, or puts a sound into a store."""
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        given = {a.value for a in call.args if isinstance(a, ast.Constant)}
        if name in {"open", "fdopen", "ZipFile"} and given & _MODES:
            return True
        if name in {"write_bytes", "copyfile", "copyfileobj", "copytree", "copy2", "extractall"}:
            return True
        if name == "put" and isinstance(call.func, ast.Attribute) and "tore" in ast.unparse(call.func.value):
            return True
    return False


def test_every_module_that_writes_files_asks_for_room_or_says_why_not() -> None:
    """A new writer of files is found here: it asks `disk_room` or the floor, or its reason is written down."""
    root = Path(broadcaster.__file__).parent
    texts = {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8") for p in root.rglob("*.py")}
    found = {name for name, text in texts.items() if writes(ast.parse(text))}
    assert found == WRITERS.keys()
    asking = {name for name, text in texts.items() if "disk_room.require(" in text or "DiskRoom.at(" in text}
    assert {name for name, why in WRITERS.items() if why is GATED} <= asking


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_below_the_floor_a_job_that_brings_sounds_waits_and_every_other_is_done(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert WAITS.keys() == set(JobKind)
    monkeypatch.setattr(disk_room, "look", lambda _: BELOW)
    done: list[JobKind] = []
    for kind in JobKind:
        with station.db.write() as session:
            number = jobs.want(session, station.now(), kind, "x", {}, by="x")

        def body(*_: Any, kind: JobKind = kind) -> None:
            done.append(kind)

        performing.perform(station, number, {kind: body})
        with station.db.read() as session:
            row = session.get_one(Job, number)
            if WAITS[kind]:
                assert row.state is JobState.WANTED
                assert "còn trống 700 MB, mà phải để lại 800 MB" in row.error
            else:
                assert row.state is JobState.DONE
    assert set(done) == {kind for kind, waits in WAITS.items() if not waits}


@pytest.mark.parametrize(
    ("left", "total", "floor", "asked", "lets"),
    [
        (2_000, 100_000, 2_000, 0, True),
        (2_000, 100_000, 2_000, 1, False),
        (1_999, 100_000, 2_000, 0, False),
        (900, 8_000, 2_000, 100, True),
        (900, 8_000, 2_000, 101, False),
        (0, 8_000, 0, 5, True),
    ],
)
def test_a_disk_lets_in_what_leaves_its_floor_and_of_a_small_one_a_tenth(
    left: int, total: int, floor: int, asked: int, lets: bool
) -> None:
    room = DiskRoom.of(left * MB, total * MB, floor * MB)
    assert (room.refusal(asked * MB) == "") is lets
    if not lets:
        with pytest.raises(NoRoomError) as refused:
            room.require(asked * MB)
        assert refused.value.code == "disk-full"
        assert (f"cần thêm {asked} MB" in refused.value.message) is bool(asked)
    assert bool(room.told) is (room.left < max(NEAR * room.floor, min(total * MB // 10, 20_000 * MB)))


class Horn(SimulatedHorn):
    """One that is recorded, as those of a card are."""

    kind = "horn"


small = [pytest.mark.slow, NEEDS_ROOT]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "dia", "80m") as folder:
        yield folder


@pytest.fixture
def air(disk: Path) -> Iterator[Air]:
    made = make_air(disk / "dai", SystemClock(), windows=ALL_DAY)
    made.zones("ap-1")
    made.sound("dài", 4.0, 300)
    yield made
    made.station.close()


class TestOnASmallDisk:
    """On a real file system of eighty megabytes, of which eight are to stay free."""

    pytestmark = small

    def test_uploads_talks_and_backups_stop_and_rows_go_on(self, air: Air) -> None:
        station, editor = air.station, Actor("bientap", "Biên tập", frozenset({Role.EDITOR}))
        speaker = Actor("lanhdao", "Lãnh đạo", frozenset({Role.OPERATOR, Role.CHIEF}))
        first = backup(station)
        fill_to(station.home.root.parent, 7 * MB)
        before = sorted(p for p in station.home.root.rglob("*") if p.is_file())
        with pytest.raises(NoRoomError) as refused:
            backup(station)
        assert "phải để lại 8" in refused.value.message
        assert [b.path for b in backups(station.home)] == [first], "what was there stays"
        with pytest.raises(NoRoomError):
            recordings.record(station, editor, 1, first)
        with pytest.raises(NoRoomError) as refused:
            talks.start(station, speaker, ["ap-1"])
        assert "lần này cần thêm 57,6 MB" in refused.value.message
        assert sorted(p for p in station.home.root.rglob("*") if p.is_file()) == before
        assert talks.start(station, speaker, ["ap-1"], urgent=True, reason="Lũ").number
        with station.db.write() as session:
            jobs.want(session, station.now(), JobKind.PLAN, "hourly", {}, by="x")
            assert session.scalar(select(Job.id))

    def test_the_air_check_stops_at_the_floor_and_what_is_aired_goes_on_and_is_logged(self, air: Air) -> None:
        station = air.station
        number = air.plan(station.now() + dt.timedelta(seconds=6), [air.cue(1, "dài")], "ap-1")
        check = FileSink("aircheck", FileOptions(flac=False), Site(station.home.airchecks, SystemClock(), 8 * MB))
        with running(air, sinks={"main": Horn("main"), "aircheck": check}) as playout:
            until(lambda: playout.machine.pinned.get(number))
            fill_to(station.home.root.parent, 7 * MB)
            row = until(lambda: air.row(number).state.terminal and air.row(number), 60)
        assert row.state is BroadcastState.AIRED, row.verdict
        assert [e.heard_ms for e in air.log()] == [4000]
        assert any("Ngừng ghi bản kiểm thính" in i.note for i in air.incidents())
        assert not list(station.home.airchecks.rglob("*.wav"))

    def test_a_recording_ends_where_the_disk_is_down_to_its_floor_and_the_oldest_are_let_go(self, disk: Path) -> None:
        sink = FileSink("aircheck", FileOptions(flac=False), Site(disk / "thu", SystemClock(), 8 * MB))
        now = dt.datetime.now(dt.UTC)
        for days in (3, 2, 0):
            kept = sink.open(Feed(days, "x", now - dt.timedelta(days=days)))
            for _ in range(60):
                kept.write(bytes(96_000))
            kept.close()
        fill_to(disk, 9 * MB)
        assert sink.tend() == "", "above its floor all stays"
        growing = sink.open(Feed(9, "x", now))
        with pytest.raises(AirError) as ended:
            for _ in range(60):
                growing.write(bytes(96_000))
        growing.close()
        assert "đài ngừng nhận bản ghi" in ended.value.message
        assert 7 * MB < free(disk) < 8 * MB
        with pytest.raises(AirError):
            sink.open(Feed(10, "x", now))
        assert "Đã bỏ 2 bản thu kiểm thính vì ổ đĩa gần hết chỗ, 11,5 MB" in sink.tend()
        assert free(disk) > 2 * 8 * MB
        assert {p.parent.name for p in (disk / "thu").rglob("*.wav")} == {f"{now:%Y-%m-%d}"}
        sink.open(Feed(11, "x", now)).close()
        empty(disk)
