"""Sounds, lengths, pitch and pieces, over every legal syllable of both regions."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.speech.vi_neural import score, tones
from broadcaster.speech.vi_neural.accents import NORTH, SOUTH, SyllablePart, segments
from broadcaster.speech.vi_neural.g2p import ONSETS, RIMES, STOPS, Syllable, Tone, parse
from broadcaster.speech.vi_neural.spelling import KNOWN, LETTERS, digits_of, syllables_of
from broadcaster.speech.vi_neural.timing import FRAME_MS, USUAL, frames, lengths
from broadcaster.speech.vi_neural.tones import NORTH_TONES, SOUTH_TONES

KOKORO_SYMBOLS = set(
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ'
)
ACCENTS = [(NORTH, NORTH_TONES), (SOUTH, SOUTH_TONES)]
EVERY = [
    Syllable(onset, *parts, tone)
    for onset in sorted({*ONSETS.values(), "gi", ""})
    for parts in sorted(set(RIMES.values()))
    for tone in ([Tone.SAC, Tone.NANG] if parts[2] in STOPS else list(Tone))
]
words = st.sampled_from(
    [
        "bà",
        "con",
        "nhân",
        "dân",
        "xã",
        "thông",
        "báo",
        "nghỉ",
        "ngã",
        "tắc",
        "ướt",
        "khuya",
        "giặt",
        "quốc",
        "oách",
        "ăn",
        "uống",
    ]
)


@pytest.mark.parametrize(("accent", "toneset"), ACCENTS, ids=["north", "south"])
def test_every_legal_syllable_has_sounds_the_model_knows_in_the_order_of_speech(accent, toneset):
    order = list(SyllablePart)
    for syllable in EVERY:
        parts = segments(syllable, accent)
        assert {s.symbol for s in parts} <= KOKORO_SYMBOLS
        places = [order.index(s.part) for s in parts]
        assert places == sorted(places)
        assert any(s.part is SyllablePart.NUCLEUS and s.voiced for s in parts)
        assert any(s.stop for s in parts) == syllable.stopped
        tone = accent.tones.get(syllable.tone, syllable.tone)
        assert len(toneset.contour(tone, stopped=syllable.stopped)) == 5


@pytest.mark.parametrize("accent", [NORTH, SOUTH], ids=["north", "south"])
def test_every_legal_syllable_lasts_as_long_as_speech_does(accent):
    for syllable in EVERY:
        total = sum(lengths(syllable, segments(syllable, accent)))
        assert 110 <= total <= 520, syllable


def test_the_north_merges_d_gi_r_and_the_south_merges_hoi_nga():
    assert len({segments(parse(w), NORTH) for w in ("da", "gia", "ra")}) == 1
    assert len({segments(parse(w), SOUTH) for w in ("da", "gia", "ra")}) == 2
    south = SOUTH.tones
    assert south.get(Tone.NGA) is Tone.HOI
    assert not NORTH.tones


def test_rimes_that_differ_by_length_differ_in_length():
    for long, short in [("tan", "tăn"), ("tơn", "tân"), ("tai", "tay"), ("sao", "sau")]:
        a, b = (
            sum(
                ms  # type: ignore[misc]
                for s, ms in zip(segments(x, NORTH), lengths(x, segments(x, NORTH)), strict=True)
                if s.part is SyllablePart.NUCLEUS
            )
            for x in (parse(long), parse(short))
        )
        assert a > 1.3 * b


def test_the_last_syllable_of_a_phrase_is_longer():
    syllable = parse("nhà")
    parts = segments(syllable, NORTH)
    assert sum(lengths(syllable, parts, last=True)) > sum(lengths(syllable, parts))


@given(st.lists(st.floats(0, 400), max_size=60))
def test_rounding_to_frames_never_drifts(values):
    counts = frames(values)
    forced = sum(0 < v < FRAME_MS for v in values)
    assert abs(sum(counts) * FRAME_MS - sum(values)) <= FRAME_MS * (1 + forced)
    assert all((c >= 1) == (v > 0) or v >= FRAME_MS / 2 or c == 0 for c, v in zip(counts, values, strict=True))


@given(st.floats(-0.5, 1.5), st.sampled_from(list(Tone)))
def test_a_contour_stays_between_its_points(place, tone):
    contour = NORTH_TONES.contour(tone, stopped=False)
    assert min(contour) <= tones.at(contour, place) <= max(contour)


def test_tones_keep_apart_where_a_listener_tells_them_apart():
    def end(tone):
        return NORTH_TONES.contour(tone, stopped=False)[-1]

    assert end(Tone.SAC) > end(Tone.NGANG) > end(Tone.HUYEN)
    assert end(Tone.NGA) > end(Tone.HOI)


@given(st.lists(st.one_of(words, st.sampled_from([",", ".", "?", "…", "–"])), max_size=150))
def test_every_syllable_is_sung_once_in_order_within_the_models_limits(tokens):
    sentence = " ".join(tokens)
    wanted = [parse(t) for t in tokens if t.isalpha()]
    pieces = score.pieces_of(sentence, NORTH, USUAL)
    assert [s for piece in pieces for s in piece.syllables] == wanted
    for piece in pieces:
        counts = frames([n.ms for n in piece.notes])
        melody = score.melody_of(piece, counts, NORTH, NORTH_TONES)
        assert len(piece.syllables) <= score.MAX_SYLLABLES
        assert len(piece.notes) <= 505
        steps = sum(counts) * score.STEPS
        assert [len(x) for x in (melody.pitch, melody.floor)] == [steps] * 2
        assert all(p is None or p == -inf or -16 < p < 14 for p in melody.pitch)
        assert {n.symbol for n in piece.notes} <= KOKORO_SYMBOLS


def test_a_phrase_without_marks_is_cut_before_it_is_too_long():
    pieces = score.pieces_of("xã " * 200, NORTH, USUAL)
    assert sum(len(p.syllables) for p in pieces) == 200
    assert all(p.last[-1] for p in pieces)


@pytest.mark.parametrize("sentence", ["", "   ", "…", "🙂", "— ! ?", "中文"])
def test_what_nobody_can_read_gives_no_piece(sentence):
    assert score.pieces_of(sentence, NORTH, USUAL) == []


@given(st.text(max_size=40))
def test_any_text_is_scored_without_an_error(text):
    for piece in score.pieces_of(text, SOUTH, USUAL):
        assert piece.syllables


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzđĐABCXYZéäñ", min_size=1, max_size=12))
def test_any_latin_word_is_said_somehow(word):
    assert syllables_of(word)


def test_every_letter_and_known_word_is_readable():
    assert all(parse(part) for reading in [*LETTERS.values(), *KNOWN.values()] for part in reading.split())


def test_letters_and_digits_are_read_one_by_one():
    assert syllables_of("UBND") == [parse(w) for w in ("u", "bê", "nờ", "dê")]
    assert syllables_of("w") == [parse("vê"), parse("kép")]
    assert syllables_of("à") == [parse("à")]
    assert digits_of("03") == [parse("không"), parse("ba")]


def test_a_foreign_word_has_legal_syllables_near_its_spelling():
    assert syllables_of("Microsoft")[0].onset == "m"
    assert syllables_of("Zalo") == [parse("da"), parse("lô")]


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("VNeID", "vê nờ i đê"),
        ("Zalo", "da lô"),
        ("Facebook", "phây búc"),
        ("Viettel", "viết teo"),
        ("iPhone", "ai phôn"),
        ("phone", "phôn"),
        ("Toyota", "tô dô ta"),
        ("Robusta", "rô bu ta"),
        ("VNPT", "vê nờ pê tê"),
    ],
)
def test_names_are_said_as_announcers_say_them(word, reading):
    assert syllables_of(word) == [parse(part) for part in reading.split()]
