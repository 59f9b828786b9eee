"""Readings as a person sees them: numbered, marked on both sides, with other ways to choose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import RuleError
from broadcaster.text import Lexicon, Mode, Profile, normalize
from broadcaster.text.readings import choices, entry_for, find, lines, long_sentences, readings

TEXT = "Ngày 12/3, UBND xã họp – UBND và ABXZ. Sau đó, UBND báo cáo."


def said(text: str, lexicon: Lexicon):
    return normalize(text, profile=Profile.SOUTH, lexicon=lexicon)


def test_each_reading_is_told_once_with_its_reason_and_its_times(lexicon: Lexicon) -> None:
    found = readings(said(TEXT, lexicon))
    assert [(r.number, r.written, r.times, r.look) for r in found] == [
        (1, "12/3", 1, False),
        (2, "UBND", 3, False),
        (3, "ABXZ", 1, True),
    ]
    assert all(r.reason.endswith(".") for r in found)


def test_both_sides_of_a_line_carry_the_number_of_the_reading(lexicon: Lexicon) -> None:
    first, second = lines(said(TEXT, lexicon))
    assert "".join(p.text for p in first.written) == "Ngày 12/3, UBND xã họp – UBND và ABXZ."
    assert [(p.text, p.reading) for p in first.spoken if p.reading] == [
        ("mười hai tháng ba", 1),
        ("Ủy ban nhân dân", 2),
        ("Ủy ban nhân dân", 2),
        ("a bê ích-xì dét", 3),
    ]
    assert [(p.text, p.reading) for p in second.written if p.reading] == [("UBND", 2)]


def test_a_choice_becomes_an_entry_that_keeps_the_way_back(lexicon: Lexicon) -> None:
    spoken = said(TEXT, lexicon)
    reading = find(readings(spoken), "ABXZ")
    assert [c.label for c in choices(reading, lexicon)] == ["abxz"]
    entry = entry_for(reading, Mode.EXPAND, "An Bình")
    again = said(TEXT, lexicon.over(Lexicon((entry,))))
    now = find(readings(again), "ABXZ")
    assert (now.spoken, now.look) == ("An Bình", False)
    assert "a bê ích-xì dét" in now.alternatives
    dated = entry_for(find(readings(spoken), "1"), Mode.EXPAND, "mười hai trên ba")
    assert "mười hai trên ba" in said(TEXT, lexicon.over(Lexicon((dated,)))).text


def test_what_is_not_there_or_not_clear_is_refused(lexicon: Lexicon) -> None:
    found = readings(said("TT 39 và TT Vĩnh Thuận", lexicon))
    with pytest.raises(RuleError, match="không có chỗ nào"):
        find(found, "9")
    if len({r.spoken for r in found}) > 1:
        with pytest.raises(RuleError, match="chọn theo số"):
            find(found, "TT")


def test_a_sentence_that_nobody_can_follow_is_named(lexicon: Lexicon) -> None:
    long = "Bà con " + "đi họp ở xã rồi về nhà nghỉ ngơi " * 13 + "cho khỏe."
    assert len(long_sentences(said(f"Câu ngắn. {long} Câu ngắn.", lexicon))) == 1
    assert long_sentences(said("Câu ngắn. Câu ngắn nữa.", lexicon)) == []


@given(st.text(st.sampled_from("aàUBND xã12/3.,;:\n-–()&%")))
def test_nothing_of_a_line_is_lost_or_doubled(lexicon: Lexicon, text: str) -> None:
    spoken = said(text, lexicon)
    for line, sentence in zip(lines(spoken), spoken.sentences, strict=True):
        assert "".join(p.text for p in line.spoken) == sentence.text
        assert "".join(p.text for p in line.written) == spoken.source[sentence.start : sentence.end].lstrip()
