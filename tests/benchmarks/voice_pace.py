"""The pace of each voice, fitted on sentences of our corpus and checked on others.

    python tests/benchmarks/voice_pace.py                       fits and checks every voice, prints the errors
    python tests/benchmarks/voice_pace.py --write               also writes scripts/pace.toml
    python tests/benchmarks/voice_pace.py --voices espeak:vi    some voices only (others in the file stay)

Least squares over four features (unit, syllables, letters, inner marks); the error is stated on sentences not fitted:
for the whole of them (what a bulletin's length shows) and the mean for one sentence.
"""

from __future__ import annotations

import argparse
import random
import sys
import tomllib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from broadcaster.speech.registry import engine_of, split  # noqa: E402
from broadcaster.text import Lexicon, Profile, normalize  # noqa: E402
from broadcaster.text.pace import Pace  # noqa: E402
from tests.corpus.scoring import development  # noqa: E402

DATA = ROOT / "scripts" / "pace.toml"
VOICES = (
    "vi-neural:north-female",
    "vi-neural:south-female",
    "vi-neural:north-male",
    "vi-neural:south-male",
    "espeak:vi+f2",
    "espeak:vi-vn-x-south+f2",
)
HEAD = """# How long each voice takes, in seconds at its usual speed: for a unit of breath, a syllable, a letter, an inner mark.
# Measured and written by
#     python tests/benchmarks/voice_pace.py --write
"""


def units(count: int) -> list[str]:
    """Units of breath as the station speaks them, drawn by lot from the corpus."""
    lexicon = Lexicon.from_files(
        *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "scripts" / "lexicon").glob("*.toml")))
    )
    rows = [row for row in development() if len(row.written) > 30]
    random.Random(5).shuffle(rows)
    found: list[str] = []
    for row in rows:
        spoken = normalize(row.written, profile=Profile.SOUTH, lexicon=lexicon, explain=False)
        found += [s.text for s in spoken.sentences if len(s.text.split()) > 3]
        if len(found) >= count:
            break
    return found[:count]


def measured(voice: str, texts: list[str]) -> list[float]:
    """The length of each text in a voice, seconds."""
    engine, name = engine_of(voice), split(voice)[1]
    return [engine.speak(text, voice=name).seconds for text in texts]


def fitted(voice: str, texts: list[str], seconds: list[float]) -> Pace:
    """The pace that explains the measured lengths best."""
    features = np.array(
        [
            [Pace("", *row).seconds(text) for row in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))]
            for text in texts
        ]
    )
    # Relative errors count, so that long sentences don't outweigh short ones.
    weights = 1 / np.array(seconds)
    answer, *_ = np.linalg.lstsq(features * weights[:, None], np.array(seconds) * weights, rcond=None)
    return Pace(voice, *(round(float(x), 4) for x in answer))


def main() -> None:
    """Measures, fits, checks, prints; writes when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--voices", default=",".join(VOICES))
    parser.add_argument("--fit", type=int, default=48, help="sentences to fit on")
    parser.add_argument("--check", type=int, default=24, help="sentences to check on")
    parser.add_argument("--write", action="store_true", help="write scripts/pace.toml")
    chosen = parser.parse_args()
    texts = units(chosen.fit + chosen.check)
    known = tomllib.loads(DATA.read_text(encoding="utf-8"))["pace"] if DATA.exists() else []
    paces = {item["voice"]: Pace(**item) for item in known}
    print("voice".ljust(26), "fitted", "checked", "whole, %", "one sentence, %", "worst, %", sep="  ")
    for voice in chosen.voices.split(","):
        fault = engine_of(voice).check()
        if fault:
            print(f"{voice}: {fault}")
            continue
        seconds = measured(voice, texts)
        pace = fitted(voice, texts[: chosen.fit], seconds[: chosen.fit])
        paces[voice] = pace
        real = np.array(seconds[chosen.fit :])
        guess = np.array([pace.seconds(text) for text in texts[chosen.fit :]])
        one = np.abs(guess - real) / real * 100
        whole = (guess.sum() - real.sum()) / real.sum() * 100
        print(
            voice.ljust(26),
            f"{chosen.fit:6}  {len(real):7}  {whole:+8.2f}  {one.mean():15.2f}  {one.max():8.1f}",
            sep="  ",
            flush=True,
        )
    if chosen.write:
        body = "".join(
            f'\n[[pace]]\nvoice = "{p.voice}"\nunit = {p.unit}\nsyllable = {p.syllable}\nletter = {p.letter}\nmark = {p.mark}\n'
            for p in paces.values()
        )
        DATA.write_text(HEAD + body, encoding="utf-8")


if __name__ == "__main__":
    main()
