"""What is wrong with a recording of a person, in words that help to make a better one, and how it is cleaned.

Levels are read in frames of 20 ms. Speech is what the loud frames hold, noise what the quiet ones hold.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from broadcaster.errors import MediaError
from broadcaster.later import Later
from broadcaster.media import containers, ffmpeg
from broadcaster.media.probe import Probe, broken_off, probe
from broadcaster.sound.analysis import RATE
from broadcaster.sound.matrix import Floats
from broadcaster.sound.samples import Samples, decode

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Later("numpy")

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 3600.0
CODECS: Final = frozenset({"mp3", "aac", "alac", "flac", "opus", "vorbis", "amr_nb", "amr_wb"})
"""Besides every kind of plain samples (`pcm_…`)."""

_CHANNELS: Final = 8
_FRAME: Final = RATE // 50
_SILENT_DB: Final = -60.0
_LOW_DB: Final = -42.0
_NOISY_DB: Final = 20.0
_UNUSABLE_DB: Final = 6.0
_FLOOR_DB: Final = -90.0
_CLIPPED: Final = 3e-5
"""Share of samples that may lie in flat tops: one in 30,000."""
_TOP: Final = 0.985
_HUM_DB: Final = 14.0
_HUMS: Final = (50.0, 100.0, 150.0)
_CUT_SHORT: Final = 0.9
_LONG, _SHORT = 2.2, 0.45
"""How much longer or shorter than expected a reading may be."""
_QUIET_FRAMES: Final = 0.15
_LATE: Final = RATE // 40
"""ffmpeg's noise reduction hands everything on 25 ms late (measured), and does not say so."""


@dataclass(frozen=True, slots=True)
class RecordingFault:
    """Something that a listener would mind."""

    code: str
    sentence: str
    """What is wrong and what to do, in Vietnamese."""
    fatal: bool = False
    """It cannot be used at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What was measured of a recording."""

    seconds: float
    speech_db: float
    """Level of speech (dBFS, RMS)."""
    noise_db: float
    """Level between the words (dBFS, RMS)."""
    clipped: float
    """Share of samples in flat tops."""
    hum_hz: tuple[float, ...]
    """Mains frequencies that stand out of the noise (Hz)."""
    start: int
    end: int
    """Samples between which somebody speaks."""

    @property
    def distance_db(self) -> float:
        """Speech above noise (dB)."""
        return self.speech_db - self.noise_db


def admit(path: Path, *, longest_s: float = LONGEST_S) -> Probe:
    """The facts of a file that may be a recording, judged by its content.

    Raises:
        MediaError: it is empty, no sound, a film, protected, of too many channels, or too long.
    """
    facts = probe(path)
    if facts.film:
        raise MediaError(
            "Đây là phim, không phải bản ghi âm. Hãy xuất riêng phần tiếng rồi tải lên.", code="film", field=path.name
        )
    if facts.codec not in CODECS and not facts.codec.startswith("pcm_"):
        raise MediaError(
            f"Kiểu nén “{facts.codec}” chưa dùng được. Hãy dùng wav, mp3, m4a, ogg, flac hoặc opus.",
            code="codec",
            field=path.name,
        )
    if facts.channels > _CHANNELS:
        raise MediaError(
            f"Tệp có {facts.channels} kênh, không phải bản ghi âm thường. Hãy xuất lại một hoặc hai kênh.",
            code="channels",
            field=path.name,
        )
    if facts.seconds is not None and facts.seconds > longest_s:
        raise _too_long(facts.seconds, longest_s, path)
    if containers.breaks_off(path):
        raise broken_off(path)
    return facts


def listen(path: Path, target: Path, facts: Probe, *, longest_s: float = LONGEST_S) -> Samples:
    """Decode a recording to `target`, no more than may be used.

    Raises:
        MediaError: it cannot be decoded, is longer than its header said, or breaks off.
    """
    sound = decode(path, target, longest_s=longest_s + 1)
    seconds = sound.count / RATE
    if seconds > longest_s:
        raise _too_long(seconds, longest_s, path)
    if facts.seconds is not None and seconds < _CUT_SHORT * facts.seconds - 0.5:
        raise MediaError(
            f"Tệp bị cắt cụt: đầu tệp ghi {facts.seconds:.0f} giây nhưng chỉ có {seconds:.0f} giây. Hãy chép lại tệp.",
            code="truncated",
            field=path.name,
        )
    return sound


def examine(sound: Samples) -> Condition:
    """What there is to know of a recording, reading it a stretch at a time."""
    levels, clipped, quiet = [], 0, []
    for first in range(0, sound.count, 500 * _FRAME):
        piece = sound.around(first, min(first + 500 * _FRAME, -(-sound.count // _FRAME) * _FRAME))
        clipped += _flat(piece)
        frames = piece[: piece.size // _FRAME * _FRAME].reshape(-1, _FRAME)
        levels.append(np.square(frames - frames.mean(axis=1, keepdims=True)).mean(axis=1))
        quiet.append(frames)
        if len(quiet) > 12:  # two minutes are enough to hear a hum
            quiet.pop(6)
    power = np.concatenate(levels) if levels else np.zeros(1, np.float32)
    decibels = 10 * np.log10(power + 10 ** (_FLOOR_DB / 10))
    # What goes out before the first and after the last breath tells nothing of the room when it is digital silence.
    real = decibels[decibels > _FLOOR_DB + 2] if (decibels > _FLOOR_DB + 2).any() else decibels
    top = float(np.percentile(real, 95))
    noise = float(np.percentile(real, 10))
    speaking = decibels > max(noise + (top - noise) / 3, top - 30)
    voiced = power[speaking]
    speech = float(10 * np.log10(voiced.mean() + 1e-12)) if voiced.size else _FLOOR_DB
    start, end = _ends(speaking)
    return Condition(
        seconds=sound.count / RATE,
        speech_db=speech,
        noise_db=noise,
        clipped=clipped / max(1, sound.count),
        hum_hz=_hums(np.concatenate(quiet)) if quiet else (),
        start=start * _FRAME,
        end=min(sound.count, end * _FRAME),
    )


def faults(found: Condition, expected_s: float | None = None) -> tuple[RecordingFault, ...]:
    """What is wrong with a recording, the worst first.

    Args:
        found: what was measured.
        expected_s: how long a reading of the script should last.
    """
    if found.speech_db < _SILENT_DB:
        return (
            RecordingFault(
                "silent", "Bản ghi im lặng. Hãy kiểm tra micro đã cắm và đã bật chưa, rồi ghi lại.", fatal=True
            ),
        )
    spoken = (found.end - found.start) / RATE
    if spoken < SHORTEST_S:
        return (
            RecordingFault("short", f"Bản ghi chỉ có {spoken:.1f} giây tiếng nói. Hãy ghi lại cả bài.", fatal=True),
        )
    out = []
    if found.distance_db < _UNUSABLE_DB:
        out.append(
            RecordingFault(
                "noise", "Không tách được tiếng nói khỏi tiếng ồn. Hãy ghi lại ở nơi yên tĩnh, gần micro.", fatal=True
            )
        )
    elif found.distance_db < (_UNUSABLE_DB + 6 if found.hum_hz else _NOISY_DB):  # a hum is most of its own noise
        out.append(
            RecordingFault(
                "noisy",
                f"Nền ồn: tiếng nói chỉ hơn tiếng ồn {found.distance_db:.0f} dB (nên hơn 30). "
                "Hãy đóng cửa, tắt quạt, nói gần micro hơn.",
            )
        )
    if found.clipped > _CLIPPED:
        out.append(
            RecordingFault(
                "clipped",
                "Tiếng bị vỡ vì ghi quá to. Hãy giảm mức ghi hoặc ngồi xa micro hơn một gang tay, rồi ghi lại.",
            )
        )
    if found.speech_db < _LOW_DB:
        out.append(
            RecordingFault(
                "low", f"Tiếng ghi quá nhỏ ({found.speech_db:.0f} dB). Hãy tăng mức ghi hoặc nói gần micro hơn."
            )
        )
    if found.hum_hz:
        named = ", ".join(f"{hertz:.0f}" for hertz in found.hum_hz)
        out.append(
            RecordingFault(
                "hum", f"Có tiếng ù điện lưới ({named} Hz); máy đã lọc bớt. Hãy rút sạc, đổi ổ cắm hoặc dây micro."
            )
        )
    if expected_s is not None and not _SHORT <= spoken / expected_s <= _LONG:
        word = "dài hơn" if spoken > expected_s else "ngắn hơn"
        out.append(
            RecordingFault(
                "length",
                f"Bản ghi {word} bài nhiều: {spoken:.0f} giây, đọc bài này mất khoảng {expected_s:.0f} giây. "
                "Có đúng bài không, có đọc đủ không?",
            )
        )
    return tuple(out)


def cleaning(found: Condition) -> tuple[str, ...]:
    """The ffmpeg filters that take away what may be taken without harm to the voice."""
    chain = ["highpass=f=80"]
    chain += [f"bandreject=f={hertz:g}:t=h:w=4" for hertz in found.hum_hz]
    if found.distance_db < 45:
        # Gently: the noise goes down by at most 10 dB, so that no word is eaten and no metallic sound is left.
        reduction = min(10.0, max(3.0, 45 - found.distance_db))
        chain.append(f"apad=pad_len={_LATE}")
        chain.append(f"afftdn=nr={reduction:.1f}:nf={min(-20.0, max(-80.0, found.noise_db)):.0f}")
        chain.append(f"atrim=start_sample={_LATE},asetpts=PTS-STARTPTS")
    return tuple(chain)


def clean(sound: Samples, target: Path, found: Condition, *, lead_ms: int = 150, tail_ms: int = 300) -> None:
    """Write the trimmed and cleaned recording to the WAV `target`.

    Raises:
        MediaError: the disk is full, or ffmpeg fails.
    """
    first = max(0, found.start - lead_ms * RATE // 1000) / RATE
    last = min(sound.count, found.end + tail_ms * RATE // 1000) / RATE
    fades = f"afade=t=in:d=0.02,afade=t=out:st={max(0.0, last - first - 0.02):.5f}:d=0.02"
    chain = [
        f"volume={sound.scale}:precision=float",
        *cleaning(found),
        # What comes out may be louder than full scale for a moment: mastering sets the level, here it only must fit.
        f"volume={-found.speech_db - 26:.2f}dB:precision=float",
        f"atrim={first:.5f}:{last:.5f},asetpts=PTS-STARTPTS",
        fades,
        "aresample=osf=s16:dither_method=none",
    ]
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", f"file:{sound.path}"]
    ffmpeg.run(["-loglevel", "error", *raw, "-af", ",".join(chain), "-c:a", "pcm_s16le", "-bitexact", f"file:{target}"])


def boundaries(sound: Samples, found: Condition, weights: list[float]) -> list[tuple[int, int]]:
    """Where each sentence probably lies in what `clean` wrote: (start, end) in ms.

    The time is shared out by the weights (syllables and pauses), then each border moves to the quietest moment nearby.
    """
    lead = min(found.start, 150 * RATE // 1000)
    total = sum(weights)
    span = found.end - found.start
    edges = [0.0]
    for weight in weights:
        edges.append(edges[-1] + span * weight / total)
    moved = [0]
    for edge in edges[1:-1]:
        reach = int(min(1.2 * RATE, span * 0.5 * min(weights) / total))
        low = max(moved[-1] + _FRAME, int(edge) - reach)
        high = max(low + _FRAME, int(edge) + reach)
        moved.append(_quietest(sound, found.start + low, found.start + high) - found.start)
    moved.append(span)
    return [((lead + a) * 1000 // RATE, (lead + b) * 1000 // RATE) for a, b in itertools.pairwise(moved)]


def _quietest(sound: Samples, first: int, last: int) -> int:
    piece = sound.around(first, first + max(_FRAME, (last - first) // _FRAME * _FRAME))
    power = np.square(piece.reshape(-1, _FRAME)).mean(axis=1)
    width = min(power.size, 11)
    smooth = np.convolve(power, np.ones(width) / width, "same")
    return first + int(smooth.argmin()) * _FRAME + _FRAME // 2


def _flat(piece: Floats) -> int:
    """How many samples lie in runs of three or more at the very top."""
    top = np.abs(piece) >= max(_TOP, 0.0)
    runs = top[:-2] & top[1:-1] & top[2:]
    same = (np.abs(piece[1:-1] - piece[:-2]) < 0.004) & (np.abs(piece[2:] - piece[1:-1]) < 0.004)
    return int((runs & same).sum())


def _ends(speaking: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The frames between which somebody speaks: runs shorter than 80 ms (a click, a tap) do not count."""
    width = 4
    if speaking.size < width:
        return 0, int(speaking.size)
    steady = np.convolve(speaking, np.ones(width), "valid") >= width
    if not steady.any():
        return 0, 0
    places = np.flatnonzero(steady)
    return int(places[0]), int(places[-1]) + width


def _hums(frames: Floats) -> tuple[float, ...]:
    """The mains frequencies that stand out between the words."""
    power = np.square(frames).mean(axis=1)
    order = np.argsort(power, kind="stable")
    quiet = np.sort(order[: max(50, int(order.size * _QUIET_FRAMES))])
    # Neighbouring quiet frames make the longer stretches that 50 Hz can be told apart in.
    starts = quiet[: quiet.size // 10 * 10 : 10]
    long = [frames[s : s + 10].reshape(-1) for s in starts if s + 10 <= len(frames) and power[s : s + 10].max() > 0]
    calm = [x for x in long if np.square(x).mean() <= 4 * power[quiet].mean() + 1e-12]
    if not calm:
        return ()
    window = np.hanning(10 * _FRAME)
    spectrum = np.mean([np.square(np.abs(np.fft.rfft(x * window))) for x in calm], axis=0)
    step = RATE / (10 * _FRAME)
    found = []
    for hertz in _HUMS:
        bin_ = round(hertz / step)
        peak = spectrum[bin_ - 1 : bin_ + 2].max()
        around = np.concatenate([spectrum[bin_ - 5 : bin_ - 2], spectrum[bin_ + 3 : bin_ + 6]]).mean()
        loud = 10 * math.log10(peak / window.sum() ** 2 * 2 + 1e-15)
        if 10 * math.log10(peak / (around + 1e-15)) > _HUM_DB and loud > -70:
            found.append(hertz)
    return tuple(found)


def _too_long(seconds: float, longest_s: float, path: Path) -> MediaError:
    # What tells no length is read until it is too long, and no further.
    long = f"{seconds / 60:.0f} phút, quá mức" if seconds > longest_s + 60 else "hơn"
    return MediaError(
        f"Bản ghi dài {long} {longest_s / 60:.0f} phút. Hãy cắt thành nhiều bài.",
        code="too-long",
        field=path.name,
    )
