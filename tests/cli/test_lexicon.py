"""`loa lexicon`: words in and out, with the approved scripts named before anything changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.loa import Loa

pytestmark = pytest.mark.slow


def test_words_are_added_tried_listed_given_out_and_taken_back(loa: Loa, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Bà con đến HXĐT xã nộp hồ sơ.", encoding="utf-8")
    assert loa("script", "add", tmp_path / "a.md", "--title", "Một cửa").code == 0
    assert loa("script", "speak", "1").code == 0
    assert loa("--as", "lanhdao", "approve", "1").code == 0

    tried = loa(
        "lexicon", "try", "Đến HXĐT", "--written", "HXĐT", "--spoken", "Bộ phận Một cửa", "--sound", tmp_path / "t.wav"
    )
    assert tried.out.strip() == "Đến Bộ phận Một cửa"
    assert (tmp_path / "t.wav").read_bytes()[:4] == b"RIFF"
    assert "Chưa có mục nào" in loa("lexicon", "list").out

    refused = loa("lexicon", "add", "HXĐT", "Bộ phận Một cửa")
    assert refused.code == 2
    assert "Bài số 1 “Một cửa”" in refused.err
    assert "sẽ đọc:     Bà con đến Bộ phận Một cửa xã" in refused.err
    assert "Thêm --yes" in refused.err
    assert json.loads(loa("lexicon", "list", "--format", "json").out) == []

    done = loa("lexicon", "add", "HXĐT", "Bộ phận Một cửa", "--note", "theo Nghị định 118", "--yes", "--hold")
    assert "nay là bản 1. 1 bài được giữ lại" in done.out
    [row] = json.loads(loa("lexicon", "list", "--search", "bo phan mot", "--format", "json").out)
    assert (row["written"], row["spoken"], row["note"]) == ("HXĐT", "Bộ phận Một cửa", "theo Nghị định 118")

    assert loa("lexicon", "export", "--out", tmp_path / "w.toml").code == 0
    assert "bản 2" in loa("lexicon", "remove", "HXĐT").out
    assert "không có mục" in loa("lexicon", "remove", "HXĐT").err
    assert "bản 3" in loa("lexicon", "import", tmp_path / "w.toml", "--yes").out
    assert "HXĐT" in loa("lexicon", "export").out
    assert "UBND" in loa("lexicon", "list", "--all", "--search", "ubnd").out


def test_wrong_words_are_refused_with_the_place(loa: Loa, home: Path, tmp_path: Path) -> None:
    assert "chữ số" in loa("lexicon", "add", "ABC", "số 5").err
    assert "espeak=phây-búc" in loa("lexicon", "add", "ABC", "a", "--respell", "espeak").err
    (tmp_path / "x.toml").write_text("[letters]\na = 'a'\n", encoding="utf-8")
    refused = loa("lexicon", "import", tmp_path / "x.toml")
    assert refused.code == 2
    assert "x.toml" in refused.err
    assert loa("lexicon", "import", tmp_path / "no.toml").code == 2
    assert loa("lexicon", "add", "ABC", "a", "--script", "9").code == 2
