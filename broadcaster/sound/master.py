"""Master a programme: shape it for the horns, then set its loudness and peak, by measuring first.

Loudness is measured over the whole programme (BS.1770) and set by one gain, which neither pumps nor depends on what
came before; a limiter works only around peaks that this gain would lift over the ceiling, and what it costs in
loudness is calculated before anything is written. The sound goes by in stretches of ten seconds, two at a time:
memory grows by some 80 MB for each hour (285 MB at two hours, ffmpeg counted in), the working folder by up to 700 MB.
"""

from __future__ import annotations

import functools
import math
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from broadcaster.errors import MediaError
from broadcaster.later import Later
from broadcaster.media import ffmpeg
from broadcaster.sound import analysis, meter
from broadcaster.sound.analysis import LEFT, RATE, RIGHT, STEP, Milliseconds
from broadcaster.sound.layers import Layer, Mixer
from broadcaster.sound.level import Gain, solve
from broadcaster.sound.matrix import Floats, times
from broadcaster.sound.meter import Loudness
from broadcaster.sound.profiles import SoundProfile
from broadcaster.sound.samples import Samples, decode
from broadcaster.sound.shaping import Shaping, shape
from broadcaster.sound.store import disk_error

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

_STRETCH: Final = 491_520
"""Samples worked on at a time (10.24 s): a whole number of milliseconds and of every frame step in use."""
_WORKERS: Final = 2
_BLOCK: Final = RATE // 2
"""Below this ffmpeg's meter may have nothing to say; the sound is counted as if it were repeated."""
_HEADROOM: Final = 0.25
"""Shaped sound is kept with 12 dB to spare until its gain is known."""
_MARGIN_DB: Final = 0.2
"""The limiter's ceiling lies this far below the true-peak ceiling, for what its own turning adds."""
_SHORT_LU: Final = 0.1
_CREST_STEP_DB: Final = 1.5
_DECODED, _SHAPED, _LEVELLED = 0.15, 0.6, 0.98
"""Share of the work that is done after each part."""
_FLAC: Final = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
    *("-ar", str(RATE), "-ac", "1", "-sample_fmt", "s16", "-c:a", "flac", "-compression_level", "5", "-f", "flac"),
)
_T = TypeVar("_T")


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
    layers: Sequence[Layer] = (),
    progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
    low_priority: bool = True,
) -> Mastered:
    """Write the mastered programme to `target` as FLAC (48 kHz, mono, 16 bit, no metadata).

    Same source, profile, layers, ffmpeg and kind of processor: same bytes. Work in progress lies in `target`'s folder.

    Args:
        source: any sound file.
        target: the FLAC to write.
        profile: shaping, loudness and peak.
        layers: sounds that are mixed in after shaping, at the programme's own loudness.
        progress: told the share that is done, 0 to 1.
        cancel: stops the work.
        low_priority: give way to play-out on the processor.

    Raises:
        MediaError: the source is silent or unreadable, the disk is full, ffmpeg fails, or the work was cancelled.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".master-") as folder:
        work = _Work(Path(folder), target, profile, progress or (lambda _share: None), cancel, low_priority)
        try:
            return work.master(source, layers)
        except OSError as error:
            raise disk_error(error, target) from None


@dataclass(frozen=True, slots=True)
class _Work:
    folder: Path
    target: Path
    profile: SoundProfile
    tell: Callable[[float], None]
    cancel: threading.Event | None
    low_priority: bool

    def master(self, source: Path, layers: Sequence[Layer]) -> Mastered:
        sound = decode(source, self.folder / "decoded.pcm", cancel=self.cancel, low_priority=self.low_priority)
        if not sound.count:
            raise _silent(source)
        self.tell(_DECODED)
        if self.profile.shaping is not None:
            drive = self.profile.drive - self._loudness(sound)
            facts, sound = self._shape(sound, self.profile.shaping, 10 ** (drive / 20))
        else:
            facts = self._examine(sound)
        if analysis.integrated(analysis.tenths(analysis.repeated(facts.energy))) <= analysis.SILENT_LUFS:
            raise _silent(source)
        if layers:
            facts, sound = self._mix(sound, facts, layers)
        self.tell(_SHAPED)
        energy = analysis.repeated(facts.energy)
        peak = facts.peak if energy.size == facts.peak.size else np.resize(facts.peak, energy.size)
        whole = Milliseconds(energy, peak)
        gain = self._gain(whole)
        found = self._write(sound, facts.peak, gain)
        return Mastered(self.target, round(found.integrated, 2), round(found.true_peak, 2), sound.count * 1000 // RATE)

    def _gain(self, sound: Milliseconds) -> Gain:
        """The gain that meets the loudness, with peaks as low as the profile wants if that can be had."""
        top, crest = self.profile.true_peak, self.profile.crest
        while True:
            ceiling = min(top, self.profile.loudness + crest)
            gain = solve(sound, self.profile.loudness, 10 ** ((ceiling - _MARGIN_DB) / 20), self.profile.reach)
            if ceiling == top or gain.loudness(sound) > self.profile.loudness - _SHORT_LU:
                return gain
            crest += _CREST_STEP_DB

    def _loudness(self, sound: Samples) -> float:
        parts = self._each(sound.count, lambda a, b: analysis.weigh(sound.around(a - LEFT, b + RIGHT)))
        return analysis.integrated(analysis.tenths(analysis.repeated(np.concatenate(parts))))

    def _examine(self, sound: Samples) -> Milliseconds:
        return self._gather(sound.count, lambda a, b: analysis.examine(sound.around(a - LEFT, b + RIGHT)))

    def _shape(self, sound: Samples, shaping: Shaping, drive: float) -> tuple[Milliseconds, Samples]:
        with Samples.made(self.folder / "shaped.pcm", sound.count, 1 / _HEADROOM) as out:

            def stretch(a: int, b: int) -> Milliseconds:
                first = (a - LEFT) // shaping.step * shaping.step
                last = -(-(b + RIGHT) // shaping.step) * shaping.step
                heard = sound.around(first - shaping.memory, last + shaping.ahead) * np.float32(drive)
                shaped = shape(heard, shaping)
                out.put(a, shaped[a - first : b - first])
                return analysis.examine(shaped[a - LEFT - first : b + RIGHT - first])

            return self._gather(sound.count, stretch), out.samples()

    def _mix(self, sound: Samples, facts: Milliseconds, layers: Sequence[Layer]) -> tuple[Milliseconds, Samples]:
        """Lay the layers over the sound, at the sound's loudness."""
        level = analysis.integrated(analysis.tenths(analysis.repeated(facts.energy)))
        with Mixer.opened(layers, self.folder, level, cancel=self.cancel, low_priority=self.low_priority) as mixer:
            count = max(sound.count, mixer.count)
            with Samples.made(self.folder / "mixed.pcm", count, 1 / _HEADROOM) as out:

                def stretch(a: int, b: int) -> Milliseconds:
                    mixed = sound.around(a - LEFT, b + RIGHT) + mixer.around(a - LEFT, b + RIGHT)
                    out.put(a, mixed[LEFT : LEFT + b - a])
                    return analysis.examine(mixed)

                return self._gather(count, stretch), out.samples()

    def _write(self, sound: Samples, peak: Floats, gain: Gain) -> Loudness:
        """Apply the gain and encode, with ffmpeg's own meter listening to what is encoded."""

        def levelled() -> Iterator[bytes]:
            for a, b in _stretches(sound.count):
                self._check()
                curve = gain.curve(peak, a // STEP - 1, -(-b // STEP) + 1)
                made = sound.around(a, b) * _between(curve, b - a)
                self.tell(_SHAPED + (_LEVELLED - _SHAPED) * b / sound.count)
                yield np.round(np.clip(made, -1, 1) * 32767).astype("<i2").tobytes()

        raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0", "-af", meter.FILTER]
        said = ffmpeg.run(
            [*raw, *_FLAC, f"file:{self.target}"],
            data=levelled(),
            cancel=self.cancel,
            low_priority=self.low_priority,
        ).stderr
        if sound.count >= _BLOCK:
            return meter.parse(said)
        made = self._examine(decode(self.target, self.folder / "made.pcm"))
        level = analysis.integrated(analysis.tenths(analysis.repeated(made.energy)))
        return Loudness(level, 0.0, 20 * math.log10(float(made.peak.max())))

    def _gather(self, count: int, work: Callable[[int, int], Milliseconds]) -> Milliseconds:
        """What the work on each stretch found, kept once: these are the arrays that grow with the sound."""
        steps = -(-count // STEP)
        whole = Milliseconds(np.empty(steps, np.float32), np.empty(steps, np.float32))

        def stretch(a: int, b: int) -> None:
            found = work(a, b)
            whole.energy[a // STEP : b // STEP] = found.energy
            whole.peak[a // STEP : b // STEP] = found.peak

        self._each(count, stretch)
        return whole

    def _each(self, count: int, work: Callable[[int, int], _T]) -> list[_T]:
        """Do work on every stretch, two at a time, and return what came of each in order."""

        def checked(ends: tuple[int, int]) -> _T:
            self._check()
            return work(*ends)

        with ThreadPoolExecutor(min(_WORKERS, os.cpu_count() or 1), "master") as pool:
            waiting = [pool.submit(checked, ends) for ends in _stretches(-(-count // STEP) * STEP)]
            try:
                return [one.result() for one in waiting]
            finally:
                for one in waiting:
                    one.cancel()

    def _check(self) -> None:
        if self.cancel is not None and self.cancel.is_set():
            raise ffmpeg.cancelled()


def _stretches(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, _STRETCH):
        yield first, min(first + _STRETCH, count)


@functools.cache
def _lines() -> Floats:
    """From the gains of the millisecond before, the own, and the one after, to those of a millisecond's samples."""
    places = (np.arange(STEP) + (STEP + 1) / 2) / STEP
    return np.stack([np.interp(places, (0, 1, 2), corner) for corner in np.eye(3)]).astype(np.float32)


def _between(curve: Floats, count: int) -> Floats:
    """The gain of each sample: straight lines from the middle of one millisecond to that of the next.

    `curve` begins one millisecond before the first sample.
    """
    blocks = -(-count // STEP)
    ends = np.lib.stride_tricks.sliding_window_view(curve[: blocks + 2], 3)
    return times(ends, _lines()).reshape(-1)[:count]


def _silent(source: Path) -> MediaError:
    return MediaError("Âm thanh này im lặng, không có gì để phát.", code="silent", field=source.name)
