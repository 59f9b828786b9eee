"""Master a programme: shape it for the horns, then set its loudness and peak, by measuring first.

Loudness is measured over the whole programme (BS.1770) and set by one linear gain, which neither pumps nor depends on
what came before. Only when that gain would lift a true peak over the ceiling does a limiter, four times oversampled,
work in between. Everything streams through ffmpeg: memory does not grow with the programme.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broadcaster.errors import MediaError
from broadcaster.sound import ffmpeg, meter
from broadcaster.sound.meter import Loudness
from broadcaster.sound.probe import probe
from broadcaster.sound.profiles import SoundProfile

TOLERANCE_LU: Final = 0.5

_CLOSE_LU: Final = 0.2
_CLOSE_DB: Final = 0.02
_EAGER: Final = 1.3
"""A limiter gives back less loudness than it gets gain."""
_ROUNDS: Final = 6
_RATE: Final = 48_000
_OVERSAMPLED: Final = 4 * _RATE
_MARGIN_DB: Final = 0.15
"""The limiter's ceiling lies this far below the true-peak ceiling, for what resampling back adds."""
_ONE_VOICE: Final = "aresample=48000:dither_method=none,aformat=sample_fmts=flt:channel_layouts=mono"
_FLAC: Final = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
    *("-ar", str(_RATE), "-ac", "1", "-sample_fmt", "s16", "-c:a", "flac", "-compression_level", "5", "-f", "flac"),
)


@dataclass(frozen=True, slots=True)
class Mastered:
    """A finished programme."""

    path: Path
    loudness: float
    """Programme loudness (LUFS)."""
    true_peak: float
    """Highest true peak (dBTP)."""
    duration_ms: int


def master(
    source: Path,
    target: Path,
    profile: SoundProfile,
    *,
    cancel: threading.Event | None = None,
    low_priority: bool = True,
) -> Mastered:
    """Write the mastered programme to `target` as FLAC (48 kHz, mono, 16 bit, no metadata).

    Same source, profile and ffmpeg: same bytes. `target`'s folder also holds the shaped programme meanwhile.

    Args:
        source: any sound file.
        target: the FLAC to write.
        profile: shaping, loudness and peak.
        cancel: stops the work.
        low_priority: give way to play-out on the processor.

    Raises:
        MediaError: the source is silent or unreadable, the disk is full, or ffmpeg fails.
    """
    work = _Work(source, target, profile, cancel, low_priority)
    shaped = target.with_suffix(".shaped.wav")
    try:
        return work.master(shaped)
    finally:
        shaped.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Work:
    source: Path
    target: Path
    profile: SoundProfile
    cancel: threading.Event | None
    low_priority: bool

    def master(self, shaped: Path) -> Mastered:
        facts = probe(self.source)
        loop = meter.repeats(facts.seconds)
        peak_too = "" if self.profile.shaping else meter.FILTER
        found = self._measure(self.source, loop, peak_too or meter.LOUDNESS_ONLY)
        programme = self.source
        if self.profile.shaping:
            drive = self.profile.drive - found.integrated
            chain = [_ONE_VOICE, f"volume={drive:.2f}dB:precision=float", *self.profile.shaping]
            if loop:
                self._shape(chain, shaped)
                found = self._measure(shaped, loop, meter.FILTER)
            else:
                found = meter.parse(self._shape([*chain, _ONE_VOICE, meter.FILTER], shaped))
            programme = shaped
        made = self._set_level(programme, loop, found)
        seconds = probe(self.target).seconds or 0.0
        return Mastered(self.target, round(made.integrated, 2), round(made.true_peak, 2), round(seconds * 1000))

    def _measure(self, path: Path, loop: list[str], reader: str) -> Loudness:
        arguments = [*loop, *ffmpeg.source(path), "-map", "0:a:0", "-af", f"{_ONE_VOICE},{reader}", "-f", "null", "-"]
        found = meter.parse(self._run(arguments))
        if found.silent:
            raise MediaError("Âm thanh này im lặng, không có gì để phát.", code="silent", field=self.source.name)
        return found

    def _shape(self, chain: list[str], shaped: Path) -> str:
        arguments = [*ffmpeg.source(self.source), "-map", "0:a:0", "-af", ",".join(chain)]
        return self._run([*arguments, "-c:a", "pcm_s16le", "-bitexact", "-f", "wav", f"file:{shaped}"])

    def _set_level(self, programme: Path, loop: list[str], found: Loudness) -> Loudness:
        gain = self.profile.loudness - found.integrated
        if found.true_peak + gain <= self.profile.true_peak - _CLOSE_DB:
            self._encode(programme, [f"volume={gain:.3f}dB:precision=float"])
            return Loudness(found.integrated + gain, found.range, found.true_peak + gain)
        return self._limit(programme, loop, gain)

    def _limit(self, programme: Path, loop: list[str], gain: float) -> Loudness:
        """Raise the gain into the limiter until the loudness is met: each round's error corrects the next."""
        ceiling = self.profile.true_peak - _MARGIN_DB
        made = Loudness(-math.inf, 0, 0)
        for _ in range(_ROUNDS):
            limit = 10 ** (ceiling / 20)
            chain = [
                f"volume={gain:.3f}dB:precision=float",
                f"aresample={_OVERSAMPLED}",
                f"alimiter=limit={limit:.5f}:attack=3:release=60:level=disabled",
                f"aresample={_RATE}:dither_method=none",
            ]
            self._encode(programme, chain)
            made = self._measure(self.target, loop, meter.FILTER)
            over = made.true_peak - self.profile.true_peak
            short = self.profile.loudness - made.integrated
            if over <= 0 and abs(short) <= _CLOSE_LU:
                break
            ceiling -= max(0.0, over) + (_CLOSE_DB if over > 0 else 0.0)
            gain += _EAGER * short
        return made

    def _encode(self, programme: Path, chain: list[str]) -> None:
        filters = ",".join([_ONE_VOICE, *chain, "aresample=dither_method=none:osf=s16"])
        arguments = ["-loglevel", "error", *ffmpeg.source(programme), "-map", "0:a:0", "-af", filters]
        self._run([*arguments, *_FLAC, f"file:{self.target}"])

    def _run(self, arguments: list[str]) -> str:
        return ffmpeg.run(arguments, cancel=self.cancel, low_priority=self.low_priority).stderr
