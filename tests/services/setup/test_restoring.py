"""A backup brought back is a station that speaks; what it lacks is named, and what was over does not begin again."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from broadcaster.clock import FrozenClock
from broadcaster.db.base import Base
from broadcaster.db.models import BroadcastRow, Command, CueRow, Emergency, Rendition, Script
from broadcaster.db.queries.air import mutes_in_force
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.desk import Verb
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState
from broadcaster.domain.people.roles import Actor, Permission, Role, machine
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.home import Home
from broadcaster.media import ffmpeg
from broadcaster.services.air import broadcasts, emergencies, mutes, signs
from broadcaster.services.log.playlog import verify
from broadcaster.services.schedule.once import air_once
from broadcaster.services.scripts import recordings
from broadcaster.services.scripts.approving import airable, ask_again
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.four_eyes import approve
from broadcaster.services.setup import backup as backups
from broadcaster.services.setup import doctor, lacking, restored
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.lacking import Wants
from broadcaster.services.setup.restoring import restore
from broadcaster.services.setup.sounds import SoundFields, add, decide
from broadcaster.services.station import Station, open_station
from broadcaster.sound.store import Store
from tests.kit.people import EDITOR, LEADER
from tests.kit.scripts import approved, draft

ANYBODY = machine("thử")
WATCHER = Actor("xem", "Người xem", frozenset({Role.VIEWER}))
BODY = "Kính thưa bà con. Hôm nay trời đẹp."


@pytest.fixture
def station(station_of: Callable[[str], Station]) -> Station:
    return station_of("")


def sound(path: Path, hz: int = 300, seconds: int = 2) -> Path:
    ffmpeg.run(["-f", "lavfi", "-i", f"sine=f={hz}:d={seconds}:r=48000", str(path)])
    return path


def carried(archive: Path, to: Path, *, alone: bool) -> Path:
    """The backup as somebody carries it elsewhere: the whole folder, or its archive alone."""
    if alone:
        to.mkdir()
        return Path(shutil.copy(archive, to))
    return shutil.copytree(archive.parent, to) / archive.name


def brought_back(archive: Path, root: Path, clock: FrozenClock) -> Station:
    restore(archive, root, clock=clock, agree=list)
    return open_station(root, clock=clock)


def empty_store(station: Station) -> None:
    for path in station.home.store.glob("??/*.flac"):
        path.unlink()


def own_siren(station: Station, folder: Path) -> str:
    """Bring a siren of the station's own, which a leader lets in; return its name."""
    name = add(station, ANYBODY, SoundFields("Còi của xã", "alert", "Đài tự thu"), sound(folder / "coi.wav"))
    decide(station, LEADER, 1, accept=True)
    return name


def test_every_backup_holds_what_nothing_makes_again(station: Station, tmp_path: Path, clock: FrozenClock) -> None:
    own = own_siren(station, tmp_path)
    files = {
        "scripts/forms.toml": '[[form]]\ncode="loa"\ntitle="Loa"\ngroup="loudspeaker"\n',
        "scripts/templates/bao-cao.docx": "mẫu",
        "scripts/lexicon/xa.toml": "",
        "web/templates/rieng.html": "riêng",
        "reports/2026/q1.docx": "báo cáo",
        "schedules/rieng.toml": "",
        "proofs/ab.pdf": "chứng cứ",
    }
    for name, text in files.items():
        (station.home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (station.home.root / name).write_text(text, encoding="utf-8")
    recorded = Store(station.home.root / "audio" / "recordings").put(sound(tmp_path / "loi.flac", 500))
    archive = carried(backup(station), tmp_path / "usb", alone=True)
    back = brought_back(archive, tmp_path / "mới", clock)
    for name, text in files.items():
        assert (back.home.root / name).read_text(encoding="utf-8") == text
    assert recorded in Store(back.home.root / "audio" / "recordings")
    with back.db.read() as session:
        cues = {row.name: row.audio_sha256 for row in session.scalars(select(CueRow))}
    assert own in cues
    assert all(sha in Store(back.home.store) for sha in cues.values()), "the siren and every sign sound again"
    assert lacking.lacks(back) == []
    back.close()


@pytest.mark.medium
@pytest.mark.parametrize("how", ["folder", "whole archive"])
def test_with_its_sounds_a_station_comes_back_as_it_was(
    station: Station, tmp_path: Path, clock: FrozenClock, how: str
) -> None:
    approved(station)
    archive = carried(backup(station, whole=how != "folder"), tmp_path / "usb", alone=how != "folder")
    before = {p.name for p in station.home.store.glob("??/*.flac")}
    made = restore(archive, tmp_path / "mới", clock=clock)
    assert {p.name for p in made.home.store.glob("??/*.flac")} == before
    assert (made.lacks, made.gone, made.waiting) == ((), 0, ())


def test_a_night_costs_only_what_is_new(station: Station, clock: FrozenClock) -> None:
    approved(station)
    first = backup(station)
    beside = {p: p.stat().st_ino for p in (station.home.backups / signs.BESIDE).glob("??/*.flac")}
    kept = {p.stem: p.stat().st_ino for p in station.home.store.glob("??/*.flac")}
    assert {p.stem: n for p, n in beside.items()} == kept, "linked, not copied"
    clock.advance(86_400)
    second = backup(station)
    assert second != first
    assert {p: p.stat().st_ino for p in beside} == beside
    with zipfile.ZipFile(second) as archive:
        spoken = {p.stem for p in station.home.store.glob("??/*.flac")} - backups._irreplaceable(station)
        assert spoken
        assert not [n for n in archive.namelist() if Path(n).stem in spoken]


def test_sounds_that_no_kept_backup_names_are_let_go_of(
    station: Station, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = approved(station)
    with station.db.read() as session:
        sha = session.scalars(select(Rendition.audio_sha256)).one()
    monkeypatch.setattr(backups, "KEEP", 2)
    backup(station)
    Store(station.home.store).path(sha).unlink()
    left = station.home.backups / signs.BESIDE / sha[:2] / f"{sha}.flac"
    for _ in range(2):
        assert left.is_file(), number
        clock.advance(86_400)
        backup(station)
    assert not left.is_file()
    assert len(list(station.home.backups.glob("loa-*.zip"))) == 2


def test_a_sound_that_was_altered_in_the_backup_is_not_brought_back(
    station: Station, tmp_path: Path, clock: FrozenClock
) -> None:
    approved(station)
    with station.db.read() as session:
        sha = session.scalars(select(Rendition.audio_sha256)).one()
    archive = carried(backup(station), tmp_path / "usb", alone=False)
    bad = archive.parent / signs.BESIDE / sha[:2] / f"{sha}.flac"
    Path(bad).chmod(0o600)
    bad.write_bytes(b"rac" + bad.read_bytes())
    made = restore(archive, tmp_path / "mới", clock=clock)
    assert made.gone == 1
    assert [lack.sha256 for lack in made.lacks] == [sha]


@pytest.mark.medium
def test_what_a_restored_station_lacks_is_named_and_made_again(
    station: Station, tmp_path: Path, clock: FrozenClock
) -> None:
    number = approved(station)
    made = restore(carried(backup(station), tmp_path / "usb", alone=True), tmp_path / "mới", clock=clock)
    (lack,) = made.lacks
    assert (lack.what, lack.number, lack.remade) == (Wants.SCRIPT, number, True)
    back = open_station(made.home.root, clock=clock)
    check = next(c for c in doctor.examine(back, thorough=False) if c.name == "Âm thanh cần có")
    assert check.ok is False
    assert "Bài thử" in check.sentence
    with pytest.raises(ForbiddenError):
        lacking.again(back, WATCHER)
    assert lacking.again(back, ANYBODY, now=True) == []
    with back.db.read() as session:
        assert [c.script_id for c in airable(session)] == [number], "the same bytes: approved as it was"
    check = next(c for c in doctor.examine(back, thorough=False) if c.name == "Âm thanh cần có")
    assert check.ok
    back.close()


@pytest.mark.medium
def test_a_sound_that_comes_out_otherwise_asks_its_leader_once_more(station: Station) -> None:
    number = approved(station)
    with station.db.read() as session:
        sha = session.scalars(select(Rendition.audio_sha256)).one()
    Store(station.home.store).path(sha).unlink()
    softer = station.settings.model_copy(
        update={"sound": station.settings.sound.model_copy(update={"loudness": -20.0})}
    )
    station = replace(station, settings=softer)
    assert [lack.number for lack in lacking.lacks(station)] == [number]
    assert not ask_again(station, number), "not before it has a sound again"
    assert lacking.again(station, ANYBODY, now=True) == []
    with station.db.read() as session:
        assert airable(session) == []
        assert session.get_one(Script, number).state is ScriptState.SUBMITTED
    approve(station, LEADER, number)
    with station.db.read() as session:
        assert [c.script_id for c in airable(session)] == [number]


@pytest.mark.medium
def test_a_person_s_recording_is_made_again_of_its_original(station: Station, tmp_path: Path) -> None:
    number = add_script(station, EDITOR, draft(BODY))
    voice = tmp_path / "v.wav"
    shape = "sine=f=220:d=6:r=48000,tremolo=f=5:d=0.9,volume=0.5"
    ffmpeg.run(["-f", "lavfi", "-i", shape, str(voice)])
    recordings.record(station, EDITOR, number, voice)
    approve(station, LEADER, number)
    empty_store(station)
    signs.mend(station)
    (lack,) = lacking.lacks(station)
    assert (lack.human, lack.remade) == (True, True)
    assert lacking.again(station, ANYBODY) == []
    for path in (station.home.root / "audio" / "recordings").glob("??/*.flac"):
        path.unlink()
    empty_store(station)
    signs.mend(station)
    with station.db.read() as session:
        held = bool(airable(session))
    assert [(one.human, one.remade) for one in lacking.lacks(station)] == [(True, False)] * held


def test_a_siren_of_the_station_s_own_that_is_gone_is_not_called_well(station: Station, tmp_path: Path) -> None:
    own_siren(station, tmp_path)
    empty_store(station)
    kinds = {lack.title: lack.remade for lack in lacking.lacks(station)}
    assert kinds.pop("Còi của xã") is False
    assert all(kinds.values())
    assert [lack.title for lack in lacking.again(station, ANYBODY)] == ["Còi của xã"]


def busy(station: Station) -> tuple[int, int]:
    """An emergency in force, a broadcast ordered for later, a mute and an order that nobody carried out."""
    number = approved(station)
    wish = EmergencyRequest(title="Lũ về", text="Nước lên.", zones=("am01",), reason="Công điện", repeat_minutes=15)
    urgent = emergencies.draft(station, ANYBODY, wish)
    emergencies.confirm(station, ANYBODY, urgent)
    at = station.now().replace(hour=10, minute=0) + dt.timedelta(days=1)
    once = air_once(station, ANYBODY, [number], title="Họp dân", starts_at=at, zones=["am02"])
    mutes.mute(station, ANYBODY, "", until=station.now() + dt.timedelta(days=2), seen=())
    broadcasts.send(station, ANYBODY, Verb.STOP, zones=None)
    return urgent, once


@pytest.fixture
def back(station: Station, tmp_path: Path, clock: FrozenClock) -> Iterator[Station]:
    busy(station)
    made = brought_back(carried(backup(station), tmp_path / "usb", alone=False), tmp_path / "mới", clock)
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
@pytest.mark.parametrize("of", ["sqlite", "postgresql"])
def test_each_kind_of_database_comes_back_as_each_kind_whole_and_holding_back(
    of: str, to: str, tmp_path: Path, clock: FrozenClock, empty_postgres: Callable[[], str]
) -> None:
    old, url = (empty_postgres() if kind == "postgresql" else "" for kind in (of, to))
    over = {"speech": {"voices": ["tone:beep"]}, "database": {"url": old}}
    lost = init(tmp_path / "home", overrides=over, clock=clock)
    busy(lost)
    archive = carried(backup(lost), tmp_path / "usb", alone=False)
    rows = counted(lost)
    lost.close()
    shutil.rmtree(lost.home.root)
    made = restore(archive, tmp_path / "mới", database=url, clock=clock)
    assert made.moved is bool(old and not url)
    assert len(made.waiting) == 3
    found = open_station(made.home.root, clock=clock)
    assert (found.db.url == url) if url else found.db.is_sqlite
    assert (made.home.root / "station.db").exists() is not bool(url)
    now = counted(found)
    assert {n for n in rows if now[n] < rows[n]} <= {"heartbeats", "leases"}, "no other row is lost on the way"
    with found.db.read() as session:
        assert emergencies.active(session, found.now()) == []
        assert verify(session).holds
        last = session.scalar(select(func.max(BroadcastRow.id)))
    for held in restored.waiting(found):
        restored.let(found, ANYBODY, held.key)
    with found.db.read() as session:
        assert session.scalar(select(func.max(BroadcastRow.id))) > last, "new rows come after those brought back"
    found.close()
    if url:
        with pytest.raises(RuleError, match="đã có một đài"):
            restore(archive, tmp_path / "hai", database=url, clock=clock)
        with pytest.raises(RuleError, match="Không nối được"):
            restore(archive, tmp_path / "hai", database=f"{url}x", clock=clock)
        assert not (tmp_path / "hai").exists()


def counted(station: Station) -> dict[str, int]:
    with station.db.read() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


@pytest.mark.medium
def test_what_was_over_does_not_begin_again_by_itself(back: Station) -> None:
    with back.db.read() as session:
        assert emergencies.active(session, back.now()) == []
        coming = session.scalars(
            select(BroadcastRow).where(
                BroadcastRow.state == BroadcastState.PLANNED, BroadcastRow.kind != BroadcastKind.ROTATION
            )
        ).all()
        assert list(coming) == []
        assert session.scalars(select(Command).where(Command.done_at.is_(None))).all() == []
        assert mutes_in_force(session, back.now()) == []
        assert verify(session).holds
    assert [(w.kind, w.title) for w in restored.waiting(back)] == [
        (restored.Held.EMERGENCY, "Lũ về"),
        (restored.Held.BROADCAST, "Họp dân"),
        (restored.Held.MUTE, "tất cả các cụm"),
    ]
    check = next(c for c in doctor.examine(back, thorough=False) if c.name == "Khôi phục")
    assert check.ok is None
    assert "3 việc" in check.sentence


@pytest.mark.medium
def test_a_person_lets_each_thing_go_on_or_drops_it(back: Station) -> None:
    urgent, once, mute = (w.key for w in restored.waiting(back))
    with pytest.raises(ForbiddenError):
        restored.let(back, WATCHER, urgent)
    restored.let(back, ANYBODY, urgent)
    restored.let(back, ANYBODY, once)
    restored.let(back, ANYBODY, mute)
    assert restored.waiting(back) == []
    with back.db.read() as session:
        assert [e.title for e in emergencies.active(session, back.now())] == ["Lũ về"]
        assert mutes_in_force(session, back.now())
        row = session.scalars(select(BroadcastRow).where(BroadcastRow.title == "Họp dân")).one()
        assert row.state is BroadcastState.PLANNED
    with pytest.raises(NotFoundError):
        restored.drop(back, ANYBODY, once)


@pytest.mark.medium
def test_what_is_dropped_stays_silent_and_the_notice_goes_when_all_was_looked_at(back: Station) -> None:
    urgent = restored.waiting(back)[0]
    restored.drop(back, ANYBODY, urgent.key)
    assert len(restored.waiting(back)) == 2
    restored.seen(back, ANYBODY)
    assert restored.source(back) == ""
    with back.db.read() as session:
        states = {e.state for e in session.scalars(select(Emergency))}
        assert states == {EmergencyState.CANCELLED, EmergencyState.DISMISSED}
        assert restored._waiting(session, back.now()) == []


def test_a_database_named_in_the_environment_is_never_written_into(
    station: Station, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = backup(station)
    monkeypatch.setenv("LOA_DATABASE__URL", "postgresql+psycopg://loa@/khac")
    with pytest.raises(RuleError, match="LOA_DATABASE__URL"):
        restore(archive, tmp_path / "hai", clock=clock)
    assert not (tmp_path / "hai").exists()


def test_a_folder_that_is_not_empty_and_a_file_that_is_no_backup_are_refused(tmp_path: Path) -> None:
    (tmp_path / "có" / "x").mkdir(parents=True)
    with pytest.raises(RuleError, match="phải trống"):
        restore(tmp_path / "x.zip", tmp_path / "có")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(RuleError, match="không phải bản sao lưu"):
        restore(tmp_path / "x.zip", tmp_path / "trống")
    assert Home(tmp_path).root.is_dir()
    assert Permission.MANAGE
