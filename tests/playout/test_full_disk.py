"""A disk filled to its last block: what is planned and what is urgent is heard, written down, and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.clock import SystemClock
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState
from broadcaster.errors import StationError
from broadcaster.playout.sound.decoded import DecodedCache, HeldTape, Tape
from broadcaster.reserve import Reserve
from broadcaster.services.air import ear
from broadcaster.services.air import emergencies as service
from broadcaster.services.log import playlog
from tests.kit import emergencies
from tests.kit.air import ALL_DAY, Air, make_air, tone
from tests.kit.live import running
from tests.kit.small_disk import MB, NEEDS_ROOT, empty, fill, fill_all, free, mounted
from tests.kit.waiting import until

pytestmark = [pytest.mark.slow, NEEDS_ROOT]

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    with mounted(tmp_path / "dia") as folder:
        yield folder


def test_a_tape_that_the_disk_has_no_room_for_is_played_from_memory(disk: Path) -> None:
    sha = tone(disk / "store", 4.0, 300)
    cache = DecodedCache(disk / "store", disk / "tapes")
    usual = cache.cue(sha)
    assert isinstance(usual, Tape)
    whole = usual.read(0, usual.samples)
    for tape in (disk / "tapes").iterdir():
        tape.unlink()
    fill(disk)
    held = cache.cue(sha)
    assert isinstance(held, HeldTape)
    assert held.samples == usual.samples
    assert held.read(0, held.samples) == whole
    assert held.read(1000, 10) == whole[2000:2020]


def test_the_reserve_is_given_up_on_a_full_disk_and_made_anew_when_there_is_room(disk: Path) -> None:
    reserve = Reserve(disk / "reserve", 8 * MB)
    assert reserve.tend() == ""
    assert free(disk) < 35 * MB
    fill(disk)
    assert free(disk) == 0
    assert "Ổ đĩa đã đầy" in reserve.tend()
    assert free(disk) > 7 * MB
    assert "Ổ đĩa đã đầy" in reserve.tend()
    empty(disk)
    assert reserve.tend() == ""
    assert (disk / "reserve").stat().st_size == 8 * MB
    assert Reserve(disk / "khong", 0).tend() == ""


@pytest.fixture
def air(disk: Path) -> Iterator[Air]:
    made = make_air(disk / "dai", SystemClock(), windows=ALL_DAY)
    made.sound("dài", 4.0, 300)
    emergencies.prepare(made)
    yield made
    made.station.close()


def starved(air: Air) -> Reserve:
    reserve = Reserve(air.station.home.run / "reserve", 8 * MB)
    assert reserve.tend() == ""
    return reserve


def test_what_was_pinned_is_heard_though_the_disk_is_full(air: Air) -> None:
    number = air.plan(air.station.now() + 6 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air, reserve=starved(air)) as playout:
        until(lambda: playout.machine.pinned.get(number))
        fill(air.station.home.root)
        row = until(lambda: air.row(number).state.terminal and air.row(number), 60)
    assert row.state is BroadcastState.AIRED, row.verdict
    assert any(i.what == "disk" and "đầy" in i.note for i in air.incidents())


def test_play_out_that_starts_on_a_full_disk_airs_what_it_had_pinned_and_is_found_once_there_is_room(air: Air) -> None:
    number = air.plan(air.station.now() + 15 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air) as before:
        until(lambda: before.machine.pinned.get(number))
    fill_all(air.station.home.root, air.station.db)
    with running(air) as playout:
        horn = until(lambda: playout.machine.sinks.by_name.get("main"))
        until(lambda: "không ghi được địa chỉ" in playout.machine.incidents.now("address"))
        until(lambda: horn.samples >= 4 * 48_000, 60)
        assert ear.word(air.station.home).said is None, "nobody knows where it listens"
        empty(air.station.home.root)
        until(lambda: ear.word(air.station.home).said is not None)
        assert until(lambda: not playout.machine.incidents.now("address"))
        row = until(lambda: air.row(number).state.terminal and air.row(number), 60)
    assert row.state is BroadcastState.AIRED, row.verdict


def test_an_emergency_is_confirmed_and_heard_on_a_full_disk(air: Air) -> None:
    with running(air, reserve=starved(air)) as playout:
        until((air.station.home.run / PORT_FILE).is_file)
        fill(air.station.home.root)
        until(lambda: "đầy" in playout.machine.incidents.now("disk"))
        emergencies.declared(air)
        until(lambda: [e for e in air.log() if e.title == "Lũ về" and e.heard_ms >= 900], 60)


def drafted(air: Air, *, words: bool = True) -> int:
    sha, ms = air.sounds["lời nói"] if words else (None, 0)
    request = EmergencyRequest(
        title="Lũ về",
        text="" if words else "Lũ về.",
        zones=("ap-1",),
        reason="Công điện",
        recording_sha256=sha,
        recording_ms=ms,
    )
    return service.draft(air.station, emergencies.OPERATOR, request)


def test_an_emergency_of_which_no_row_can_be_written_is_sounded_by_play_out_alone_and_logged_later(air: Air) -> None:
    number = drafted(air)
    with running(air, reserve=starved(air)) as playout:
        until((air.station.home.run / PORT_FILE).is_file)
        fill(air.station.home.root)
        until(lambda: "đầy" in playout.machine.incidents.now("disk"))
        fill_all(air.station.home.root, air.station.db)
        horn = playout.machine.sinks.by_name["main"]
        said = service.confirm(air.station, emergencies.OPERATOR, number)
        assert "máy phát tự phát" in said
        until(lambda: horn.samples >= 1.5 * 48_000, 20)  # siren and words
        assert emergencies.row(air, number).state is EmergencyState.DRAFT
        until(lambda: playout.register.has_ended(-number))
        empty(air.station.home.root)
        (row,) = until(lambda: [r for r in emergencies.rows_of(air, number) if r.state.terminal], 60)
        until(lambda: number not in playout.machine.pinned.numbers())
    assert horn.samples < 1.6 * 48_000, "once"
    assert row.state is BroadcastState.AIRED
    found = emergencies.row(air, number)
    assert (found.state, found.confirmed_by) == (EmergencyState.ACTIVE, emergencies.OPERATOR.username)
    assert [e.broadcast_id for e in air.log()] == [row.id, row.id]
    with air.station.db.read() as session:
        assert playlog.verify(session).holds


@pytest.mark.parametrize("words", [True, False])
def test_what_cannot_be_sounded_on_a_full_disk_is_refused_loudly_with_what_to_do(air: Air, words: bool) -> None:
    number = drafted(air, words=words)
    fill_all(air.station.home.root, air.station.db)
    with pytest.raises(StationError) as refused:
        service.confirm(air.station, emergencies.OPERATOR, number)
    assert ("cũng không trả lời" if words else "chưa có lời đọc") in refused.value.message
    assert "Hãy xóa bớt tệp trên ổ đĩa" in refused.value.message
    empty(air.station.home.root)
    assert emergencies.row(air, number).state is EmergencyState.DRAFT
    assert not emergencies.rows_of(air, number)


def test_on_a_disk_that_is_full_beyond_its_reserve_what_is_pinned_is_heard_and_logged_later(air: Air) -> None:
    number = air.plan(air.station.now() + 8 * SECOND, [air.cue(1, "dài")], "ap-1")
    with running(air, reserve=starved(air)) as playout:
        until(lambda: playout.machine.pinned.get(number))
        fill(air.station.home.root)
        until(lambda: "đầy" in playout.machine.incidents.now("disk"))
        fill(air.station.home.root)
        assert free(air.station.home.root) < MB
        horn = playout.machine.sinks.by_name["main"]
        until(lambda: horn.samples >= 4 * 48_000, 60)
        empty(air.station.home.root)
        row = until(lambda: air.row(number).state.terminal and air.row(number), 60)
    assert row.state is BroadcastState.AIRED, row.verdict
