"""Set the loudness of a sound under a ceiling of peaks: the gain of every millisecond, found before it is applied.

The gain is one number for the whole programme, lowered for a few milliseconds around each peak that would stand above
the ceiling. What that costs in loudness is known from the energies, so the number is found by calculation instead of
by rendering again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from broadcaster.later import Later
from broadcaster.sound import analysis
from broadcaster.sound.analysis import Milliseconds
from broadcaster.sound.matrix import Floats

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

_CLOSE_LU: Final = 0.02
_ROUNDS: Final = 24
_MOST_DB: Final = 20.0
"""More gain than this into a limiter brings no more loudness worth having."""
_PIECE: Final = 100_000
"""Milliseconds that are worked on at a time: memory stays small, and what is worked on near the processor."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What to multiply a sound with."""

    factor: float
    """The gain of the whole programme."""
    ceiling: float
    """Highest true peak afterwards (1 is full scale)."""
    reach: int
    """The limiter turns down over this many milliseconds before a peak, and up again as slowly."""

    def curve(self, peak: Floats, first: int, last: int) -> Floats:
        """The gain of the milliseconds from `first` to `last` of a sound with these peaks."""
        margin = 2 * self.reach + 1
        low, high = first - margin, last + margin
        around = peak[max(0, low) : max(0, high)]
        around = np.pad(around, (max(0, -low), high - max(0, low) - around.size))
        allowed = np.minimum(1.0, self.ceiling / np.maximum(self.factor * around, 1e-9))
        lowest = _lowest(allowed, 2 * self.reach + 3)
        sums = np.concatenate([[0.0], np.cumsum(lowest, dtype=np.float64)])
        width = 2 * self.reach + 1
        smooth: Floats = (self.factor * (sums[width:] - sums[:-width]) / width).astype(np.float32)
        return smooth

    def loudness(self, sound: Milliseconds) -> float:
        """The loudness of a sound after this gain (LUFS)."""
        found = []
        for first in range(0, sound.energy.size, _PIECE):
            last = min(first + _PIECE, sound.energy.size)
            found.append(analysis.tenths(sound.energy[first:last] * np.square(self.curve(sound.peak, first, last))))
        return analysis.integrated(np.concatenate(found))


def solve(sound: Milliseconds, loudness: float, ceiling: float, reach: int) -> Gain:
    """The gain that brings a sound to a loudness under a ceiling of true peaks.

    Args:
        sound: what is known of it; it MUST NOT be silent.
        loudness: wanted (LUFS).
        ceiling: highest true peak (1 is full scale).
        reach: milliseconds over which the limiter turns.
    """
    need = loudness - Gain(1.0, float("inf"), 0).loudness(sound)
    most = need + _MOST_DB
    step = 0.0
    for _ in range(_ROUNDS):
        gain = Gain(10 ** (need / 20), ceiling, reach)
        short = loudness - gain.loudness(sound)
        if abs(short) <= _CLOSE_LU or need >= most:
            break
        # A limiter gives back less than it is given: the further it has gone, the larger the next step must be.
        step = short * (1.0 if not step or short * step < 0 else 1.6)
        need = min(need + step, most)
    return gain


def _lowest(values: Floats, width: int) -> Floats:
    """The lowest of each `width` neighbours, by doubling."""
    span = 1
    while span * 2 <= width:
        values = np.minimum(values[:-span], values[span:])
        span *= 2
    rest = width - span
    return np.minimum(values[: values.size - rest], values[rest:]) if rest else values
