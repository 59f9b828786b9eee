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
HORN: Final = SoundProfile(
    "horn",
    "Loa nén ngoài trời",
    (
        "highpass=f=350",
        "highpass=f=350",
        "equalizer=f=2800:t=q:w=0.6:g=9",
        "alimiter=level_in=8:limit=0.5:attack=1:release=20:level=disabled",
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
