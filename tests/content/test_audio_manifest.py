"""The station sounds: every file is described, is what its recipe makes, and is as loud as speech will be."""

from __future__ import annotations

import hashlib
import tomllib

import numpy as np
import pytest

from audio import recipe
from broadcaster.rooms import room

AUDIO = room("audio")
ENTRIES = tomllib.loads((AUDIO / "manifest.toml").read_text(encoding="utf-8"))["sound"]
SPOKEN_LIKE = {"opening", "closing", "chime", "separator", "alert"}

each_sound = pytest.mark.parametrize("entry", ENTRIES, ids=[e["name"] for e in ENTRIES])


def test_the_manifest_lists_exactly_the_files_and_the_recipe():
    files = {p.relative_to(AUDIO).as_posix() for p in (AUDIO / "sounds").iterdir()}
    assert {e["file"] for e in ENTRIES} == files
    assert [(e["name"], e["kind"], e["title"]) for e in ENTRIES] == [(s.name, s.kind, s.title) for s in recipe.SOUNDS]
    assert {e["kind"] for e in ENTRIES} == SPOKEN_LIKE | {"line_up"}


def test_the_sounds_stay_small_enough_for_the_repository():
    assert sum((AUDIO / e["file"]).stat().st_size for e in ENTRIES) < 3_000_000


@pytest.mark.slow
@each_sound
def test_the_recipe_makes_the_committed_samples(entry):
    kept = recipe.decode(AUDIO / entry["file"])
    made = next(s for s in recipe.SOUNDS if s.name == entry["name"]).samples()
    assert hashlib.sha256((AUDIO / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert hashlib.sha256(kept.astype("<i2").tobytes()).hexdigest() == entry["pcm_sha256"]
    assert kept.size / recipe.RATE == pytest.approx(entry["seconds"], abs=0.001)
    assert made.shape == kept.shape
    assert np.abs(made.astype(np.int32) - kept.astype(np.int32)).max() <= 1


@each_sound
def test_ffmpeg_reads_the_loudness_that_the_manifest_states(entry):
    loud, peak = recipe.meter(AUDIO / entry["file"])
    assert loud == pytest.approx(entry["loudness"], abs=0.2)
    assert peak == pytest.approx(entry["true_peak"], abs=0.2)
    if entry["kind"] in SPOKEN_LIKE:
        assert loud == pytest.approx(recipe.LOUDNESS, abs=0.5)
    assert peak <= -1.5


@each_sound
def test_every_sound_names_its_licence_and_source(entry):
    assert entry["licence"] == "CC0-1.0"
    assert entry["source"] == "audio/recipe.py"


@each_sound
def test_a_sound_begins_and_ends_in_silence(entry):
    kept = recipe.decode(AUDIO / entry["file"])
    assert abs(int(kept[0])) < 100
    assert np.abs(kept[-8:].astype(np.int32)).max() < 50


def test_the_alert_lives_where_horns_are_strong():
    """Nine tenths of its energy lie between 400 and 4000 Hz."""
    wave = recipe.alert()
    power = np.abs(np.fft.rfft(wave)) ** 2
    hertz = np.fft.rfftfreq(wave.size, 1 / recipe.RATE)
    assert power[(hertz > 400) & (hertz < 4000)].sum() > 0.9 * power.sum()


def test_the_line_up_tone_is_one_kilohertz_at_minus_eighteen():
    data = recipe.decode(AUDIO / "sounds/am-chuan.flac").astype(np.float64)[10_000:58_000] / 32768
    assert np.abs(np.fft.rfft(data)).argmax() == 1000  # one-second window: bins of 1 Hz
    assert 20 * np.log10(np.abs(data).max()) == pytest.approx(-18.0, abs=0.01)


def test_the_recipes_own_meter_agrees_with_ffmpeg():
    for name in ("nhac-hieu", "am-chuan"):
        path = AUDIO / f"sounds/{name}.flac"
        assert recipe.loudness(recipe.decode(path) / 32768) == pytest.approx(recipe.meter(path)[0], abs=0.1)


def test_the_limiter_never_lets_a_peak_through():
    wave = 0.5 * np.sin(np.arange(20_000) / 7.0)
    wave[[0, 700, 9_000, 19_999]] = [2.0, -3.0, 5.0, 2.0]
    assert np.abs(recipe.limit(wave, -2.2)).max() <= 10 ** (-2.2 / 20) + 1e-9
