"""The recipe of the station's sounds: every sample is computed here, nothing is recorded or borrowed.

    python -m audio.recipe           make sounds/*.flac and manifest.toml
    python -m audio.recipe --check   compare what the recipe makes with what is committed

The synthesis is closed-form (no random numbers), so two machines agree within one step of 16 bits. A FLAC file's bytes
depend on its encoder's version, therefore the SHA-256 of the decoded samples is the truth, not that of the file.
Melodies are original, in the five-note scale D E G A B; registers and partials are chosen for horns, which carry
roughly 400 to 4000 Hz.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]

RATE = 48_000
"""Hz; the house format is 48 kHz, mono, 16-bit."""
LOUDNESS = -16.0
"""LUFS, integrated; the same as mastered speech."""
PEAK = -2.2
"""dBFS, sample peak of the limiter: keeps the true peak under -1.5 dBTP."""
FOLDER = Path(__file__).resolve().parent

_NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def hertz(note: str) -> float:
    """Return the frequency of a note such as `A4` (440 Hz), equal temperament."""
    return float(440.0 * 2.0 ** ((_NOTES[note[0]] + 12 * (int(note[1]) - 4) - 9) / 12))


def _time(seconds: float) -> Wave:
    return np.arange(round(seconds * RATE)) / RATE


def _attack(t: Wave, seconds: float) -> Wave:
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(t / seconds, 1.0))


def _damp(wave: Wave) -> Wave:
    """Let the last two fifths of a note die away, so that its end is never heard as a click."""
    return fade(wave, 0.4 * wave.size / RATE)


def pluck(note: str, held: float, ring: float = 1.1) -> Wave:
    """A zither-like string: stiff partials under 6.5 kHz, a slow tremble (rung) on notes held over 0.8 s."""
    f = hertz(note)
    t = _time(held + ring)
    depth = 0.0035 if held > 0.8 else 0.0
    bend = depth * np.minimum(np.maximum(t - 0.25, 0.0) / 0.4, 1.0) * np.sin(2 * np.pi * 5.3 * t)
    phase = 2 * np.pi * np.cumsum(f * (1.0 + bend)) / RATE
    tau = 0.55 * (440.0 / f) ** 0.35 + 0.35 * min(held, 2.0)
    out = np.zeros_like(t)
    for n in range(1, int(6500 / f) + 1):
        stiff = math.sqrt(1 + 0.00012 * n * n)
        strength = abs(math.sin(math.pi * n * 0.17)) / n**0.9
        fall = tau / (1 + 0.45 * (n - 1))
        heard = min(t.size, round(9 * fall * RATE))  # later it is 78 dB down
        out[:heard] += strength * np.exp(-t[:heard] / fall) * np.sin(n * stiff * phase[:heard])
    return _damp(out * _attack(t, 0.004))


def flute(note: str, held: float) -> Wave:
    """A soft bamboo-flute tone with a late vibrato."""
    f = hertz(note)
    t = _time(held + 0.25)
    bend = 0.005 * np.minimum(np.maximum(t - 0.3, 0.0) / 0.5, 1.0) * np.sin(2 * np.pi * 4.8 * t)
    phase = 2 * np.pi * np.cumsum(f * (1.0 + bend)) / RATE
    tone = np.sin(phase) + 0.35 * np.sin(2 * phase) + 0.16 * np.sin(3 * phase) + 0.05 * np.sin(4 * phase)
    release = np.clip((held + 0.25 - t) / 0.25, 0.0, 1.0) ** 1.5
    return tone * _attack(t, 0.07) * release


def bell(note: str, ring: float) -> Wave:
    """A small tuned bell: five partials that fade one after another."""
    f = hertz(note)
    t = _time(ring)
    out = np.zeros_like(t)
    for ratio, strength, tau in (
        (1.0, 1.0, 0.9),
        (2.0, 0.6, 0.6),
        (3.0, 0.28, 0.35),
        (4.16, 0.2, 0.2),
        (5.43, 0.1, 0.12),
    ):
        out += strength * np.exp(-t / tau) * np.sin(2 * np.pi * ratio * f * t)
    return _damp(out * _attack(t, 0.003))


def woodblock(pitch: float) -> Wave:
    """A dry wooden tap (mõ) at `pitch` Hz."""
    t = _time(0.12)
    tone = np.sin(2 * np.pi * pitch * t) + 0.6 * np.sin(2 * np.pi * 1.62 * pitch * t)
    return tone * np.exp(-t / 0.018) * _attack(t, 0.001)


class Score:
    """A strip of time on which notes are laid; starts are in seconds."""

    def __init__(self, seconds: float) -> None:
        self.wave = np.zeros(round(seconds * RATE))

    def lay(self, at: float, sound: Wave, level: float = 1.0) -> None:
        """Add `sound` at `at`; what runs over the end is left out."""
        start = round(at * RATE)
        end = min(start + sound.size, self.wave.size)
        self.wave[start:end] += level * sound[: end - start]


def room(wave: Wave, wet: float) -> Wave:
    """Add a short, even room of 90 echoes whose times follow the golden ratio."""
    out = wave.copy()
    for k in range(1, 91):
        delay = 0.013 + 0.6 * ((k * 0.6180339887498949) % 1.0) ** 1.6
        shift = round(delay * RATE)
        gain = wet * math.exp(-delay / 0.17) * (1 if k % 2 else -1)
        out[shift:] += gain * wave[:-shift]
    return out


def fade(wave: Wave, seconds: float) -> Wave:
    """Let the last `seconds` run out to silence."""
    n = round(seconds * RATE)
    out = wave.copy()
    out[-n:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n + 1) / n)
    return out


_BEAT = 0.6
"""Seconds: one hundred beats a minute."""

_TUNE = (
    ("A4", 1),
    ("D5", 1),
    ("E5", 0.5),
    ("D5", 0.5),
    ("A4", 1),
    ("B4", 0.5),
    ("A4", 0.5),
    ("G4", 1),
    ("E4", 0.5),
    ("G4", 0.5),
    ("A4", 1),
    ("D5", 1),
    ("E5", 0.5),
    ("G5", 0.5),
    ("A5", 1.5),
    ("G5", 0.5),
    ("E5", 0.5),
    ("D5", 0.5),
    ("B4", 1),
    ("A4", 2),
    ("B4", 0.5),
    ("D5", 0.5),
    ("E5", 1),
    ("G5", 0.5),
    ("E5", 0.5),
    ("D5", 1),
    ("E5", 0.5),
    ("B4", 0.5),
    ("A4", 0.5),
    ("B4", 0.5),
    ("D5", 2.5),
)
_BASS = ("D4", "A3", "G3", "E4", "D4", "A3", "A3", "D4", "G3", "E4", "A3", "D4")
"""A low string on the first and third beat of each bar."""
_HIGH = ((8, "D5", 3), (11, "A5", 1), (12, "B4", 4), (16, "G4", 2), (18, "B4", 2), (21.5, "D5", 2.5))
"""The flute's answer: beat, note, beats."""


def opening_tune() -> Wave:
    """Nhạc hiệu: six bars, zither melody over low strings, flute from the third bar."""
    score = Score(24 * _BEAT + 2.0)
    beat = 0.0
    for note, beats in _TUNE:
        score.lay(beat * _BEAT, pluck(note, beats * _BEAT), 1.0 if beat % 2 == 0 else 0.88)
        beat += beats
    for number, note in enumerate(_BASS):
        score.lay(number * 2 * _BEAT, pluck(note, 1.2), 0.5)
        score.lay((number * 2 + 1) * _BEAT, pluck("D5" if note == "D4" else "B4" if note == "G3" else "E5", 0.4), 0.16)
    for at, note, beats in _HIGH:
        score.lay(at * _BEAT, flute(note, beats * _BEAT), 0.24)
    for tap in range(4, 22):
        score.lay((tap + 0.5) * _BEAT, woodblock(980.0 if tap % 4 == 3 else 820.0), 0.13)
    score.lay(23 * _BEAT, bell("D5", 2.4), 0.3)
    return fade(room(score.wave, 0.055), 0.8)


def closing_tune() -> Wave:
    """Nhạc kết: the opening's last phrase, slower, coming to rest on the home note."""
    beat = 0.68
    score = Score(12 * beat + 1.8)
    at = 0.0
    for note, beats in (
        ("B4", 0.5),
        ("D5", 0.5),
        ("E5", 1),
        ("D5", 1),
        ("B4", 1),
        ("A4", 1),
        ("G4", 0.5),
        ("A4", 0.5),
        ("B4", 1),
        ("A4", 1),
        ("E4", 0.5),
        ("G4", 0.5),
        ("A4", 1),
        ("D5", 2),
    ):
        score.lay(at * beat, pluck(note, beats * beat), 0.95)
        at += beats
    for number, note in enumerate(("G3", "E4", "D4", "A3", "A3", "D4")):
        score.lay(number * 2 * beat, pluck(note, 1.3), 0.5)
    for start, note, beats in ((4, "D5", 2), (6, "B4", 2), (8, "A4", 2), (10, "D5", 2.2)):
        score.lay(start * beat, flute(note, beats * beat), 0.2)
    score.lay(11 * beat, bell("D5", 2.2), 0.25)
    return fade(room(score.wave, 0.055), 0.9)


def chime() -> Wave:
    """Chuông báo: four bells rising and coming home; says that words follow."""
    score = Score(3.8)
    for number, note in enumerate(("D5", "G5", "B5", "A5")):
        score.lay(0.45 * number, bell(note, 2.3), 1.0 if number < 3 else 1.1)
    return fade(room(score.wave, 0.05), 0.7)


def separator() -> Wave:
    """Nhạc ngắt: two quick strings between two items."""
    score = Score(1.5)
    for at, note in ((0.0, "A4"), (0.2, "D5")):
        score.lay(at, pluck(note, 0.5, 0.8))
    score.lay(0.2, bell("D5", 1.2), 0.3)
    return fade(room(score.wave, 0.045), 0.4)


def notice_separator() -> Wave:
    """Nhạc ngắt thông báo: three falling bells and a tap; notices follow."""
    score = Score(2.2)
    for at, note in ((0.0, "B5"), (0.24, "G5"), (0.48, "D5")):
        score.lay(at, bell(note, 1.7))
    score.lay(0.0, woodblock(980.0), 0.4)
    score.lay(0.48, woodblock(820.0), 0.4)
    return fade(room(score.wave, 0.045), 0.5)


def alert() -> Wave:
    """Tín hiệu báo động: three bursts of two alternating tones, 880 and 1320 Hz, nothing like the music."""
    score = Score(8.2)
    for burst in range(3):
        for step in range(8):
            f = 880.0 if step % 2 == 0 else 1320.0
            t = _time(0.27)
            edge = np.minimum(_attack(t, 0.012), _attack(t[::-1], 0.012))
            tone = np.sin(2 * np.pi * f * t) + 0.4 * np.sin(4 * np.pi * f * t) + 0.22 * np.sin(6 * np.pi * f * t)
            score.lay(0.05 + 2.7 * burst + 0.28 * step, tone * edge)
    return score.wave


def line_up() -> Wave:
    """Âm chuẩn: 1 kHz at -18 dBFS for ten seconds, with edges of 20 ms."""
    t = _time(10.0)
    edge = np.minimum(_attack(t, 0.02), _attack(t[::-1], 0.02))
    return 10 ** (-18 / 20) * np.sin(2 * np.pi * 1000.0 * t) * edge


def loudness(wave: Wave) -> float:
    """Return the integrated loudness of a mono wave in LUFS (ITU-R BS.1770-4, 48 kHz coefficients)."""
    size = 1 << (wave.size + RATE).bit_length()
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weighted = np.fft.irfft(np.fft.rfft(wave, size) * shelf * high, size)[: wave.size]
    block, hop = round(0.4 * RATE), round(0.1 * RATE)
    total = np.concatenate(([0.0], np.cumsum(weighted**2)))
    starts = np.arange(0, wave.size - block + 1, hop)
    power = (total[starts + block] - total[starts]) / block
    power = power[power > 10 ** ((-70 + 0.691) / 10)]
    power = power[power > power.mean() / 10]
    return float(-0.691 + 10 * np.log10(power.mean()))


def limit(wave: Wave, ceiling: float) -> Wave:
    """Hold peaks under `ceiling` dBFS by a gain that moves smoothly within 11 ms on either side of a peak."""
    top = 10 ** (ceiling / 20)
    if np.abs(wave).max() <= top:
        return wave
    lowest = np.pad(np.minimum(1.0, top / np.maximum(np.abs(wave), 1e-9)), 1024, constant_values=1.0)
    # Minimum over 1024 samples by doubling, centred; then an average over 512 inside it: never over the ceiling.
    for step in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
        lowest = np.minimum(lowest[:-step], lowest[step:])
    window = np.hanning(513)
    size = 1 << (lowest.size + window.size).bit_length()
    smooth = np.fft.irfft(np.fft.rfft(lowest, size) * np.fft.rfft(window / window.sum(), size), size)
    gain = smooth[768 : 768 + wave.size]
    return np.asarray(wave * gain, dtype=np.float64)


def mastered(wave: Wave) -> Wave:
    """Return the wave at `LOUDNESS`, without rumble under 120 Hz, limited to `PEAK`."""
    spectrum = np.fft.rfft(wave)
    frequency = np.fft.rfftfreq(wave.size, 1 / RATE)
    cut = 1 / np.sqrt(1 + (120.0 / np.maximum(frequency, 1e-6)) ** 8)
    out = np.fft.irfft(spectrum * cut, wave.size)
    for _ in range(4):
        out = limit(out * 10 ** ((LOUDNESS - loudness(out)) / 20), PEAK)
    return fade(out, 0.03)


def samples(wave: Wave) -> NDArray[np.int16]:
    """Return 16-bit samples, rounded to the nearest step."""
    return np.rint(np.clip(wave, -1.0, 32767 / 32768) * 32768).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Sound:
    """One entry of the manifest and how it is made."""

    name: str
    kind: str
    title: str
    make: Callable[[], Wave]
    master: bool = True

    def samples(self) -> NDArray[np.int16]:
        """Return the sound in the house format."""
        wave = self.make()
        return samples(mastered(wave) if self.master else wave)


SOUNDS: Sequence[Sound] = (
    Sound("nhac-hieu", "opening", "Nhạc hiệu", opening_tune),
    Sound("nhac-ket", "closing", "Nhạc kết", closing_tune),
    Sound("chuong", "chime", "Chuông báo", chime),
    Sound("ngat", "separator", "Nhạc ngắt", separator),
    Sound("ngat-thong-bao", "separator", "Nhạc ngắt trước thông báo", notice_separator),
    Sound("bao-dong", "alert", "Tín hiệu báo động", alert),
    Sound("am-chuan", "line_up", "Âm chuẩn 1 kHz, -18 dBFS", line_up, master=False),
)


def ffmpeg() -> str:
    """Return the system's ffmpeg, else the one of the imageio-ffmpeg wheel."""
    if found := shutil.which("ffmpeg"):
        return found
    from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415 - only where the system has none

    return str(get_ffmpeg_exe())


def encode(data: NDArray[np.int16], path: Path) -> None:
    """Write samples as FLAC without time stamps or encoder names."""
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    target = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-compression_level", "12"]
    command = [ffmpeg(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *source, *target, str(path)]
    subprocess.run(command, input=data.astype("<i2").tobytes(), check=True, timeout=60)


def decode(path: Path) -> NDArray[np.int16]:
    """Return the samples of a FLAC file."""
    command = [ffmpeg(), "-nostdin", "-loglevel", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "pipe:1"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, dtype="<i2").astype(np.int16)


def meter(path: Path) -> tuple[float, float]:
    """Return integrated loudness (LUFS) and true peak (dBTP) as ffmpeg's ebur128 reads them."""
    command = [ffmpeg(), "-nostdin", "-hide_banner", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60).stderr.decode()
    summary = said[said.rindex("Summary:") :]
    found = [re.search(pattern, summary) for pattern in (r"I:\s+(-?[\d.]+) LUFS", r"Peak:\s+(-?[\d.]+) dBFS")]
    loud, peak = (float(match[1]) if match else math.nan for match in found)
    return loud, peak


def build(folder: Path = FOLDER) -> None:
    """Make every sound and the manifest in `folder`."""
    (folder / "sounds").mkdir(parents=True, exist_ok=True)
    entries = ["# Made by recipe.py; do not edit by hand. The recipe's own words are under CC0-1.0 too."]
    for sound in SOUNDS:
        data = sound.samples()
        path = folder / "sounds" / f"{sound.name}.flac"
        encode(data, path)
        loud, peak = meter(path)
        entries.append(
            f"""
[[sound]]
name = "{sound.name}"
file = "sounds/{path.name}"
kind = "{sound.kind}"
title = "{sound.title}"
source = "audio/recipe.py"
licence = "CC0-1.0"
seconds = {data.size / RATE:.3f}
loudness = {loud}
true_peak = {peak}
sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}"
pcm_sha256 = "{hashlib.sha256(data.astype("<i2").tobytes()).hexdigest()}\""""
        )
        print(f"{sound.name}: {data.size / RATE:.1f} s, {loud} LUFS, {peak} dBTP, {path.stat().st_size // 1024} KiB")
    (folder / "manifest.toml").write_text("\n".join(entries) + "\n", encoding="utf-8")


def differing(folder: Path = FOLDER) -> list[str]:
    """Return the names of sounds whose committed samples are more than one step off what the recipe makes."""
    wrong = []
    for sound in SOUNDS:
        made = sound.samples()
        kept = decode(folder / "sounds" / f"{sound.name}.flac")
        if made.shape != kept.shape or int(np.abs(made.astype(np.int32) - kept.astype(np.int32)).max()) > 1:
            wrong.append(sound.name)
    return wrong


def main() -> int:
    """Run the recipe from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Make the station's sounds.")
    parser.add_argument("--check", action="store_true", help="compare with the committed sounds, write nothing")
    if parser.parse_args().check:
        wrong = differing()
        print("differs: " + ", ".join(wrong) if wrong else "every committed sound is what the recipe makes")
        return 1 if wrong else 0
    build()
    return 0


if __name__ == "__main__":
    sys.exit(main())
