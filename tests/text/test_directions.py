"""Stage directions: who speaks, which sounds, where music lies; never read aloud, never moving a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.fold import fold
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


@pytest.mark.parametrize("text", ["(nam) đến.", "[1] Theo báo cáo.", "Ông [mật] đến.", "Tin một. [Xem ảnh] Tin hai."])
def test_other_brackets_are_text(text):
    assert directions.read(text) == directions.Directed(text, ())


@pytest.mark.parametrize("text", ["Ông [nam] đến.", "Chào bà con [ngat] nhé.", "Nghe nhạc [nhạc nền: nhac-hieu] nào."])
def test_a_direction_inside_a_sentence_is_a_fault_and_never_read(text):
    directed = directions.read(text)
    assert directed.directions == ()
    assert "đưa xuống đầu một dòng" in directed.faults[0].message
    assert "[" not in directed.text
    assert len(directed.text) == len(text)


def test_directions_follow_one_another_and_a_sentence_that_ended():
    assert read("[nam] [ngắt] Một. [nữ] Hai.") == [("Một.", "male", ("ngat",), None), ("Hai.", "female", (), None)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[nam giới] đến.", "nam"),
        ("[mật] đến.", None),
        ("[nam đến.", "nam"),
        ("Chào. [ngat] Tin.", "ngắt"),
        ("[hết nhac]", "hết nhạc"),
        ("[kết nhạc]", "hết nhạc"),
        ("[nhạc]", "nhạc nền"),
        ("[âm thanh]", "âm thanh: chuong"),
        ("[Ảnh: ông A phát biểu]", None),
    ],
)
def test_a_mistyped_direction_is_a_fault_and_never_read(text, meant):
    directed = directions.read(text)
    (fault,) = directed.faults
    assert ("ý là" not in fault.message) if meant is None else (f"ý là [{meant}]?" in fault.message)
    assert text[fault.start] == "["
    assert not directed.text[fault.start : fault.end].strip(" .")
    assert len(directed.text) == len(text)


KNOWN = ["nam", "nữ", "ngắt", "nhạc nền", "hết nhạc", "âm thanh: chuong"]
BARE = [
    (direction, direction[:at] + fold(letter) + direction[at + 1 :])
    for direction in KNOWN
    for at, letter in enumerate(direction)
    if fold(letter) != letter
]


@given(st.sampled_from(BARE), st.sampled_from(["", "Tin một.\n", "Tin một. "]))
def test_a_mark_left_out_of_a_direction_is_always_a_fault_that_names_it(mistyped, before):
    direction, typed = mistyped
    directed = directions.read(f"{before}[{typed}] Tin hai.")
    assert directed.directions == ()
    assert f"[{direction}]?" in directed.faults[0].message
    assert typed not in directed.text


@given(st.text("abcdeghiklmnopqrstuvxyăâêôơưđ ", min_size=1, max_size=12).filter(str.strip), st.booleans())
def test_whatever_stands_in_brackets_at_the_head_of_a_line_is_never_read(words, closed):
    directed = directions.read(f"Tin một\n[{words}{']' if closed else chr(10)} Tin hai.")
    assert words.strip() not in directed.text.partition("\n")[2].partition("Tin hai")[0]
    assert len(directed.faults) + len(directed.directions) == 1


def test_sounds_after_the_last_word_are_heard():
    directed = directions.read("Xin chào.\n[âm thanh: chuong]\n[hết nhạc]\n[ngắt]")
    spoken = normalize(directed.text, profile=Profile.SOUTH, lexicon=Lexicon.from_toml())
    assert directions.after(spoken, directed.directions) == ("chuong", "ngat")
    assert directions.turns(spoken, directed.directions)[0].before == ()


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
