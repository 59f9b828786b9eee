"""Join short clips into one programme in the house format: 48 kHz, mono, 16-bit WAV.

The only module that knows pydub, and only for short clips: each part is levelled and faded by itself and written
after the one before, so that memory and time grow with the longest part, not with the square of the programme.
"""

from __future__ import annotations

import math
import warnings
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from broadcaster.errors import MediaError
from broadcaster.later import Later
from broadcaster.media import ffmpeg
from broadcaster.sound.store import disk_error
from broadcaster.speech.engine import Clip

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Later("numpy")

with warnings.catch_warnings():  # invalid escapes at first compile, audioop's retirement, no ffmpeg on PATH
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

RATE: Final = 48_000
"""The house rate (Hz)."""
FADE_MS: Final = 5
LEAD_MS: Final = 150
"""Silence before the first part: an amplifier's relay needs it."""
TAIL_MS: Final = 300
"""Silence after the last part."""
LEVEL_DB: Final = -23.0
"""Level of speech that parts are matched to (dBFS, RMS of the frames that hold speech)."""

_MAX_GAIN_DB: Final = 20.0
_PEAK_DB: Final = -1.0
_FRAME: Final = RATE // 50
_GATE_DB: Final = 20.0
_EDGE_DB: Final = -55.0
_EDGE_KEEP: Final = RATE // 100
_BATCH_S: Final = 120.0
_GUARD_S: Final = 0.02

Samples: TypeAlias = "npt.NDArray[np.int16]"


@dataclass(frozen=True, slots=True)
class JoinPart:
    """One clip and the pause after it."""

    clip: Clip
    pause_ms: int = 0
    match: bool = True
    """Bring it to the common level of speech; a chime or music keeps its own."""
    hole_ms: int = 0
    """With an empty clip: silence that another sound will fill."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Where a part sounds in the programme (ms from its start)."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A programme on disk, and where its parts are."""

    path: Path
    cues: tuple[Cue, ...]
    """One for each part given; an empty clip has a cue of no length."""
    duration_ms: int


def join(parts: Sequence[JoinPart], target: Path) -> Joined:
    """Write the parts one after another to the WAV `target` and return where each of them is.

    Silence around a clip's sound is cut, so that the pause is as long as asked whatever engine spoke. The pause after
    the last part is replaced by the common tail.

    Raises:
        MediaError: there is no sound at all, the disk refuses, or ffmpeg fails.
    """
    if not any(p.clip.pcm for p in parts):
        raise MediaError("Không có âm thanh nào để ghép.", code="silent")
    cues: list[Cue] = []
    written = 0
    last = max(i for i, p in enumerate(parts) if p.clip.pcm or p.hole_ms)
    try:
        with wave.open(str(target), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)

            def write(data: bytes) -> None:
                nonlocal written
                out.writeframesraw(data)
                written += len(data) // 2

            write(_silence(LEAD_MS))
            for index, (part, samples) in enumerate(zip(parts, _house(parts), strict=True)):
                start = written
                write(_finish(samples, match=part.match) or _silence(part.hole_ms))
                cues.append(Cue(_ms(start), _ms(written)))
                if written > start and index != last:
                    write(_silence(part.pause_ms))
            write(_silence(TAIL_MS))
    except OSError as error:
        raise disk_error(error, target) from None
    return Joined(target, tuple(cues), _ms(written))


def resample(clips: Sequence[Clip]) -> list[Samples]:
    """The samples of clips of one rate at 48 kHz, all in one run of ffmpeg's resampler.

    Clips are laid end to end with silence between them, each starting where input and output samples coincide, so
    that every clip can be cut out again to the sample.
    """
    rate = clips[0].rate
    if rate == RATE:
        return [np.frombuffer(c.pcm, "<i2") for c in clips]
    step = rate // math.gcd(rate, RATE)
    guard = math.ceil(rate * _GUARD_S)
    laid = bytearray()
    starts: list[int] = []
    for clip in clips:
        start = -(-(len(laid) // 2 + guard) // step) * step
        laid.extend(bytes(2 * start - len(laid)))
        laid += clip.pcm
        starts.append(start)
    laid.extend(bytes(2 * guard))
    arguments = [
        *["-loglevel", "error", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0"],
        *["-af", f"aresample={RATE}:filter_size=64:phase_shift=10:cutoff=0.97:dither_method=none"],
        *["-f", "s16le", "-bitexact", "pipe:1"],
    ]
    raw = ffmpeg.run(arguments, data=bytes(laid)).stdout
    out = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")
    found = []
    for clip, start in zip(clips, starts, strict=True):
        first, count = start * RATE // rate, len(clip.pcm) // 2 * RATE // rate
        if out.size < first + count:
            raise ffmpeg.rubbish()
        found.append(out[first : first + count])
    return found


def _house(parts: Sequence[JoinPart]) -> Iterator[Samples]:
    """Yield the samples of each part in the house rate, resampling some minutes at a time."""
    index = 0
    while index < len(parts):
        batch = [parts[index].clip]
        seconds = batch[0].seconds
        while index + len(batch) < len(parts) and seconds < _BATCH_S:
            clip = parts[index + len(batch)].clip
            if clip.pcm and batch[0].pcm and clip.rate != batch[0].rate:
                break
            batch.append(clip)
            seconds += clip.seconds
        sounding = [c for c in batch if c.pcm]
        done = iter(resample(sounding) if sounding else [])
        for clip in batch:
            yield next(done) if clip.pcm else np.empty(0, np.int16)
        index += len(batch)


def _finish(samples: Samples, *, match: bool) -> bytes:
    """Cut the silence around a clip, level it and fade its ends."""
    sound = _trimmed(samples)
    if not sound.size:
        return b""
    segment: Any = AudioSegment(data=sound.tobytes(), sample_width=2, frame_rate=RATE, channels=1)
    if match and (gain := _gain_db(sound)):
        segment = segment.apply_gain(gain)
    if len(segment) > 2 * FADE_MS:
        segment = segment.fade_in(FADE_MS).fade_out(FADE_MS)
    return bytes(segment.raw_data)


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > round(32768 * 10 ** (_EDGE_DB / 20)))
    if not loud.size:
        return samples[:0]
    return samples[max(0, int(loud[0]) - _EDGE_KEEP) : int(loud[-1]) + 1 + _EDGE_KEEP]


def _gain_db(sound: Samples) -> float:
    """The gain (dB) that brings the speech in a clip to the common level without clipping it."""
    values = sound.astype(np.float64) / 32768
    whole = values[: values.size // _FRAME * _FRAME]
    frames = (whole if whole.size else values).reshape(-1, _FRAME if whole.size else values.size)
    power = (frames**2).mean(axis=1)
    speaking = power[power >= power.max() * 10 ** (-_GATE_DB / 10)]
    gain = LEVEL_DB - 10 * math.log10(float(speaking.mean()))
    room = _PEAK_DB - 20 * math.log10(float(np.abs(values).max()))
    return round(max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, gain, room)), 2)


def _silence(ms: int) -> bytes:
    return bytes(2 * (RATE * max(0, ms) // 1000))


def _ms(samples: int) -> int:
    return samples * 1000 // RATE
