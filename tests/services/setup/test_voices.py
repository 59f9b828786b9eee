"""Voices of a station: listed with their speed, tried, made the first one; what is approved keeps its voice."""

from pathlib import Path

import pytest

from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import EngineError, ForbiddenError, RuleError
from broadcaster.home import Home
from broadcaster.services.scripts.approving import airable
from broadcaster.services.setup import voices
from broadcaster.speech.cache import ClipCache
from broadcaster.speech.espeak import EspeakEngine
from broadcaster.speech.turns import turn
from tests.kit.people import EDITOR
from tests.kit.scripts import approved

ADMIN = Actor("quantri", "Quản trị", frozenset({Role.ADMIN}))


@pytest.fixture(autouse=True)
def own_shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("LOA_VOICES", str(tmp_path / "shelf"))


def test_the_list_tells_licence_region_and_what_is_missing():
    rows = {r["name"]: r for r in voices.catalogue()}
    assert rows["tone:beep"]["ready"]
    assert rows["espeak:vi+f2"]["licence"] == "GPL-3.0-or-later"
    assert rows["edge:hoaimy"]["offline"] is False
    assert "loa voice install" in rows["piper"]["fault"] or "pip install" in rows["piper"]["fault"]


def test_a_tried_voice_has_a_measured_speed():
    trial = voices.try_voice("espeak:vi", "Xin chào bà con.")
    assert trial.clip.seconds > 0.5
    rows = {r["name"]: r for r in voices.catalogue()}
    assert rows["espeak:vi"]["speed"] == pytest.approx(trial.speed, abs=0.001)
    assert rows["espeak:vi+f2"]["speed"] is None
    with pytest.raises(EngineError):
        voices.try_voice("piper:nobody")


def test_nothing_to_say_is_no_trial():
    with pytest.raises(RuleError, match="có chữ"):
        voices.try_voice("espeak:vi", "😀!")


class Online(EspeakEngine):
    """An engine that stands for one at the other end of a line."""

    one_at_a_time = True
    lock: Path

    def speak(self, sentence, *, voice="vi", rate=1.0):
        with pytest.raises(EngineError), turn(self.lock, patience_s=0):  # somebody else would have to wait
            pass
        return super().speak(sentence, voice=voice, rate=rate)


def test_trying_an_online_voice_takes_its_turn(tmp_path, monkeypatch):
    engine = Online()
    engine.lock = ClipCache(tmp_path / "clips", 0).turn_of(engine.name)
    monkeypatch.setattr(voices, "engine_of", lambda _name: engine)
    assert voices.try_voice("espeak:vi", clips=tmp_path / "clips").clip.seconds > 0.5


def test_the_default_goes_first_and_the_rest_stays_behind(station):
    number = approved(station)
    with station.db.read() as session:
        before = airable(session)
    assert voices.make_default(station, ADMIN, "espeak") == ["espeak:vi+f2", "tone:beep"]
    again = Home(station.home.root).settings()
    assert list(again.speech.voices) == ["espeak:vi+f2", "tone:beep"]
    assert "Thứ tự giọng" in station.home.settings_file.read_text(encoding="utf-8")  # comments are kept
    with station.db.read() as session:
        assert airable(session) == before
    assert number


def test_a_voice_that_cannot_speak_does_not_become_the_default(station):
    text = station.home.settings_file.read_text(encoding="utf-8")
    with pytest.raises(EngineError):
        voices.make_default(station, ADMIN, "nobody:x")
    with pytest.raises(EngineError):
        voices.make_default(station, ADMIN, "piper:x")
    with pytest.raises(ForbiddenError):
        voices.make_default(station, EDITOR, "espeak")
    assert station.home.settings_file.read_text(encoding="utf-8") == text


def test_labels_are_words():
    assert voices.label("human") == "Giọng người thật"
    assert voices.label("espeak:vi+f2") == "espeak nữ, giọng Bắc"
    assert voices.label("espeak:vi+f2,vi") == "espeak nữ, giọng Bắc và espeak nam, giọng Bắc"
    assert voices.label("gone:x") == "gone:x"
