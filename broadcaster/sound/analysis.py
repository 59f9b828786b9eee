"""Loudness and true peaks of samples, millisecond by millisecond (ITU-R BS.1770): what mastering decides by.

Pure arithmetic on arrays. ffmpeg's `ebur128` remains the judge of what is finished; here the same quantities are kept
for each millisecond, so that a limiter's effect on loudness can be foretold without another pass over the sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from broadcaster.later import Later
from broadcaster.sound.matrix import Floats, times

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Later("numpy")

RATE: Final = 48_000
STEP: Final = RATE // 1000
"""Samples in the smallest unit that is looked at: 1 ms."""
LEFT: Final = 3840
"""Samples before a stretch that its analysis needs: the memory of the K-weighting (80 ms, by then -160 dB)."""
RIGHT: Final = STEP
"""Samples after a stretch that its analysis needs: no less than half an interpolation kernel."""
SILENT_LUFS: Final = -70.0
"""The absolute gate of BS.1770."""

_OVER: Final = 4
_HALF: Final = 16
"""Samples on either side that a point between two samples is calculated from."""
_KAISER: Final = 7.0
_TENTH: Final = 100
_TOGETHER: Final = 1024
"""Milliseconds that are looked at together: what a processor keeps near."""
_SHORTEST: Final = 3000
"""A sound is repeated until it fills this many milliseconds: BS.1770 has no loudness below 400 ms."""

# BS.1770-5, table 1 and 2: a shelf for the head, then a high-pass, both for 48 kHz.
_SHELF: Final = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

Doubles: TypeAlias = "npt.NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """What is known of each millisecond of a sound."""

    energy: Floats
    """Mean square after K-weighting."""
    peak: Floats
    """Highest true peak (1 is full scale), four times oversampled."""


@dataclass(frozen=True, slots=True)
class _Weighting:
    """The K-weighting of one millisecond after another.

    What a filter answers to a millisecond is what it answers to its samples, plus what it answers to the four numbers
    in which it remembers all that went before.
    """

    answer: Floats
    """Samples of a millisecond to weighted samples, then to what they leave in memory (48 to 48 + 4)."""
    recall: Floats
    """Memory at the beginning of a millisecond to weighted samples (4 to 48)."""
    fade: tuple[Floats, ...]
    """Memory to what is left of it 1, 2, 4, ... ms later (4 to 4)."""


@lru_cache(maxsize=1)
def _weighting() -> _Weighting:
    top, bottom = np.polymul(_SHELF[0], _HIGH[0]), np.polymul(_SHELF[1], _HIGH[1])
    order = bottom.size - 1
    turn = np.eye(order, k=1)
    turn[:, 0] -= bottom[1:]
    enter = (top[1:] - bottom[1:] * top[0])[:, None]
    leave = np.eye(1, order)
    # Coordinates in which the square of the memory is the energy that it will still cause: in the filter's own ones,
    # numbers 40,000 times as large as the sound cancel each other, which single precision does not bear.
    seen, power = leave.T @ leave, turn
    for _ in range(16):  # 65,536 samples
        seen = seen + power.T @ seen @ power
        power = power @ power
    scale = np.linalg.cholesky(seen).T
    turn, enter, leave = scale @ turn @ np.linalg.inv(scale), scale @ enter, leave @ np.linalg.inv(scale)
    powers = [np.eye(order)]
    for _ in range(STEP):
        powers.append(powers[-1] @ turn)
    pulse = np.array([top[0], *((leave @ p @ enter).item() for p in powers[: STEP - 1])])
    lag = np.arange(STEP)[None, :] - np.arange(STEP)[:, None]
    heard = np.where(lag >= 0, pulse[np.maximum(lag, 0)], 0.0)
    left = np.stack([(powers[STEP - 1 - n] @ enter)[:, 0] for n in range(STEP)])
    fade: list[Floats] = []
    span = powers[STEP]
    while STEP << len(fade) < LEFT:
        fade.append(np.ascontiguousarray(span.T, np.float32))
        span = span @ span
    return _Weighting(
        np.hstack([heard, left]).astype(np.float32),
        np.stack([(leave @ powers[n])[0] for n in range(STEP)], axis=1).astype(np.float32),
        tuple(fade),
    )


@lru_cache(maxsize=1)
def _between() -> Floats:
    """The matrix from a millisecond and its neighbourhood to the points between its samples."""
    out = np.zeros((STEP + 2 * _HALF - 1, STEP * (_OVER - 1)))
    for part in range(1, _OVER):
        distance = np.arange(1 - _HALF, _HALF + 1) - part / _OVER
        kernel = np.sinc(distance) * np.i0(_KAISER * np.sqrt(1 - (distance / _HALF) ** 2)) / np.i0(_KAISER)
        for n in range(STEP):
            out[n : n + 2 * _HALF, (part - 1) * STEP + n] = kernel / kernel.sum()
    return out.astype(np.float32)


def examine(samples: Floats) -> Milliseconds:
    """What is known of `samples[LEFT:-RIGHT]`, whose length is a whole number of milliseconds."""
    count = samples.size - LEFT - RIGHT
    around = samples[LEFT - _HALF + 1 : LEFT + count + _HALF]
    rows = np.lib.stride_tricks.sliding_window_view(around, STEP + 2 * _HALF - 1)[::STEP]
    own = samples[LEFT : LEFT + count].reshape(-1, STEP)
    peak = np.maximum(own.max(axis=1), -own.min(axis=1))
    for first in range(0, len(rows), _TOGETHER):
        points = times(rows[first : first + _TOGETHER], _between())
        top = peak[first : first + _TOGETHER]
        np.maximum(top, points.max(axis=1), out=top)
        np.maximum(top, -points.min(axis=1), out=top)
    return Milliseconds(weigh(samples), peak)


def weigh(samples: Floats) -> Floats:
    """The energies of `examine` alone, at a quarter of the cost."""
    weighting = _weighting()
    rows = samples[: samples.size - RIGHT].reshape(-1, STEP)
    answer = times(rows, weighting.answer)
    heard, memory = answer[:, :STEP], answer[:, STEP:].copy()
    for n, fade in enumerate(weighting.fade):  # what each millisecond leaves, and what all before it left
        memory[1 << n :] += times(memory[: -1 << n], fade)
    heard[1:] += times(memory[:-1], weighting.recall)
    energy: Floats = np.einsum("ij,ij->i", heard, heard) / np.float32(STEP)
    return energy[LEFT // STEP :]


def tenths(energy: Floats) -> npt.NDArray[np.float64]:
    """The energy of each tenth of a second; what is left over at the end counts for what it fills."""
    whole = energy.size // _TENTH * _TENTH
    found: npt.NDArray[np.float64] = energy[:whole].reshape(-1, _TENTH).mean(axis=1, dtype=np.float64)
    if energy.size == whole:
        return found
    return np.append(found, energy[whole:].sum(dtype=np.float64) / _TENTH)


def integrated(energy_of_tenths: npt.NDArray[np.float64]) -> float:
    """The gated programme loudness (LUFS) of a sound, -70 for silence."""
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
    """The energies of a sound shorter than 400 ms as if it were played over and over."""
    return energy if energy.size >= 400 or not energy.size else np.resize(energy, _SHORTEST)
