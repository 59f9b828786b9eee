"""Mastering profiles as data: what is done to a programme before its loudness is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from broadcaster.errors import RuleError


@dataclass(frozen=True, slots=True)
class SoundProfile:
    """How a programme is shaped for where it will sound."""

    name: str
    title: str
    """What the operator reads, in Vietnamese."""
    shaping: tuple[str, ...]
    """ffmpeg filters, in order; they get speech at `drive` LUFS and MUST NOT exceed full scale. Empty: none."""
    drive: float = -23.0
    """Loudness at which the shaping gets its input (LUFS): compressors work by level."""
    loudness: float = -16.0
    """Programme loudness of the result (LUFS), within 0.5 LU."""
    true_peak: float = -1.0
    """Highest true peak of the result (dBTP)."""


STUDIO: Final = SoundProfile("studio", "Giữ tự nhiên (loa trong nhà, nghe thử)", ())
# What a horn cannot sound (below 200 Hz, above 7 kHz) would only use up the peak; the presence lifts consonants; 24 dB
# into a fast limiter lifts the soft ends of syllables out of noise (spectral shaping and dynamic range compression,
# Zorilă et al. 2012). Of some 35 chains tried on five clips with the horn of tests/benchmarks/horn.py this one was best
# at -5 dB and within 0.001 of the best at 0 dB; a steeper or higher high-pass, a soft clipper or a slower limiter
# scored lower.
HORN: Final = SoundProfile(
    "horn",
    "Loa nén ngoài trời",
    (
        "highpass=f=200",
        "equalizer=f=2800:t=q:w=0.6:g=6",
        "lowpass=f=7000",
        "alimiter=level_in=15.849:limit=0.5:attack=1:release=10:level=disabled",
    ),
)
PROFILES: Final[Mapping[str, SoundProfile]] = {p.name: p for p in (HORN, STUDIO)}


def profile_of(name: str) -> SoundProfile:
    """Return a profile by its name.

    Raises:
        RuleError: there is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(PROFILES)
        raise RuleError(f"Không có kiểu xử lý âm thanh “{name}”. Hãy dùng: {known}.", field="sound.profile") from None
