"""Joining clips: the house format, exact pauses, cues, one level, clean resampling."""

import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import MediaError
from broadcaster.sound.join import LEAD_MS, TAIL_MS, JoinPart, join, resample
from broadcaster.speech.engine import Clip
from tests.kit.properties import examples


def tone(seconds=0.5, hertz=440.0, amplitude=0.3, rate=48_000):
    n = np.arange(round(seconds * rate))
    return Clip((amplitude * 32767 * np.sin(2 * np.pi * hertz * n / rate)).round().astype("<i2").tobytes(), rate)


def read(path):
    with wave.open(str(path)) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (48_000, 1, 2)
        return np.frombuffer(reader.readframes(reader.getnframes()), "<i2").astype(float) / 32768


def rms_db(samples):
    return 10 * np.log10((samples**2).mean())


@examples(6)
@given(
    st.lists(
        st.tuples(st.sampled_from([8000, 16_000, 22_050, 24_000, 44_100, 48_000]), st.integers(0, 900)),
        min_size=1,
        max_size=5,
    )
)
def test_cues_and_length_add_up(tmp_path_factory, plan):
    target = tmp_path_factory.mktemp("j") / "j.wav"
    joined = join([JoinPart(tone(0.3, rate=rate), pause) for rate, pause in plan], target)
    sound = read(target)
    assert joined.duration_ms == len(sound) // 48
    at = LEAD_MS
    for (_, pause), cue in zip(plan, joined.cues, strict=True):
        assert cue.start_ms == pytest.approx(at, abs=2)
        assert cue.end_ms - cue.start_ms == pytest.approx(300, abs=12)
        assert np.abs(sound[cue.start_ms * 48 + 2400 : cue.end_ms * 48 - 2400]).max() > 0.05
        at = cue.end_ms + pause
    assert joined.duration_ms == pytest.approx(joined.cues[-1].end_ms + TAIL_MS, abs=1)


def test_silence_around_a_clip_is_cut_so_that_pauses_are_exact(tmp_path):
    quiet = bytes(2 * 24_000)
    padded = Clip(quiet + tone(0.5).pcm + quiet, 48_000)
    joined = join([JoinPart(padded, 250), JoinPart(padded)], tmp_path / "j.wav")
    first, second = joined.cues
    assert first.end_ms - first.start_ms == pytest.approx(520, abs=3)
    assert second.start_ms - first.end_ms == 250


def test_loud_and_soft_voices_come_out_at_one_level(tmp_path):
    joined = join([JoinPart(tone(amplitude=0.05), 100), JoinPart(tone(amplitude=0.8))], tmp_path / "j.wav")
    sound = read(joined.path)
    levels = [rms_db(sound[c.start_ms * 48 + 960 : c.end_ms * 48 - 960]) for c in joined.cues]
    assert levels == pytest.approx([-23, -23], abs=0.2)


def test_a_chime_keeps_its_level(tmp_path):
    joined = join([JoinPart(tone(amplitude=0.5), match=False)], tmp_path / "j.wav")
    assert np.abs(read(joined.path)).max() == pytest.approx(0.5, abs=0.01)


def test_joins_do_not_click(tmp_path):
    square = Clip(np.full(24_000, 9000, "<i2").tobytes(), 48_000)
    sound = read(join([JoinPart(square, 100), JoinPart(square)], tmp_path / "j.wav").path)
    assert np.abs(np.diff(sound)).max() < 0.02


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 24_000, 44_100])
def test_resampling_is_clean_and_keeps_every_clip_in_place(rate):
    clips = [tone(0.4, hertz, 0.5, rate) for hertz in (300, 1000, 3000)]
    for clip, hertz, got in zip(clips, (300, 1000, 3000), resample(clips), strict=True):
        assert abs(len(got) - clip.seconds * 48_000) <= 1
        n = np.arange(len(got))
        middle = slice(4800, -4800)
        signal = got.astype(float) / 32768
        wanted = 0.5 * np.sin(2 * np.pi * hertz * n / 48_000)
        assert rms_db((signal - wanted)[middle]) < -60


def test_an_empty_clip_has_a_cue_without_length_and_no_pause(tmp_path):
    joined = join(
        [JoinPart(tone(), 300), JoinPart(Clip(b"", 48_000), 700), JoinPart(tone(rate=24_000), 300)], tmp_path / "j.wav"
    )
    assert joined.cues[1].start_ms == joined.cues[1].end_ms == joined.cues[2].start_ms
    assert joined.cues[2].start_ms - joined.cues[0].end_ms == 300


@pytest.mark.parametrize("parts", [[], [JoinPart(Clip(b"", 48_000))]])
def test_nothing_to_join_is_an_error(tmp_path, parts):
    with pytest.raises(MediaError, match="Không có âm thanh"):
        join(parts, tmp_path / "j.wav")


def test_a_thousand_sentences_join(tmp_path):
    clip = tone(0.1, rate=22_050)
    joined = join([JoinPart(clip, 50)] * 1000, tmp_path / "j.wav")
    assert len(joined.cues) == 1000
    assert joined.duration_ms == len(read(joined.path)) // 48
