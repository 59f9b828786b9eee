"""What the commands print alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadcaster.cli.common import show_table
from tests.kit.loa import Loa


def test_brackets_in_a_table_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("Giọng", ["Mã", "Tình trạng"], [["edge", "pip install 'loa-xa[edge]'"], ["x", None]], empty="")
    assert "pip install 'loa-xa[edge]'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["produce", "a.md", "-o", "x.mp3", "--profile", "san"], "--profile: phải là một trong horn, studio"),
        (["produce", "a.md", "-o", "x.mp3", "--rate", "9"], "--rate: phải nằm trong khoảng"),
        (["produce"], "Còn thiếu TỆP"),
        (["produce", "a.md", "-o"], "-o cần một giá trị"),
        (["produce", "a.md", "--lodness", "3"], "Có phải ý là --loudness"),
        (["scrip"], "Không có lệnh “scrip”"),
        (["voice", "try", "a", "b"], "Thừa “b”"),
        (["script", "speak", "ba"], "phải là số"),
        (["script", "listen", "1", "--aircheck", "/khong-co"], "không có tệp"),
    ],
)
def test_what_is_typed_wrongly_is_said_in_vietnamese(loa: Loa, typed: list[str], words: str) -> None:
    done = loa(*typed)
    assert done.code == 2
    assert done.err.startswith("Lỗi: ")
    assert words in done.err
    assert "Error" not in done.err


def test_a_disk_that_refuses_is_one_sentence(loa: Loa, home: Path) -> None:
    done = loa("schedule", "ical", "-o", home / f"{'x' * 300}.ics")
    assert done.code == 1
    assert "Hãy kiểm tra ổ đĩa và quyền ghi" in done.err
    assert "âm thanh" not in done.err
