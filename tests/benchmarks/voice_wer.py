"""How much of our voice a recogniser understands: word errors, with and without tones, beside espeak-ng.

    python tests/benchmarks/voice_wer.py --part test
    python tests/benchmarks/voice_wer.py --part tune --limit 60 --voice vi-neural:south-female --confusions
    python tests/benchmarks/voice_wer.py --clips FOLDER
    python tests/benchmarks/voice_wer.py --part test --horn 0

Needs `viet-asr` (its Vietnamese model is inside the wheel), `soxr`, `scipy` and the extra `neural`. Two ears hear every
sentence: `viet-asr` as it is, and the same model through proper features (`ear.py`). They are one listener, not a
person, and its training is not known: it prefers frequent words, it writes northern homophones (d gi r, s x, ch tr) as
it likes, and it may know Northern speech better than Southern. `merged` counts as right what sounds alike in the
voice's own region. Sentences: `data/voice-sentences.tsv`; those marked `test` were never used to choose a sound, a
length or a contour. `--clips` measures real speech: a folder of .wav files, each with its words in a .txt.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
import wave
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
from tests.benchmarks.ear import EAR, Ear, prepared, words

DATA = Path(__file__).parent / "data"
DEFAULT_VOICES = (
    "vi-neural:north-female",
    "vi-neural:south-female",
    "vi-neural:north-male",
    "vi-neural:south-male",
    "espeak:vi+f2",
    "espeak:vi-vn-x-south+f2",
)


class Listener:
    """`viet-asr` as it is."""

    def __init__(self) -> None:
        self._pipeline = vietasr.Pipeline.new().add("vietasr").build()

    def hear(self, sound: np.ndarray) -> list[str]:
        return words(self._pipeline.transcribe((prepared(sound) * 32767).astype(np.int16)).text)


def toneless(tokens: list[str]) -> list[str]:
    return [split_tone(token)[0] for token in tokens]


def aligned(said: list[str], heard: list[str]) -> tuple[int, list[tuple[str, str]]]:
    """Word errors (the least number of substitutions, insertions and deletions), and the pairs of words that differ."""
    table = [list(range(len(heard) + 1))]
    for i, word in enumerate(said, start=1):
        row = [i]
        for j, other in enumerate(heard, start=1):
            row.append(min(table[-1][j] + 1, row[j - 1] + 1, table[-1][j - 1] + (word != other)))
        table.append(row)
    i, j, pairs = len(said), len(heard), []
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return table[-1][-1], [p for p in reversed(pairs) if p[0] != p[1]]


def errors(said: list[str], heard: list[str]) -> int:
    return aligned(said, heard)[0]


MERGED = {
    "north": {"onset": {"gi": "d", "r": "d", "s": "x", "tr": "ch"}, "coda": {}, "tone": {}},
    # Final n and t are ng and k in the South, but not after i and ê, where nh and ch are n and t.
    "south": {
        "onset": {"gi": "d", "v": "d"},
        "coda": {"n": "ng", "t": "c", "nh": "n'", "ch": "t'"},
        "tone": {"ngã": "hỏi"},
    },
}


def merged(tokens: list[str], region: str) -> list[str]:
    """Each word as the region says it, so that words that sound alike there are alike."""
    rules, result = MERGED[region], []
    for token in tokens:
        parts = parse(token)
        if parts is None:
            result.append(token)
            continue
        front = parts.nucleus in {"i", "ê"}
        coda = rules["coda"].get(parts.coda, parts.coda)
        if front and region == "south" and parts.coda in {"n", "t"}:
            coda = parts.coda + "'"
        tone = rules["tone"].get(parts.tone.value, parts.tone.value)
        onset = rules["onset"].get(parts.onset, parts.onset)
        result.append(f"{onset}/{parts.glide}/{parts.nucleus}/{coda}/{tone}")
    return result


class Confusions:
    """Which parts of the syllable were taken for which."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {part: Counter() for part in ("onset", "rime", "tone")}

    def add(self, pairs: list[tuple[str, str]]) -> None:
        for said, heard in pairs:
            a, b = parse(said), parse(heard)
            if a is None or b is None:
                continue
            for part, x, y in (
                ("onset", a.onset, b.onset),
                ("rime", "u" * a.glide + a.nucleus + a.coda, "u" * b.glide + b.nucleus + b.coda),
                ("tone", a.tone.value, b.tone.value),
            ):
                if x != y:
                    self.counts[part][f"{x}>{y}"] += 1

    def top(self, count: int = 25) -> dict[str, str]:
        return {k: " ".join(f"{pair}:{n}" for pair, n in c.most_common(count)) for k, c in self.counts.items()}


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


class Tally:
    """Word errors of one voice, by both ears."""

    def __init__(self, region: str) -> None:
        self.region, self.total, self.seconds, self.spent = region, 0, 0.0, 0.0
        self.wrong: Counter[str] = Counter()
        self.confusions = Confusions()

    def add(self, wanted: list[str], plain: list[str], fine: list[str]) -> None:
        self.total += len(wanted)
        for ear, heard in (("", plain), ("fine_", fine)):
            self.wrong[f"{ear}wer"] += errors(wanted, heard)
            self.wrong[f"{ear}wer_without_tones"] += errors(toneless(wanted), toneless(heard))
            self.wrong[f"{ear}wer_merged"] += errors(merged(wanted, self.region), merged(heard, self.region))
        self.confusions.add(aligned(wanted, fine)[1])

    def rates(self) -> dict[str, float]:
        return {key: round(100 * count / self.total, 1) for key, count in self.wrong.items()}


def measure(
    name: str, said: list[str], ears: tuple[Listener, Ear], snr: float | None, confusions: bool
) -> dict[str, object]:
    """Speak and hear every sentence with one voice."""
    speaker, voice = engine(name.partition(":")[0]), name.partition(":")[2]
    tally = Tally("south" if "south" in voice else "north")
    for sentence in said:
        begin = time.perf_counter()
        sound = render(speaker, voice, sentence)
        tally.spent += time.perf_counter() - begin
        tally.seconds += sound.size / EAR
        noisy = sound if snr is None else horn(sound, snr)
        tally.add(words(sentence), ears[0].hear(noisy), ears[1].hear(noisy))
    return {
        "voice": name,
        "sentences": len(said),
        "words": tally.total,
        **tally.rates(),
        "syllables_per_second": round(tally.total / tally.seconds, 2),
        "times_real_time": round(tally.spent / tally.seconds, 2),
        **(tally.confusions.top() if confusions else {}),
    }


def clips_of(folder: Path) -> list[tuple[str, np.ndarray]]:
    """Real speech: the words and the sound (16 kHz) of each .wav file that has a .txt."""
    clips = []
    for file in sorted(folder.glob("*.wav")):
        with wave.open(str(file)) as clip:
            pcm = np.frombuffer(clip.readframes(clip.getnframes()), dtype="<i2").reshape(-1, clip.getnchannels())
            sound = soxr.resample(pcm.mean(axis=1) / 32768, clip.getframerate(), EAR)
        text = file.with_suffix(".txt").read_text(encoding="utf-8")
        clips.append((text.replace("19", "mười chín"), sound))  # the one number in the clips of the `vieneu` wheel
    return clips


def measure_clips(folder: Path, ears: tuple[Listener, Ear]) -> dict[str, object]:
    """Hear real speech: the floor that no voice can be expected to fall below."""
    tally = Tally("north")
    clips = clips_of(folder)
    for text, sound in clips:
        tally.add(words(text), ears[0].hear(sound), ears[1].hear(sound))
    return {"voice": str(folder), "sentences": len(clips), "words": tally.total, **tally.rates()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("tune", "test", "all"), default="test")
    parser.add_argument("--limit", type=int, help="measure only every n-th sentence so that this many remain")
    parser.add_argument("--voice", action="append", help="engine:voice; may be repeated")
    parser.add_argument("--horn", type=float, metavar="SNR", help="through the horn at this signal-to-noise ratio (dB)")
    parser.add_argument("--confusions", action="store_true", help="print which onsets, rimes and tones were confused")
    parser.add_argument("--clips", type=Path, help="a folder of real speech, .wav and .txt")
    args = parser.parse_args()
    said = sentences(args.part)
    if args.limit:
        said = said[:: max(1, len(said) // args.limit)][: args.limit]
    ears = (Listener(), Ear())
    if args.clips:
        print(json.dumps(measure_clips(args.clips, ears), ensure_ascii=False), flush=True)
        return
    for name in args.voice or DEFAULT_VOICES:
        print(json.dumps(measure(name, said, ears, args.horn, args.confusions), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
