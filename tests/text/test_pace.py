"""The length of a spoken text by a voice's measured pace."""

from __future__ import annotations

import pytest

from broadcaster.speech.pace import ANNOUNCER, pace_of
from broadcaster.text import Profile, normalize
from broadcaster.text.pace import Pace, length_of

PACE = Pace("x:y", unit=0.5, syllable=0.2, letter=0.01, mark=0.3)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Một hai.", 0.5 + 2 * 0.2 + 6 * 0.01),
        ("ki-lô-mét", 0.5 + 3 * 0.2 + 7 * 0.01),
        ("Một, hai: ba.", 0.5 + 3 * 0.2 + 8 * 0.01 + 2 * 0.3),
        ("", 0.5),
    ],
)
def test_a_unit_takes_its_syllables_letters_and_marks(text, seconds):
    assert PACE.seconds(text) == pytest.approx(seconds)


def test_pauses_are_added_and_only_speech_gets_faster(lexicon):
    spoken = normalize("Có 2 hộ.\nCó 3 hộ.", profile=Profile.SOUTH, lexicon=lexicon)
    pauses = sum(s.pause_ms for s in spoken.sentences) / 1000
    speech = sum(PACE.seconds(s.text) for s in spoken.sentences)
    assert length_of(spoken, PACE) == pytest.approx(speech + pauses)
    assert length_of(spoken, PACE, rate=2) == pytest.approx(speech / 2 + pauses)


def test_each_measured_voice_has_a_pace_of_its_own_and_others_borrow():
    measured = pace_of("espeak:vi+f2")
    assert measured.voice == "espeak:vi+f2"
    assert 0.1 < measured.syllable + 3 * measured.letter < 0.4
    assert pace_of("espeak:vi").voice.startswith("espeak:")
    assert pace_of("nobody:here") is ANNOUNCER
