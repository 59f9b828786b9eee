"""Said and heard, side by side: what counts as understood, what is advised, what was left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.scripts import hearing

SCRIPT = (
    "Kính thưa toàn thể bà con.",
    "Trạm y tế xã tổ chức tiêm chủng vào sáng thứ bảy.",
    "Bà con nhớ mang theo sổ tiêm của trẻ.",
    "Xin cảm ơn bà con.",
)


def heard(*sentences):
    return [w for s in sentences for w in hearing.words(s)]


@pytest.mark.parametrize(("a", "b"), [("trời", "chời"), ("sông", "xông"), ("giá", "dá"), ("rồi", "dồi"), ("mỹ", "mĩ")])
def test_what_sounds_alike_is_one(a, b):
    assert hearing.key(a) == hearing.key(b)


@pytest.mark.parametrize(("a", "b"), [("ma", "má"), ("ban", "bang"), ("khi", "ki"), ("tôi", "tối")])
def test_what_does_not_is_two(a, b):
    assert hearing.key(a) != hearing.key(b)


def test_a_well_heard_sentence_needs_nothing():
    found = hearing.judge(SCRIPT[1], "trạm y tế xã tổ chức tiêm chủng vào sáng thứ bảy")
    assert (found.share, found.verdict, found.advice) == (1.0, "clear", ())


def test_advice_fits_what_went_wrong():
    lost_two = hearing.judge("Mời bà con họp ấp.", "mời bà con hát ráp")
    assert any("“họp”, “ấp”" in a for a in lost_two.advice)
    long = hearing.judge(" ".join(["một câu rất dài"] * 9), "không nghe ra gì")
    assert any("tách thành hai câu" in a for a in long.advice)
    digits = hearing.judge("Gọi số không chín một hai ba bốn năm sáu.", "gọi số")
    assert any("con số" in a for a in digits.advice)
    assert any("giọng khác" in a for a in hearing.judge("Mời bà con.", "", voice="espeak:vi").advice)


def test_a_reading_that_follows_the_script_is_clear():
    found = hearing.follow(SCRIPT, heard("xin chào", *SCRIPT, "hết"))
    assert {s.verdict for s in found} == {"clear"}
    assert "không có câu nào khó nghe" in hearing.summary("recording", found)


def test_a_skipped_and_a_misread_sentence_are_told_apart():
    found = hearing.follow(SCRIPT, heard(SCRIPT[0], "trạm y tế dời lịch sang tuần khác", SCRIPT[3]))
    assert [s.verdict for s in found] == ["clear", "unclear", "missing", "clear"]
    assert "sót câu 3" in hearing.summary("recording", found)
    assert "nghe thấy trên bản thu: câu 3" in hearing.summary("aircheck", found)


def test_other_words_in_a_sentences_place_are_that_sentence_misread():
    said = heard(SCRIPT[0], SCRIPT[1], "ngày mai trời sẽ mưa rất to", SCRIPT[3])
    assert [s.verdict for s in hearing.follow(SCRIPT, said)] == ["clear", "clear", "missing", "clear"]
    alone = hearing.follow(SCRIPT, said, alone=True)
    assert [s.verdict for s in alone] == ["clear", "clear", "unclear", "clear"]
    assert alone[2].heard == "ngày mai trời sẽ mưa rất to"
    assert "đọc nhầm câu 3" in hearing.summary("recording", alone)
    left_out = hearing.follow(SCRIPT, heard(SCRIPT[0], SCRIPT[1], SCRIPT[3]), alone=True)
    assert "đọc sót câu 3" in hearing.summary("recording", left_out)
    assert "nghe không rõ câu 3" in hearing.summary("aircheck", alone)


def test_another_script_is_noticed():
    found = hearing.follow(SCRIPT, heard("Điện lực thông báo cắt điện để sửa chữa đường dây từ tám giờ sáng."))
    assert "không giống bài này" in hearing.summary("recording", found)
    assert "nhầm bài" in hearing.summary("aircheck", found)


@given(
    st.lists(
        st.lists(st.sampled_from(["bà", "con", "xã", "ấp", "họp", "tiêm"]), min_size=1, max_size=6),
        min_size=1,
        max_size=6,
    )
)
def test_shares_stay_between_nothing_and_all(sentences):
    texts = [" ".join(s) for s in sentences]
    whole = hearing.follow(texts, [w for s in sentences for w in s])
    assert hearing.overall(whole) == 1.0
    none = hearing.follow(texts, [])
    assert hearing.overall(none) == 0.0
    assert all(0 <= s.share <= 1 for s in whole + none)
