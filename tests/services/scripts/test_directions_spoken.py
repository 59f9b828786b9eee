"""Stage directions in a station's script: who speaks, chimes between, never read aloud; part of what is approved."""

import re

import pytest

from broadcaster.db.models import Revision
from broadcaster.db.queries.scripts.rows import script_detail
from broadcaster.domain.scripts.scripts import text_sha256
from broadcaster.errors import RuleError
from broadcaster.services.lexicon.reading import spoken_of
from broadcaster.services.scripts.editing import add_script, revise, submit
from broadcaster.services.scripts.speaking import speak
from broadcaster.text.prepared import prepare
from tests.kit.people import EDITOR
from tests.kit.scripts import draft

MISTYPED = [
    ("[nu]", "ý là [nữ]?"),
    ("[ngat]", "ý là [ngắt]?"),
    ("[giọng nam]", "ý là [nam]?"),
    ("[am thanh chuong]", "ý là [âm thanh: chuong]?"),
    ("[nhac nền: nhac-ket]", "ý là [nhạc nền: nhac-ket]?"),
    ("[lạ lùng] Tin.", "các lời dặn là [nam], [nữ]"),
    ("[nam", "thiếu dấu ngoặc vuông đóng"),
]
PLAIN = "Kính thưa bà con.\nXin mời nghe tin."
MARKED = "[nữ]\nKính thưa bà con.\n[âm thanh: chuong]\n[nam]\nXin mời nghe tin."


def spoken(station, body):
    number = add_script(station, EDITOR, draft(body))
    speak(station, EDITOR, number)
    with station.db.read() as session:
        return script_detail(session, number)["rendition"]


@pytest.mark.medium
def test_directions_are_done_and_not_read(station):
    plain, marked = spoken(station, PLAIN), spoken(station, MARKED)
    assert marked["spoken_text"] == plain["spoken_text"] == "Kính thưa bà con. Xin mời nghe tin."
    assert marked["duration_ms"] == pytest.approx(plain["duration_ms"] + 3800 + 500, abs=60)
    gaps = [r["cues"][1]["start_ms"] - r["cues"][0]["end_ms"] for r in (plain, marked)]
    assert gaps[1] - gaps[0] == pytest.approx(4300, abs=60)
    assert any("một giọng đọc cả bài" in n for n in marked["notes"])


def test_an_unknown_sound_is_named(station):
    with pytest.raises(RuleError, match=r"lung-tung.*chuong"):
        add_script(station, EDITOR, draft("[âm thanh: lung-tung]\nMột hai."))


def test_places_agree(station):
    prepared = prepare(MARKED)
    assert "[" not in prepared.text
    assert [d.kind for d in prepared.directions] == ["voice", "sound", "voice"]
    assert all(prepared.text[d.at] in " ." for d in prepared.directions)


@pytest.mark.parametrize(("typed", "meant"), MISTYPED)
def test_a_mistyped_direction_is_refused_wherever_words_are_taken(station, typed, meant):
    body = f"Kính thưa bà con.\n{typed}\nXin mời nghe tin."
    with pytest.raises(RuleError, match=re.escape(meant)) as refused:
        add_script(station, EDITOR, draft(body))
    assert "body" in refused.value.field
    number = add_script(station, EDITOR, draft())
    with pytest.raises(RuleError, match=re.escape(meant)):
        revise(station, EDITOR, number, draft(body))
    with station.db.write() as session:  # words that were kept before directions were checked
        session.add(
            Revision(
                script_id=number,
                number=2,
                body=body,
                body_sha256=text_sha256(body),
                author="bien-tap",
                created_at=station.now(),
            )
        )
    for act in (speak, submit):
        with pytest.raises(RuleError, match=re.escape(meant)):
            act(station, EDITOR, number)


def test_an_emergency_loses_no_word_to_a_bracket(station):
    said = spoken_of(station, "[Toàn bộ dân ấp Ba] di dời ngay.\n[nữ]\nNước đang lên.", keep_unknown=True).text
    assert "Toàn bộ dân ấp Ba" in said
    assert "nữ" not in said
