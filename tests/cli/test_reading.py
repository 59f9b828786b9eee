"""`loa read` and `loa script reading`: what is left out, what is said otherwise, and another choice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.loa import Loa

pytestmark = pytest.mark.slow

BODY = "Ngày 12/3, bà con gặp HXĐT.\n\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n"


def test_a_document_is_shown_with_what_is_left_out_and_how_to_put_it_back(loa: Loa, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    shown = loa("read", tmp_path / "a.txt")
    assert shown.code == 0
    assert "Mục Nơi nhận dành cho văn thư" in shown.out
    assert "--keep SỐ" in shown.out
    assert "mười hai tháng ba" in shown.out
    plain = json.loads(loa("read", tmp_path / "a.txt", "--json").out)
    assert [r["number"] for r in plain["removed"]] == [1]
    assert plain["sentences"][0]["written"].startswith("Ngày 12/3")
    assert [r["written"] for r in plain["readings"]] == ["12/3", "HXĐT"]
    back = json.loads(loa("read", tmp_path / "a.txt", "--json", "--keep", "1").out)
    assert back["removed"] == []
    assert "Nơi nhận" in back["spoken"]
    refused = loa("read", tmp_path / "a.txt", "--keep", "7")
    assert (refused.code, "có 1 phần" in refused.err) == (2, True)


def test_another_reading_is_chosen_in_one_line(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    assert loa("script", "add", tmp_path / "a.txt", "--title", "Hẹn").code == 0
    rows = json.loads(loa("script", "reading", "1", "--format", "json").out)
    assert [(r["number"], r["written"], r["look"]) for r in rows] == [(1, "12/3", False), (2, "HXĐT", True)]
    assert loa("script", "reading", "1", "2", "--say", "hợp tác xã Đồng Tiến").code == 0
    assert "Riêng bài này: “HXĐT” đọc là “hợp tác xã Đồng Tiến”" in loa("script", "reading", "1").out
    assert loa("script", "reading", "1", "12/3", "--say", "mười hai phần ba", "--station").code == 0
    assert loa("lexicon", "try", "tỷ lệ 12/3").out.strip() == "tỷ lệ mười hai phần ba"
    spelled = json.loads(loa("script", "reading", "1", "--format", "json").out)[1]["choices"]
    assert any(c["mode"] == "spell" or "hát ích-xì" in c["spoken"] for c in spelled)
    assert loa("script", "reading", "1", "HXĐT", "--choice", "1").code == 0
    assert loa("script", "reading", "1", "HXĐT", "--undo").code == 0
    assert "Riêng bài này" not in loa("script", "reading", "1").out
    assert loa("script", "reading", "1", "HXĐT").code == 2
    assert loa("script", "reading", "1", "HXĐT", "--choice", "99").code == 2
    assert loa("script", "reading", "9").code == 2
