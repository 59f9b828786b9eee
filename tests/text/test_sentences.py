from __future__ import annotations

import pytest

from broadcaster.text import Profile, estimate_seconds, explain, normalize
from broadcaster.text.sentences import SYLLABLES_PER_BREATH, cut, syllables, tidy


@pytest.fixture
def spoken(lexicon):
    return lambda text: normalize(text, profile=Profile.SOUTH, lexicon=lexicon)


def test_sentences_end_at_stops_and_paragraphs_at_lines(spoken):
    result = spoken("Họp dân. Đông đủ!\n\nMục mới: có quà;\nhết giờ")
    assert [(s.text, s.paragraph, s.pause_ms) for s in result.sentences] == [
        ("Họp dân.", 0, 450),
        ("Đông đủ!", 0, 700),
        ("Mục mới: có quà;", 1, 700),
        ("hết giờ", 2, 800),
    ]


def test_a_line_broken_in_mid_sentence_is_one_sentence(spoken):
    assert [s.text for s in spoken("theo cơ chế một cửa, một\n\ncửa liên thông tại xã").sentences] == [
        "theo cơ chế một cửa, một cửa liên thông tại xã"
    ]
    assert len(spoken("Đối tượng\n\nĐối tượng là người dân").sentences) == 2


def test_an_abbreviation_does_not_end_a_sentence(spoken):
    assert [s.text for s in spoken("Ở TP. Cần Thơ, P. Cái Khế, v.v. và nơi khác. Hết.").sentences] == [
        "Ở Thành phố Cần Thơ, phường Cái Khế, vân vân và nơi khác.",
        "Hết.",
    ]


def test_a_long_sentence_is_cut_at_clauses_and_keeps_every_word():
    clause = "các cơ quan đơn vị tùy điều kiện cụ thể phối hợp tuyên truyền"
    text = "; ".join([clause] * 9) + "."
    units = cut(text)
    assert " ".join(units) == text
    assert all(syllables(u) <= SYLLABLES_PER_BREATH for u in units)
    assert all(u.endswith((";", ".")) for u in units)


def test_a_long_sentence_without_marks_is_cut_before_a_joining_word():
    text = " ".join(["nhà"] * 30 + ["và"] + ["cửa"] * 45)
    units = cut(text)
    assert " ".join(units) == text
    assert units[1].startswith("và")
    assert all(syllables(u) <= SYLLABLES_PER_BREATH for u in units)


def test_enumerations_are_not_cut_between_short_items():
    text = (
        "Nâng cao vai trò và trách nhiệm của người đứng đầu các cơ quan, đơn vị, cán bộ, công chức, viên chức trong "
        "quá trình thực thi công vụ về công tác cải cách hành chính, nhằm phấn đấu để hoàn thành các nhiệm vụ theo kế hoạch của xã đã đề ra."
    )
    assert cut(text)[0].endswith("hành chính,")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a , b", "a, b"),
        ("a,, b", "a, b"),
        ("a, .", "a."),
        ("a., b", "a. b"),
        (", a", "a"),
        ("a  b\n c", "a b c"),
    ],
)
def test_marks_are_tidied(raw, clean):
    assert tidy(raw) == clean


def test_the_estimate_follows_the_pace(spoken):
    text = spoken("Một hai ba bốn, năm sáu bảy tám.")
    assert estimate_seconds(text, 4) == pytest.approx(8 / 4 + 0.2 + 0.7)
    assert estimate_seconds(text, 8) < estimate_seconds(text, 4)
    assert estimate_seconds(spoken(""), 4) == 0


def test_the_explanation_names_rule_reason_and_alternatives(spoken):
    record = explain(spoken("Đạt 3/4 chỉ tiêu (PAR INDEX) ngày 31/02/2025 🎉"))
    by_rule = {s["rule"]: s for s in record["spans"]}
    assert by_rule["number.over"]["spoken"] == "ba trên bốn"
    assert by_rule["number.over"]["alternatives"] == ["ba phần tư"]
    assert by_rule["number.over"]["reason"] == "Số trên tổng số."
    assert {w["code"] for w in record["warnings"]} == {"date-wrong", "unread-symbol"}
    assert all(w["message"].endswith((".", "!")) for w in record["warnings"])
