"""The outline of a sound: how loud its bands are, fifty times a second. Enough to tell programmes apart.

Outlines survive what horns and codecs do to sound. Measured on Vietnamese speech, windows of three seconds: the same
words through Opus or MP3 0.98, in noise 20 dB below 0.92, through a horn's band with an echo 0.73 at least; other
words of the same voice 0.45 at most.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from broadcaster.playout.sinks.base import RATE

Floats = npt.NDArray[np.float32]

HOP = RATE // 50
"""Samples in a frame."""
PER_SECOND = RATE // HOP
BANDS = 12
_FLOOR = 1e-6
_PLAIN = 1.0
"""An outline whose bands move by less than this (dB², mean) is a steady tone: only its colour can be compared."""
_FREQUENCIES = np.fft.rfftfreq(HOP, 1 / RATE)
_EDGES = np.geomspace(150, 6500, BANDS + 1)
_WEIGHTS: Floats = np.array(
    [(low <= _FREQUENCIES) & (high > _FREQUENCIES) for low, high in pairwise(_EDGES)],
    dtype=np.float32,
).T
_WINDOW: Floats = np.hanning(HOP).astype(np.float32)


def outline(samples: npt.NDArray[np.int16]) -> tuple[Floats, Floats]:
    """Band levels (frames x bands, dB) and levels (dBFS) of whole frames."""
    frames = samples[: len(samples) // HOP * HOP].reshape(-1, HOP).astype(np.float32) / 32768
    power = np.abs(np.fft.rfft(frames * _WINDOW, axis=1)) ** 2 / HOP
    bands = 10 * np.log10(power.astype(np.float32) @ _WEIGHTS + _FLOOR)
    levels = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    return bands.astype(np.float32), levels.astype(np.float32)


def likeness(one: Floats, other: Floats) -> float:
    """The correlation of two outlines of the same length, -1 to 1."""
    if len(one) == 0 or len(one) != len(other):
        return 0.0
    moving = one - one.mean(axis=0)
    if float(np.mean(moving**2)) < _PLAIN:
        return _correlation(one.mean(axis=0) - one.mean(), other.mean(axis=0) - other.mean())
    return _correlation(moving, other - other.mean(axis=0))


def find(wanted: Floats, where: Floats) -> tuple[float, int]:
    """The best likeness of `wanted` to any stretch of `where`, and the frame where that begins."""
    n, room = len(wanted), len(where) - len(wanted)
    if room < 0 or n == 0:
        return 0.0, 0
    moving = wanted - wanted.mean(axis=0)
    energy = float(np.sum(moving**2))
    if energy / moving.size < _PLAIN:
        marks = [likeness(wanted, where[k : k + n]) for k in range(0, room + 1, 5)]
        at = int(np.argmax(marks))
        return marks[at], at * 5
    size = 1 << (len(where) + n - 1).bit_length()
    product = np.fft.rfft(where, size, axis=0) * np.conj(np.fft.rfft(moving, size, axis=0))
    dots = np.fft.irfft(product, size, axis=0)[: room + 1].sum(axis=1)
    sums = np.vstack([np.zeros((1, where.shape[1])), np.cumsum(where, axis=0, dtype=np.float64)])
    squares = np.vstack([np.zeros((1, where.shape[1])), np.cumsum(where.astype(np.float64) ** 2, axis=0)])
    total = sums[n:] - sums[:-n]
    spread = (squares[n:] - squares[:-n] - total**2 / n).sum(axis=1)
    marks = dots / np.sqrt(np.maximum(spread, 1e-9) * energy)
    marks[spread < _PLAIN * n] = 0.0
    at = int(np.argmax(marks))
    return float(marks[at]), at


def _correlation(one: Floats, other: Floats) -> float:
    scale = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
    return float(np.sum(one * other)) / scale if scale > 0 else 0.0
