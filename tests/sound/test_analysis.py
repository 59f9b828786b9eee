"""Loudness and peaks by the millisecond: against ffmpeg and pyloudnorm, and the gain that is calculated from them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.sound import analysis, meter
from broadcaster.sound.level import Gain, solve
from tests.kit.properties import examples
from tests.kit.sounds import loudness_by_pyloudnorm

RATE = 48_000


def about(sound):
    count = -(-len(sound) // 48) * 48
    padded = np.zeros(analysis.LEFT + count + analysis.RIGHT, np.float32)
    padded[analysis.LEFT : analysis.LEFT + len(sound)] = sound
    return analysis.examine(padded)


def loudness(sound):
    return analysis.integrated(analysis.tenths(analysis.repeated(about(sound).energy)))


def noise(seconds, level, seed=0, beat=3.0):
    random = np.random.default_rng(seed)
    n = np.arange(round(seconds * RATE))
    return level * (0.3 + np.sin(2 * np.pi * beat * n / RATE) ** 2) * random.standard_normal(n.size)


def sine(seconds, hertz, level):
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


@pytest.mark.medium
@pytest.mark.parametrize(
    "sound",
    [
        sine(5, 997, 0.1),
        sine(3, 60, 0.5),
        noise(8, 0.05),
        np.concatenate([noise(3, 0.1), np.zeros(5 * RATE), noise(3, 0.1)]),
        np.concatenate([noise(4, 0.1), noise(4, 0.001)]),
        noise(4, 0.05) + 0.2,
    ],
    ids=["tone", "hum", "noise", "silence inside", "loud and soft", "offset"],
)
def test_three_meters_agree(wav, sound):
    path = wav(sound)
    judged = meter.measure(path)
    mine = about(np.round(np.clip(sound, -1, 1) * 32767) / 32768)
    assert loudness(sound) == pytest.approx(judged.integrated, abs=0.1)
    assert loudness(sound) == pytest.approx(loudness_by_pyloudnorm(sound, RATE), abs=0.1)
    assert 20 * math.log10(mine.peak.max()) == pytest.approx(judged.true_peak, abs=0.15)


def test_a_peak_between_samples_is_seen():
    x = np.sin(2 * np.pi * 12_000 * np.arange(RATE) / RATE + np.pi / 4)  # samples at 0.707, peaks at 1
    assert about(x).peak[10:-10].max() == pytest.approx(1.0, abs=0.01)


def test_silence_reads_the_floor():
    assert loudness(np.zeros(RATE)) == -70.0


@examples(25)
@given(st.floats(-30, -8), st.floats(-9, -1), st.integers(0, 12), st.integers(0, 1000))
def test_no_peak_passes_the_ceiling_and_the_loudness_is_met_when_it_can_be(wanted, ceiling_db, reach, seed):
    random = np.random.default_rng(seed)
    sound = analysis.Milliseconds(
        random.uniform(0, 0.01, 3000).astype(np.float32), random.uniform(0, 0.5, 3000).astype(np.float32)
    )
    ceiling = 10 ** (ceiling_db / 20)
    gain = solve(sound, wanted, ceiling, reach)
    curve = gain.curve(sound.peak, 0, 3000)
    assert (curve * sound.peak).max() <= ceiling * 1.0001
    assert gain.loudness(sound) <= wanted + 0.03
    if (10 ** ((wanted - Gain(1.0, math.inf, 0).loudness(sound)) / 20)) * 0.5 <= ceiling:
        assert gain.loudness(sound) == pytest.approx(wanted, abs=0.03)


@given(st.integers(0, 12), st.integers(1, 400), st.integers(1, 400))
def test_a_curve_is_the_same_in_pieces(reach, a, b):
    peak = np.random.default_rng(3).uniform(0, 2, 500).astype(np.float32)
    gain = Gain(0.9, 0.4, reach)
    first, last = sorted((a, b))
    whole = gain.curve(peak, 0, 500)
    assert np.allclose(gain.curve(peak, first, last), whole[first:last], atol=1e-6)
