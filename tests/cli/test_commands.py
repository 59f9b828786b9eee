"""The command `loa`: the whole way of a script, and each kind of bad input with its place and exit code."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import docx
import pytest

from tests.kit.loa import Loa, rows

pytestmark = pytest.mark.slow

GOOD = """+++
title = "Lịch tiêm chủng"
unit = "vhxh"
topic = "khac"
genre = "notice"
valid_from = 2026-01-01
+++
Kính thưa bà con. Trạm Y tế tổ chức tiêm chủng lúc 7h30.
"""
ROTATION = """
[rotation]
code = "thu"
title = "Lịch thử"
valid_from = 2026-01-01
[[slot]]
code = "sang"
title = "Buổi sáng"
start = "05:00"
max_minutes = 20
[[slot.item]]
kind = "cue"
cue = "nhac-hieu"
[[slot.item]]
kind = "fill"
"""


def test_the_way_of_a_script_from_file_to_report(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "r.toml").write_text(ROTATION, encoding="utf-8")
    assert "số 1" in loa("script", "add", tmp_path / "a.md").out
    assert loa("script", "speak", 1).code == 0
    own = loa("approve", 1)
    assert (own.code, "tự duyệt" in own.err) == (1, True)
    assert loa("--as", "lanhdao", "approve", 1).code == 0
    shown = json.loads(loa("script", "show", 1, "--format", "json").out)
    assert shown["state"] == "approved"
    assert "bảy giờ ba mươi phút" in shown["rendition"]["spoken_text"]
    assert shown["approvals"][0]["audio_sha256"] == shown["rendition"]["audio_sha256"]
    applied = loa("schedule", "apply", tmp_path / "r.toml")
    assert "+ Khung sang" in applied.out
    (tmp_path / "e.toml").write_text(
        'exception = [{day = 2099-10-20, to = 2099-10-21, kind = "storm", title = "Bão"}]', encoding="utf-8"
    )
    assert "~ 21/10/2099: ngày thường → mưa bão “Bão”" in loa("schedule", "apply", tmp_path / "e.toml").out
    marked = loa("schedule", "day", "2099-10-21", "holiday", "--to", "2099-10-23").out
    assert "21/10/2099 đến hết 23/10/2099: ngày lễ." in marked
    assert "phát theo khung lịch ngày thường" in marked
    (tmp_path / "z.toml").write_text('[[zone]]\ncode = "a"\nname = "A"\n', encoding="utf-8")
    assert "trang Cụm loa" in loa("schedule", "apply", tmp_path / "z.toml").err
    week = json.loads(loa("schedule", "show", "--format", "json").out)
    assert [i["title"] for i in week[0]["rundown"]] == ["Nhạc hiệu", "Lịch tiêm chủng"]
    assert "Chưa phát lần nào" in loa("schedule", "why", week[0]["id"]).out
    assert loa("script", "edit", 1, "-", stdin=GOOD.replace("7h30", "8h00").encode()).code == 0
    assert json.loads(loa("script", "show", 1, "--format", "json").out)["state"] == "draft"
    assert loa("log", "verify").code == 0
    report = loa("report", "--period", "2026-Q3")
    assert report.code == 0, report.err
    assert "từ ngày 15/06/2026 đến ngày 14/09/2026" in report.out
    assert {p.suffix for p in (home / "reports").iterdir()} == {".docx", ".pdf", ".xlsx", ".csv"}
    settings = home / "station.toml"
    horn = 'kind = "pipe"\noptions = {command = ["cat"]}\n'
    text = settings.read_text(encoding="utf-8").replace('kind = "device"\n', horn)
    settings.write_text(text, encoding="utf-8")
    told = loa("doctor", "--format", "json")
    wrong = {c["name"]: c["sentence"] for c in json.loads(told.out) if c["ok"] is False}
    assert (told.code, set(wrong)) == (1, {"Phát sóng", "Xử lý nền", "Âm thanh 24 giờ tới"})
    assert "mục 2 “Lịch tiêm chủng”" in wrong["Âm thanh 24 giờ tới"], "its new words are not approved"
    assert "loa up" in wrong["Phát sóng"]
    assert "loa up" in wrong["Xử lý nền"]


def renamed_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "không phải Word")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("khoa.md", GOOD.replace("topic", "topik").encode(), ["khoa.md: dòng 4", "topik", "topic"]),
        (
            "ngay.md",
            GOOD.replace("2026-01-01", '"32/13/2026"').encode(),
            ["ngay.md: dòng 6", "valid_from", "32/13/2026"],
        ),
        ("donvi.md", GOOD.replace("vhxh", "vhxx").encode(), ["donvi.md: unit", "vhxx", "vhxh"]),
        ("chude.md", GOOD.replace('"khac"', '"khacc"').encode(), ["chude.md: topic", "khacc", "khac"]),
        ("loai.md", GOOD.replace("notice", "song").encode(), ["loai.md: genre", "song"]),
        ("mo.md", GOOD.replace("+++\nKính", "Kính").encode(), ["mo.md", "đóng"]),
        ("rong.txt", b"  \n ", ["rong.txt"]),
        ("dai.txt", ("Kính thưa bà con. " * 130_000).encode(), ["dai.txt", "ký tự"]),
        ("nen.docx", renamed_zip(), ["nen.docx"]),
        ("nhiphan.txt", bytes(range(256)) * 40, ["nhiphan.txt"]),
        ("dau.txt", "Kính thưa bà con".encode("cp1258", errors="ignore") + b"\xa9\xc6", ["dau.txt", "bảng mã"]),
        ("khong-co.md", None, ["khong-co.md", "Không tìm thấy tệp"]),
    ],
)
def test_a_bad_script_file_is_refused_by_place_and_adds_nothing(
    loa: Loa, home: Path, tmp_path: Path, name: str, data: bytes | None, words: list[str]
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    result = loa("script", "add", path)
    assert result.code == 2, result.out
    assert all(w in result.err for w in words), result.err
    assert "Traceback" not in result.err
    assert rows(home, "scripts") == rows(home, "revisions") == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("05:00", "25:00", ["slot 1 (sang): start", "24 giờ"]),
        ("05:00", "03:15", ["slot 1 (sang): start", "khung giờ"]),
        ("max_minutes = 20", 'max_minutes = 20\nzones = ["ap-la"]', ["zones", "ap-la"]),
        ("nhac-hieu", "nhac-mat", ["item 1: cue", "nhac-mat"]),
    ],
)
def test_a_bad_rotation_is_refused_by_place(
    loa: Loa, home: Path, tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    (tmp_path / "r.toml").write_text(ROTATION.replace(old, new), encoding="utf-8")
    result = loa("schedule", "apply", tmp_path / "r.toml")
    assert result.code == 2
    assert all(w in result.err for w in ["r.toml", *words] if w != "r.toml"), result.err
    assert rows(home, "rotations") == rows(home, "broadcasts") == 0


def test_a_script_in_another_unicode_form_is_read_whole(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "dau.md").write_bytes(GOOD.encode("utf-16"))
    assert loa("script", "add", tmp_path / "dau.md").code == 0
    shown = json.loads(loa("script", "show", 1, "--format", "json").out)
    assert (shown["title"], shown["genre"]) == ("Lịch tiêm chủng", "notice")
    assert shown["body"].startswith("Kính thưa")


def test_plain_text_and_word_files_are_scripts_too(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kính thưa bà con. Ngày mai họp ấp.", encoding="utf-8")
    document = docx.Document()
    document.add_paragraph("Kính thưa bà con. Ngày kia họp xã.")
    document.save(str(tmp_path / "b.docx"))
    for name in ("a.txt", "b.docx"):
        assert loa("script", "add", tmp_path / name, "--genre", "notice", "--title", name).code == 0
    listed = json.loads(loa("script", "list", "--search", "hop", "--format", "json").out)
    assert [r["title"] for r in listed] == ["b.docx", "a.txt"]
    assert {r["genre"] for r in listed} == {"notice"}
    assert json.loads(loa("script", "list", "--search", "họp ấp", "--format", "json").out)[0]["title"] == "a.txt"


def test_a_mistyped_setting_is_told_by_every_command_with_what_was_meant(loa: Loa, home: Path) -> None:
    settings = home / "station.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("four_eyes", "four_eye"), encoding="utf-8")
    result = loa("script", "list")
    assert (result.code, result.out) == (0, "Chưa có kịch bản nào.\n")
    assert "Lưu ý: station.toml có lỗi nên đài vẫn dùng các cài đặt đúng gần nhất." in result.err
    assert "four_eyes" in result.err
    (home / "run" / "settings.toml").unlink()
    result = loa("script", "list")
    assert result.code == 2, "there are no settings that ever worked"
    assert "four_eyes" in result.err


def test_every_setting_is_explained_in_its_file(home: Path) -> None:
    from broadcaster.settings import Settings

    text = (home / "station.toml").read_text(encoding="utf-8")
    for section, field in Settings.model_fields.items():
        assert f"[{section}]" in text or f"[{section}." in text
        for key, inner in type(field.default).model_fields.items():
            assert inner.description, f"{section}.{key}"
            assert inner.description in text


def test_a_wrong_setting_at_init_makes_nothing(loa: Loa, tmp_path: Path) -> None:
    result = loa("init", "--set", "hours.windows=[]")
    assert result.code == 2
    assert not (tmp_path / "home").exists()


def test_init_twice_keeps_the_station(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD, encoding="utf-8")
    loa("script", "add", tmp_path / "a.md")
    again = loa("init")
    assert again.code == 0
    assert "mật khẩu" not in again.out
    assert rows(home, "scripts") == 1


def test_a_tampered_log_entry_is_named(loa: Loa, home: Path) -> None:
    from broadcaster.services.log.playlog import append
    from broadcaster.services.station import open_station
    from tests.kit.entries import entry

    station = open_station(home)
    with station.db.write() as session:
        append(session, [entry(zone=f"am{n:02d}") for n in range(1, 5)], station.now())
    station.close()
    assert loa("log", "verify").code == 0
    with sqlite3.connect(home / "station.db") as db:
        db.execute("drop trigger play_log_no_update")
        db.execute("update play_log set heard_ms = 1 where seq = 3")
    result = loa("log", "verify")
    assert (result.code, "số 3" in result.out) == (1, True)


def test_speak_text_gives_a_line_for_a_line(loa: Loa) -> None:
    text = "Họp lúc 17h30.\n\nTỷ lệ 98,5%.\n"
    out = loa("speak-text", stdin=text.encode()).out
    assert out.split("\n") == ["Họp lúc mười bảy giờ ba mươi phút.", "", "Tỷ lệ chín mươi tám phẩy năm phần trăm.", ""]
    explained = [json.loads(line) for line in loa("speak-text", "--explain", stdin=text.encode()).out.splitlines()]
    assert len(explained) == 3


def test_a_backup_is_restored_elsewhere_and_holds_the_same(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GOOD, encoding="utf-8")
    loa("script", "add", tmp_path / "a.md")
    loa("script", "speak", 1)
    assert loa("backup", "--with-sound").code == 0
    [archive] = (home / "backups").glob("*.zip")
    assert loa("restore", archive, tmp_path / "new").code == 0
    assert rows(tmp_path / "new", "renditions") == 1
    assert {p.name for p in (tmp_path / "new/audio/store").rglob("*.flac")} == {
        p.name for p in (home / "audio/store").rglob("*.flac")
    }
    assert loa("restore", archive, home).code == 2


def test_what_is_not_there_is_said_plainly(loa: Loa, home: Path) -> None:
    for arguments in (
        ["script", "show", 9],
        ["script", "speak", 9],
        ["schedule", "why", 9],
        ["report", "--period", "2026-Q9"],
        ["air", "9", "--trial"],
    ):
        result = loa(*arguments)
        assert result.code == 2, arguments
        assert result.err.strip().startswith("Lỗi: ")
    assert loa("--as", "khong-ai", "approve", 1).code == 2


def test_the_neutral_tables_are_written_and_nothing_is_overwritten(loa: Loa, tmp_path: Path) -> None:
    assert loa("init", tmp_path / "home").code == 0
    target = tmp_path / "cum-loa.json"
    assert loa("export", "zones", "-o", target).code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["kind"] == "zones"
    before = target.read_bytes()
    again = loa("export", "zones", "-o", target)
    assert again.code == 2
    assert str(target) in again.err
    assert target.read_bytes() == before
    assert loa("export", "log", "--from", "2026-02-02", "--to", "2026-02-01").code == 2
    assert loa("export", "scripts", "--format", "csv").out.startswith("\ufeffid,title")


def test_a_key_for_another_system_is_made_listed_and_ended(loa: Loa, tmp_path: Path) -> None:
    assert loa("init", tmp_path / "home").code == 0
    made = loa("token", "add", "cong", "--scope", "onair:read")
    assert made.out.startswith("loaxa_")
    assert "cong" in loa("token", "list").out
    assert loa("token", "add", "cong", "--scope", "onair:read").code == 2
    assert loa("token", "revoke", "cong").code == 0
    assert "đã thu hồi" in loa("token", "list").out
    assert loa("token", "revoke", "cong").code == 2


def test_keys_are_made_anew_and_a_lost_second_step_is_turned_off(loa: Loa, home: Path) -> None:
    signing = home / "run" / "panel.key"
    signing.write_text("x")
    signing.chmod(0o600)
    done = loa("key", "renew")
    assert (done.code, signing.exists()) == (0, False)
    assert "0 tài khoản" in done.out
    assert (home / "keys" / "seal.key").is_file()
    assert loa("user", "no-second-step", "quantri").code == 0
    assert loa("user", "no-second-step", "khong-co").code == 2


def test_a_backup_is_carried_away_under_a_passphrase_and_brought_back_after_its_commands_were_seen(
    loa: Loa, home: Path, tmp_path: Path
) -> None:
    words, stick = tmp_path / "words", tmp_path / "usb"
    stick.mkdir()
    words.write_text("năm từ không liên quan gì\n", encoding="utf-8")
    with (home / "station.toml").open("a", encoding="utf-8") as file:
        file.write('\n[playout.sinks.cot]\nkind = "pipe"\noptions = {command = ["lệnh-ra-loa"]}\n')
    assert "--passphrase-file" in loa("backup", "--to", stick).err  # nobody is there to be asked
    assert loa("backup", "--passphrase-file", words).code == 2
    assert loa("backup", "--to", stick, "--passphrase-file", words).code == 0
    (carried,) = stick.iterdir()
    assert carried.suffix == ".age"
    assert carried.stat().st_mode & 0o077 == 0
    target = tmp_path / "khac"
    assert "--passphrase-file" in loa("restore", carried, target).err
    refused = loa("restore", carried, target, "--passphrase-file", words)
    assert (refused.code, target.exists()) == (2, False)
    assert "lệnh-ra-loa" in refused.out
    assert "--run-commands" in refused.err
    wrong = tmp_path / "wrong"
    wrong.write_text("một cụm khác hẳn thế", encoding="utf-8")
    refused = loa("restore", carried, target, "--run-commands", "--passphrase-file", wrong)
    assert (refused.code, target.exists()) == (2, False)
    assert "không đúng" in refused.err
    done = loa("restore", carried, target, "--run-commands", "--passphrase-file", words)
    assert done.code == 0, done.err
    assert (target / "station.toml").is_file()


def test_the_record_is_signed_laid_on_a_stick_and_compared_with_paper(loa: Loa, home: Path, tmp_path: Path) -> None:
    stick = tmp_path / "usb"
    settings = home / "station.toml"
    text = settings.read_text("utf-8")
    assert 'marks_folder = ""' in text
    settings.write_text(re.sub(r'.*marks_folder = ""', lambda _: f'marks_folder = "{stick.as_posix()}"', text), "utf-8")
    missing = loa("log", "sign")
    assert (missing.code, "hãy cắm USB" in missing.out) == (1, True)
    stick.mkdir()
    signed = loa("log", "sign")
    assert (signed.code, f"Đã chép tới {stick}." in signed.out) == (0, True)
    (code,) = re.findall(r"Đã ký dấu (.*)\.", signed.out)
    assert loa("log", "verify", "--mark", code).code == 0
    other = loa("log", "verify", "--mark", f"2-{'0' * 20}")
    assert (other.code, "trên giấy khác" in other.out) == (1, True)
    with sqlite3.connect(home / "station.db") as db:
        db.execute(
            "insert into audit_events (at, actor, verb, object_kind, object_id, note) "
            "values ('2026-03-01 00:00:00', 'x', 'v', 'k', '1', '')"
        )
    told = json.loads(loa("log", "verify", "--format", "json").out)
    assert told["holds"] is False
    assert any("Nhật ký hệ thống: Dòng mang số" in line for line in told["wrong"])
    assert told["marks"] == 2
    assert loa("log", "sign", "--restored", "Chép lại tệp cũ").code == 0
    assert any(
        "Chép lại tệp cũ" in line for line in json.loads(loa("log", "verify", "--format", "json").out)["remarks"]
    )


def test_a_station_of_one_person_agrees_at_the_machine_and_an_administrator_there_does_not(
    loa: Loa, home: Path
) -> None:
    asked = loa("--as", "quantri", "user", "reset", "lanhdao")
    assert (asked.code, "loa agree" in asked.err) == (1, True)
    assert "Mật khẩu mới cho lãnh đạo" in loa("agree", "list").out
    assert loa("--as", "quantri", "agree", "to", "1").code == 1
    done = loa("agree", "to", "1")
    assert (done.code, "lanhdao: " in done.out) == (0, True)
    assert loa("agree", "to", "1").code == 2
    assert loa("user", "reset", "lanhdao").code == 0, "the machine itself needs nobody"
    assert loa("--as", "quantri", "user", "reset", "lanhdao").code == 1
    assert loa("--as", "quantri", "agree", "not", "2").code == 0
