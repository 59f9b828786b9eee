"""Loudness and true peaks of samples, millisecond by millisecond (ITU-R BS.1770): what mastering decides by.

Pure arithmetic on arrays. ffmpeg's `ebur128` remains the judge of what is finished; here the same quantities are kept
for each millisecond, so that a limiter's effect on loudness can be foretold without another pass over the sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

RATE: Final = 48_000
STEP: Final = RATE // 1000
"""Samples in the smallest unit that is looked at: 1 ms."""
LEFT: Final = 3840
"""Samples before a stretch that its analysis needs: the memory of the K-weighting (80 ms, by then -160 dB)."""
RIGHT: Final = 1024
"""Samples after a stretch that its analysis needs: half an interpolation kernel."""
SILENT_LUFS: Final = -70.0
"""The absolute gate of BS.1770."""

_SIZE: Final = 128_000
"""Samples that are transformed at a time: small factors only, and little of it spent on what overlaps."""
_HOP: Final = 122_880
"""Of them, samples that are looked at: a whole number of milliseconds, at most `_SIZE - LEFT - RIGHT`."""
_OVER: Final = 4
_TENTH: Final = 100
_SHORTEST: Final = 3000
"""A sound is repeated until it fills this many milliseconds: BS.1770 has no loudness below 400 ms."""

# BS.1770-5, table 1 and 2: a shelf for the head, then a high-pass, both for 48 kHz.
_SHELF: Final = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """What is known of each millisecond of a sound."""

    energy: Floats
    """Mean square after K-weighting."""
    peak: Floats
    """Highest true peak (1 is full scale), four times oversampled."""


@lru_cache(maxsize=1)
def _k_weighting() -> npt.NDArray[np.complex64]:
    z = np.exp(-2j * np.pi * np.arange(_SIZE // 2 + 1) / _SIZE)
    response = np.ones(z.size, complex)
    for top, bottom in (_SHELF, _HIGH):
        response *= np.polyval(top[::-1], z) / np.polyval(bottom[::-1], z)
    return response.astype(np.complex64)


@lru_cache(maxsize=1)
def _shifts() -> tuple[npt.NDArray[np.complex64], ...]:
    """Return the spectra of delays by a quarter, a half and three quarters of a sample."""
    turn = np.exp(2j * np.pi * np.arange(_SIZE // 2 + 1) / _SIZE / _OVER)
    return tuple((turn**part).astype(np.complex64) for part in range(1, _OVER))


def examine(samples: Floats) -> Milliseconds:
    """Return what is known of `samples[LEFT:-RIGHT]`, whose length is a whole number of milliseconds."""
    count = samples.size - LEFT - RIGHT
    blocks = -(-count // _HOP)
    padded = np.zeros((blocks - 1) * _HOP + _SIZE, np.float32)
    padded[: samples.size] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[::_HOP]
    energy = np.empty((blocks, _HOP // STEP), np.float32)
    peak = np.empty((blocks, _HOP // STEP), np.float32)
    inner = slice(LEFT, LEFT + _HOP)
    for index, frame in enumerate(frames):
        spectrum = np.fft.rfft(frame)
        heard = np.fft.irfft(spectrum * _k_weighting())[inner]
        energy[index] = np.square(heard).reshape(-1, STEP).mean(axis=1)
        top = np.abs(frame[inner])
        for shift in _shifts():
            np.maximum(top, np.abs(np.fft.irfft(spectrum * shift)[inner]), out=top)
        peak[index] = top.reshape(-1, STEP).max(axis=1)
    steps = count // STEP
    return Milliseconds(energy.reshape(-1)[:steps], peak.reshape(-1)[:steps])


def weigh(samples: Floats) -> Floats:
    """Return the energies of `examine` alone, at a third of the cost."""
    count = samples.size - LEFT - RIGHT
    blocks = -(-count // _HOP)
    padded = np.zeros((blocks - 1) * _HOP + _SIZE, np.float32)
    padded[: samples.size] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, _SIZE)[::_HOP]
    energy = np.empty((blocks, _HOP // STEP), np.float32)
    for index, frame in enumerate(frames):
        heard = np.fft.irfft(np.fft.rfft(frame) * _k_weighting())[LEFT : LEFT + _HOP]
        energy[index] = np.square(heard).reshape(-1, STEP).mean(axis=1)
    return energy.reshape(-1)[: count // STEP]


def tenths(energy: Floats) -> npt.NDArray[np.float64]:
    """Return the energy of each tenth of a second; what is left over at the end counts for what it fills."""
    whole = energy.size // _TENTH * _TENTH
    found: npt.NDArray[np.float64] = energy[:whole].reshape(-1, _TENTH).mean(axis=1, dtype=np.float64)
    if energy.size == whole:
        return found
    return np.append(found, energy[whole:].sum(dtype=np.float64) / _TENTH)


def integrated(energy_of_tenths: npt.NDArray[np.float64]) -> float:
    """Return the gated programme loudness (LUFS) of a sound, -70 for silence."""
    if energy_of_tenths.size < 4:
        energy_of_tenths = np.resize(energy_of_tenths, 30) if energy_of_tenths.size else np.zeros(4)
    sums = np.concatenate([[0.0], np.cumsum(energy_of_tenths)])
    blocks = (sums[4:] - sums[:-4]) / 4
    loud = blocks[blocks > 10 ** ((SILENT_LUFS + 0.691) / 10)]
    if not loud.size:
        return SILENT_LUFS
    kept = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def repeated(energy: Floats) -> Floats:
    """Return the energies of a sound shorter than 400 ms as if it were played over and over."""
    return energy if energy.size >= 400 or not energy.size else np.resize(energy, _SHORTEST)
