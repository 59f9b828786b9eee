from __future__ import annotations

import json
import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from broadcaster.text import Lexicon, Profile, explain, normalize, speak_line
from broadcaster.text.numbers import DIGITS
from tests.kit.places import ROOT
from tests.kit.properties import examples

LEXICON = Lexicon.from_files(
    *[path.read_text(encoding="utf-8") for path in sorted((ROOT / "scripts" / "lexicon").glob("*.toml"))]
)
_PIECES = st.sampled_from(
    [
        "ngày",
        "tháng",
        "năm",
        "số",
        "điều",
        "khoản",
        "điểm",
        "quý",
        "khóa",
        "lần",
        "thứ",
        "đồng",
        "triệu",
        "tỷ",
        "hộ",
        "của",
        "Chính",
        "phủ",
        "UBND",
        "xã",
        "từ",
        "đến",
        "và",
        "hoặc",
        "giờ",
        "lúc",
        "sáng",
        "Nghị",
        "định",
        "Quyết",
        "định",
        "Kế",
        "hoạch",
        "NĐ-CP",
        "118/2025/NĐ-CP",
        "57-NQ/TW",
        "06/QĐ-TTg",
        "150/KH-UBND",
        "22/12/2024",
        "30/4",
        "5-7",
        "17h30",
        "17:30",
        "98,5%",
        "1.500.000",
        "12,5",
        "ha",
        "km2",
        "kg/ha",
        "0912.345.678",
        "1900",
        "1234",
        "QL.63",
        "68A-123.45",
        "XV",
        "IV",
        "C",
        "V",
        "I.",
        "II.",
        "a)",
        "-",
        "+",
        "/",
        ".",
        ",",
        ";",
        ":",
        "(",
        ")",
        "“",
        "”",
        "…",
        "./.",
        "1.005",
        "3/4",
        "24/7",
        "-5°C",
        "≥",
        "±",
        "№",
        "½",
        "²",
        "m²",
        "TP.",
        "P.",
        "TT",
        "CT",
        "H5N1",
        "COVID-19",
        "https://a.vn/x",
        "a@b.vn",
        "#Tag",
        "\n",
        "\n\n",
        "25.000đ",
        "50k",
        "12tr",
        "12/3A",
        "0045",
        "ឃ្មែរ",
        "១២",
    ]
)
_ADMIN = st.lists(_PIECES | st.integers(0, 10**12).map(str), max_size=14).map(" ".join)
_GLUED = st.lists(_PIECES | st.integers(0, 9999).map(str), max_size=8).map("".join)
_ANY = st.text(max_size=60) | _ADMIN | _GLUED
_many = examples(150)


@_many
@given(_ANY)
def test_spans_cover_the_source_in_order_without_overlap(text):
    spoken = normalize(text, profile=Profile.SOUTH, lexicon=LEXICON)
    place = 0
    for span in spoken.spans:
        assert span.start == place
        assert span.end > span.start
        assert span.written == spoken.source[span.start : span.end]
        place = span.end
    assert place == len(spoken.source)
    assert spoken.source == unicodedata.normalize("NFC", text)


@_many
@given(_ANY)
def test_no_digit_is_left_and_the_text_is_one_clean_line(text):
    line = speak_line(text, profile=Profile.SOUTH, lexicon=LEXICON)
    assert not re.search(r"\d", line)
    assert line == " ".join(line.split())


@_many
@given(_ANY)
@example("1.2.3/4-5")
def test_normalizing_what_was_normalized_changes_nothing(text):
    once = speak_line(text, profile=Profile.SOUTH, lexicon=LEXICON)
    assert speak_line(once, profile=Profile.SOUTH, lexicon=LEXICON) == once


@_many
@given(_ANY)
def test_every_figure_is_inside_a_span_that_says_something(text):
    spoken = normalize(text, profile=Profile.NORTH, lexicon=LEXICON)
    for span in spoken.spans:
        if any(c.isdecimal() for c in span.written):
            assert span.spoken
            assert not any(c.isdecimal() for c in span.spoken)


@_many
@given(st.integers(0, 10**18 - 1))
def test_a_cardinal_can_be_read_back(number):
    for profile in (Profile.SOUTH, Profile.NORTH):
        words = speak_line(
            f"{number} hộ" if number < 10**9 else f"{number:,} hộ".replace(",", "."),
            profile=profile,
            lexicon=LEXICON,
        )
        assert _value(words.removesuffix(" hộ")) == number


def _value(words):
    digit = {w: i for i, w in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5}
    total = billions = group = 0
    last = 0
    for w in words.split():
        if w in digit:
            last = digit[w]
            group += last
        elif w == "trăm":
            group += last * 99
        elif w == "mươi":
            group += last * 9
        elif w == "mười":
            group += 10
        elif w in ("ngàn", "nghìn"):
            total, group = total + group * 1000, 0
        elif w == "triệu":
            total, group = total + group * 10**6, 0
        elif w == "tỷ":
            billions, total, group = (billions + total + group) * 10**9, 0, 0
        else:
            assert w in ("lẻ", "linh"), w
    return billions + total + group


@examples(60)
@given(_ADMIN)
def test_sentences_are_the_same_without_explanations_and_the_record_is_plain_data(text):
    full = normalize(text, profile=Profile.SOUTH, lexicon=LEXICON)
    quick = normalize(text, profile=Profile.SOUTH, lexicon=LEXICON, explain=False)
    assert quick.sentences == full.sentences
    assert quick.spans == ()
    assert json.loads(json.dumps(explain(full)))["text"] == full.text


@_many
@given(_ANY)
def test_sentences_stay_inside_the_source_and_in_order(text):
    spoken = normalize(text, profile=Profile.SOUTH, lexicon=LEXICON)
    place = 0
    for sentence in spoken.sentences:
        assert place <= sentence.start <= sentence.end <= len(spoken.source)
        assert sentence.text.strip() == sentence.text != ""
        place = sentence.end
