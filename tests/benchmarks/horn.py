"""How well speech is understood behind a horn: ESTOI and a recogniser's word errors of mastering chains, side by side.

    python tests/benchmarks/horn.py                     # the clips set apart, ESTOI
    python tests/benchmarks/horn.py --wer               # and word errors (needs `viet-asr` and `soxr`)
    python tests/benchmarks/horn.py --part tune         # the clips on which the parameters were chosen
    python tests/benchmarks/horn.py --clips FOLDER      # recordings of people: x.wav with its words in x.txt

The horn: a band of 350 Hz to 6 kHz, an echo off a house after 120 ms, a tail of 0.6 s, and speech-shaped noise whose
level is set from the unprocessed voice, at SNR -5, 0, 5 and 10 dB. Every chain is brought to the same true peak as the
unprocessed voice (an amplifier clips at a peak), and again to the same RMS. ESTOI (pystoi) compares with the clean
unprocessed voice. Speech: espeak-ng, vi-neural, and recordings of people (the six in the `vieneu` wheel are
Apache-2.0; they are found by themselves when it is installed). Of each kind every other clip is set apart.
"""

import argparse
import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from pystoi import stoi

sys.path.insert(0, str(Path(__file__).parents[2]))

from broadcaster.errors import EngineError
from broadcaster.media import ffmpeg
from broadcaster.sound import meter
from broadcaster.sound.join import JoinPart, join
from broadcaster.sound.master import master
from broadcaster.sound.profiles import HORN, SoundProfile
from broadcaster.sound.shaping import Shaping
from broadcaster.speech.espeak import EspeakEngine
from broadcaster.speech.vi_neural.engine import ViNeuralEngine

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.effects import compress_dynamic_range, normalize

RATE = 48_000
SNRS = (-5, 0, 5, 10)
SENTENCES = (
    "Ủy ban nhân dân xã thông báo lịch tiêm phòng vắc xin cho trẻ em dưới năm tuổi.",
    "Đề nghị bà con chủ động kiểm tra đường dây điện, chằng chống nhà cửa trước cơn bão.",
    "Người dân có thể nộp hồ sơ trực tuyến tại cổng dịch vụ công quốc gia.",
    "Xin mời các hộ gia đình đến nhà văn hóa ấp lúc bảy giờ tối thứ sáu.",
)
DRIVE = HORN.drive
FIRST_HORN = (
    "highpass=f=200",
    "equalizer=f=2800:t=q:w=0.6:g=6",
    "lowpass=f=7000",
    "alimiter=level_in=15.849:limit=0.5:attack=1:release=10:level=disabled",
)
SIX_FILTERS = (
    "highpass=f=350",
    "highpass=f=350",
    "equalizer=f=2800:t=q:w=0.6:g=9",
    "alimiter=level_in=8:limit=0.5:attack=1:release=20:level=disabled",
)

SECOND_HORN = replace(
    HORN,
    shaping=Shaping(
        frame=2048,
        target=(-14.1, -24.2, -26.2, -20.3, -12.6, -26.2, -31.7),
        share=0.32,
        most=50.0,
        expand=0.35,
        highpass=150.0,
        lowpass=6000.0,
        onset=0.66,
        past=137.0,
        fall=13.0,
        rise=2.0,
    ),
    crest=9.0,
    reach=1,
)


def through(path: Path, filters: str) -> np.ndarray:
    arguments = [*ffmpeg.source(path), "-af", filters, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "pipe:1"]
    return np.frombuffer(ffmpeg.run(["-loglevel", "error", *arguments]).stdout, "<f4").astype(float)


def pydub_effect(path: Path, effect) -> np.ndarray:
    segment = effect(AudioSegment.from_file(path))
    return np.array(segment.get_array_of_samples()).astype(float) / 32768


def driven(path: Path, filters: tuple[str, ...]) -> np.ndarray:
    gain = DRIVE - meter.measure(path).integrated
    return through(path, ",".join([f"volume={gain:.2f}dB:precision=float", *filters]))


def by_loa(path: Path, profile: SoundProfile = HORN) -> np.ndarray:
    with tempfile.TemporaryDirectory() as work:
        return through(master(path, Path(work) / "made.flac", profile).path, "anull")


def by_ffmpeg_normalize(path: Path) -> np.ndarray:
    """The program itself, with its defaults but for the target: two passes of `loudnorm`."""
    program = shutil.which("ffmpeg-normalize") or str(Path(sys.executable).with_name("ffmpeg-normalize"))
    with tempfile.TemporaryDirectory() as work:
        made = Path(work) / "made.wav"
        subprocess.run(
            [program, str(path), "-o", str(made), "-t", "-16", "-tp", "-1.5", "-ar", "48000", "-q"],
            env=os.environ | {"FFMPEG_PATH": ffmpeg.program()},
            check=True,
            capture_output=True,
        )
        return through(made, "anull")


CHAINS = {
    "no processing": lambda p: through(p, "anull"),
    "pydub normalize": lambda p: pydub_effect(p, normalize),
    "pydub compress_dynamic_range": lambda p: pydub_effect(p, compress_dynamic_range),
    "loudnorm -16, one pass": lambda p: through(p, "loudnorm=I=-16:TP=-1.5:LRA=7"),
    "ffmpeg-normalize -16": by_ffmpeg_normalize,
    "six filters": lambda p: driven(p, SIX_FILTERS),
    "the first profile `horn`": lambda p: driven(p, FIRST_HORN),
    "the second profile `horn`": lambda p: by_loa(p, SECOND_HORN),
    "profile `horn`": by_loa,
}


def true_peak(x: np.ndarray) -> float:
    size = 1 << (len(x) - 1).bit_length()
    spectrum = np.fft.rfft(x, size)
    return float(np.abs(np.fft.irfft(np.concatenate([spectrum, np.zeros(3 * size // 2)]), 4 * size) * 4).max())


def aligned(x: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Take out a chain's look-ahead, so that ESTOI compares the same moments."""
    size = 1 << (len(reference) + len(x)).bit_length()
    match = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(reference, size)), size)
    near = np.concatenate([match[-4800:], match[:4800]])
    delay = int(np.abs(near).argmax()) - 4800
    moved = x[delay:] if delay >= 0 else np.concatenate([np.zeros(-delay), x])
    return np.pad(moved, (0, max(0, len(reference) - len(moved))))[: len(reference)]


def room(seed: int = 7) -> np.ndarray:
    """Impulse response of horn and street: band, one echo, a decaying tail."""
    random = np.random.default_rng(seed)
    n = np.arange(round(0.6 * RATE))
    tail = random.standard_normal(n.size) * 10 ** (-3 * n / n.size)
    response = 0.25 * tail / np.sqrt((tail**2).sum())
    response[0] += 1.0
    response[round(0.12 * RATE)] += 0.35
    return response


def banded(x: np.ndarray, low: float = 350, high: float = 6000) -> np.ndarray:
    spectrum = np.fft.rfft(x)
    f = np.fft.rfftfreq(len(x), 1 / RATE) + 1e-9
    return np.fft.irfft(spectrum / np.sqrt(1 + (low / f) ** 8) / np.sqrt(1 + (f / high) ** 8), len(x))


ROOM = room()


def horn(x: np.ndarray) -> np.ndarray:
    size = 1 << (len(x) + len(ROOM)).bit_length()
    return banded(np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(ROOM, size), size)[: len(x)])


def shaped_noise(x: np.ndarray, seed: int = 3) -> np.ndarray:
    """Noise with the long-term spectrum of this speech, at its RMS."""
    random = np.random.default_rng(seed)
    phases = np.exp(2j * np.pi * random.uniform(size=len(x) // 2 + 1))
    smooth = np.convolve(np.abs(np.fft.rfft(x)), np.ones(301) / 301, "same")
    noise = np.fft.irfft(smooth * phases, len(x))
    return noise * np.sqrt((x**2).mean() / (noise**2).mean())


class Ear:
    """The recogniser, at 16 kHz with half a second of silence around."""

    def __init__(self) -> None:
        import soxr
        import vietasr

        self._resample = soxr.resample
        self._pipeline = vietasr.Pipeline.new().add("vietasr").build()

    def errors(self, sound: np.ndarray, said: list[str]) -> int:
        x = self._resample(sound, RATE, 16_000)
        x = np.concatenate([np.zeros(8000), x / max(float(np.abs(x).max()), 1e-6) / 2, np.zeros(8000)])
        heard = words(self._pipeline.transcribe((x * 32767).astype(np.int16)).text)
        row = list(range(len(heard) + 1))
        for i, word in enumerate(said, start=1):
            before, row = row, [i]
            for j, other in enumerate(heard, start=1):
                row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (word != other)))
        return row[-1]


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text.lower())).split()


def scores(path: Path, said: list[str], ear: Ear | None, chains: dict) -> dict:
    clean = through(path, "anull")
    noise = shaped_noise(horn(clean))
    peak, rms = true_peak(clean), np.sqrt((clean**2).mean())
    found = {}
    for name, chain in chains.items():
        try:
            x = aligned(chain(path), clean)
        except (FileNotFoundError, subprocess.CalledProcessError):
            continue
        for mode, gain in (("peak", peak / true_peak(x)), ("rms", rms / np.sqrt((x**2).mean()))):
            y = horn(gain * x)
            heard = [y + noise * 10 ** (-snr / 20) for snr in SNRS]
            found[name, mode] = (
                [float(stoi(clean, h, RATE, extended=True)) for h in heard],
                [ear.errors(h, said) for h in heard] if ear and said else [0] * len(SNRS),
            )
    return found


def speech(folder: Path, clips: Path | None) -> dict[str, list[tuple[Path, list[str]]]]:
    """Return the clips and what they say, by kind."""
    found: dict[str, list[tuple[Path, list[str]]]] = {"espeak": [], "vi-neural": [], "people": []}
    for n, sentence in enumerate(SENTENCES):
        voices = (
            ("espeak", EspeakEngine(), "vi+f2"),
            ("vi-neural", ViNeuralEngine(), ("north-female", "south-male")[n // 2]),
        )
        for kind, engine, voice in voices:
            with contextlib.suppress(EngineError):
                made = join([JoinPart(engine.speak(sentence, voice=voice))], folder / f"{kind}{n}.wav").path
                found[kind].append((made, words(sentence)))
    for n, clip in enumerate(sorted(clips.glob("*.wav")) if clips else ()):
        target = folder / f"people{n}.wav"
        shape = ["-t", "12", "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-bitexact", str(target)]
        ffmpeg.run(["-loglevel", "error", "-i", str(clip), *shape])
        text = clip.with_suffix(".txt")
        found["people"].append((target, words(text.read_text(encoding="utf-8")) if text.exists() else []))
    return found


def table(title: str, chosen: list[tuple[Path, list[str]]], ear: Ear | None) -> None:
    results = [scores(path, said, ear, CHAINS) for path, said in chosen]
    total = sum(len(said) for _, said in chosen)
    for mode in ("peak", "rms"):
        at = "true peak" if mode == "peak" else "RMS"
        print(f"\n{title}, equal {at}: ESTOI{' and word errors %' if ear else ''}, {len(chosen)} clips, {total} words")
        print(
            f"{'SNR (dB)':42}"
            + "".join(f"{snr:7}" for snr in SNRS)
            + ("  |" + "".join(f"{s:5}" for s in SNRS) if ear else "")
        )
        for name in CHAINS:
            if (name, mode) not in results[0]:
                print(f"{name:42}  (not installed)")
                continue
            mean = np.mean([r[name, mode][0] for r in results], axis=0)
            line = f"{name:42}" + "".join(f"{v:7.3f}" for v in mean)
            if ear and total:
                wrong = np.sum([r[name, mode][1] for r in results], axis=0)
                line += "  |" + "".join(f"{100 * w / total:5.0f}" for w in wrong)
            print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("tune", "test", "all"), default="test")
    parser.add_argument("--clips", type=Path, help="folder of recordings of people, x.wav with x.txt")
    parser.add_argument("--wer", action="store_true", help="let the recogniser listen too")
    parser.add_argument("--kinds", action="store_true", help="a table for each kind of speech")
    args = parser.parse_args()
    spec = importlib.util.find_spec("vieneu")
    here = Path(spec.origin).parent / "assets" / "samples" if spec and spec.origin else None
    ear = Ear() if args.wer else None
    with tempfile.TemporaryDirectory() as work:
        found = speech(Path(work), args.clips or here)
        parts = {"tune": slice(0, None, 2), "test": slice(1, None, 2), "all": slice(None)}
        chosen = {kind: clips[parts[args.part]] for kind, clips in found.items()}
        if args.kinds:
            for kind, clips in chosen.items():
                if clips:
                    table(kind, clips, ear)
        table("all kinds", [c for clips in chosen.values() for c in clips], ear)


if __name__ == "__main__":
    main()
