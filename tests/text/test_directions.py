"""Stage directions: who speaks, which sounds, where music lies; never read aloud, never moving a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.text import Profile, directions, normalize
from broadcaster.text.lexicon import Lexicon

SCRIPT = """[nữ]
Kính thưa bà con
[nam] xin mời nghe tin. Hôm nay trời đẹp.

[Âm thanh: chuong]
[nhạc nền]
Tin thứ nhất. Mời bà con theo dõi.
[hết nhạc]
[ngắt]
Tin thứ hai."""


def read(text):
    directed = directions.read(text)
    spoken = normalize(directed.text, profile=Profile.SOUTH, lexicon=Lexicon.from_toml())
    return [
        (s.text, *t)
        for s, turn in zip(spoken.sentences, directions.turns(spoken, directed.directions), strict=True)
        for t in [(turn.gender, turn.before, turn.music)]
    ]


def test_each_sentence_gets_its_speaker_sounds_and_music():
    assert read(SCRIPT) == [
        ("Kính thưa bà con", "female", (), None),
        ("xin mời nghe tin.", "male", (), None),
        ("Hôm nay trời đẹp.", "male", (), None),
        ("Tin thứ nhất.", "male", ("chuong",), "nhac-hieu"),
        ("Mời bà con theo dõi.", "male", (), "nhac-hieu"),
        ("Tin thứ hai.", "male", ("ngat",), None),
    ]


def test_music_may_be_named():
    assert read("[nhạc nền: nhac-ket]\nXin chào.")[0][3] == "nhac-ket"


@pytest.mark.parametrize("text", ["Ông [nam] đến.", "[nam giới] đến.", "(nam) đến.", "[mật] đến.", "[nam đến."])
def test_other_brackets_are_text(text):
    assert directions.read(text) == directions.Directed(text, ())


def test_a_script_without_directions_is_left_alone():
    assert {t[1:] for t in read("Một. Hai.\n\nBa.")} == {(None, (), None)}


@given(st.text("[]namữgắthếcề: \nXin.", max_size=60))
def test_positions_and_lengths_stay(text):
    directed = directions.read(text)
    assert len(directed.text) == len(text)
    marks = [d.at for d in directed.directions]
    assert marks == sorted(marks)
    assert directions.read(directed.text).directions == () or "[" in directed.text
    for d in directed.directions:
        assert text[d.at] == "["
        assert directed.text[d.at] in " ."
