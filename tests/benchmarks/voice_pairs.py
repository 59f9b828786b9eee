"""Minimal pairs: is a word taken for another that differs from it in one tone, vowel or consonant alone?

    python tests/benchmarks/voice_pairs.py --voice vi-neural:south-female
    python tests/benchmarks/voice_pairs.py --running 25 --clips FOLDER

The ear (`ear.py`) is made to choose: of the words of a group, the one that is likeliest in the sound, the words around
it given. The first form says each word of `data/minimal-pairs.tsv` in one carrier sentence. The second (`--running`)
takes sentences set apart, and for each of their words the words with the same sounds and another tone; it can be asked
of real speech too (`--clips`: a folder of .wav files with their words in .txt), which is the only way to hold real
speech and a synthetic voice side by side here, as no recording of minimal pairs by people is to be had offline.
In the South hỏi and ngã are one tone: choosing either is right there.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from broadcaster.speech.vi_neural.g2p import Tone, parse, split_tone
from tests.benchmarks.ear import Ear, words
from tests.benchmarks.voice_wer import DATA, clips_of, engine, render, sentences

CARRIER = "Người ta nói chữ {} ở đây."
PLACE = 4
MARKS = {
    Tone.NGANG: "",
    Tone.HUYEN: "\u0300",
    Tone.SAC: "\u0301",
    Tone.HOI: "\u0309",
    Tone.NGA: "\u0303",
    Tone.NANG: "\u0323",
}


def other_tones(word: str, ear: Ear) -> list[str]:
    """The word and those that differ from it in tone alone, as far as the ear knows each as one piece."""
    letters = split_tone(word)[0]
    found = {word}
    for tone, mark in MARKS.items():
        for place, letter in enumerate(letters):
            if letter not in "aăâeêioôơuưy":
                continue
            other = unicodedata.normalize("NFC", letters[: place + 1] + mark + letters[place + 1 :])
            parts = parse(other)
            # The place of the mark is the ear's: of the spellings of one syllable it knows the usual one.
            if parts is not None and parts.tone is tone and ear.whole(other):
                found.add(other)
                break
    return sorted(found)


def same(a: str, b: str, south: bool) -> bool:
    """Whether two words are one in the voice's region."""
    x, y = parse(a), parse(b)
    if a == b or x is None or y is None:
        return a == b
    merged = {Tone.NGA: Tone.HOI} if south else {}
    return (x.onset, x.glide, x.nucleus, x.coda, merged.get(x.tone, x.tone)) == (
        y.onset,
        y.glide,
        y.nucleus,
        y.coda,
        merged.get(y.tone, y.tone),
    )


class Result:
    """Right and wrong choices, by contrast, and which tone was taken for which."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.count: Counter[str] = Counter()
        self.tones: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.wrong: list[str] = []
        self.apart: Counter[str] = Counter()
        self.pairs: Counter[str] = Counter()

    def add(self, contrast: str, said: str, marks: dict[str, float], south: bool) -> None:
        chosen = max(marks, key=marks.__getitem__)
        self.count[contrast] += 1
        if same(said, chosen, south):
            self.right[contrast] += 1
        else:
            self.wrong.append(f"{said}>{chosen}")
        if contrast.startswith("tone"):
            self.tones[split_tone(said)[1].value][split_tone(chosen)[1].value] += 1

    def tell_apart(self, contrast: str, marks: dict[str, dict[str, float]], south: bool) -> None:
        """Of two sounds and their two words, does each sound lean to its own word more than the other sound does?

        A listener prefers frequent words (mà before mả), whatever the sound; here that preference falls out.
        """
        for a, b in combinations(marks, 2):
            if not same(a, b, south):
                self.pairs[contrast] += 1
                self.apart[contrast] += marks[a][a] - marks[a][b] > marks[b][a] - marks[b][b]

    def report(self, name: str) -> dict[str, object]:
        return {
            "voice": name,
            "right": {c: f"{self.right[c]}/{n} ({100 * self.right[c] / n:.0f} %)" for c, n in self.count.items()},
            "pairs told apart": {c: f"{self.apart[c]}/{n}" for c, n in self.pairs.items()},
            "tones": {said: dict(heard.most_common()) for said, heard in self.tones.items()},
            "wrong": " ".join(self.wrong),
        }


def carrier(name: str, ear: Ear) -> dict[str, object]:
    """Every word of the groups, in the carrier."""
    speaker, voice = engine(name.partition(":")[0]), name.partition(":")[2]
    with (DATA / "minimal-pairs.tsv").open(encoding="utf-8", newline="") as file:
        groups = [(r["contrast"], r["words"].split()) for r in csv.DictReader(file, delimiter="\t")]
    result = Result()
    for contrast, group in groups:
        known = [w for w in group if ear.whole(w)]
        marks: dict[str, dict[str, float]] = {}
        for word in known if len(known) > 1 else []:
            said = words(CARRIER.format(word))
            heard = ear.likelihoods(render(speaker, voice, CARRIER.format(word)))
            marks[word] = ear.weigh(heard, said, PLACE, known)
            result.add(contrast, word, marks[word], "south" in voice)
        result.tell_apart(contrast, marks, "south" in voice)
    return result.report(name)


def running(name: str, sounds: list[tuple[list[str], object]], ear: Ear, south: bool) -> dict[str, object]:
    """Every word of running speech against its other tones."""
    result = Result()
    for said, sound in sounds:
        heard = ear.likelihoods(sound)
        for place, word in enumerate(said):
            choices = other_tones(word, ear) if parse(word) is not None and ear.whole(word) else []
            if len(choices) > 1:
                result.add("tone in running speech", word, ear.weigh(heard, said, place, choices), south)
    return result.report(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", action="append", help="engine:voice; may be repeated")
    parser.add_argument(
        "--running", type=int, metavar="N", help="tones in N sentences set apart, instead of the groups"
    )
    parser.add_argument("--clips", type=Path, help="with --running: real speech too, a folder of .wav and .txt")
    args = parser.parse_args()
    ear = Ear()
    if args.running and args.clips:
        real = [(words(text), sound) for text, sound in clips_of(args.clips)]
        print(json.dumps(running(str(args.clips), real, ear, south=False), ensure_ascii=False), flush=True)
    for name in args.voice or ["vi-neural:south-female", "vi-neural:north-female"]:
        if args.running:
            said = sentences("test")
            said = said[:: max(1, len(said) // args.running)][: args.running]
            speaker, voice = engine(name.partition(":")[0]), name.partition(":")[2]
            sounds = [(words(s), render(speaker, voice, s)) for s in said]
            report = running(name, sounds, ear, "south" in voice)
        else:
            report = carrier(name, ear)
        print(json.dumps(report, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
