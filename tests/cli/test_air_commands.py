"""The schedule looked at and the log corrected at the command line; an emergency said, listed and ended."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path

import pytest

from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.people.roles import machine
from broadcaster.services.log import playlog
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import open_station
from tests.kit.cap_messages import STORM
from tests.kit.loa import Loa

ROTATION = """
[rotation]
code = "thu"
title = "Thử"
valid_from = 2026-01-01
[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 20
[[slot.item]]
kind = "cue"
cue = "nhac-hieu"
"""
AT = dt.datetime(2026, 3, 2, 22, tzinfo=dt.UTC)


@pytest.fixture
def scheduled(home: Path) -> Path:
    station = open_station(home)
    apply_rotation(station, machine(), ROTATION, "thu.toml")
    station.close()
    return home


def test_a_station_without_a_rotation_and_one_with_empty_sessions_are_told(loa: Loa, home: Path) -> None:
    bare = loa("schedule", "conflicts")
    assert bare.code == 1
    assert "THIẾU BUỔI: Đài chưa có lịch phát nào đang áp dụng" in bare.out
    assert "Cách sửa: Mở trang Lịch phát" in bare.out
    station = open_station(home)
    apply_rotation(station, machine(), ROTATION, "thu.toml")
    station.close()
    found = loa("schedule", "conflicts", "--days", 2, "--format", "json")
    assert found.code == 1
    assert {c["kind"] for c in json.loads(found.out)} >= {"empty"}


def test_a_week_is_previewed_and_handed_out_as_icalendar(loa: Loa, scheduled: Path, tmp_path: Path) -> None:
    shown = json.loads(loa("schedule", "preview", "--format", "json").out)
    assert [b["title"] for b in shown["broadcasts"]] == ["Buổi sáng"] * 7
    assert "Buổi sáng" in loa("schedule", "preview").out
    assert loa("schedule", "preview", "--week", "2020-W01").code == 2
    wrong = loa("schedule", "preview", "--week", "tuần sau")
    assert wrong.code == 2
    assert "2026-W30" in wrong.err
    assert loa("schedule", "plan").code == 0
    file = tmp_path / "lich.ics"
    assert str(file) in loa("schedule", "ical", "-o", file).out
    written = file.read_bytes()
    assert written.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"SUMMARY:" in written
    assert "Buổi sáng" in written.decode()
    assert loa("schedule", "ical").out.startswith("BEGIN:VCALENDAR")
    one, two = (loa("schedule", "ical", "--new-address").out for _ in range(2))
    assert one.startswith("/schedule/feed/")
    assert one != two


def test_an_entry_is_corrected_by_a_new_one(loa: Loa, home: Path) -> None:
    station = open_station(home)
    entry = Entry(
        id="b1-1-am01",
        broadcast_id=1,
        broadcast_title="Buổi sáng",
        item_no=1,
        zone="am01",
        kind="cue",
        title="Nhạc hiệu",
        script_id=None,
        revision=None,
        topic=None,
        unit=None,
        genre=None,
        audio_sha256="a" * 64,
        planned_at=AT,
        started_at=AT,
        ended_at=AT,
        duration_ms=10_000,
        heard_ms=10_000,
        outcome=Outcome.FULL,
        reason="",
        actor="tự động",
        host="may",
        sink="main",
    )
    with station.db.write() as session:
        playlog.append(session, [entry], station.now())
    station.close()
    unknown = loa("log", "correct", "b9-9-am01", "--outcome", "missed", "--heard", 0, "--reason", "Mất điện")
    assert unknown.code != 0
    assert "b9-9-am01" in unknown.err
    assert loa("log", "correct", "b1-1-am01", "--outcome", "full", "--heard", 10, "--reason", " ").code == 2
    cut = Outcome.PARTIAL.value
    done = loa("log", "correct", "b1-1-am01", "--outcome", cut, "--heard", 4.5, "--reason", "Mất điện ở ấp")
    assert done.code == 0, done.err
    lines = json.loads(loa("log", "show", "--format", "json").out)
    assert [(e["corrects"], e["heard_ms"]) for e in lines] == [(None, 10_000), ("b1-1-am01", 4500)]
    assert loa("log", "verify").code == 0


def test_a_cap_message_is_said_at_the_command_line_or_refused_and_leaves_nothing(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    def put(text: str) -> Path:
        file = tmp_path / "bao.xml"
        file.write_text(text, encoding="utf-8")
        return file

    good = STORM.replace("2026-03-06T07:00:00+07:00", "2099-03-06T07:00:00+07:00")
    wrong = loa(
        "emergency", "--cap", put(good.replace("<urgency>Expected", "<urgency>Soon")), "--zones", "all", "--yes"
    )
    assert wrong.code == 2
    assert "alert/info[1]/urgency: “Soon” không hợp lệ; các giá trị đúng: Immediate" in wrong.err
    large = tmp_path / "lon.xml"
    with large.open("wb") as file:
        file.truncate(3_000_000_000)
    assert "lớn quá 1 MB" in loa("emergency", "--cap", large, "--zones", "all", "--yes").err
    assert loa("emergency", "--cap", put(good), "--zones", "khong-co", "--yes").code == 2
    assert "--zones" in loa("emergency", "--cap", put(good), "--yes").err
    assert json.loads(loa("emergency", "--list", "--format", "json").out) == []
    said = loa("emergency", "--cap", put(good), "--zones", "all", "--yes")
    assert said.code == 0, said.err
    (row,) = json.loads(loa("emergency", "--list", "--format", "json").out)
    assert (row["title"], bool(row["confirmed_by"])) == ("Bão số 5 đang vào gần bờ", True)
    assert "đã nhập trước đó" in loa("emergency", "--cap", put(good), "--zones", "all", "--yes").err


def test_an_emergency_is_asked_for_its_reason_said_listed_ended_and_reviewed(loa: Loa, home: Path) -> None:
    text = "Lũ đang lên. Bà con di dời ngay."
    bare = loa("emergency", text, "--zones", "all", "--yes")
    assert bare.code == 2
    assert "lý do" in bare.err.lower()
    said = loa("emergency", text, "--zones", "all", "--reason", "Công điện của tỉnh", "--repeat", 15, "--yes")
    assert said.code == 0, said.err
    (row,) = json.loads(loa("emergency", "--list", "--format", "json").out)
    assert (row["text"], row["repeat_minutes"], row["reason"]) == (text, 15, "Công điện của tỉnh")
    assert row["confirmed_by"]
    with sqlite3.connect(home / "station.db") as db:
        kinds = db.execute("SELECT kind, confirmed_by FROM broadcasts").fetchall()
    assert kinds
    assert all(kind == "emergency" and by for kind, by in kinds)
    number = row["number"]
    assert loa("emergency", "--cancel", number).code == 2  # a reason is needed to end it too
    assert loa("emergency", "--cancel", number, "--reason", "Nước đã rút").code == 0
    assert loa("emergency", "--review", number).code == 2
    assert "Lũ đang lên" in loa("emergency", "--list").out


def test_the_clock_is_confirmed_at_the_command_line(loa: Loa, home: Path) -> None:
    assert "Máy phát chưa trả lời" in loa("trust-clock", "--yes").out  # it does not run: nothing is claimed
    with sqlite3.connect(home / "station.db") as db:
        assert db.execute("select verb, done_at from commands").fetchall() == [("trust-clock", None)]
    db.close()


def lasting_storm(tmp_path: Path, text: str = STORM) -> Path:
    file = tmp_path / "bao.xml"
    file.write_text(text.replace("2026-03-06T07:00:00+07:00", "2099-03-06T07:00:00+07:00"), encoding="utf-8")
    return file


def emergency_rows(home: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "station.db") as db:
        found = db.execute("SELECT id, state FROM emergencies ORDER BY id").fetchall()
    db.close()
    return found


@pytest.mark.medium
@pytest.mark.parametrize(
    "wrong",
    [
        ("--repeat", 1),
        ("--repeat", 2000),
        ("--zones", "khong-co"),
        ("--zones", ""),
        ("--until", "00:00 01/01/2020"),
        ("--until", "mai"),
    ],
)
def test_a_wrong_option_leaves_no_trace_and_the_right_one_is_taken_afterwards(
    loa: Loa, home: Path, tmp_path: Path, wrong: tuple[str, object]
) -> None:
    file = lasting_storm(tmp_path)
    options = {"--zones": "all", "--repeat": "30"} | {wrong[0]: str(wrong[1])}
    given = [part for pair in options.items() for part in pair]
    for words in (["--cap", file], ["Lũ về.", "--reason", "Công điện"]):
        refused = loa("emergency", *words, *given, "--yes")
        assert refused.code == 2, refused.err
    assert emergency_rows(home) == []
    assert loa("emergency", "--cap", file, "--zones", "all", "--yes").code == 0
    assert emergency_rows(home) == [(1, "active")]


def test_whoever_goes_away_at_the_question_locks_nothing(loa: Loa, home: Path, tmp_path: Path) -> None:
    file = lasting_storm(tmp_path)
    gone = loa("emergency", "--cap", file, "--zones", "all")  # the input ends at the question
    assert gone.code == 130
    assert "không có gì được phát" in gone.err
    assert "Hết hiệu lực: 07:00 06/03/2099" in gone.out
    assert [state for _, state in emergency_rows(home)] == ["dismissed"]
    assert loa("emergency", "--cap", file, "--zones", "all", "--yes").code == 0


@pytest.mark.medium
def test_a_draft_that_was_left_is_gone_on_with_or_dropped(loa: Loa, home: Path, tmp_path: Path) -> None:
    file = lasting_storm(tmp_path)
    assert loa("emergency", "--cap", file, "--zones", "all", "--yes").code == 0
    with sqlite3.connect(home / "station.db") as db:  # as after a line that broke before the answer
        db.execute("UPDATE emergencies SET state = 'draft', confirmed_by = '', confirmed_at = NULL")
        db.execute("DELETE FROM broadcasts")
    db.close()
    assert "--drop" in loa("emergency", "--cancel", 1, "--reason", "x").err
    again = loa("emergency", "--cap", file, "--zones", "am01", "--repeat", 5, "--yes")
    assert again.code == 0, again.err
    assert "đi tiếp với bản nháp số 1" in again.err
    (row,) = json.loads(loa("emergency", "--list", "--format", "json").out)
    assert (row["state"], row["zones"], row["repeat_minutes"]) == ("active", ["am01"], 5)
    taken = loa("emergency", "--cap", file, "--zones", "all", "--yes")
    assert taken.code == 2
    assert "đã nhập trước đó" in taken.err
    assert "--cancel 1" in taken.err
    assert loa("emergency", "--confirm", 1, "--yes").code == 2
    assert loa("emergency", "--cancel", 1, "--reason", "Hết bão").code == 0
    assert loa("emergency", "--cap", file, "--zones", "all", "--yes").code == 0, "over is over: it may be said again"


def test_a_draft_is_dropped_and_an_emergency_prolonged_at_the_command_line(loa: Loa, home: Path) -> None:
    loa(
        "emergency",
        "Lũ về.",
        "--zones",
        "all",
        "--reason",
        "Công điện",
        "--repeat",
        5,
        "--until",
        "23:00 01/01/2099",
        "--yes",
    )
    assert loa("emergency", "--prolong", 1).code == 2
    assert loa("emergency", "--prolong", 1, "--until", "22:00 01/01/2099").code == 2
    assert "23:30 01/01/2099" in loa("emergency", "--prolong", 1, "--until", "2099-01-01 23:30").out
    (row,) = json.loads(loa("emergency", "--list", "--format", "json").out)
    assert row["expires_at"].startswith("2099-01-01 16:30")
    with sqlite3.connect(home / "station.db") as db:
        db.execute("UPDATE emergencies SET state = 'draft'")
    db.close()
    assert loa("emergency", "--drop", 1).code == 0
    assert emergency_rows(home) == [(1, "dismissed")]


def test_all_that_a_message_says_is_shown_before_the_question(loa: Loa, home: Path, tmp_path: Path) -> None:
    asked = loa("emergency", "--cap", lasting_storm(tmp_path), "--zones", "am01", stdin=b"n\n")
    assert asked.code == 1, "the answer was no"
    for words in (
        "Ngôn ngữ: tiếng Việt (vi-VN)",
        "Mức độ: nghiêm trọng",
        "Vùng: Vùng ven biển tỉnh Mẫu",
        "Hết hiệu lực: 07:00 06/03/2099",
        "Việc cần làm: chuẩn bị",
    ):
        assert words in asked.out, words
    assert "Ghi chú: Không đọc phần “en-US: Storm No. 5”." in asked.err
    assert asked.out.index("Mức độ") < asked.out.index("Phát khẩn cấp?")


def test_a_foreign_message_and_one_that_breaks_the_standard_are_warned_of_and_still_taken(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    text = STORM.replace("vi-VN", "zh-TW").replace("2026-03-04T16:30:00+07:00", "2026-03-04T09:30:00Z")
    asked = loa("emergency", "--cap", lasting_storm(tmp_path, f"\n{text}"), "--zones", "am01", stdin=b"y\n")
    assert asked.code == 0, asked.err
    assert "Bản tin viết bằng “en-US”, không phải tiếng Việt" in asked.err
    assert "Không đọc phần “zh-TW: Bão số 5 đang vào gần bờ”" in asked.err
    assert "Đọc được nhưng sai chuẩn ở tệp: có dòng trống ở đầu; alert/sent: “2026-03-04T09:30:00Z”" in asked.err


OVER = STORM.replace("VN-KTTV-2026-0005", "VN-KTTV-2026-0006").replace("<urgency>Expected", "<urgency>Past")


@pytest.mark.medium
def test_an_all_clear_ends_what_it_names_and_is_read_once_at_the_command_line(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    loa("emergency", "--cap", lasting_storm(tmp_path), "--zones", "am01,am02", "--repeat", 5, "--yes")
    named = OVER.replace(
        "<info>",
        "<references>canh-bao@kttv.mau.example,VN-KTTV-2026-0005,2026-03-04T16:30:00+07:00</references><info>",
        1,
    )
    said = loa("emergency", "--cap", lasting_storm(tmp_path, named), stdin=b"y\n")
    assert said.code == 0, said.err
    assert "Kết thúc bản tin khẩn cấp số 1 “Bão số 5 đang vào gần bờ”" in said.out
    assert "Đọc một lần, không báo động, tại 2 cụm loa" in said.out
    over, storm = json.loads(loa("emergency", "--list", "--format", "json").out)
    assert (storm["state"], over["over"], over["ends"], over["repeat_minutes"]) == ("cancelled", True, [1], None)
    with sqlite3.connect(home / "station.db") as db:
        ((rundown,),) = db.execute("SELECT rundown FROM broadcasts WHERE emergency_id = 2").fetchall()
    db.close()
    assert [i["kind"] for i in json.loads(rundown)] == ["emergency"]


@pytest.mark.medium
def test_an_all_clear_that_names_nothing_is_asked_about_before_anything_is_kept(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    loa("emergency", "Lũ về.", "--zones", "am01", "--reason", "Công điện", "--repeat", 5, "--yes")
    file = lasting_storm(tmp_path, OVER)
    for refused in (
        loa("emergency", "--cap", file, "--yes"),
        loa("emergency", "--cap", file, "--ends", "7", "--zones", "am01", "--yes"),
        loa("emergency", "--cap", file, "--ends", "lũ", "--yes"),
    ):
        assert refused.code == 2, refused.out
    assert loa("emergency", "--cap", file).code == 130
    assert emergency_rows(home) == [(1, "active")]
    assert "số 1 “Lũ về”" in loa("emergency", "--cap", file, "--yes").err
    assert loa("emergency", "--cap", file, stdin=b"1\ny\n").code == 0
    assert emergency_rows(home) == [(1, "cancelled"), (2, "active")]


def test_long_words_lock_nothing_and_may_be_given_shorter(loa: Loa, home: Path, tmp_path: Path) -> None:
    file = lasting_storm(tmp_path, STORM.replace("Mưa to từ đêm nay.", "Mưa to từ đêm nay. " * 300))
    refused = loa("emergency", "--cap", file, "--zones", "all", "--yes")
    assert refused.code == 2
    assert "3000 ký tự" in refused.err
    assert emergency_rows(home) == []
    short = loa("emergency", "Bão số 5 gần bờ. Mưa to.", "--cap", file, "--zones", "all", "--yes")
    assert short.code == 0, short.err


def test_stopping_one_zone_names_who_falls_silent_with_it_and_asks(loa: Loa, home: Path) -> None:
    asked = loa("stop", "--zones", "am03")
    assert asked.code == 130, "nobody answered"
    assert "Chung âm ly nên cũng im" in asked.out + asked.err
    assert "Dừng cả?" in asked.out + asked.err
    said = loa("stop", "--zones", "am03", "--yes")
    assert said.code == 1, "no word of silence while play-out does not run"
    assert "Máy phát chưa trả lời. Chưa biết loa đã im hay chưa" in said.out
    with sqlite3.connect(home / "station.db") as db:
        (arguments,) = [row[0] for row in db.execute("select arguments from commands where verb = 'stop'")]
    db.close()
    assert json.loads(arguments) == {"zones": ["am03"], "outputs": ["main"]}
