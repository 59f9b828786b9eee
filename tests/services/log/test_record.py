"""The record against its marks: whoever owns the database and rewrites it is named, whoever brings it back is not."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import Incident
from broadcaster.domain.log.chain import GENESIS, entry_hash
from broadcaster.domain.log.chains import Chain
from broadcaster.domain.log.marks import KEY_FILE, Mark
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.playout.record.signing import due, sign
from broadcaster.reporting import kiem_tra
from broadcaster.services.log import places, playlog
from broadcaster.services.log.chained import safe_ends
from broadcaster.services.log.evidence import make_bundle
from broadcaster.services.log.record import check_job, examine, note_restored
from broadcaster.services.setup import doctor
from broadcaster.services.setup.backup import backup
from broadcaster.services.setup.founding import init
from broadcaster.services.setup.restoring import restore
from broadcaster.services.station import Station, open_station
from tests.kit.clocks import NOON
from tests.kit.entries import entry
from tests.kit.scripts import approved

DAY = dt.timedelta(days=1)


def signed(station: Station, restored: str = "") -> Mark:
    ends = safe_ends(station)
    return sign(station.home.playout, ends, at=station.now(), station="Đài thử", restored=restored)


@dataclass(frozen=True)
class Told:
    """Four days of a station: the folder of its home, a stick, and the number of days."""

    home: Path
    stick: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Four days with entries and an approval each, signed, laid on a stick and saved each night."""
    folder, clock = tmp_path_factory.mktemp("told"), FrozenClock(NOON)
    stick = folder / "usb"
    stick.mkdir()
    settings = {"speech": {"voices": ["tone:beep"]}, "log": {"marks_folder": str(stick)}}
    station = init(folder / "home", overrides=settings, clock=clock)
    for day in range(4):
        approved(station, title=f"Bài ngày {day}")
        with station.db.write() as session:
            playlog.append(session, [entry(day * 5 + n, outcome=Outcome.MISSED) for n in range(5)], station.now())
        signed(station)
        assert not places.lay(station.home, str(stick)).why
        backup(station)
        clock.advance(DAY.total_seconds())
    station.close()
    return Told(folder / "home", stick)


@dataclass(frozen=True)
class Scene:
    """A copy to be spoiled."""

    station: Station
    stick: Path

    def attack(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.station.home.root / "station.db")) as db, db:
            spoil(db)
            for statement in statements:
                db.execute(statement)

    def faults(self) -> str:
        return "\n".join(examine(self.station).faults)

    def remarks(self) -> str:
        return "\n".join(examine(self.station).remarks)


def spoil(db: sqlite3.Connection) -> None:
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")


@pytest.fixture
def scene(told: Told, tmp_path: Path) -> Scene:
    shutil.copytree(told.home, tmp_path / "home")
    shutil.copytree(told.stick, tmp_path / "usb")
    toml = tmp_path / "home" / "station.toml"
    toml.write_text(toml.read_text("utf-8").replace(str(told.stick), str(tmp_path / "usb")), "utf-8")
    station = open_station(tmp_path / "home", clock=FrozenClock(NOON + 4 * DAY))
    return Scene(station, tmp_path / "usb")


@pytest.mark.medium
def test_four_honest_days_agree_with_every_place(scene: Scene) -> None:
    found = examine(scene.station)
    assert found.faults == []
    assert found.remarks == []
    assert found.marks == 4
    assert {chain: check.entries for chain, check in found.chains.items() if chain is not Chain.AUDIT} == {
        Chain.LOG: 20,
        Chain.APPROVALS: 4,
        Chain.REVISIONS: 4,
        Chain.RENDITIONS: 4,
    }
    assert all(check.entries for check in found.chains.values())


def test_the_bundle_of_an_honest_station_reaches_to_the_next_mark_and_agrees_with_paper(
    scene: Scene, tmp_path: Path
) -> None:
    made = make_bundle(scene.station, machine("thử"), NOON.date(), NOON.date(), tmp_path / "goi.zip", clips=0)
    shutil.unpack_archive(made.path, tmp_path / "goi")
    assert made.entries == 20
    assert kiem_tra.check(tmp_path / "goi", signed(scene.station).code)[0] == [
        "Trong gói không có dấu số 5 như trên giấy"
    ]
    faults, told_too, _ = kiem_tra.check(tmp_path / "goi", places.own(scene.station.home).found.marks[2].code)
    assert (faults, told_too) == ([], [])


def rewrite(db: sqlite3.Connection, first: int) -> None:
    """Make the whole chain of the log anew from an entry on, as whoever owns the database can."""
    db.row_factory = sqlite3.Row
    prev = db.execute("SELECT hash FROM play_log WHERE seq = ?", (first - 1,)).fetchone()
    last: str = prev["hash"] if prev else GENESIS
    for row in db.execute("SELECT * FROM play_log WHERE seq >= ? ORDER BY seq", (first,)).fetchall():
        values: dict[str, Any] = dict(row)
        for name in ("planned_at", "started_at", "ended_at", "recorded_at"):
            if values[name]:
                values[name] += "+00:00"
        for name in ("seq", "prev_hash", "hash"):
            del values[name]
        values["also"] = json.loads(values["also"])
        one = Entry.from_fields(values)
        digest = entry_hash(last, one.fields())
        db.execute("UPDATE play_log SET prev_hash = ?, hash = ? WHERE seq = ?", (last, digest, row["seq"]))
        last = digest
    end = db.execute("SELECT max(seq) FROM play_log").fetchone()[0]
    db.execute("UPDATE chain_head SET seq = ?, hash = ? WHERE id = 1", (end, last))


def all_rewritten(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.station.home.root / "station.db")) as db, db:
        spoil(db)
        db.execute("UPDATE play_log SET outcome = 'full', heard_ms = duration_ms")
        rewrite(db, 1)


def one_day_rewritten(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.station.home.root / "station.db")) as db, db:
        spoil(db)
        db.execute("UPDATE play_log SET outcome = 'full' WHERE seq = 13")
        rewrite(db, 13)


def tail_deleted(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.station.home.root / "station.db")) as db, db:
        spoil(db)
        db.execute("DELETE FROM play_log WHERE seq > 17")
        rewrite(db, 17)


def approval_invented(scene: Scene) -> None:
    scene.attack(
        "INSERT INTO approvals (script_id, revision_id, rendition_id, decision, by, own_work, comment, at) "
        "SELECT script_id, revision_id, rendition_id, 'approved', 'lanhdao', 0, '', at FROM approvals WHERE id = 2"
    )


def approval_altered(scene: Scene) -> None:
    scene.attack("UPDATE approvals SET by = 'lanhdao2' WHERE id = 2")


def approval_gone(scene: Scene) -> None:
    scene.attack("DELETE FROM approvals WHERE id = 3")


def words_replaced(scene: Scene) -> None:
    scene.attack("UPDATE revisions SET body = 'Lời khác.' WHERE id = 1")


def audit_cut(scene: Scene) -> None:
    scene.attack(
        "DELETE FROM audit_events WHERE id > 10",
        "DELETE FROM chained_rows WHERE chain = 'audit_events' AND seq > 10",
        "UPDATE chain_head SET seq = 10, hash = (SELECT hash FROM chained_rows WHERE chain = 'audit_events' AND seq = 10) "
        "WHERE id = 2",
    )


def unreadable(scene: Scene) -> None:
    scene.attack("UPDATE audit_events SET after = '{', before = 'x' WHERE id = 5")


def rolled_back(scene: Scene) -> None:
    """The database alone, from the backup of the second night; play-out's own files stay."""
    archive = sorted(scene.station.home.backups.glob("loa-*.zip"))[1]
    shutil.unpack_archive(archive, scene.station.home.run / "tmp")
    scene.station.close()
    for left in scene.station.home.root.glob("station.db*"):
        left.unlink()
    shutil.copyfile(scene.station.home.run / "tmp" / "station.db", scene.station.home.root / "station.db")


def whole_home_rolled_back(scene: Scene) -> None:
    """Play-out's marks too: only what lies elsewhere tells."""
    rolled_back(scene)
    marks = scene.station.home.playout / "marks.jsonl"
    marks.write_text("".join(marks.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    for archive in sorted(scene.station.home.backups.glob("loa-*.zip"))[2:]:
        archive.unlink()


def mark_forged(scene: Scene) -> None:
    marks = scene.station.home.playout / "marks.jsonl"
    marks.write_text(marks.read_text("utf-8").replace('"play_log": [10,', '"play_log": [9,'), "utf-8")


def backup_renamed(scene: Scene) -> None:
    newest = max(scene.station.home.backups.glob("loa-*.zip"))
    newest.rename(newest.with_name(newest.name[:-12] + "00000000.zip"))


ATTACKS: dict[str, tuple[Callable[[Scene], None], tuple[str, ...]]] = {
    "the whole log rewritten": (
        all_rewritten,
        ("Nhật ký phát thanh: dấu số 1", "các dòng 1–5", "usb", "sổ dấu của máy"),
    ),
    "one day rewritten": (one_day_rewritten, ("dấu số 3", "các dòng 11–15", "03/03/2026 đến 04/03/2026")),
    "the tail deleted": (tail_deleted, ("dấu số 4", "ghi 20 dòng, nay chỉ có 17", "18–20", "bản sao lưu loa-")),
    "an approval invented": (approval_invented, ("Phê duyệt: Dòng mang số 5 (bài 2, lanhdao", "ngoài chuỗi")),
    "an approval altered": (approval_altered, ("Phê duyệt: Nội dung bản ghi số 2",)),
    "an approval gone": (approval_gone, ("Phê duyệt: Bản ghi số 3 không còn",)),
    "words replaced": (words_replaced, ("Lời bài: Nội dung bản ghi số 1",)),
    "the audit cut": (audit_cut, ("Nhật ký hệ thống: dấu số", "thiếu các dòng 11–")),
    "rows made unreadable": (unreadable, ("Nhật ký hệ thống: Có dòng không đọc được",)),
    "the database of last week": (rolled_back, ("dấu số 3", "ghi 15 dòng, nay chỉ có 10", "Phê duyệt: dấu số 3")),
    "the whole home of last week": (whole_home_rolled_back, ("usb", "không có trong sổ dấu của máy phát", "dấu số 3")),
    "a mark forged": (mark_forged, ("Dấu số 2 ở sổ dấu của máy phát mang chữ ký sai",)),
    "a backup's name": (backup_renamed, ("Tên của bản sao lưu",)),
}


@pytest.mark.medium
@pytest.mark.parametrize("what", ATTACKS)
def test_whoever_owns_the_database_is_found_and_named(scene: Scene, tmp_path: Path, what: str) -> None:
    attack, words = ATTACKS[what]
    attack(scene)
    said = scene.faults()
    for word in words:
        assert word in said, said
    made = make_bundle(scene.station, machine("thử"), NOON.date(), NOON.date(), tmp_path / "goi.zip", clips=0)
    shutil.unpack_archive(made.path, tmp_path / "goi")
    passed_on, _, _ = kiem_tra.check(tmp_path / "goi")
    assert [f"Khi lập gói, đài tự thấy: {line}" for line in said.splitlines()] == [
        line for line in passed_on if line.startswith("Khi lập gói")
    ]
    check = next(c for c in doctor.examine(scene.station) if c.name == "Nhật ký")
    assert check.ok is False
    assert check.sentence.split(" ")[0] in said


def test_the_nightly_look_opens_an_incident_for_a_record_that_was_rewritten(scene: Scene) -> None:
    def told() -> list[str]:
        with scene.station.db.read() as session:
            return [i.note for i in session.scalars(select(Incident).where(Incident.what == "record"))]

    check_job(scene.station)
    assert told() == []
    approval_altered(scene)
    check_job(scene.station)
    check_job(scene.station)
    assert len(told()) == 1
    assert examine(scene.station).faults[0] in told()[0]


def test_a_backup_brought_back_elsewhere_is_no_attack_and_says_what_it_left_behind(
    scene: Scene, tmp_path: Path
) -> None:
    archive = sorted(scene.station.home.backups.glob("loa-*.zip"))[1]
    made = restore(archive, tmp_path / "moi", clock=scene.station.clock)
    station = open_station(made.home.root, clock=scene.station.clock)
    assert not (made.home.playout / KEY_FILE).exists()
    assert due(made.home.playout, station.now(), station.settings.tz)
    mark = signed(station)
    assert (mark.number, mark.begins, archive.name in mark.why) == (3, True, True)
    assert not places.lay(station.home, str(scene.stick)).why
    found = examine(station)
    assert found.faults == []
    said = "\n".join(found.remarks)
    assert "ký bằng khóa mới (khôi phục từ " in said
    assert "Dấu số 3–4 ở" in said
    assert "trước khi khôi phục" in said
    with station.db.write() as session:
        playlog.append(session, [entry(90 + n) for n in range(20)], station.now())
    assert signed(station).beginning is None
    assert examine(station).faults == []


def test_a_database_brought_back_by_hand_is_an_attack_until_somebody_puts_it_on_record(scene: Scene) -> None:
    rolled_back(scene)
    assert "nay chỉ có 10" in scene.faults()
    note_restored(scene.station, machine("dòng lệnh"), "Ổ đĩa hỏng, chép lại tệp")
    signed(scene.station, restored="Ổ đĩa hỏng, chép lại tệp")
    with scene.station.db.write() as session:
        playlog.append(session, [entry(90 + n) for n in range(20)], scene.station.now())
    assert scene.faults() == ""
    said = scene.remarks()
    assert "được đưa về bản cũ (Ổ đĩa hỏng, chép lại tệp)" in said
    assert "Nhật ký phát thanh: lần khôi phục đã ghi nhận bỏ lại các dòng cũ tới số 20" in said


def test_another_machine_on_the_same_database_signs_too_and_is_no_attack_until_it_disagrees(scene: Scene) -> None:
    folder = scene.station.home.run / "may-hai"
    folder.mkdir()
    other = sign(folder, safe_ends(scene.station), at=scene.station.now(), station="Đài thử")
    shutil.copyfile(folder / "marks.jsonl", scene.stick / f"dau-ky-{other.key[:12]}.jsonl")
    assert scene.faults() == ""
    assert "do khóa của máy khác ký, và khớp" in scene.remarks()
    approval_altered(scene)
    scene.attack("UPDATE chained_rows SET hash = 'x' WHERE chain = 'approvals' AND seq = 4")
    assert f"dau-ky-{other.key[:12]}.jsonl" in scene.faults()


def test_a_file_of_marks_that_is_gone_is_told_by_the_others(scene: Scene) -> None:
    (scene.station.home.playout / "marks.jsonl").unlink()
    assert "không có trong sổ dấu của máy phát" in scene.faults()
    signed(scene.station)
    assert "khác với dấu cùng số trong sổ dấu của máy phát" in scene.faults()


def test_what_was_signed_before_a_restore_must_still_hold_after_it(scene: Scene) -> None:
    rolled_back(scene)
    signed(scene.station, restored="Ổ đĩa hỏng")
    with closing(sqlite3.connect(scene.station.home.root / "station.db")) as db, db:
        spoil(db)
        db.execute("UPDATE play_log SET outcome = 'full' WHERE seq = 2")
        rewrite(db, 2)
    assert "dấu số 1" in scene.faults()


def test_a_crash_between_signing_and_laying_is_mended_and_a_missing_stick_is_told(scene: Scene) -> None:
    signed(scene.station)
    assert scene.faults() == ""
    thread = places.tend(scene.station.home, scene.station.settings)
    assert thread is not None
    thread.join(20)
    assert not thread.is_alive()
    assert places.laid(scene.station.home, scene.station.settings).number == 5
    assert places.tend(scene.station.home, scene.station.settings) is None
    shutil.rmtree(scene.stick)
    signed(scene.station)
    assert "cắm USB" in places.lay(scene.station.home, str(scene.stick)).why
    assert "cắm USB" in scene.remarks()
    assert scene.faults() == ""
    check = next(c for c in doctor.examine(scene.station, thorough=False) if c.name == "Dấu đã ký")
    assert check.ok is None
    assert "cắm USB" in check.sentence


def test_a_line_torn_by_a_power_cut_is_no_attack_and_its_place_is_taken(scene: Scene) -> None:
    marks = scene.station.home.playout / "marks.jsonl"
    with marks.open("a", encoding="utf-8") as file:
        file.write('{"number": 5, "at": "20')
    assert scene.faults() == ""
    assert signed(scene.station).number == 5
    assert scene.faults() == ""


def test_a_lost_key_is_made_anew_and_that_is_signed(scene: Scene) -> None:
    key = scene.station.home.playout / KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    assert signed(scene.station).begins
    assert scene.faults() == ""
    assert "Từ dấu số 5" in scene.remarks()
    key.write_text("khóa nào đó")
    with pytest.raises(RuleError, match="bị hỏng"):
        signed(scene.station)


def test_the_key_is_in_no_backup(scene: Scene) -> None:
    for whole in (False, True):
        backup(scene.station, whole=whole)
    for archive in scene.station.home.backups.glob("loa-*.zip"):
        shutil.unpack_archive(archive, scene.station.home.run / archive.stem)
        assert not list((scene.station.home.run / archive.stem).rglob(KEY_FILE))
        assert list((scene.station.home.run / archive.stem).rglob("marks.jsonl"))


def test_a_mark_from_paper_is_compared(scene: Scene) -> None:
    mark = places.own(scene.station.home).found.marks[1]
    for paper in (mark.code, mark.scanned, f" {mark.code.upper()} "):
        found = examine(scene.station, papers=[paper])
        assert found.faults == []
        assert any("trên giấy khớp" in remark for remark in found.remarks)
    other = f"2-{'0' * 20}"
    assert "trên giấy khác" in "\n".join(examine(scene.station, papers=[other]).faults)
    assert "không có dấu ấy" in "\n".join(examine(scene.station, papers=[f"9-{'0' * 20}"]).faults)
    with pytest.raises(RuleError, match="20 chữ số"):
        examine(scene.station, papers=["2-abc"])


def test_one_mark_a_day_is_due(scene: Scene) -> None:
    folder, tz = scene.station.home.playout, scene.station.settings.tz
    assert due(folder, scene.station.now(), tz)
    signed(scene.station)
    assert not due(folder, scene.station.now() + dt.timedelta(hours=2), tz)
    assert due(folder, scene.station.now() + DAY, tz)
