"""Mastering and metering: loudness, true peak, the same bytes, read again by another meter."""

import hashlib
import math
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from broadcaster.errors import MediaError, RuleError
from broadcaster.media import ffmpeg
from broadcaster.media.probe import probe
from broadcaster.sound import meter
from broadcaster.sound.master import master
from broadcaster.sound.peaks import peaks
from broadcaster.sound.profiles import HORN, PROFILES, STUDIO, profile_of
from broadcaster.sound.samples import decode
from tests.kit.sounds import loudness_by_pyloudnorm


def talk(seconds=6.0, rate=48_000, level=0.2, seed=1):
    """Noise in syllables, as peaky as speech."""
    random = np.random.default_rng(seed)
    n = np.arange(round(seconds * rate))
    envelope = np.clip(np.sin(2 * np.pi * 2.3 * n / rate), 0.02, None) ** 2
    voice = sum(
        np.sin(2 * np.pi * f * n / rate + p) / (k + 1)
        for k, (f, p) in enumerate(zip((180, 360, 540, 900, 1700, 2600), random.uniform(0, 6, 6), strict=True))
    )
    return level * envelope * (voice + 0.3 * random.standard_normal(n.size))


def samples_of(path, channels=1):
    raw = ffmpeg.run([*ffmpeg.source(path), "-f", "s16le", "-ac", str(channels), "-ar", "48000", "pipe:1"]).stdout
    samples = np.frombuffer(raw, "<i2").astype(float) / 32768
    return samples if channels == 1 else samples.reshape(-1, channels)


@pytest.mark.medium
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("level", [0.003, 0.9])
def test_loudness_and_peak_are_met_whatever_comes_in(wav, tmp_path, profile, level):
    made = master(wav(talk(level=level)), tmp_path / "m.flac", profile)
    sound = samples_of(made.path)
    assert loudness_by_pyloudnorm(sound, 48_000) == pytest.approx(profile.loudness, abs=0.5)
    found = meter.measure(made.path)
    assert found.integrated == pytest.approx(made.loudness, abs=0.11)
    assert found.true_peak <= profile.true_peak + 0.05
    assert np.abs(sound).max() < 1.0
    facts = probe(made.path)
    assert (facts.rate, facts.channels, facts.codec) == (48_000, 1, "flac")
    assert made.duration_ms == pytest.approx(6000, abs=15)


@pytest.mark.medium
def test_the_peak_holds_after_mp3_too(wav, tmp_path):
    made = master(wav(talk(level=0.5, seed=4)), tmp_path / "m.flac", STUDIO)
    mp3 = tmp_path / "m.mp3"
    ffmpeg.run([*ffmpeg.source(made.path), "-c:a", "libmp3lame", "-b:a", "128k", str(mp3)])
    assert meter.measure(mp3).true_peak <= 0.0
    horn = master(wav(talk(level=0.5, seed=4)), tmp_path / "h.flac", HORN)
    ffmpeg.run([*ffmpeg.source(horn.path), "-c:a", "libmp3lame", "-b:a", "128k", str(mp3)])
    assert meter.measure(mp3).true_peak <= -1.0


@pytest.mark.medium
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda p: p.name)
def test_same_sound_same_bytes(wav, tmp_path, profile):
    source = wav(talk(3))
    shas = {
        hashlib.sha256(master(source, tmp_path / f"{n}.flac", profile).path.read_bytes()).hexdigest() for n in range(2)
    }
    assert len(shas) == 1
    assert sorted(p.name for p in tmp_path.iterdir() if "shaped" in p.name) == []


@pytest.mark.medium
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_same_bytes_on_any_number_of_processors(wav, tmp_path, threads):
    """Of our own threads and of those that a linear algebra library would like to start."""
    source = wav(talk(25, level=0.4))
    code = (
        "import os, sys; from pathlib import Path; os.cpu_count = lambda: int(sys.argv[1])\n"
        "from broadcaster.sound import master as m; from broadcaster.sound.profiles import HORN\n"
        "m._WORKERS = 8; m.master(Path(sys.argv[2]), Path(sys.argv[3]), HORN)"
    )
    made = [tmp_path / "here.flac", tmp_path / "there.flac"]
    master(source, made[0], HORN)
    subprocess.run(
        [sys.executable, "-c", code, str(threads), source, made[1]],
        check=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)},
    )
    assert made[0].read_bytes() == made[1].read_bytes()


@pytest.mark.medium
def test_a_wav_of_the_house_is_read_where_it_lies(wav, tmp_path):
    """And what is read is what ffmpeg would have decoded."""
    source = wav(talk(2))
    found = decode(source, tmp_path / "d.pcm", longest_s=1.5)
    assert found.path == source
    assert found.count == 72_000
    flac = tmp_path / "s.flac"
    ffmpeg.run([*ffmpeg.source(source), str(flac)])
    other = decode(flac, tmp_path / "d.pcm")
    assert other.path == tmp_path / "d.pcm"
    assert np.array_equal(found.around(-10, 72_000), other.around(-10, 72_000))
    assert hashlib.sha256(master(source, tmp_path / "a.flac", STUDIO).path.read_bytes()).digest() == (
        hashlib.sha256(master(flac, tmp_path / "b.flac", STUDIO).path.read_bytes()).digest()
    )


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1000], lambda b: b[:30], lambda b: b"RIFF" + bytes(200), lambda _b: b"x"]
)
def test_a_wav_that_is_not_whole_is_left_to_ffmpeg(wav, tmp_path, spoil):
    source = wav(talk(1))
    source.write_bytes(spoil(source.read_bytes()))
    try:
        found = decode(source, tmp_path / "d.pcm")
    except MediaError:
        return
    assert found.path == tmp_path / "d.pcm"
    assert found.count == 47_500


@pytest.mark.medium
@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.45, 1.0, 2.9])
def test_a_very_short_sound_is_mastered_too(wav, tmp_path, seconds):
    n = np.arange(round(seconds * 48_000))
    made = master(wav(0.1 * np.sin(2 * np.pi * 1000 * n / 48_000)), tmp_path / "m.flac", STUDIO)
    middle = samples_of(made.path)[480:-480]
    assert 10 * math.log10((middle**2).mean()) == pytest.approx(
        -16, abs=0.8
    )  # a 1 kHz sine of -16 dB RMS reads -16 LUFS


@pytest.mark.medium
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (96_000, 2)])
def test_other_rates_and_channels_come_out_in_the_house_format(wav, tmp_path, rate, channels):
    mono = talk(3, rate)
    made = master(wav(np.stack([mono] * channels, axis=1), rate), tmp_path / "m.flac", STUDIO)
    facts = probe(made.path)
    assert (facts.rate, facts.channels) == (48_000, 1)
    assert made.loudness == pytest.approx(-16, abs=0.5)


def test_the_horn_profile_cuts_what_a_horn_cannot_sound(wav, tmp_path):
    n = np.arange(3 * 48_000)
    both = 0.2 * np.sin(2 * np.pi * 80 * n / 48_000) + 0.2 * np.sin(2 * np.pi * 2000 * n / 48_000)
    spectrum = np.abs(np.fft.rfft(samples_of(master(wav(both), tmp_path / "m.flac", HORN).path)[: 2 * 48_000]))
    assert 20 * np.log10(spectrum[2 * 80] / spectrum[2 * 2000]) < -18


def test_silence_is_refused(wav, tmp_path):
    with pytest.raises(MediaError, match="im lặng"):
        master(wav(np.zeros(48_000)), tmp_path / "m.flac", HORN)


def test_cancelling_leaves_nothing_shaped_behind(wav, tmp_path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(MediaError) as caught:
        master(wav(talk(3)), tmp_path / "m.flac", HORN, cancel=stop)
    assert caught.value.code == "cancelled"
    assert not list(tmp_path.glob("*.shaped.wav"))


def test_an_unknown_profile_is_named_with_those_that_exist():
    with pytest.raises(RuleError, match="horn, studio"):
        profile_of("stadium")


@pytest.mark.medium
def test_the_wheels_ffmpeg_masters_as_well_as_the_systems(wav, tmp_path, monkeypatch):
    source = wav(talk(3, level=0.6))
    monkeypatch.setenv("PATH", str(tmp_path))
    for profile in PROFILES.values():
        made = master(source, tmp_path / "m.flac", profile)
        assert made.loudness == pytest.approx(-16, abs=0.5)
        assert made.true_peak <= profile.true_peak
        assert meter.edges(made.path).head_ms < 50


def test_silence_at_both_ends_is_measured(wav):
    sound = np.concatenate([np.zeros(12_000), talk(1) * 0 + 0.3, np.zeros(24_000)])
    found = meter.edges(wav(sound))
    assert (found.head_ms, found.tail_ms) == (250, 500)
    assert meter.edges(wav(np.zeros(4800))).head_ms == 100


def programmes():
    """Fifty programmes as different as a station meets."""
    n = np.arange(48_000 * 5)
    yield from ((f"voice {k}", talk(3 + k % 4, seed=k, level=0.02 * (k + 1)), 48_000) for k in range(20))
    yield from (
        (f"tone {f}", 0.3 * np.sin(2 * np.pi * f * n / 48_000), 48_000) for f in (60, 200, 440, 1000, 3000, 8000)
    )
    yield from (
        (f"hole {k}", np.concatenate([talk(2, seed=k), np.zeros(48_000 * k), talk(2, seed=k + 9)]), 48_000)
        for k in range(1, 7)
    )
    yield from ((f"short {s}", talk(s), 48_000) for s in (0.6, 0.8, 1.2, 1.7))
    yield from ((f"loud {k}", np.clip(talk(3, level=k), -1, 1), 48_000) for k in (1, 2, 4, 8))
    yield from ((f"offset {d}", talk(3) + d, 48_000) for d in (0.01, 0.05, 0.2))
    yield from ((f"8 kHz {k}", talk(4, 8000, seed=k), 8000) for k in range(3))
    yield from ((f"96 kHz stereo {k}", np.stack([talk(3, 96_000, seed=k)] * 2, axis=1), 96_000) for k in range(2))
    yield from ((f"soft {k}", talk(3, level=0.001 * k), 48_000) for k in (2, 5))


@pytest.mark.slow
def test_two_meters_agree_on_fifty_programmes(wav):
    """Both read the same 48 kHz: at 8 kHz pyloudnorm's weighting bends, at 96 kHz it counts what nobody hears."""
    worst = {}
    for name, sound, rate in programmes():
        path = wav(sound, rate)
        data = samples_of(path, 2 if np.ndim(sound) == 2 else 1)
        worst[name] = meter.measure(path).integrated - loudness_by_pyloudnorm(data, 48_000)
    assert len(worst) == 50
    assert {k: round(v, 2) for k, v in worst.items() if abs(v) > 0.2} == {}


def test_the_outline_follows_the_sound(wav):
    sound = np.concatenate([np.zeros(48_000), np.full(48_000, 0.5), np.full(48_000, 1.0)])
    curve = peaks(wav(sound), 300)
    assert len(curve) == 300
    assert set(curve[:100]) == {0}
    assert set(curve[100:200]) == {63}
    assert set(curve[200:]) == {127}
    assert len(peaks(wav(talk(0.05)), 800)) == 5
    assert peaks(wav(np.zeros(0))) == ()
