"""How much of our voice a recogniser understands: word errors, with and without tones, beside espeak-ng.

    python tests/benchmarks/voice_wer.py --part test
    python tests/benchmarks/voice_wer.py --part tune --limit 60 --voice vi-neural:south-female
    python tests/benchmarks/voice_wer.py --pairs
    python tests/benchmarks/voice_wer.py --part test --horn 0

Needs `viet-asr` (its Vietnamese model is inside the wheel), `soxr`, `scipy` and the extra `neural`. The recogniser is
one listener, not a person: it prefers frequent words, so read differences under 3 points as noise, and it writes
northern homophones (d gi r, s x, ch tr) as it likes. Sentences: `data/voice-sentences.tsv`; those marked `test` were
never used to choose a sound, a length or a contour.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import time
import unicodedata
from collections import Counter
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import soxr
import vietasr
from scipy import signal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from broadcaster.speech.engine import Engine
from broadcaster.speech.espeak import EspeakEngine
from broadcaster.speech.vi_neural.engine import ViNeuralEngine
from broadcaster.speech.vi_neural.g2p import parse, split_tone

DATA = Path(__file__).parent / "data"
EAR = 16_000
DEFAULT_VOICES = (
    "vi-neural:north-female",
    "vi-neural:south-female",
    "vi-neural:north-male",
    "vi-neural:south-male",
    "espeak:vi+f2",
    "espeak:vi-vn-x-south+f2",
)
CARRIER = "Người ta nói chữ {} ở đây."


class Listener:
    """The recogniser, hearing 16 kHz with half a second of silence before and after."""

    def __init__(self) -> None:
        self._pipeline = vietasr.Pipeline.new().add("vietasr").build()

    def hear(self, sound: np.ndarray) -> list[str]:
        peak = max(float(np.abs(sound).max(initial=0.0)), 1e-6)
        silence = np.zeros(EAR // 2)
        whole = np.concatenate([silence, sound / peak * 0.5, silence])
        return words(self._pipeline.transcribe((whole * 32767).astype(np.int16)).text)


def words(text: str) -> list[str]:
    return re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", text.lower())).split()


def toneless(tokens: list[str]) -> list[str]:
    return [split_tone(token)[0] for token in tokens]


def errors(said: list[str], heard: list[str]) -> int:
    """Word errors: the least number of substitutions, insertions and deletions."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        previous, row = row, [i]
        for j, other in enumerate(heard, start=1):
            row.append(min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (word != other)))
    return row[-1]


def horn(sound: np.ndarray, snr: float) -> np.ndarray:
    """A horn on a pole: 350 Hz to 6 kHz, an echo at 120 ms, a 0.6 s tail, speech-shaped noise at `snr` dB."""
    noise_source = np.random.default_rng(7)
    band = signal.butter(4, (350, 6000), "bandpass", fs=EAR, output="sos")
    dry = signal.sosfilt(band, sound)
    tail = np.exp(-6.9 * np.arange(int(0.6 * EAR)) / (0.6 * EAR)) * noise_source.normal(0, 0.02, int(0.6 * EAR))
    room = np.zeros(int(0.6 * EAR))
    room[0], room[int(0.12 * EAR)] = 1.0, 0.35
    wet = signal.fftconvolve(dry, room + tail)[: dry.size + EAR // 4]
    shape = signal.firwin2(257, [0, 100, 500, 1000, 4000, 8000], [0.3, 1, 1, 0.5, 0.12, 0.05], fs=EAR)
    noise = signal.lfilter(shape, 1.0, noise_source.normal(0, 1, wet.size))
    loud = dry[np.abs(dry) > 0.05 * np.abs(dry).max()]
    return wet + noise * (loud.std() / noise.std()) * 10 ** (-snr / 20)


def sentences(part: str) -> list[str]:
    with (DATA / "voice-sentences.tsv").open(encoding="utf-8", newline="") as file:
        return [r["sentence"] for r in csv.DictReader(file, delimiter="\t") if part in {"all", r["part"]}]


def engine(name: str) -> Engine:
    own = {"vi-neural": ViNeuralEngine, "espeak": EspeakEngine}
    if name in own:
        return own[name]()
    (found,) = entry_points(group="broadcaster.engines", name=name)
    return found.load()()


def render(speaker: Engine, voice: str, sentence: str) -> np.ndarray:
    clip = speaker.speak(sentence, voice=voice)
    return soxr.resample(np.frombuffer(clip.pcm, dtype="<i2") / 32768, clip.rate, EAR)


def measure(name: str, said: list[str], ear: Listener, snr: float | None) -> dict[str, float | str]:
    """Speak and hear every sentence with one voice."""
    speaker, voice = engine(name.partition(":")[0]), name.partition(":")[2]
    wrong = wrong_toneless = total = 0
    seconds = spent = 0.0
    for sentence in said:
        begin = time.perf_counter()
        sound = render(speaker, voice, sentence)
        spent += time.perf_counter() - begin
        seconds += sound.size / EAR
        heard, wanted = ear.hear(sound if snr is None else horn(sound, snr)), words(sentence)
        wrong += errors(wanted, heard)
        wrong_toneless += errors(toneless(wanted), toneless(heard))
        total += len(wanted)
    return {
        "voice": name,
        "sentences": len(said),
        "words": total,
        "wer": round(100 * wrong / total, 1),
        "wer_without_tones": round(100 * wrong_toneless / total, 1),
        "syllables_per_second": round(total / seconds, 2),
        "times_real_time": round(spent / seconds, 2),
    }


def pairs(name: str, ear: Listener) -> dict[str, object]:
    """Minimal pairs in one carrier sentence: how often the word heard is the word said."""
    speaker, voice = engine(name.partition(":")[0]), name.partition(":")[2]
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    confused: list[str] = []
    with (DATA / "minimal-pairs.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        for word in row["words"].split():
            heard = ear.hear(render(speaker, voice, CARRIER.format(word)))
            count[row["contrast"]] += 1
            # The carrier's own words may be misheard too: the test word is what stands between "chữ" and "ở".
            got = next((w for w in heard if w in row["words"].split()), None)
            if word in heard:
                right[row["contrast"]] += 1
            elif got is not None or any(parse(w) for w in heard):
                confused.append(f"{word}>{got or '?'}")
    return {
        "voice": name,
        "right": {contrast: f"{right[contrast]}/{count[contrast]}" for contrast in count},
        "confused": confused,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("tune", "test", "all"), default="test")
    parser.add_argument("--limit", type=int, help="measure only every n-th sentence so that this many remain")
    parser.add_argument("--voice", action="append", help="engine:voice; may be repeated")
    parser.add_argument("--horn", type=float, metavar="SNR", help="through the horn at this signal-to-noise ratio (dB)")
    parser.add_argument("--pairs", action="store_true", help="measure minimal pairs instead of sentences")
    args = parser.parse_args()
    said = sentences(args.part)
    if args.limit:
        said = said[:: max(1, len(said) // args.limit)][: args.limit]
    ear = Listener()
    for name in args.voice or DEFAULT_VOICES:
        result = pairs(name, ear) if args.pairs else measure(name, said, ear, args.horn)
        print(json.dumps(result, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
