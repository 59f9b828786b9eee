"""The sound of a zone's horns put right: two shelves and a gain, chunk by chunk, on the way to a sink.

The shelves are the second-order ones of Bristow-Johnson's "Audio EQ Cookbook" (slope 1). Their impulse responses are
over within a hundredth of a second (what is left out is below -100 dB), so they are applied as one convolution: the
samples before a chunk are all that is remembered, and the result does not depend on how long the chunks are.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from broadcaster.domain.setup.zones import Correction
from broadcaster.playout.sinks.base import RATE

BASS_HZ: Final = 300.0
TREBLE_HZ: Final = 3000.0
"""Where half of a shelf's gain is reached."""

_TAPS: Final = 512
_KNEE: Final = 0.7
"""Above this (1 is full scale) what a boost would push out of range is rounded off, not clipped."""

Floats = npt.NDArray[np.float64]


class Equaliser:
    """Corrects one stream; made for one broadcast on one sink."""

    def __init__(self, correction: Correction) -> None:
        self.factor = 10 ** (correction.gain / 20)
        """By how much the whole is softer than what was approved."""
        self._kernel = kernel(correction)
        self._before = np.zeros(_TAPS - 1)

    def apply(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The next samples (full scale 32768) corrected, as many as came."""
        heard = np.concatenate([self._before, samples])
        self._before = heard[samples.size :]
        size = 1 << (heard.size + _TAPS - 2).bit_length()
        made = np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(self._kernel, size), size)[_TAPS - 1 : heard.size]
        return _rounded(made / 32768).astype(np.float32) * np.float32(32767)


def kernel(correction: Correction) -> Floats:
    """The impulse response of a correction."""
    pulse = np.zeros(_TAPS)
    pulse[0] = 10 ** (correction.gain / 20)
    for gain, hertz, high in ((correction.bass, BASS_HZ, False), (correction.treble, TREBLE_HZ, True)):
        if gain:
            pulse = _filtered(pulse, gain, hertz, high=high)
    return pulse


def _filtered(samples: Floats, gain: float, hertz: float, *, high: bool) -> Floats:
    root = 10 ** (gain / 40)
    turn = 2 * np.pi * hertz / RATE
    slope = np.sqrt(2 * root) * np.sin(turn)
    sign = -1.0 if high else 1.0
    cos = sign * np.cos(turn)
    top = (
        root * (root + 1 - (root - 1) * cos + slope),
        sign * 2 * root * (root - 1 - (root + 1) * cos),
        root * (root + 1 - (root - 1) * cos - slope),
    )
    bottom = (
        root + 1 + (root - 1) * cos + slope,
        sign * -2 * (root - 1 + (root + 1) * cos),
        root + 1 + (root - 1) * cos - slope,
    )
    out = np.zeros_like(samples)
    x1 = x2 = y1 = y2 = 0.0
    for n, x in enumerate(samples):
        y = (top[0] * x + top[1] * x1 + top[2] * x2 - bottom[1] * y1 - bottom[2] * y2) / bottom[0]
        out[n] = y
        x1, x2, y1, y2 = x, x1, y, y1
    return out


def _rounded(samples: Floats) -> Floats:
    over = np.abs(samples) - _KNEE
    if not (over > 0).any():
        return samples
    room = 1 - _KNEE
    bent: Floats = np.where(over > 0, np.sign(samples) * (_KNEE + room * np.tanh(over / room)), samples)
    return bent
