"""Nhật ký: filtered, checked part by part, heard again, taken away as CSV and as a workbook; the audit trail by days."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.playlog import Outcome
from broadcaster.media.ffmpeg import run
from broadcaster.panel.log import pages
from broadcaster.playout.record.signing import sign
from broadcaster.services.log import logbook, playlog
from broadcaster.services.log.chained import safe_ends
from broadcaster.services.setup.backup import backup
from broadcaster.services.station import Station
from tests.kit.entries import entry
from tests.kit.panel import SignIn

ALL = "?from=2026-03-01&to=2026-03-05"
FRAGMENT = {"HX-Request": "true"}


def test_the_log_is_filtered_by_topic_zone_outcome_and_words(sign_in: SignIn) -> None:
    client = sign_in("xem")
    whole = client.get(f"/log/{ALL}").text
    assert "<dt>Bản ghi</dt><dd>210</dd>" in whole
    topic = client.get(f"/log/{ALL}&topic=dich-vu-cong").text
    assert "<dt>Bản ghi</dt><dd>150</dd>" in topic
    assert '<option value="dich-vu-cong" selected>' in topic
    few = client.get(f"/log/{ALL}&topic=dich-vu-cong&zone=am03&outcome=partial").text
    assert "<dt>Bản ghi</dt><dd>4</dd>" in few
    none = client.get(f"/log/{ALL}&topic=khong-co").text
    assert "Không có bản ghi nào" in none


def check(sign_in: SignIn) -> tuple[str, int]:
    """Press the button and let the page ask on; return the last answer and the number of answers."""
    client = sign_in("xem")
    page = client.get("/log/verify", headers=FRAGMENT).text
    answers = 1
    while found := re.search(r'hx-get="([^"]+)"', page):
        assert "<progress max=" in page
        page = client.get(found[1].replace("&amp;", "&"), headers=FRAGMENT).text
        answers += 1
    return page, answers


def test_the_chain_is_checked_part_by_part(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PART", 50)
    page, answers = check(sign_in)
    assert "Nhật ký nguyên vẹn" in page
    assert "210 bản ghi" in page
    assert answers == 5
    whole = sign_in("xem").get("/log/verify").text
    assert "<html" in whole
    assert "Nhật ký nguyên vẹn" in whole


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE play_log SET reason = 'x' WHERE seq = 120", "số 120 đã bị sửa"),
        ("DELETE FROM play_log WHERE seq = 51", "Thiếu bản ghi"),
        ("DELETE FROM play_log WHERE seq = 210", "bị cắt bớt"),
    ],
)
def test_a_fault_in_any_part_is_found(
    sign_in: SignIn, station: Station, monkeypatch: pytest.MonkeyPatch, change: str, words: str
) -> None:
    monkeypatch.setattr(pages, "_PART", 50)
    with station.db.engine.begin() as connection:
        for name in connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='play_log'")
        ):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(change))
    page, _ = check(sign_in)
    assert words in page
    assert "không còn nguyên vẹn" in page


def test_the_workbook_and_the_csv_hold_the_same_entries(sign_in: SignIn) -> None:
    client = sign_in("xem")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/log/export.xlsx{ALL}&zone=am03").data))
    rows = list(book.active.iter_rows(values_only=True))
    lines = client.get(f"/log/export.csv{ALL}&zone=am03").text.strip().splitlines()
    assert len(rows) == len(lines) == 36
    assert rows[0][:3] == ("Số", "Dự kiến", "Bắt đầu")
    assert f"{rows[1][1]:%d/%m/%Y %H:%M:%S}" in lines[1]
    assert rows[1][6] == "Nhạc hiệu"


def test_a_cell_that_looks_like_a_formula_stays_text(sign_in: SignIn, station: Station) -> None:
    with station.db.engine.begin() as connection:
        for name in connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='play_log'")
        ):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE play_log SET title = '=1+1' WHERE seq = 1"))
    book = openpyxl.load_workbook(io.BytesIO(sign_in("xem").get(f"/log/export.xlsx{ALL}").data))
    cell = next(c for row in book.active.iter_rows() for c in row if c.value == "=1+1")
    assert cell.data_type == "s"


def test_an_entry_plays_its_own_stretch_of_the_air_check(sign_in: SignIn, station: Station) -> None:
    with station.db.read() as session:
        entry = session.query(PlayLogEntry).filter_by(broadcast_id=1, item_no=2, zone="am01").one()
        began = session.get(BroadcastRow, 1).started_at
    client = sign_in("xem")
    assert "Không còn bản thu" in client.get(f"/log/{entry.seq}").text
    assert client.get(f"/log/{entry.seq}/recording").status_code == 404
    folder = station.home.airchecks / f"{began:%Y-%m-%d}"
    folder.mkdir(parents=True)
    path = folder / f"{began:%H%M%S}-1-aircheck.flac"
    run(["-f", "lavfi", "-i", "sine=frequency=300:duration=3:sample_rate=16000", "-ac", "1", str(path)])
    page = client.get(f"/log/{entry.seq}").text
    assert f'src="/log/{entry.seq}/recording#t=16.4,58.4"' in page
    part = client.get(f"/log/{entry.seq}/recording", headers={"Range": "bytes=0-99"})
    assert part.status_code == 206
    assert part.data == path.read_bytes()[:100]
    assert client.get("/log/99999").status_code == 404


def test_what_no_horn_carried_is_heard_from_its_recording_and_what_never_sounded_is_not(
    sign_in: SignIn, station: Station
) -> None:
    with station.db.write() as session:
        started = session.get(BroadcastRow, 1).started_at
        begun = started + dt.timedelta(seconds=20)
        sent = {"started_at": begun, "ended_at": begun + dt.timedelta(seconds=60)}
        lines = [
            entry(id="khong-ra-loa", outcome=Outcome.UNHEARD, outlet=Outlet.STAND_IN, **sent),
            entry(id="khong-phat", outcome=Outcome.MISSED, started_at=None, ended_at=None),
        ]
        playlog.append(session, lines, station.now())
        seqs = {e.id: e.seq for e in session.query(PlayLogEntry).filter(PlayLogEntry.id.like("khong-%"))}
    client = sign_in("xem")
    assert "Không còn bản thu" in client.get(f"/log/{seqs['khong-ra-loa']}").text
    assert "Mục này không phát nên không có bản thu" in client.get(f"/log/{seqs['khong-phat']}").text
    folder = station.home.airchecks / f"{started:%Y-%m-%d}"
    folder.mkdir(parents=True)
    (folder / f"{started:%H%M%S}-1-main.flac").write_bytes(b"fLaC")
    page = client.get(f"/log/{seqs['khong-ra-loa']}").text
    assert f'src="/log/{seqs["khong-ra-loa"]}/recording#t=20.0,80.0"' in page
    assert "Đoạn này chỉ ghi vào tệp, không ra loa" in page
    assert client.get(f"/log/{seqs['khong-ra-loa']}/recording").data == b"fLaC"
    assert client.get(f"/log/{seqs['khong-phat']}/recording").status_code == 404


def test_the_audit_trail_is_read_by_days(sign_in: SignIn) -> None:
    client = sign_in("quantri")
    assert "duyệt" in client.get("/audit/?from=2026-03-04&to=2026-03-04&kind=script").text
    assert "Không có việc nào" in client.get("/audit/?to=2026-03-03").text


def test_the_page_and_the_book_show_the_last_mark_and_where_it_lies(sign_in: SignIn, station: Station) -> None:
    client = sign_in("xem")
    assert "Chưa có dấu đã ký nào" in client.get("/log/").text
    assert "Dấu đã ký" not in client.get(f"/log/book{ALL}").text
    mark = sign(station.home.playout, safe_ends(station), at=station.now(), station="Đài")
    saved = backup(station)
    page = client.get("/log/").text
    assert mark.code in page
    assert f"nằm ở sổ dấu của máy phát, bản sao lưu {saved.name}." in page
    book = client.get(f"/log/book{ALL}").text
    assert mark.code in book
    assert 'aria-label="Mã QR của dấu đã ký"' in book
    _, data = logbook.book_pdf(station, "2026-03")
    assert mark.code in " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages).split())


def test_the_button_checks_approvals_and_marks_too(sign_in: SignIn, station: Station) -> None:
    sign(station.home.playout, safe_ends(station), at=station.now(), station="Đài")
    assert "Nhật ký nguyên vẹn" in check(sign_in)[0]
    with station.db.engine.begin() as connection:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in list(names):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE approvals SET by = 'người khác' WHERE id = 1"))
        connection.execute(text("DELETE FROM play_log WHERE seq > 200"))
        connection.execute(
            text("UPDATE chain_head SET seq = 200, hash = (SELECT hash FROM play_log WHERE seq = 200) WHERE id = 1")
        )
    page, _ = check(sign_in)
    assert "Phê duyệt: Nội dung bản ghi số 1" in page
    assert "thiếu các dòng 201–210" in page
