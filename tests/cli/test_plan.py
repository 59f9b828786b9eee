"""`loa plan` and `loa report` with its parts: nothing is kept on a dry run, what is kept can be shown and put back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.loa import Loa, rows
from tests.kit.places import FIXTURES

PLAN = FIXTURES / "ke-hoach-2026.txt"


def test_a_plan_is_looked_at_kept_changed_and_put_in_force(loa: Loa, home: Path, tmp_path: Path) -> None:
    dry = loa("plan", "import", PLAN, "--dry-run")
    assert dry.code == 0, dry.err
    assert "Chưa lưu gì" in dry.out
    assert rows(home, "campaigns") == 0
    found = json.loads(loa("plan", "import", PLAN, "--format", "json").out)
    assert [p["code"] for p in found["proposals"] if p["kind"] == "topic"][:2] == ["y-nghia-chi-dao", "ket-qua-chi-so"]
    assert found["campaign"] == 1
    plan = json.loads(loa("plan", "show", 1, "--format", "json").out)
    plan["topics"][0]["targets"] = {"loa": 24}
    (tmp_path / "p.json").write_text(json.dumps(plan), encoding="utf-8")
    assert loa("plan", "apply", tmp_path / "p.json", "--number", 1).code == 0
    assert "Loa truyền thanh: 24" in loa("plan", "show", 1).out
    assert loa("plan", "state", 1, "active").code == 0
    assert "Đang thực hiện" in loa("plan", "list").out
    assert loa("plan", "state", 1, "active").code == 2
    assert loa("plan", "show", 9).code == 2
    (tmp_path / "wrong.json").write_text("[]", encoding="utf-8")
    wrong = loa("plan", "apply", tmp_path / "wrong.json")
    assert (wrong.code, "viết sai" in wrong.err) == (2, True)
    assert loa("plan", "import", tmp_path / "none.docx").code == 2


@pytest.mark.parametrize(
    "words", ["Hôm nay trời đẹp.\nBà con đi chợ.", "1. Một\n2. Hai", "GIẤY MỜI\nKính gửi: ông Mẫu"]
)
def test_a_text_in_which_nothing_of_a_plan_was_found_makes_no_draft(
    loa: Loa, home: Path, tmp_path: Path, words: str
) -> None:
    (tmp_path / "thu.txt").write_text(words, encoding="utf-8")
    told = loa("plan", "import", tmp_path / "thu.txt")
    assert (told.code, "chưa lưu gì" in told.err) == (2, True)
    assert rows(home, "campaigns") == 0


HEAD = """+++
title = "Tên trong tệp"
unit = "vhxh"
topic = "khac"
genre = "notice"
priority = "high"
airings = 3
+++
Bà con chú ý.
"""


def test_what_a_person_chooses_wins_over_the_head_of_the_file_and_says_so(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "bai.md").write_text(HEAD, encoding="utf-8")
    chosen = {
        "--title": "Tên đã chọn",
        "--unit": "vp",
        "--topic": "mot-cua",
        "--genre": "column",
        "--priority": "normal",
        "--airings": "5",
    }
    given = [word for pair in chosen.items() for word in pair]
    for verb in (("add",), ("edit", 1)):
        told = loa("script", *verb, tmp_path / "bai.md", *given)
        assert told.code == 0, told.err
        for value in chosen.values():
            assert f"lấy “{value}” như bạn chọn" in told.out, value
        kept = json.loads(loa("script", "show", 1, "--format", "json").out)
        assert {f"--{k}": str(kept[k]) for k in ("title", "unit", "topic", "genre", "priority", "airings")} == chosen
    told = loa("script", "add", tmp_path / "bai.md", "--topic", "khac")
    assert "như bạn chọn" not in told.out, "the file says the same"


def test_a_report_is_listed_verified_drawn_again_and_issued(loa: Loa, home: Path, tmp_path: Path) -> None:
    assert loa("report").code == 2
    drawn = json.loads(loa("report", "--period", "2026-M01", "--files", "csv", "--format", "json").out)
    assert drawn["report"] == 1
    assert "tháng 1 năm 2026" in loa("report", "list").out
    checked = loa("report", "verify", 1)
    assert (checked.code, "còn nguyên" in checked.out) == (0, True)
    assert "Đã ghi" in loa("report", "redraw", 1, "--out", tmp_path / "out").out
    assert json.loads(loa("report", "--period", "2026-M01", "--entries", "--format", "json").out) == []
    assert "không" in loa("report", "--period", "2026-M01", "--entries", "--topic", "mot-cua").out
    assert isinstance(json.loads(loa("report", "due", "--format", "json").out), list)
    assert loa("report", "due").code == 0
    assert loa("report", "issue", 1, "5/BC-UBND", "--date", "2001-01-01").code == 2
    assert loa("report", "verify", 9).code == 2
