"""Every file that a person edits is read as any editor saves it: with the mark that some put at its head, too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broadcaster.rooms import room
from tests.kit.loa import Loa, rows

MARK = b"\xef\xbb\xbf"
FORMS = '[[form]]\ncode = "loa"\ntitle = "Loa"\ngroup = "loudspeaker"\n'
SCRIPT = "+++\ntitle = 'Bài'\nunit = 'vhxh'\ntopic = 'khac'\n+++\nKính thưa bà con.\n"
WORDS = '[[entry]]\nwritten = "OCOP"\nspoken = "ô cốp"\n'


def marked(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MARK + text.replace("\n", "\r\n").encode())
    return path


def test_the_settings_and_the_lists_of_the_station(loa: Loa, home: Path) -> None:
    text = (home / "station.toml").read_text(encoding="utf-8")
    marked(home / "station.toml", text)
    marked(home / "scripts" / "forms.toml", FORMS)
    marked(home / "scripts" / "lexicon" / "rieng.toml", WORDS)
    assert loa("schedule", "show").code == 0
    assert "ô cốp" in loa("lexicon", "try", "Sản phẩm OCOP của xã.").out


@pytest.mark.parametrize("name", ["ngay-thuong.toml", "exceptions.toml"])
def test_a_rotation_and_the_exception_days(loa: Loa, home: Path, tmp_path: Path, name: str) -> None:
    text = (room("schedules") / name).read_text(encoding="utf-8")
    done = loa("schedule", "apply", marked(tmp_path / name, text), "--dry-run")
    assert done.code == 0, done
    assert home.is_dir()


@pytest.mark.medium
def test_a_station_is_made_of_lists_with_the_mark(loa: Loa, home: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "moi"
    for name in ("zones.toml", "exceptions.toml"):
        marked(fresh / "schedules" / name, (home / "schedules" / name).read_text(encoding="utf-8"))
    shutil.copy(home / "station.toml", fresh / "station.toml")
    assert loa("init", fresh).code == 0
    assert rows(fresh, "zones") == rows(home, "zones")


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [
        (["script", "add"], "a.md", SCRIPT),
        (["script", "add"], "a.txt", "Kính thưa bà con.\n"),
        (["read"], "b.md", SCRIPT),
    ],
)
def test_a_script(loa: Loa, home: Path, tmp_path: Path, command: list[str], name: str, text: str) -> None:
    done = loa(*command, marked(tmp_path / name, text))
    assert done.code == 0, done
    assert "\ufeff" not in done.out
    assert home.is_dir()


def test_words_that_are_taken_in(loa: Loa, home: Path, tmp_path: Path) -> None:
    done = loa("lexicon", "import", marked(tmp_path / "tu.toml", WORDS), "--yes")
    assert done.code == 0, done
    assert "OCOP" in loa("lexicon", "list").out
    assert home.is_dir()


def test_the_doctor_names_an_option_of_an_output_that_is_mistyped(loa: Loa, home: Path) -> None:
    text = (home / "station.toml").read_text(encoding="utf-8")
    (home / "station.toml").write_text(
        text.replace('kind = "device"\n', 'kind = "device"\n\n[playout.sinks.main.options]\ndevcie = "loa"\n'),
        encoding="utf-8",
    )
    done = loa("doctor")
    assert done.code == 1
    assert "devcie: không có khóa này. Có phải ý là “device” không?" in done.out


def test_what_is_wrong_in_a_file_is_told_with_its_line_and_no_command_ends_in_a_trace(loa: Loa, home: Path) -> None:
    with (home / "station.toml").open("a", encoding="utf-8") as file:
        file.write("\nport = 8080,5\n")
    done = loa("doctor")
    assert done.code == 1, "the doctor looks on, with the last settings that were right"
    assert "HỎNG  Cài đặt: station.toml có lỗi nên đài vẫn dùng các cài đặt đúng gần nhất." in done.out
    assert "viết sai: thừa chữ sau giá trị" in done.out
    assert "“port = 8080,5”" in done.out
    assert "Traceback" not in done.out + done.err
