"""Each kind of trouble made truly happen on a station where all is well, and seen as that kind alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from sqlalchemy import select

from broadcaster.clock import FrozenClock, day_start
from broadcaster.db.models import (
    Approval,
    AuditEvent,
    BroadcastRow,
    CueOffer,
    CueRow,
    Emergency,
    GraveProposal,
    LexiconProposal,
    Rendition,
    Revision,
    RotationRow,
    Script,
    Topic,
    Unit,
)
from broadcaster.db.queries import alerts as rows
from broadcaster.db.session import Database
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import judge
from broadcaster.domain.alerts.troubles import Seen, TroubleKind
from broadcaster.domain.alerts.waits import WaitKind
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.security import MANY, SecurityKind
from broadcaster.domain.reports import periods
from broadcaster.domain.scripts.scripts import Decision, Genre, ScriptState
from broadcaster.playout.host.loopback import Loopback
from broadcaster.services.air import door, fitness, heartbeats
from broadcaster.services.air.broadcasts import report_incident
from broadcaster.services.air.fitness import Organ
from broadcaster.services.alerts.facts import OF_INCIDENT, OF_ORGAN, FactFinder
from broadcaster.services.people import security
from broadcaster.services.setup import certificates
from broadcaster.services.setup.elsewhere.facts import Drill, keep_drill
from broadcaster.services.station import Station
from tests.kit.air import Air, make_air
from tests.kit.clocks import MORNING
from tests.kit.rotations import ROTATION

K = TroubleKind
WELL: dict[str, Any] = {"on_air": [], "sinks": {"main": "ok"}, "outlets": {"main": "loudspeaker"}, "hold": ""}
HOUR = dt.timedelta(hours=1)


@dataclass
class Scene:
    """A station of which every part works, over play-out's real ear."""

    air: Air
    said: dict[str, Any] = field(default_factory=lambda: dict(WELL))

    def beat(self, *, web: bool = True, worker: bool = True) -> None:
        heartbeats.beat(self.air.station, "playout", self.said)
        for process, lives in (("worker", worker), ("web", web)):
            if lives:
                heartbeats.beat(self.air.station, process, {})

    def seen(self) -> Seen:
        return judge(FactFinder(self.air.station).look())

    def incident(self, what: str, note: str = "Có chuyện.") -> None:
        with self.air.station.db.write() as session:
            report_incident(session, what, note, self.air.station.now() - HOUR)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    air = make_air(tmp_path / "dai", FrozenClock(MORNING))
    air.zones("ap-1")
    air.sound("nhac", 1.0)
    air.sound("bao-dong", 0.5, 880.0)
    sha, ms = air.sounds["bao-dong"]
    alert = CueRow(name="bao-dong", kind="alert", title="Báo động", audio_sha256=sha, duration_ms=ms, licence="CC0-1.0")
    with air.station.db.write() as session:
        session.add(alert)
    air.plan(MORNING + 20 * HOUR, [air.cue(1, "nhac")], "ap-1")
    made = Scene(air)
    made.beat()
    ear = Loopback(air.station.home.run / PORT_FILE, lambda asked: made.said if asked.get("ask") == "status" else None)
    ear.open()
    yield made
    ear.close()
    air.station.close()


def test_where_all_is_well_nothing_is_told_and_every_kind_of_the_rows_is_judged(scene: Scene) -> None:
    seen = scene.seen()
    assert seen.troubles == {}
    assert seen.judged == set(K) - {K.TRIAL, K.LETTER}


def playout_dies(scene: Scene) -> None:
    (scene.air.station.home.run / PORT_FILE).unlink()
    scene.air.frozen.advance(60)
    heartbeats.beat(scene.air.station, "worker", {})
    heartbeats.beat(scene.air.station, "web", {})


def process_dies(name: str) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.air.frozen.advance(60)
        scene.beat(**{name: False})

    return act


def says(**changed: Any) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.said.update(changed)
        scene.beat()

    return act


def late(scene: Scene) -> None:
    scene.air.plan(MORNING, [scene.air.cue(1, "nhac")], "ap-1", slot_key="thu/tre")
    scene.air.frozen.advance(6)
    scene.beat()


def lost_file(scene: Scene) -> None:
    scene.air.path("nhac").unlink()


def lost_siren(scene: Scene) -> None:
    with scene.air.station.db.write() as session:
        session.delete(session.scalars(select(CueRow)).one())


def unapproved(scene: Scene) -> None:
    air = scene.air
    air.plan(MORNING + HOUR, [air.script(1, "nhac")], "ap-1", slot_key="thu/duyet")


def nothing_in_it(scene: Scene) -> None:
    scene.air.plan(MORNING + HOUR, [scene.air.cue(1, "nhac")], "ap-1", slot_key="thu/trong")


def attacked(scene: Scene) -> None:
    station = scene.air.station
    with station.db.write() as session:
        for _ in range(MANY):
            security.note(session, station.now(), SecurityKind.WRONG_PASSWORD, Caller("10.0.0.9"))
    door.watch(station)


def old_certificate(scene: Scene) -> None:
    with scene.air.station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write("[web]\nhost = '0.0.0.0'\n")
    before = scene.air.station
    station = scene.air.station = Station(before.home, before.home.settings(), before.db, before.clock)
    certificates.of_station(station)
    scene.air.frozen.advance(dt.timedelta(days=376, hours=6).total_seconds())
    scene.beat()


def never_saved(scene: Scene) -> None:
    at = MORNING - dt.timedelta(days=3)
    with scene.air.station.db.write() as session:
        session.add(AuditEvent(at=at, actor="quantri", verb="edit", object_kind="settings", object_id="", note=""))


def restore_fails(scene: Scene) -> None:
    station = scene.air.station
    keep_drill(station, Drill(station.now(), "loa-thu.zip", faults=("Nhật ký phát không còn nguyên vẹn.",)))


def no_copy_outside(scene: Scene) -> None:
    key = x25519.Identity.generate().to_public()
    with scene.air.station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write(f"[backup]\nrecipient = '{key}'\n[backup.targets.usb]\nkind = 'usb'\n")


def empty_tomorrow(scene: Scene) -> None:
    definition = tomllib.loads(ROTATION)
    sha = hashlib.sha256(ROTATION.encode()).hexdigest()
    kept = {"definition": {**definition, "rotation": {**definition["rotation"], "valid_from": "2026-01-01"}}}
    with scene.air.station.db.write() as session:
        session.add(
            RotationRow(code="thu", version=1, title="Lịch thử", sha256=sha, applied_by="a", applied_at=MORNING, **kept)
        )
        session.delete(session.scalars(select(BroadcastRow)).one())


def broken_sender(scene: Scene) -> None:
    station = scene.air.station
    with station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write("[alerts.senders.tin]\nkind = 'webhook'\noptions = { url = 'http://127.0.0.1:9/' }\n")
    with station.db.write() as session:
        for _ in range(2):
            rows.note_sender(session, "tin", "Không nối được.", station.now())


def full_disk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitness, "LEAST_FREE", 10**18)


SILENT_ON_AIR = [{"broadcast": 1, "title": "Bản tin", "zones": ["ap-1"], "quiet_s": {"main": 11.0}}]


def waits(*made: Any) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        with scene.air.station.db.write() as session:
            for one in made:
                session.add(one)
                session.flush()

    return act


LONG_AGO = MORNING - dt.timedelta(days=5)
ASKED: dict[str, Any] = {"by": "bientap", "at": LONG_AGO, "accepted": None}


def a_script(scene: Scene, state: ScriptState) -> None:
    """A script that was spoken, and approved, long ago."""
    sha, ms = scene.air.sounds["nhac"]
    spoken = {"spoken_text": "Kính.", "spoken_sha256": "0" * 64, "lexicon_version": "", "voice": "thử:a", "rate": 1.0}
    sound = {"engine_version": "", "audio_sha256": sha, "duration_ms": ms, "lufs": -16.0, "dbtp": -1.0, "cues": []}
    waits(
        Unit(code="vhxh", name="Văn hóa"),
        Topic(code="khac", title="Khác", short="Khác", position=1),
        Script(
            title="Bài thử",
            folded="",
            unit_code="vhxh",
            topic_code="khac",
            genre=Genre.NOTICE,
            state=state,
            verify=[],
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
        ),
        Revision(script_id=1, number=1, body="Kính.", body_sha256="0" * 64, author="bientap", created_at=LONG_AGO),
        Rendition(revision_id=1, created_at=LONG_AGO, notes=[], **spoken, **sound),
        Approval(script_id=1, revision_id=1, rendition_id=1, decision=Decision.APPROVED, by="lanhdao", at=LONG_AGO),
    )(scene)


def script_waits(scene: Scene) -> None:
    a_script(scene, ScriptState.SUBMITTED)


def unused_script(scene: Scene) -> None:
    a_script(scene, ScriptState.APPROVED)


def unheard_session(scene: Scene) -> None:
    values = {"state": BroadcastState.MISSED, "slot_key": "thu/mat", "verdict": "Không phát."}
    scene.air.plan(LONG_AGO, [scene.air.cue(1, "nhac")], "ap-1", **values)


def emergency(*, state: EmergencyState, **more: Any) -> Emergency:
    return Emergency(typed_title="Lũ về", zones=["ap-1"], state=state, created_by="vanhanh", **more)


WAITING = [
    (script_waits, "decision:script/1"),
    (
        waits(GraveProposal(deed="leader", subject="x", words="Cho x làm lãnh đạo", wanted={}, **ASKED)),
        "decision:agreement/1",
    ),
    (waits(LexiconProposal(add="", remove=[], **ASKED)), "decision:reading/1"),
    (
        waits(
            CueOffer(name="nhac", kind="tune", title="Nhạc", audio_sha256="a" * 64, duration_ms=1, licence="x", **ASKED)
        ),
        "decision:sound/3",
    ),
    (
        waits(emergency(state=EmergencyState.CANCELLED, created_at=LONG_AGO, confirmed_at=LONG_AGO, ended_at=LONG_AGO)),
        "decision:review/1",
    ),
    (unheard_session, "answer:lost/2"),
    (unused_script, "answer:unused/1"),
]


@pytest.mark.parametrize(("make", "key"), WAITING, ids=[key for _, key in WAITING])
def test_whatever_waits_for_a_person_longer_than_a_working_day_is_told(
    scene: Scene, make: Callable[[Scene], None], key: str
) -> None:
    make(scene)
    found = scene.seen().troubles
    assert {k: t.rank for k, t in found.items()} == {key: Rank.WARNING}
    with scene.air.station.home.settings_file.open("a", encoding="utf-8") as file:
        file.write("[alerts]\nwaiting_hours = 200\n")
    assert scene.seen().troubles == {}, "the time is the station's to choose"


def test_every_kind_of_wait_is_gathered_from_somewhere() -> None:
    assert {key.partition(":")[2].partition("/")[0] for _, key in WAITING} == set(WaitKind)


@pytest.mark.parametrize(
    ("source", "minutes", "told"), [({"id": 1}, 0, Rank.URGENT), (None, 14, None), (None, 15, Rank.WARNING)]
)
def test_an_emergency_that_nobody_confirmed_is_told_and_one_from_a_message_at_once(
    scene: Scene, source: dict[str, Any] | None, minutes: int, told: Rank | None
) -> None:
    made = MORNING - dt.timedelta(minutes=minutes)
    waits(emergency(state=EmergencyState.DRAFT, source=source, created_at=made))(scene)
    assert {k: t.rank for k, t in scene.seen().troubles.items()} == ({"emergency:draft/1": told} if told else {})


def test_a_report_whose_last_day_comes_undrawn_is_told(scene: Scene) -> None:
    settings = scene.air.station.settings.report
    period = next(iter(periods.due(2026, cutoff=settings.cutoff_day)))[1]
    day = periods.deadline(period, settings.due_day)
    scene.air.frozen.advance((day_start(day, scene.air.station.settings.tz) - MORNING).total_seconds())
    scene.beat()
    found = {k: t for k, t in scene.seen().troubles.items() if t.kind is K.REPORT}
    assert len(found) == 1
    assert period.title in next(iter(found.values())).sentence


@pytest.mark.parametrize(
    ("break_it", "key", "rank"),
    [
        (says(on_air=SILENT_ON_AIR), "silent:main", Rank.URGENT),
        (late, "late:2", Rank.URGENT),
        (playout_dies, "playout:", Rank.URGENT),
        (process_dies("worker"), "worker:", Rank.WARNING),
        (process_dies("web"), "panel:", Rank.WARNING),
        (says(hold="Máy khác đang phát."), "held:", Rank.URGENT),
        (says(hold="Đồng hồ máy sai.", clock_doubted=True), "clock:", Rank.URGENT),
        (says(sinks={"main": "Máy chủ luồng không nhận."}), "output:main", Rank.WARNING),
        (says(threads={"ear": "Tai nghe chết."}), "part:playout/ear", Rank.WARNING),
        (lost_file, "sound:1/1", Rank.WARNING),
        (lost_siren, "siren:", Rank.WARNING),
        (unapproved, "approval:2/1", Rank.URGENT),
        (nothing_in_it, "approval:2", Rank.URGENT),
        (attacked, "attack:", Rank.WARNING),
        (old_certificate, "certificate:trang quản lý (đài tự làm, khởi động lại là có cái mới)", Rank.WARNING),
        (never_saved, "backup:", Rank.WARNING),
        (restore_fails, "drill:", Rank.WARNING),
        (no_copy_outside, "backup:elsewhere", Rank.WARNING),
        (empty_tomorrow, "tomorrow:", Rank.WARNING),
        (broken_sender, "sender:tin", Rank.WARNING),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_trouble_that_truly_happens_is_seen_as_what_it_is(
    scene: Scene, break_it: Callable[[Scene], None], key: str, rank: Rank
) -> None:
    break_it(scene)
    found = scene.seen().troubles
    assert {k: t.rank for k, t in found.items()} == {key: rank}
    assert found[key].sentence.endswith((".", ")"))


def test_a_disk_without_room_is_urgent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    full_disk(scene, monkeypatch)
    assert {k: t.rank for k, t in scene.seen().troubles.items()} == {"disk:": Rank.URGENT}


def test_an_output_that_is_broken_two_hours_before_a_broadcast_cannot_wait(scene: Scene) -> None:
    says(sinks={"main": "Đứt dây."})(scene)
    assert scene.seen().troubles["output:main"].rank is Rank.WARNING
    scene.air.plan(MORNING + 2 * HOUR, [scene.air.cue(1, "nhac")], "ap-1", slot_key="thu/gan")
    assert scene.seen().troubles["output:main"].rank is Rank.URGENT


def test_without_a_database_it_is_told_and_silence_on_the_air_too_and_nothing_else_is_over(scene: Scene) -> None:
    scene.said.update(on_air=SILENT_ON_AIR)
    home = scene.air.station.home
    away = Database(f"sqlite:///{home.root / 'khong-co' / 'station.db'}")
    seen = judge(FactFinder(replace(scene.air.station, db=away)).look())
    away.dispose()
    assert {k: t.rank for k, t in seen.troubles.items()} == {"database:": Rank.URGENT, "silent:main": Rank.URGENT}
    assert seen.judged == {K.DATABASE, K.PLAYOUT, K.SILENT, K.DISK}


@pytest.mark.parametrize(("word", "told"), OF_INCIDENT.items())
def test_an_open_incident_is_told_as_what_its_name_begins_with(
    scene: Scene, word: str, told: tuple[TroubleKind, Rank]
) -> None:
    scene.incident(f"{word}-main", "Có chuyện.")
    (trouble,) = scene.seen().troubles.values()
    assert (trouble.kind, trouble.rank, trouble.sentence) == (*told, "Có chuyện.")


def test_an_incident_that_nobody_knows_is_told_all_the_same(scene: Scene) -> None:
    scene.incident("talk")
    assert {k: t.rank for k, t in scene.seen().troubles.items()} == {"other:talk": Rank.NOTE}


def test_every_organ_of_fitness_is_told_as_something() -> None:
    assert set(OF_ORGAN) == set(Organ)
