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

from broadcaster.clock import FrozenClock
from broadcaster.db.models import AuditEvent, BroadcastRow, CueRow, RotationRow
from broadcaster.db.queries import alerts as rows
from broadcaster.db.session import Database
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.domain.alerts.ranks import Rank
from broadcaster.domain.alerts.rules import judge
from broadcaster.domain.alerts.troubles import Seen, TroubleKind
from broadcaster.domain.people.callers import Caller
from broadcaster.domain.people.security import MANY, SecurityKind
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
    scene.air.frozen.advance(dt.timedelta(days=380).total_seconds())
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
