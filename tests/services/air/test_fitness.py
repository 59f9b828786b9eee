"""Fitness: break each thing once, and the answer names it; a station where nothing is broken is well."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, CueRow, Heartbeat, OutputStop, ZoneRow
from broadcaster.db.queries import air as air_queries
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.playout.host.loopback import Loopback
from broadcaster.services.air import ear, signs
from broadcaster.services.air.emergency_unheard import _horns_now
from broadcaster.services.air.fitness import LEAST_FREE, Organ, fitness
from broadcaster.services.air.heartbeats import beat
from broadcaster.services.setup.doctor import examine
from tests.kit.air import Air, make_air
from tests.kit.clocks import MORNING

WELL: dict[str, Any] = {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": "loudspeaker"}, "hold": ""}


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@dataclass
class Whole:
    """A station of which every part works, over play-out's real ear."""

    air: Air
    ear: Loopback = field(init=False)
    said: dict[str, Any] = field(default_factory=lambda: WELL)
    """What play-out answers when it is asked."""

    def __post_init__(self) -> None:
        port = self.air.station.home.run / PORT_FILE
        self.ear = Loopback(port, lambda asked: self.said if asked.get("ask") == "status" else None)
        self.ear.open()

    def beat(self, **changed: Any) -> None:
        beat(self.air.station, "playout", WELL | changed)

    def organs(self) -> set[Organ]:
        return {a.organ for a in fitness(self.air.station).ailments}

    def red(self) -> set[str]:
        """What the doctor calls broken."""
        checks = examine(self.air.station, thorough=False)
        return {organ for organ in Organ if any(c.name == organ.label and c.ok is False for c in checks)}


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    air = make_air(tmp_path / "dai", FrozenClock(MORNING))
    station = air.station
    air.zones("ap-1", "ap-2")
    air.sound("nhac", 1.0)
    air.sound("bao-dong", 0.5, 880.0)
    sha, ms = air.sounds["bao-dong"]
    with station.db.write() as session:
        session.add(
            CueRow(name="bao-dong", kind="alert", title="Báo động", audio_sha256=sha, duration_ms=ms, licence="CC0-1.0")
        )
    air.plan(MORNING + dt.timedelta(hours=20), [air.cue(1, "nhac")], "ap-1", "ap-2")
    made = Whole(air)
    made.beat()
    beat(station, "worker", {})
    yield made
    made.ear.close()
    station.close()


def test_a_station_where_nothing_is_broken_is_well(whole: Whole) -> None:
    assert fitness(whole.air.station).ailments == ()
    assert whole.red() == set()


@pytest.mark.parametrize(
    ("broken", "organ"),
    [
        ({"sinks": {"main": "Máy này không có card âm thanh."}}, Organ.OUTPUT),
        ({"outlets": {"main": "stand_in"}}, Organ.OUTPUT),
        ({"outlets": {"main": "recording"}}, Organ.OUTPUT),
        ({"outlets": {"main": "nowhere"}}, Organ.OUTPUT),
        ({"sinks": {"khac": "ok"}}, Organ.OUTPUT),
        ({"hold": "Đồng hồ máy chưa đáng tin."}, Organ.HOLD),
    ],
)
def test_what_play_out_says_of_its_outputs_and_its_clock_is_asked(
    whole: Whole, broken: dict[str, Any], organ: Organ
) -> None:
    whole.beat(**broken)
    assert whole.organs() == {organ}
    assert whole.red() == {organ}


def test_an_output_that_no_zone_in_use_hangs_on_silences_nobody(whole: Whole) -> None:
    whole.beat(sinks={"main": "ok", "khac": "Mất kết nối."})
    assert whole.organs() == set()
    with whole.air.station.db.write() as session:
        row = session.get(ZoneRow, "ap-2")
        assert row is not None
        row.sink = "khac"
    assert whole.organs() == {Organ.OUTPUT}


def test_a_process_that_has_not_beaten_for_twenty_seconds_is_missed(whole: Whole) -> None:
    whole.air.frozen.advance(21)
    whole.beat()
    assert whole.organs() == {Organ.WORKER}
    beat(whole.air.station, "worker", {})
    whole.air.frozen.advance(21)
    beat(whole.air.station, "worker", {})
    whole.ear.close()
    assert whole.organs() == {Organ.PLAYOUT}
    assert whole.red() == {Organ.PLAYOUT}, "what only play-out knows is not called broken"


def test_a_play_out_that_answers_and_has_not_beaten_is_a_database_that_takes_nothing(whole: Whole) -> None:
    whole.air.frozen.advance(21)
    beat(whole.air.station, "worker", {})
    (ailment,) = fitness(whole.air.station).ailments
    assert ailment.organ is Organ.DATABASE
    assert "Máy phát vẫn chạy" in ailment.sentence
    assert whole.red() == {Organ.DATABASE}
    with whole.air.station.db.read() as session:
        word = ear.word(whole.air.station.home)
        assert air_queries.present(session, whole.air.station.now(), word=word).alive
        assert not air_queries.present(session, whole.air.station.now()).alive, "by its row alone nobody can tell"


def test_an_ear_that_is_dead_behind_a_beat_is_noticed_and_a_killed_play_out_is_called_dead_at_once(
    whole: Whole,
) -> None:
    written = whole.ear.port_file.read_text(encoding="ascii")
    whole.ear.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        whole.ear.port_file.write_text(f"{deaf.getsockname()[1]} x\n", encoding="ascii")
        assert whole.organs() == {Organ.LISTENER}
    whole.ear.port_file.write_text(written, encoding="ascii")
    assert whole.organs() == {Organ.PLAYOUT}
    with whole.air.station.db.write() as session:
        session.get_one(Heartbeat, "playout").host = "may-khac"
    assert Organ.PLAYOUT not in whole.organs(), "another machine plays; what once ran here is not asked for it"


def test_one_file_that_the_coming_day_needs_is_missed(whole: Whole) -> None:
    path = whole.air.path("nhac")
    kept = path.read_bytes()
    path.unlink()
    assert whole.organs() == {Organ.SOUND}
    assert "Bản tin sáng" in fitness(whole.air.station).of(Organ.SOUND)
    assert whole.red() == {Organ.SOUND}
    path.write_bytes(kept)
    assert whole.organs() == set()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert whole.organs() == {Organ.SOUND}, "one bit is enough"


def test_a_siren_without_any_sound_and_a_station_without_a_siren_are_not_well(
    whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = whole.air.path("bao-dong")
    kept = path.read_bytes()
    for data in (b"", kept[:-1] + bytes([kept[-1] ^ 1])):
        path.chmod(0o600)
        path.write_bytes(data)
        assert whole.organs() == set(), "a shipped siren stands in"
    with whole.air.station.db.write() as session:
        session.get_one(CueRow, "bao-dong").name = "rieng"
    monkeypatch.setattr(signs, "shipped", dict)
    assert whole.organs() == {Organ.SIREN}
    with whole.air.station.db.write() as session:
        session.delete(session.get(CueRow, "rieng"))
    assert whole.organs() == {Organ.SIREN}


def test_an_item_that_play_out_would_refuse_is_named(whole: Whole) -> None:
    air = whole.air
    air.sound("bai", 1.0, 330.0)
    air.plan(MORNING + dt.timedelta(hours=2), [air.script(1, "bai")], "ap-1", slot_key="thu/khac", title="Bản tin trưa")
    assert whole.organs() == {Organ.SOUND}
    assert "Bản tin trưa" in fitness(air.station).of(Organ.SOUND)


def test_what_is_over_or_farther_than_a_day_asks_for_nothing(whole: Whole) -> None:
    whole.air.path("nhac").unlink()
    whole.air.frozen.advance(21 * 3600)
    whole.beat()
    beat(whole.air.station, "worker", {})
    assert whole.organs() == set()


def test_a_full_disk_is_told(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - LEAST_FREE + 1, LEAST_FREE - 1))
    assert whole.organs() == {Organ.DISK}
    assert whole.red() == {Organ.DISK}


def test_a_store_that_cannot_be_written_is_told(whole: Whole) -> None:
    incoming = whole.air.station.home.store / ".incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.write_bytes(b"")
    assert Organ.DISK in whole.organs()


def test_a_database_that_is_away_is_an_answer_and_no_error(whole: Whole, tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path / 'khong-co' / 'station.db'}")
    found = fitness(replace(whole.air.station, db=away))
    assert {a.organ for a in found.ailments} == {Organ.DATABASE}
    assert "Máy phát vẫn chạy" in found.of(Organ.DATABASE)
    whole.ear.close()
    found = fitness(replace(whole.air.station, db=away))
    away.dispose()
    assert {a.organ for a in found.ailments} == {Organ.DATABASE, Organ.PLAYOUT}


def test_an_emergency_that_a_recording_swallowed_is_said_again_once_a_horn_is_back(whole: Whole) -> None:
    station, now = whole.air.station, MORNING
    with station.db.read() as session:
        whole.beat(outlets={"main": "stand_in"})
        assert _horns_now(station, session, now) == frozenset()
    with station.db.read() as session:
        whole.beat()
        assert _horns_now(station, session, now) == {"ap-1", "ap-2"}
        assert _horns_now(station, session, now + dt.timedelta(seconds=21)) == frozenset(), "nobody knows"


def test_a_broadcast_that_has_not_begun_five_seconds_after_its_time_is_late(whole: Whole) -> None:
    air = whole.air
    late = air.plan(MORNING, [air.cue(1, "nhac")], "ap-1", slot_key="thu/som", title="Bản tin năm giờ")
    air.plan(MORNING, [air.cue(1, "nhac")], "ap-1", slot_key="thu/thu", kind=BroadcastKind.TRIAL, origin=Origin.ONCE)
    air.frozen.advance(4.9)
    assert whole.organs() == set()
    air.frozen.advance(0.2)
    assert whole.organs() == {Organ.LATE}, "the trial is for no horn"
    assert whole.red() == {Organ.LATE}
    assert "Bản tin năm giờ" in fitness(air.station).of(Organ.LATE)
    whole.said = WELL | {"on_air": [{"broadcast": late, "title": "", "zones": ["ap-1"]}]}
    assert whole.organs() == set(), "it sounds, though its row does not tell yet"
    whole.said = WELL
    with air.station.db.write() as session:
        session.get_one(BroadcastRow, late).state = BroadcastState.CUED
    assert whole.organs() == {Organ.LATE}
    with air.station.db.write() as session:
        session.get_one(BroadcastRow, late).state = BroadcastState.AIRING
    assert whole.organs() == set()


def test_what_waits_for_its_turn_or_for_a_person_is_not_late(whole: Whole) -> None:
    air = whole.air
    before = air.plan(MORNING, [air.cue(1, "nhac")], "ap-2", slot_key="thu/truoc", state=BroadcastState.AIRING)
    air.plan(MORNING, [air.cue(1, "nhac")], "ap-1", slot_key="thu/sau")
    air.frozen.advance(6)
    assert whole.organs() == set(), "both hang on one output"
    with air.station.db.write() as session:
        session.get_one(BroadcastRow, before).state = BroadcastState.AIRED
    assert whole.organs() == {Organ.LATE}
    with air.station.db.write() as session:
        session.add(OutputStop(output="main", at=air.station.now(), by="vanhanh"))
    assert whole.organs() == set(), "a person stopped that output, and lets it go or not"


def test_what_is_on_the_air_and_has_carried_no_sound_for_ten_seconds_is_told(whole: Whole) -> None:
    def say(**quiet: float) -> set[Organ]:
        one = {"broadcast": 1, "title": "Bản tin sáng", "zones": ["ap-1"], "quiet_s": quiet}
        whole.said = WELL | {"on_air": [one]}
        return whole.organs()

    assert say(main=10.0) == set()
    assert say(main=10.1) == {Organ.QUIET}
    assert whole.red() == {Organ.QUIET}
    sentence = fitness(whole.air.station).of(Organ.QUIET)
    assert "“Bản tin sáng”" in sentence
    assert "“main”" in sentence
    assert say() == set()


def test_each_organ_has_a_short_code_of_its_own_and_the_papers_tell_of_it() -> None:
    papers = (Path(__file__).parents[3] / "docs" / "tu-xa.md").read_text(encoding="utf-8")
    assert len({organ.code for organ in Organ}) == len(Organ)
    for organ in Organ:
        assert f"| {organ.code} | {organ.label} |" in papers
