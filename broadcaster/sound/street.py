"""A horn on a pole in a street, simulated: what reaches a household of what was sent.

350 Hz to 6 kHz, an echo off a house after 120 ms, a tail of 0.6 s, and noise with the spectrum of speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from broadcaster.later import Later

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Later("numpy")


RATE: Final = 16_000
"""What the recogniser hears (Hz)."""
_LOW, _HIGH = 350.0, 6000.0
_ECHO_S, _ECHO = 0.12, 0.35
_TAIL_S, _TAIL = 0.6, 0.25

Wave: TypeAlias = "npt.NDArray[np.float64]"


def through(sound: Wave, snr_db: float | None) -> Wave:
    """A sound at 16 kHz as it is heard behind the horn, with noise `snr_db` below it (None: without)."""
    if not sound.size:
        return sound
    chance = np.random.default_rng(7)
    n = np.arange(round(_TAIL_S * RATE))
    tail = chance.standard_normal(n.size) * 10 ** (-3 * n / n.size)
    response = _TAIL * tail / np.sqrt(np.square(tail).sum())
    response[0] += 1.0
    response[round(_ECHO_S * RATE)] += _ECHO
    size = 1 << (sound.size + response.size).bit_length()
    hertz = np.fft.rfftfreq(size, 1 / RATE) + 1e-9
    band = 1 / np.sqrt(1 + (_LOW / hertz) ** 8) / np.sqrt(1 + (hertz / _HIGH) ** 8)
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size) * band, size)[: sound.size + RATE // 4]
    if snr_db is None:
        return heard
    spectrum = np.abs(np.fft.rfft(heard))
    smooth = np.convolve(spectrum, np.ones(101) / 101, "same")
    noise = np.fft.irfft(smooth * np.exp(2j * np.pi * chance.uniform(size=smooth.size)), heard.size)
    level = np.sqrt(np.square(heard).mean() / max(float(np.square(noise).mean()), 1e-20))
    noisy: Wave = heard + noise * level * 10 ** (-snr_db / 20)
    return noisy
