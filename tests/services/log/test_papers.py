"""The log's papers: a book to sign, a bundle that a bare interpreter checks, a check that nothing is missing."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.log.playlog import Outcome, Punctuality
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.media.ffmpeg import run
from broadcaster.services.log import logbook, playlog
from broadcaster.services.log.completeness import check, check_job
from broadcaster.services.log.evidence import EvidenceBundle, make_bundle
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from broadcaster.supervise.simulated import Simulation
from tests.kit.clocks import NOON
from tests.kit.founding import founded
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.rotations import ROTATION
from tests.kit.scripts import approved

FIRST, LAST = dt.date(2026, 3, 3), dt.date(2026, 3, 6)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """A station that aired four mornings, with one entry corrected afterwards."""
    station = founded(
        tmp_path_factory.mktemp("log") / "home",
        overrides={"speech": {"voices": ["tone:beep"]}},
        clock=FrozenClock(NOON),
    )
    approved(station, title="Bài về điện #1 *đậm*")
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    with Simulation(station) as life:
        life.run_until(NOON + dt.timedelta(days=4))
    with station.db.read() as session:
        entry = session.scalars(select(PlayLogEntry.id).where(PlayLogEntry.kind == "script")).first()
    assert entry is not None
    playlog.correct(station, OPERATOR, entry, outcome=Outcome.MISSED, heard_ms=0, reason="Loa ấp mất điện")
    folder = station.home.airchecks / "2026-03-04"
    folder.mkdir(parents=True)
    run(
        [
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:duration=40:sample_rate=48000",
            str(folder / "050000-2-aircheck.flac"),
        ]
    )
    return station


def text_of(data: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages).split())


def test_the_book_of_a_week_lists_what_was_heard_and_leaves_room_to_sign(week: Station) -> None:
    name, data = logbook.book_pdf(week, "2026-W10")
    assert name == "so-nhat-ky-phat-thanh-20260302-20260308.pdf"
    text = text_of(data)
    assert "SỔ NHẬT KÝ CHƯƠNG TRÌNH PHÁT THANH" in text
    assert "Tuần 10 năm 2026" in text
    assert "Bài về điện #1 *đậm*" in text
    assert "Không phát: Loa ấp mất điện (đính chính, truyenthanh)" in text
    assert "4 buổi phát" in text.replace("04", "4")
    assert "NGƯỜI VẬN HÀNH" in text
    with week.db.read() as session:
        assert playlog.verify(session).last_hash[:32] in text


@pytest.mark.parametrize("written", ["2026-13", "2026", "tháng 3", "2026-03-09..2026-03-01", "2026-01-01..2026-12-31"])
def test_a_wrong_period_is_refused_with_how_to_write_it(written: str) -> None:
    with pytest.raises(RuleError):
        logbook.span_of(written)


def test_months_and_empty_days(week: Station) -> None:
    assert logbook.span_of("2026-02") == (dt.date(2026, 2, 1), dt.date(2026, 2, 28), "Tháng 2 năm 2026")
    assert "không có buổi phát nào" in text_of(logbook.book_pdf(week, "2025-05")[1])


@pytest.fixture(scope="module")
def bundle(week: Station, tmp_path_factory: pytest.TempPathFactory) -> EvidenceBundle:
    return make_bundle(week, OPERATOR, FIRST, LAST, tmp_path_factory.mktemp("out") / "goi.zip")


def judged(folder: Path) -> tuple[int, str]:
    """Run the verifier as an inspector does: an interpreter without any package, nothing of ours on its path."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "kiem_tra.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stdout + done.stderr


def unpacked(bundle: EvidenceBundle, folder: Path) -> Path:
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extractall(folder)
    return folder


def test_a_bare_interpreter_finds_the_bundle_whole_and_prints_its_mark(bundle: EvidenceBundle, tmp_path: Path) -> None:
    code, said = judged(unpacked(bundle, tmp_path))
    assert code == 0, said
    assert f"NGUYÊN VẸN: {bundle.entries} bản ghi" in said
    assert bundle.mark in said
    assert bundle.last_hash in said
    assert bundle.clips == 1
    lines = [json.loads(x) for x in (tmp_path / "nhat_ky.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == bundle.entries == 4 * 2 * 12 + 1
    assert [x["seq"] for x in lines if x.get("apart")] == [lines[-1]["seq"]]


@pytest.mark.medium
def test_recordings_kept_as_opus_are_cut_too(week: Station, tmp_path: Path) -> None:
    sound = week.home.airchecks / LAST.isoformat() / "050000-9-aircheck.opus"
    sound.parent.mkdir(exist_ok=True)
    sine = "sine=frequency=440:duration=30:sample_rate=48000"
    run(["-f", "lavfi", "-i", sine, "-c:a", "libopus", "-f", "ogg", str(sound)])
    try:
        made = make_bundle(week, OPERATOR, FIRST, LAST, tmp_path / "goi.zip")
    finally:
        sound.unlink()
    assert made.clips == 2
    code, said = judged(unpacked(made, tmp_path / "goi"))
    assert code == 0, said
    assert (tmp_path / "goi" / "ban_thu" / f"{LAST.isoformat()}-050000-9-aircheck.flac").is_file()


def _edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "an outcome": (
        lambda f: _edit(f / "nhat_ky.jsonl", lambda t: t.replace('"full"', '"missed"', 1)),
        "đã bị sửa sau khi ghi",
    ),
    "an entry gone": (
        lambda f: _edit(f / "nhat_ky.jsonl", lambda t: "".join(t.splitlines(True)[:3] + t.splitlines(True)[4:])),
        "Thiếu bản ghi giữa",
    ),
    "two entries swapped": (
        lambda f: _edit(
            f / "nhat_ky.jsonl",
            lambda t: "".join((t.splitlines(True)[1], t.splitlines(True)[0], *t.splitlines(True)[2:])),
        ),
        "không nối",
    ),
    "the end cut off": (
        lambda f: _edit(f / "nhat_ky.jsonl", lambda t: "".join(t.splitlines(True)[:-5])),
        "Mục lục ghi",
    ),
    "a clip replaced": (lambda f: next((f / "ban_thu").iterdir()).write_bytes(b"x"), "Tệp đã bị sửa: ban_thu/"),
    "a file gone": (lambda f: (f / "DOC_TRUOC.txt").unlink(), "Thiếu tệp DOC_TRUOC.txt"),
    "a file smuggled in": (lambda f: (f / "ban_thu" / "la.flac").write_bytes(b"x"), "Tệp lạ"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(bundle: EvidenceBundle, tmp_path: Path, what: str) -> None:
    tamper, words = TAMPERINGS[what]
    tamper(unpacked(bundle, tmp_path))
    code, said = judged(tmp_path)
    assert code == 1
    assert words in said


@pytest.mark.medium
def test_the_same_days_make_the_same_bytes_and_only_a_reporter_may(
    week: Station, bundle: EvidenceBundle, tmp_path: Path
) -> None:
    again = make_bundle(week, OPERATOR, FIRST, LAST, tmp_path / "lai.zip")
    assert again.mark == bundle.mark
    assert again.path.read_bytes() == bundle.path.read_bytes()
    with pytest.raises(ForbiddenError):
        make_bundle(week, EDITOR, FIRST, LAST, tmp_path / "x.zip")
    with pytest.raises(RuleError, match="không có bản ghi nào"):
        make_bundle(week, OPERATOR, dt.date(2025, 1, 1), dt.date(2025, 1, 2), tmp_path / "x.zip")


@pytest.mark.medium
def test_a_whole_log_is_found_whole_with_a_word_for_each_broadcast(week: Station) -> None:
    found = check(week, FIRST, LAST)
    assert found.whole, found.faults
    assert (found.broadcasts, found.entries, found.verdicts) == (4, 4 * 2 * 12, {Punctuality.AIRED: 4})
    assert check_job(week).whole


def test_what_has_no_verdict_or_lacks_entries_is_named(week: Station) -> None:
    with week.db.write() as session:
        row = session.scalars(select(BroadcastRow).order_by(BroadcastRow.starts_at)).first()
        assert row is not None
        number, zones = row.id, list(row.zones)
        row.zones = [*zones, "am99"]
    (fault,) = check(week, FIRST, LAST).faults
    assert f"Buổi số {number}" in fault
    assert "24 bản ghi, theo lịch phải có 26" in fault
    with week.db.write() as session:
        again = session.get_one(BroadcastRow, number)
        again.zones, again.state = zones, BroadcastState.AIRING
    assert any("chưa có kết luận" in f for f in check(week, FIRST, LAST).faults)
    with week.db.write() as session:
        session.get_one(BroadcastRow, number).state = BroadcastState.AIRED
    assert check(week, FIRST, LAST).whole
