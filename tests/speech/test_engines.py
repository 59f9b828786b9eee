"""The offline engines, the cache and the choice among voices."""

import os
import threading
import wave

import numpy as np
import pytest
from pydantic import Field

from broadcaster.errors import EngineError, printed
from broadcaster.plugins import Door, PluginOptions
from broadcaster.speech import registry
from broadcaster.speech.cache import ClipCache, key_of
from broadcaster.speech.engine import Clip, Engine, Voice
from broadcaster.speech.espeak import EspeakEngine
from broadcaster.speech.tone import ToneEngine

SENTENCES = ["Kính thưa bà con.", "Hôm nay trời mưa to.", "Xin cảm ơn."]


class Fragile(Engine):
    """Speaks as the tone engine does, until the sentence that breaks it."""

    name = "fragile"
    breaks_on: str | None = None
    error: Exception = EngineError("Máy chủ không trả lời.", transient=True)
    fault: str | None = None
    version = "1"

    def voices(self):
        return (
            Voice(engine="fragile", id="a", label="thử", region="north", gender="none", licence="-", offline=False),
        )

    def check(self):
        return self.fault

    def speak(self, sentence, *, voice, rate=1.0):
        if sentence == self.breaks_on:
            raise self.error
        return ToneEngine().speak(sentence, rate=rate)


@pytest.fixture
def fragile(monkeypatch):
    made = Fragile()
    real = registry.bare_engine
    monkeypatch.setattr(registry, "bare_engine", lambda name: made if name == "fragile" else real(name))
    return made


@pytest.mark.parametrize("voice", [v.id for v in EspeakEngine().voices()])
def test_every_espeak_voice_speaks(voice):
    clip = EspeakEngine().speak("Xin chào bà con.", voice=voice)
    assert clip.rate == 22_050
    assert 0.5 < clip.seconds < 5
    assert np.abs(np.frombuffer(clip.pcm, "<i2")).max() > 2000


def test_espeak_says_the_same_bytes_whatever_was_said_before():
    engine = EspeakEngine()
    first = engine.speak(SENTENCES[0])
    engine.speak(SENTENCES[1], voice="vi-vn-x-south", rate=1.5)
    assert engine.speak(SENTENCES[0]) == first


def test_espeak_serves_threads_one_after_the_other():
    engine = EspeakEngine()
    alone = {s: engine.speak(s) for s in SENTENCES}
    found = {}

    def work(sentence):
        found[sentence] = [EspeakEngine().speak(sentence) for _ in range(3)]

    threads = [threading.Thread(target=work, args=(s,)) for s in SENTENCES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {s: [alone[s]] * 3 for s in SENTENCES}


def test_espeak_tells_when_each_word_starts():
    clip, words = EspeakEngine().speak_timed("Xin chào bà con.")
    assert ["Xin chào bà con."[w.start : w.start + w.length].strip(".") for w in words] == ["Xin", "chào", "bà", "con"]
    starts = [w.at_ms for w in words]
    assert starts == sorted(starts)
    assert starts[-1] < clip.seconds * 1000


def test_espeak_is_faster_at_a_higher_rate():
    assert EspeakEngine().speak(SENTENCES[1], rate=1.6).seconds < EspeakEngine().speak(SENTENCES[1]).seconds


def test_espeak_refuses_an_unknown_voice_and_survives_odd_text():
    engine = EspeakEngine()
    with pytest.raises(EngineError, match="klingon"):
        engine.speak("Xin chào.", voice="klingon")
    assert engine.speak("xin\0chào 😀 <b>").pcm
    assert engine.check() is None


def test_tones_last_a_fifth_of_a_second_for_each_syllable():
    clip = ToneEngine().speak("một hai ba")
    assert clip.seconds == pytest.approx(0.6)
    assert ToneEngine().speak("một hai ba") == clip
    assert ToneEngine().speak("một hai tư") != clip


def test_every_engine_is_listed_with_its_voices():
    names = {e.name for e in registry.engines()}
    assert {"espeak", "tone", "gtts"} <= names
    assert registry.engine_of("espeak:vi+f2") is registry.engine_of("espeak")
    assert registry.voice_of("espeak").id == "vi+f2"


@pytest.mark.parametrize("name", ["nobody:x", "espeak:nobody", ""])
def test_an_unknown_voice_is_named_with_those_that_exist(name):
    with pytest.raises(EngineError, match="Không có"):
        registry.voice_of(name)


def test_one_voice_speaks_from_first_to_last():
    spoken = registry.speak_all(SENTENCES, ["tone", "espeak:vi"])
    assert spoken.voice == "tone:beep"
    assert spoken.new == 3
    assert spoken.notes == ()


@pytest.mark.parametrize("error", [Fragile.error, ValueError("lỗi lạ")], ids=["engine", "unexpected"])
def test_a_voice_that_dies_half_way_is_replaced_from_the_start(fragile, tmp_path, error):
    fragile.breaks_on = SENTENCES[2]
    fragile.error = error
    cache = ClipCache(tmp_path, 10_000_000)
    shares = []
    spoken = registry.speak_all(SENTENCES, ["fragile:a", "espeak:vi+f2"], cache=cache, progress=shares.append)
    assert spoken.voice == "espeak:vi+f2"
    assert {c.rate for c in spoken.clips} == {22_050}
    assert "fragile:a" in spoken.notes[0]
    assert str(error) in spoken.notes[0]
    assert "espeak:vi+f2" in spoken.notes[1]
    assert shares[-1] == 1.0


def test_a_voice_that_is_not_ready_is_passed_over(fragile):
    fragile.fault = "Thiếu tệp mô hình."
    spoken = registry.speak_all(SENTENCES, ["fragile:a", "tone"])
    assert spoken.voice == "tone:beep"
    assert "Thiếu tệp mô hình." in spoken.notes[0]


@pytest.mark.parametrize("method", ["check", "voices", "speak"])
def test_a_voice_whose_own_code_fails_is_told_so_and_passed_over(fragile, monkeypatch, method):
    def fail(*_, **__):
        raise ZeroDivisionError("chia cho không")

    monkeypatch.setattr(fragile, method, fail)
    spoken = registry.speak_all(SENTENCES, ["fragile:a", "tone"])
    assert spoken.voice == "tone:beep"
    assert "“fragile”" in spoken.notes[0]
    assert "bị lỗi trong chính mã của nó: ZeroDivisionError: chia cho không" in spoken.notes[0]


def test_options_count_for_the_engines_made_after_them_and_wrong_ones_are_named(monkeypatch):
    class Options(PluginOptions):
        """Một bộ đọc thử."""

        hertz: int = Field(300, description="Cao độ.")

    class Made(Fragile):
        def __init__(self, options):
            self.options = options

    Made.Options = Options
    monkeypatch.setattr(Door, "load", lambda _door, _name: Made)
    try:
        registry.configure({"fragile": {"hertz": 700}})
        assert registry.bare_engine("fragile").options.hertz == 700  # type: ignore[attr-defined]
        registry.configure({"fragile": {"herz": 700}})
        with pytest.raises(EngineError, match=r"herz: không có khóa này\. Có phải ý là “hertz” không") as caught:
            registry.engine_of("fragile:a")
        assert printed(caught.value.field) == "speech.engines.fragile"
    finally:
        registry.configure({})


def test_offline_only_leaves_out_what_needs_the_network(fragile):
    assert registry.speak_all(SENTENCES, ["fragile:a", "tone"], needs_offline=True).voice == "tone:beep"


def test_when_no_voice_is_left_the_reasons_are_told(fragile):
    fragile.breaks_on = SENTENCES[0]
    with pytest.raises(EngineError, match="Máy chủ không trả lời") as caught:
        registry.speak_all(SENTENCES, ["fragile:a", "nobody:x"])
    assert caught.value.transient
    assert "nobody" in caught.value.message


def test_a_sentence_without_a_letter_is_left_out_and_said_so():
    spoken = registry.speak_all(["Xin chào.", "😀", "…"], ["espeak"])
    assert [bool(c.pcm) for c in spoken.clips] == [True, False, False]
    assert "2 câu" in spoken.notes[-1]


def test_a_spoken_sentence_comes_from_the_cache_and_a_changed_one_is_spoken(tmp_path):
    cache = ClipCache(tmp_path, 10_000_000)
    first = registry.speak_all(SENTENCES, ["tone"], cache=cache)
    again = registry.speak_all([*SENTENCES[:2], "Chúc bà con khỏe."], ["tone"], cache=cache)
    assert (first.cached, first.new) == (0, 3)
    assert (again.cached, again.new) == (2, 1)
    assert again.clips[:2] == first.clips[:2]


def test_every_part_of_the_key_counts():
    base = ("espeak", "1", "vi", 1.0, "xin chào")
    others = [
        ("gtts", *base[1:]),
        (base[0], "2", *base[2:]),
        (*base[:2], "vi+f2", *base[3:]),
        (*base[:3], 1.1, base[4]),
    ]
    assert len({key_of(*base), *(key_of(*o) for o in others), key_of(*base[:4], "xin chao")}) == 6


@pytest.mark.parametrize("damage", [b"", b"RIFF", None], ids=["empty", "head only", "cut"])
def test_a_damaged_clip_counts_as_absent(tmp_path, damage):
    cache = ClipCache(tmp_path, 10_000_000)
    cache.put("ab" * 32, Clip(b"\1\0" * 4000, 24_000))
    path = next(tmp_path.rglob("*.wav"))
    path.write_bytes(path.read_bytes()[:3000] if damage is None else damage)
    assert cache.get("ab" * 32) is None


def test_the_least_recently_used_clips_go_first(tmp_path):
    cache = ClipCache(tmp_path, 45_000)
    keys = [f"{n:02x}" * 32 for n in range(4)]
    for n, key in enumerate(keys):
        cache.put(key, Clip(b"\1\0" * 5000, 24_000))
        os.utime(next(tmp_path.rglob(f"{key}.wav")), (1000 + n, 1000 + n))
    assert cache.get(keys[0]) is not None  # used now
    cache.put("ff" * 32, Clip(b"\1\0" * 5000, 24_000))
    assert cache.get(keys[0]) is not None
    assert cache.get(keys[1]) is None
    assert sum(p.stat().st_size for p in tmp_path.rglob("*.wav")) <= 45_000


def test_a_cache_on_a_disk_that_refuses_is_only_useless(tmp_path):
    blocked = tmp_path / "clips"
    blocked.write_text("a file where the folder should be")
    cache = ClipCache(blocked, 1_000_000)
    assert not cache.put("ab" * 32, Clip(b"\1\0", 24_000))
    assert registry.speak_all(SENTENCES, ["tone"], cache=cache).new == 3


def test_cached_clips_are_plain_wav_files(tmp_path):
    ClipCache(tmp_path, 1_000_000).put("cd" * 32, Clip(b"\1\0" * 100, 24_000))
    with wave.open(str(next(tmp_path.rglob("*.wav")))) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getnframes()) == (24_000, 1, 100)
