"""A change at the command line that takes sessions off the air says so first, and is made only when that is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kit.loa import Loa, rows
from tests.kit.rotations import ROTATION

pytestmark = pytest.mark.slow

EXTRA = """
[rotation]
code = "hoc-bai"
title = "Tiếng loa học bài"
valid_from = 2026-02-01
[[slot]]
code = "hoc-bai"
title = "Học bài"
start = "18:00"
max_minutes = 3
[[slot.item]]
kind = "cue"
cue = "chuong"
"""
LOST = "Lịch “Tiếng loa học bài” THAY lịch “Lịch thử” từ "


@pytest.fixture
def files(loa: Loa, home: Path, tmp_path: Path) -> Path:
    (tmp_path / "week.toml").write_text(ROTATION, encoding="utf-8")
    (tmp_path / "extra.toml").write_text(EXTRA, encoding="utf-8")
    (tmp_path / "joins.toml").write_text(EXTRA.replace("valid_from", "joins = true\nvalid_from"), encoding="utf-8")
    (tmp_path / "idle.toml").write_text(EXTRA.replace("valid_from", "priority = -5\nvalid_from"), encoding="utf-8")
    assert loa("schedule", "apply", tmp_path / "week.toml").code == 0
    return tmp_path


def test_a_rotation_that_silences_the_week_is_refused_until_that_is_meant(loa: Loa, home: Path, files: Path) -> None:
    dry = loa("schedule", "apply", files / "extra.toml", "--dry-run")
    assert (dry.code, LOST in dry.out) == (0, True)
    assert "Buổi sáng (05:00) sẽ không phát, tất cả" in dry.out
    refused = loa("schedule", "apply", files / "extra.toml")
    assert (refused.code, LOST in refused.out, "--yes" in refused.err) == (2, True, True)
    assert rows(home, "rotations") == 1
    done = loa("schedule", "apply", files / "extra.toml", "--yes")
    assert (done.code, LOST in done.out) == (0, True)
    assert rows(home, "rotations") == 2


def test_slots_that_join_only_add_and_are_not_asked_about(loa: Loa, home: Path, files: Path) -> None:
    done = loa("schedule", "apply", files / "joins.toml")
    assert done.code == 0, done.err
    assert "Phát thêm từ " in done.out
    assert "sẽ không phát" not in done.out
    assert "Buổi sáng" in loa("schedule", "show").out


def test_a_rotation_that_can_never_rule_says_why(loa: Loa, files: Path) -> None:
    done = loa("schedule", "apply", files / "idle.toml")
    assert done.code == 0, done.err
    assert "lịch này không ngày nào có hiệu lực vì mọi ngày của nó đã theo lịch đứng trước: “Lịch thử”" in done.out


def test_a_silent_day_and_the_end_of_a_rotation_are_asked_about_too(loa: Loa, home: Path, files: Path) -> None:
    for change in (["day", "2099-10-20", "mourning"], ["retire", "thu"]):
        if change[0] == "retire":
            refused = loa("schedule", *change)
            assert (refused.code, "sẽ không phát" in refused.out) == (2, True)
            assert loa("schedule", *change, "--yes").code == 0
    assert "Không có lịch nào mang mã" in loa("schedule", "retire", "thu").err
    assert rows(home, "rotations") == 1, "its versions stay"


def test_a_conflict_is_let_be_by_the_mark_that_is_printed_and_told_again_when_that_is_undone(
    loa: Loa, files: Path
) -> None:
    (files / "sundays.toml").write_text(
        ROTATION.replace('late = "join"', 'late = "join"\nweekdays = ["sun"]'), encoding="utf-8"
    )
    assert loa("schedule", "apply", files / "sundays.toml", "--yes").code == 0
    told = loa("schedule", "conflicts").out
    mark = re.findall(r"loa schedule let-be (\w{8})", told)[0]
    before = told.count("Cách sửa:")
    assert "Đã ghi là để vậy:" in loa("schedule", "let-be", mark).out
    after = loa("schedule", "conflicts").out
    assert (after.count("Cách sửa:"), "ĐỂ VẬY (" in after) == (before - 1, True)
    assert "Sẽ nhắc lại:" in loa("schedule", "let-be", mark, "--undo").out
    assert loa("schedule", "conflicts").out == told
    assert loa("schedule", "let-be", "x").code == 2


def test_slots_left_out_of_a_day_are_asked_about_named_and_come_back(loa: Loa, home: Path, files: Path) -> None:
    day = "2099-10-20"
    unknown = loa("schedule", "day", day, "--leave-out", "khong-co")
    assert (unknown.code, "khong-co" in unknown.err) == (2, True)
    assert loa("schedule", "day", day).code == 2
    before = rows(home, "day_exceptions")
    for mode, code in (("--dry-run", 0), ("", 2)):
        asked = loa("schedule", "day", day, "--leave-out", "sang", *filter(None, [mode]))
        assert (asked.code, rows(home, "day_exceptions")) == (code, before)
        assert "Buổi sáng (05:00) sẽ không phát" in asked.out
    done = loa("schedule", "day", day, "--leave-out", "sang", "--yes")
    assert (done.code, "bỏ khung sang" in done.out, rows(home, "day_exceptions")) == (0, True, before + 1)
    back = loa("schedule", "day", day, "--leave-out", "", "--yes")
    assert (back.code, rows(home, "day_exceptions")) == (0, before)
    assert "Phát thêm ngày 20/10/2099: Buổi sáng (05:00)." in back.out
    assert "20/10/2099: ngày thường." in back.out.splitlines()
