"""Vietnamese letters: folding for search, sorting as a dictionary does."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.fold import file_name, fold, nfc, one_line, order_key, slug, sort_key


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Đàn", "dan"), ("thông báo", "thong bao"), ("Nghĩa", "nghia"), ("ƯỚC", "uoc"), ("ĐẶNG", "dang")],
)
def test_marks_and_the_bar_of_d_do_not_matter_in_search(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert fold(unicodedata.normalize("NFD", written)) == folded


def test_words_sort_as_in_a_vietnamese_dictionary() -> None:
    words = ["Ấp", "Đài", "Em", "An", "Ăn", "Ba", "Dài", "ma", "mà", "mả", "mã", "má", "mạ", "Ốc", "Ơn", "Oanh"]
    random.Random(1).shuffle(words)
    assert sorted(words, key=sort_key) == [
        "An",
        "Ăn",
        "Ấp",
        "Ba",
        "Dài",
        "Đài",
        "Em",
        "ma",
        "mà",
        "mả",
        "mã",
        "má",
        "mạ",
        "Oanh",
        "Ốc",
        "Ơn",
    ]


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert nfc(nfc(text)) == nfc(text)


@given(st.text())
def test_a_slug_is_safe_in_any_path(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.lists(st.text(max_size=6), max_size=8))
def test_sorting_is_total(words: list[str]) -> None:
    shuffled = words[:]
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == sorted(words, key=sort_key)


@given(st.lists(st.text(st.characters(max_codepoint=0xFFFF, exclude_characters="\0"), max_size=6), max_size=8))
def test_a_database_sorts_by_the_key_as_the_dictionary_does(words: list[str]) -> None:
    assert sorted(words, key=order_key) == sorted(words, key=sort_key)
    assert all(set(order_key(w)) <= set("0123456789abcdef") for w in words)


@given(st.text(max_size=60))
def test_a_text_on_one_line_has_single_spaces_and_all_its_words(text: str) -> None:
    line = one_line(text)
    assert line.split(" ") == nfc(text).split() or line == ""
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("C:\\Users\\xa\\Kế hoạch.docx", "Kế hoạch.docx"),
        ("/tmp/../a.toml", "a.toml"),
        (unicodedata.normalize("NFD", "Ấp.wav"), "Ấp.wav"),
        ("  b.wav ", "b.wav"),
        ("thu-muc/", ""),
    ],
)
def test_the_name_of_a_sent_file_has_no_folders(sent: str, name: str) -> None:
    assert file_name(sent) == name


@given(st.text(max_size=300))
def test_a_name_of_a_sent_file_never_leads_elsewhere(sent: str) -> None:
    name = file_name(sent)
    assert not {"/", "\\"} & set(name)
    assert len(name) <= 200
