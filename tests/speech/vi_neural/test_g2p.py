"""Spelling to phonology, over every legal rime."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.speech.vi_neural.g2p import CODAS, NUCLEI, ONSETS, RIMES, STOPS, Syllable, Tone, parse, split_tone

MARKS = {
    Tone.NGANG: "",
    Tone.HUYEN: "\u0300",
    Tone.SAC: "\u0301",
    Tone.HOI: "\u0309",
    Tone.NGA: "\u0303",
    Tone.NANG: "\u0323",
}


def toned(rime: str, tone: Tone) -> str:
    return unicodedata.normalize("NFC", rime[0] + MARKS[tone] + rime[1:])


def allowed(coda: str) -> list[Tone]:
    return [Tone.SAC, Tone.NANG] if coda in STOPS else list(Tone)


EVERY = [(rime, tone) for rime, (_, _, coda) in RIMES.items() for tone in allowed(coda)]


@pytest.mark.parametrize("onset", ["", "b", "th", "ngh", "l", "x"])
def test_every_legal_rime_with_every_tone_is_read_after_a_plain_onset(onset):
    for rime, tone in EVERY:
        got = parse(onset + toned(rime, tone))
        assert got == Syllable(ONSETS[onset] if onset else "", *RIMES[rime], tone), onset + rime


def test_every_onset_and_rime_that_parses_keeps_its_parts_legal():
    for onset in [*ONSETS, "gi", "qu", ""]:
        for rime, tone in EVERY:
            got = parse(onset + toned(rime, tone))
            if got is None:
                assert onset == "qu", (onset, rime)
                continue
            assert got.nucleus in NUCLEI
            assert got.coda in {*CODAS, ""}
            assert got.tone is tone


def test_the_table_of_rimes_has_the_size_of_the_usual_inventory():
    assert 160 <= len(RIMES) <= 200
    assert all(unicodedata.is_normalized("NFC", rime) for rime in RIMES)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("gì", ("gi", False, "i", "", "huyền")),
        ("gìn", ("gi", False, "i", "n", "huyền")),
        ("giếng", ("gi", False, "iê", "ng", "sắc")),
        ("gia", ("gi", False, "a", "", "ngang")),
        ("giữ", ("gi", False, "ư", "", "ngã")),
        ("ghi", ("g", False, "i", "", "ngang")),
        ("quốc", ("c", False, "uô", "c", "sắc")),
        ("quy", ("c", True, "i", "", "ngang")),
        ("quyết", ("c", True, "iê", "t", "sắc")),
        ("quýt", ("c", True, "i", "t", "sắc")),
        ("quanh", ("c", True, "ă", "nh", "ngang")),
        ("quây", ("c", True, "â", "i", "ngang")),
        ("thuở", ("th", True, "ơ", "", "hỏi")),
        ("khuya", ("kh", True, "iê", "", "ngang")),
        ("khuỷu", ("kh", True, "i", "u", "hỏi")),
        ("nghiêng", ("ng", False, "iê", "ng", "ngang")),
        ("yêu", ("", False, "iê", "u", "ngang")),
        ("ý", ("", False, "i", "", "sắc")),
        ("kỹ", ("c", False, "i", "", "ngã")),
        ("tay", ("t", False, "ă", "i", "ngang")),
        ("tai", ("t", False, "a", "i", "ngang")),
        ("sau", ("s", False, "ă", "u", "ngang")),
        ("sao", ("s", False, "a", "u", "ngang")),
        ("xoong", ("x", False, "o", "ng", "ngang")),
        ("thoại", ("th", True, "a", "i", "nặng")),
        ("xuất", ("x", True, "â", "t", "sắc")),
        ("huệ", ("h", True, "ê", "", "nặng")),
        ("đắk", ("đ", False, "ă", "c", "sắc")),
        ("ưu", ("", False, "ư", "u", "ngang")),
        ("oách", ("", True, "ă", "ch", "sắc")),
    ],
)
def test_hard_spellings_are_read_as_a_reader_would(word, parts):
    onset, glide, nucleus, coda, tone = parts
    assert parse(word) == Syllable(onset, glide, nucleus, coda, Tone(tone))


@pytest.mark.parametrize(
    "word", ["", "fax", "internet", "at", "op", "ttcn", "w", "zalo", "ngg", "aa", "hoaa", "qua qua", "b", "tố1"]
)
def test_what_is_no_syllable_is_refused(word):
    assert parse(word) is None


@pytest.mark.parametrize(
    ("old", "new"), [("hòa", "hoà"), ("thủy", "thuỷ"), ("khỏe", "khoẻ"), ("lý", "lí"), ("Úy", "uý")]
)
def test_both_habits_of_spelling_say_the_same(old, new):
    assert parse(old) == parse(new) is not None


@given(st.sampled_from(EVERY), st.sampled_from(sorted({*ONSETS, ""})))
def test_case_and_unicode_form_do_not_matter(rime_tone, onset):
    word = onset + toned(*rime_tone)
    assert parse(word.upper()) == parse(word) == parse(unicodedata.normalize("NFD", word))


@given(st.text(max_size=8))
def test_any_text_is_answered_without_an_error(text):
    got = parse(text)
    assert got is None or isinstance(got, Syllable)


def test_split_tone_keeps_the_vowel_marks():
    assert split_tone("Ệ") == ("ê", Tone.NANG)
    assert split_tone("đường") == ("đương", Tone.HUYEN)
