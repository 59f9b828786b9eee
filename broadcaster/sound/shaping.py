"""Shape speech for horns: more in the bands that carry words, soft sounds lifted, onsets sharpened.

Spectral shaping and dynamic range compression in the manner of Zorilă, Kandia and Stylianou (Interspeech 2012), on
third-octave bands of a short-time spectrum: every band's level moves by a share of its distance from a target spectrum,
and a band that falls below its recent past is turned down further (one that rises, hardly up), because echoes fill what
lies behind an onset, and less of it leaves them less to hide. All of it is arithmetic on whole arrays, so that a long
programme is shaped a stretch at a time, in any order, with the same result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from broadcaster.later import Later
from broadcaster.sound.analysis import RATE
from broadcaster.sound.matrix import Floats, times

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

_LOWEST: Final = 150.0
_BANDS: Final = 18
_POINTS: Final = (150.0, 300.0, 600.0, 1200.0, 2400.0, 4800.0, 7000.0)
"""Frequencies (Hz) at which a target spectrum is given."""
_TOGETHER: Final = 64
"""Frames that are transformed together: what a processor keeps near."""
_QUIET: Final = 1e-12
_CUT: Final = 1e-2
"""What the low-pass leaves less than this of is left out (-40 dB)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """How speech at -23 LUFS is shaped. Times in ms, levels in dB."""

    frame: int
    """Samples in a frame; half of them is a step."""
    target: tuple[float, float, float, float, float, float, float]
    """Level of each band, in dB, at 150, 300, 600, 1200, 2400, 4800 and 7000 Hz."""
    share: float
    """How much of the distance to the target a band moves: 0 none, 1 all."""
    most: float
    """The greatest distance below the target that still lifts a band (dB)."""
    expand: float
    """Below that, a band is turned down by this many dB for each: breath and hiss stay down."""
    highpass: float
    lowpass: float
    """Edges of what is kept (Hz)."""
    onset: float
    """Share of a band's rise over its recent past that is added to it."""
    past: float
    """How long the recent past is (ms)."""
    fall: float
    rise: float
    """The most that counts as a fall, and as a rise (dB)."""

    @property
    def step(self) -> int:
        """Samples from one frame to the next."""
        return self.frame // 2

    @property
    def memory(self) -> int:
        """Samples before a stretch that shaping it needs, a whole number of steps."""
        return (max(1, int(self.past * RATE / 1000 / self.step)) + 3) * self.step

    @property
    def ahead(self) -> int:
        """Samples after a stretch that shaping it needs."""
        return self.frame + self.step


@dataclass(frozen=True, slots=True)
class _Grid:
    window: Floats
    to_bands: Floats
    to_bins: Floats
    target: Floats
    edges: Floats
    bins: int
    """How many bins lie below what is cut off anyway; the rest is silence."""


@lru_cache(maxsize=8)
def _grid(shaping: Shaping) -> _Grid:
    n = shaping.frame
    hertz = np.fft.rfftfreq(n, 1 / RATE)
    place = np.clip(np.log2(np.maximum(hertz, 1.0) / _LOWEST) * 3, 0, _BANDS - 1)
    weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(_BANDS)))
    centres = np.log2(_LOWEST * 2 ** (np.arange(_BANDS) / 3))
    edges = 1 / np.sqrt(1 + (shaping.highpass / np.maximum(hertz, 1.0)) ** 8)
    edges /= np.sqrt(1 + (hertz / shaping.lowpass) ** 16)
    bins = int(np.flatnonzero(edges > _CUT)[-1]) + 1
    weights, edges = weights[:bins], edges[:bins]
    return _Grid(
        bins=bins,
        window=np.sin(np.pi * (np.arange(n) + 0.5) / n).astype(np.float32),
        to_bands=(weights / n).astype(np.float32),
        to_bins=weights.T.astype(np.float32),
        target=np.interp(centres, np.log2(_POINTS), shaping.target).astype(np.float32),
        edges=edges.astype(np.float32),
    )


def shape(samples: Floats, shaping: Shaping) -> Floats:
    """`samples[memory:-ahead]` shaped; it is as long as a whole number of steps.

    The first sample MUST lie on a whole number of steps from the beginning of the programme, so that every stretch is
    cut into the same frames.
    """
    grid, step = _grid(shaping), shaping.step
    frames = np.lib.stride_tricks.sliding_window_view(samples, shaping.frame)[::step]
    batches = [slice(first, first + _TOGETHER) for first in range(0, len(frames), _TOGETHER)]
    kept = np.empty((len(frames), grid.bins), np.complex64)
    power = np.empty((len(frames), _BANDS), np.float32)
    for batch in batches:
        kept[batch] = np.fft.rfft(frames[batch] * grid.window)[:, : grid.bins]
        power[batch] = times(np.square(kept[batch].real) + np.square(kept[batch].imag), grid.to_bands)
    gains = (10 ** (_gains(power, shaping, grid.target) / 20)).astype(np.float32)
    out = np.empty(frames.shape, np.float32)
    spectra = np.zeros((min(_TOGETHER, len(frames)), shaping.frame // 2 + 1), np.complex64)
    for batch in batches:
        some = spectra[: len(gains[batch])]
        some[:, : grid.bins] = kept[batch] * (times(gains[batch], grid.to_bins) * grid.edges)
        out[batch] = np.fft.irfft(some) * grid.window
    halves = out.reshape(len(out), 2, step)
    whole: Floats = (halves[1:, 0] + halves[:-1, 1]).reshape(-1)  # whole[0] is sample `step` of `samples`
    count = samples.size - shaping.memory - shaping.ahead
    return whole[shaping.memory - step : shaping.memory - step + count]


def _gains(power: Floats, shaping: Shaping, target: Floats) -> Floats:
    """The gain (dB) of every band in every frame."""
    below = (target - 10 * np.log10(power + _QUIET)).astype(np.float32)
    gain: Floats = (shaping.share * np.clip(below, -40, shaping.most)).astype(np.float32)
    gain -= shaping.expand * np.maximum(0, below - shaping.most)
    if shaping.onset:
        frames = max(1, int(shaping.past * RATE / 1000 / shaping.step))
        sums = np.concatenate([np.zeros((1, _BANDS)), np.cumsum(power, axis=0, dtype=np.float64)])
        last = np.arange(len(power))
        first = np.maximum(0, last - frames)
        past = (sums[last] - sums[first]) / np.maximum(1, last - first)[:, None]
        change = 10 * np.log10((power + 1e-9) / (np.maximum(past, 0) + 1e-9))
        gain += (shaping.onset * np.clip(change, -shaping.fall, shaping.rise)).astype(np.float32)
    return gain
