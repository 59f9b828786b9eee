"""Recordings of people: what is wrong is found and named; what is well passes; the cleaning harms nothing."""

import struct

import numpy as np
import pytest

from broadcaster.errors import MediaError
from broadcaster.media import ffmpeg
from broadcaster.sound import recording
from broadcaster.sound.join import JoinPart, join
from broadcaster.sound.samples import decode
from broadcaster.speech.espeak import EspeakEngine

RATE = 48_000


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    """Some seconds of speech between silences, as floats around -24 dB."""
    engine = EspeakEngine()
    said = ["Kính thưa toàn thể bà con nhân dân trong xã.", "Hôm nay xã tổ chức tiêm phòng cho đàn gia súc."]
    made = join([JoinPart(engine.speak(s, voice="vi"), 600) for s in said], tmp_path_factory.mktemp("v") / "v.wav")
    raw = ffmpeg.run([*ffmpeg.source(made.path), "-f", "s16le", "pipe:1"]).stdout
    sound = np.frombuffer(raw, "<i2").astype(float) / 32768
    return np.concatenate([np.zeros(RATE), sound, np.zeros(RATE // 2)])


def room(size, level_db=-68.0, seed=1):
    return 10 ** (level_db / 20) * np.random.default_rng(seed).standard_normal(size)


@pytest.fixture
def found(wav, tmp_path):
    """Return the codes of what is wrong with a sound, and its condition."""

    def run(sound, expected_s=None):
        samples = decode(wav(sound), tmp_path / "heard.pcm")
        condition = recording.examine(samples)
        return [f.code for f in recording.faults(condition, expected_s)], condition

    return run


def test_a_good_recording_has_no_fault(found, voice):
    codes, condition = found(voice + room(voice.size))
    assert codes == []
    assert condition.speech_db == pytest.approx(-23, abs=3)
    assert condition.noise_db == pytest.approx(-68, abs=3)
    assert condition.start / RATE == pytest.approx(1.15, abs=0.12)
    assert condition.end / RATE == pytest.approx(voice.size / RATE - 0.8, abs=0.25)


def test_each_fault_is_found_alone(found, voice):
    n = np.arange(voice.size)
    hum = 0.01 * np.sin(2 * np.pi * 50 * n / RATE) + 0.004 * np.sin(2 * np.pi * 150 * n / RATE)
    assert found(voice + room(voice.size) + hum)[0] == ["hum"]
    assert found(voice + room(voice.size) + hum)[1].hum_hz == (50.0, 150.0)
    assert found(np.clip(8 * voice, -1, 1) + room(voice.size))[0] == ["clipped"]
    assert found(0.05 * voice + room(voice.size, -90))[0] == ["low"]
    assert found(voice + room(voice.size, -38))[0] == ["noisy"]
    assert found(voice + room(voice.size, -18))[0] == ["noise"]
    assert found(room(5 * RATE, -75))[0] == ["silent"]
    assert found(np.zeros(5 * RATE))[0] == ["silent"]
    assert found(voice[int(1.2 * RATE) : int(1.7 * RATE)])[0] == ["short"]
    assert found(voice + room(voice.size), 60.0)[0] == ["length"]
    assert found(voice + room(voice.size), 1.5)[0] == ["length"]
    assert found(voice + room(voice.size), 5.0)[0] == []


def test_every_sentence_says_what_to_do(voice):
    condition = recording.Condition(
        seconds=60, speech_db=-50.0, noise_db=-65.0, clipped=0.01, hum_hz=(50.0,), start=0, end=60 * RATE
    )
    for fault in recording.faults(condition, 5.0):
        assert "Hãy" in fault.sentence or "?" in fault.sentence


def test_cleaning_lowers_noise_and_hum_keeps_the_voice_and_trims(wav, tmp_path, voice):
    n = np.arange(voice.size)
    dirty = voice + room(voice.size, -50) + 0.01 * np.sin(2 * np.pi * 50 * n / RATE)
    samples = decode(wav(dirty), tmp_path / "heard.pcm")
    before = recording.examine(samples)
    recording.clean(samples, tmp_path / "clean.wav", before)
    after = recording.examine(decode(tmp_path / "clean.wav", tmp_path / "after.pcm"))
    assert after.distance_db > before.distance_db + 4
    assert after.hum_hz == ()
    assert after.seconds < before.seconds - 1.0
    assert after.start / RATE == pytest.approx(0.15, abs=0.1)
    # The words are still there: the loud moments of the two go up and down together.
    raw = ffmpeg.run([*ffmpeg.source(tmp_path / "clean.wav"), "-f", "s16le", "pipe:1"]).stdout
    cleaned = np.frombuffer(raw, "<i2").astype(float) / 32768
    start = max(0, before.start - 150 * RATE // 1000)
    size = min(cleaned.size, voice.size - start) // 960 * 960
    a, b = (np.sqrt((x.reshape(-1, 960) ** 2).mean(axis=1)) for x in (voice[start : start + size], cleaned[:size]))
    assert np.corrcoef(a, b)[0, 1] > 0.97


def test_borders_of_sentences_fall_into_the_pauses(wav, tmp_path, voice):
    samples = decode(wav(voice + room(voice.size)), tmp_path / "heard.pcm")
    condition = recording.examine(samples)
    (a, b), (c, d) = recording.boundaries(samples, condition, [11.0, 11.0])
    assert a == pytest.approx(150, abs=40)
    assert b == c
    border = samples.around(condition.start + (b - 150) * 48 - 2400, condition.start + (b - 150) * 48 + 2400)
    assert np.abs(border).max() < 0.01
    assert d <= round(condition.seconds * 1000)


def six_hours(path):
    """A WAV of six hours that takes no room on the disk: the file is sparse."""
    size = 6 * 3600 * 8000
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", size
    )
    path.write_bytes(head)
    with path.open("rb+") as file:
        file.truncate(size + len(head))
    return path


def refused(path, **how):
    with pytest.raises(MediaError) as caught:
        recording.listen(path, path.with_suffix(".pcm"), recording.admit(path, **how), **how)
    return caught.value.code


def test_what_is_no_recording_is_refused_by_its_content(tmp_path, wav):
    film = tmp_path / "film.mp4"
    lavfi = ["-f", "lavfi", "-i", "color=s=32x32:d=1", "-f", "lavfi", "-i", "sine=d=1"]
    ffmpeg.run([*lavfi, "-pix_fmt", "yuv420p", "-shortest", str(film)])
    assert refused(film) == "film"
    many = tmp_path / "many.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=d=1", "-filter_complex", "pan=24c|c0=c0", "-c:a", "pcm_s16le", str(many)])
    assert refused(many) == "channels"
    text = tmp_path / "text.mp3"
    text.write_text("Kính thưa bà con. " * 500, encoding="utf-8")
    assert refused(text) == "not-audio"
    (tmp_path / "empty.wav").touch()
    assert refused(tmp_path / "empty.wav") == "empty"
    assert refused(six_hours(tmp_path / "long.wav")) == "too-long"


def test_a_length_that_no_header_tells_is_found_while_listening(tmp_path):
    path = tmp_path / "stream.webm"
    encoded = ["-c:a", "libopus", "-f", "webm", "-live", "1", "pipe:1"]
    path.write_bytes(ffmpeg.run(["-f", "lavfi", "-i", "sine=d=5", *encoded]).stdout)
    assert recording.admit(path).seconds is None
    assert refused(path, longest_s=3.0) == "too-long"


def test_a_file_that_breaks_off_is_named(wav):
    path = wav(np.sin(np.arange(10 * RATE) / 20))
    path.write_bytes(path.read_bytes()[:300_000])
    assert refused(path) in {"truncated", "ffmpeg-failed"}


def test_a_cover_picture_is_no_film(tmp_path):
    cover = tmp_path / "c.png"
    ffmpeg.run(["-f", "lavfi", "-i", "color=s=32x32:d=0.1", "-frames:v", "1", str(cover)])
    song = tmp_path / "song.mp3"
    both = ["-f", "lavfi", "-i", "sine=d=2", "-i", str(cover), "-map", "0:a", "-map", "1:v"]
    ffmpeg.run([*both, "-c:v", "copy", "-disposition:v", "attached_pic", str(song)])
    assert not recording.admit(song).film


def test_a_protected_file_is_named(tmp_path):
    """An MP4 whose sound track is marked `drms`, as bought music is."""
    path = tmp_path / "song.m4a"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", str(path)])
    path.write_bytes(path.read_bytes().replace(b"mp4a", b"drms", 1))
    assert refused(path) in {"protected", "not-audio"}


@pytest.mark.medium
@pytest.mark.parametrize("name", ["a.m4a", "a.ogg", "a.opus", "a.wav"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_file_cut_anywhere_is_said_to_be_cut(tmp_path, wav, name, share):
    path = tmp_path / name
    sound = np.sin(np.arange(10 * RATE) / 20) * np.linspace(0.1, 0.5, 10 * RATE)
    ffmpeg.run([*ffmpeg.source(wav(sound)), *(["-c:a", "libvorbis"] if name == "a.ogg" else []), str(path)])
    assert recording.admit(path).seconds == pytest.approx(10, abs=0.1)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refused(path) == "truncated"


def test_common_encryption_is_named_too(tmp_path):
    path = tmp_path / "song.m4a"
    key = ["-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb", "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8"]
    made = ["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", "-encryption_scheme", "cenc-aes-ctr", *key, "-f", "mp4"]
    ffmpeg.run([*made, str(path)])
    assert refused(path) == "protected"
