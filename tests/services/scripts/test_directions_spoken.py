"""Stage directions in a station's script: who speaks, chimes between, never read aloud; part of what is approved."""

import pytest

from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.errors import RuleError
from broadcaster.services.lexicon.reading import cleaned_of, directions_of
from broadcaster.services.scripts.editing import add_script
from broadcaster.services.scripts.speaking import speak
from tests.kit.people import EDITOR
from tests.kit.scripts import draft

PLAIN = "Kính thưa bà con.\nXin mời nghe tin."
MARKED = "[nữ]\nKính thưa bà con.\n[âm thanh: chuong]\n[nam]\nXin mời nghe tin."


def spoken(station, body):
    number = add_script(station, EDITOR, draft(body))
    speak(station, EDITOR, number)
    with station.db.read() as session:
        return script_detail(session, number)["rendition"]


def test_directions_are_done_and_not_read(station):
    plain, marked = spoken(station, PLAIN), spoken(station, MARKED)
    assert marked["spoken_text"] == plain["spoken_text"] == "Kính thưa bà con. Xin mời nghe tin."
    assert marked["duration_ms"] == pytest.approx(plain["duration_ms"] + 3800 + 500, abs=60)
    gaps = [r["cues"][1]["start_ms"] - r["cues"][0]["end_ms"] for r in (plain, marked)]
    assert gaps[1] - gaps[0] == pytest.approx(4300, abs=60)
    assert any("một giọng đọc cả bài" in n for n in marked["notes"])


def test_an_unknown_sound_is_named(station):
    number = add_script(station, EDITOR, draft("[âm thanh: lung-tung]\nMột hai."))
    with pytest.raises(RuleError, match=r"lung-tung.*chuong"):
        speak(station, EDITOR, number)


def test_places_agree(station):
    text = cleaned_of(MARKED).text
    assert "[" not in text
    assert [d.kind for d in directions_of(MARKED)] == ["voice", "sound", "voice"]
    assert all(text[d.at] in " ." for d in directions_of(MARKED))
