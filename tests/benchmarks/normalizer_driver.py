"""Runs one normalizer over lines in an environment of its own; standard library only, since peers bring no more.

Started as: python normalizer_driver.py NAME LINES.json ANSWERS.jsonl SPEED.txt [ROOT]
The first record written is the start-up time, then one record for each line, then the speed; what a killed process
has written so far can still be read.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def ours():
    root = Path(sys.argv[5])
    sys.path.insert(0, str(root))
    from broadcaster.text import Lexicon, Profile, speak_line

    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "scripts" / "lexicon").glob("*.toml"))]
    lexicon = Lexicon.from_files(*texts)
    return lambda line: speak_line(line, profile=Profile.SOUTH, lexicon=lexicon)


def sea_g2p():
    from sea_g2p import Normalizer

    return Normalizer().normalize


def vinorm():
    from vinorm import TTSnorm

    return TTSnorm


def g2p_hamster():
    from g2p_hamster.t0.pipeline import normalize

    return lambda line: normalize(line)["read_string"]


def vietnormalizer():
    from vietnormalizer import VietnameseNormalizer

    return VietnameseNormalizer().normalize


def zerotts():
    from zerotts.text_norm import normalize_vi_text

    return normalize_vi_text


def nemo():
    from nemo_text_processing.text_normalization.normalize import Normalizer

    return Normalizer(input_case="cased", lang="vi").normalize


START = {
    "ours": ours,
    "sea-g2p": sea_g2p,
    "vinorm": vinorm,
    "g2p-hamster": g2p_hamster,
    "vietnormalizer": vietnormalizer,
    "zerotts": zerotts,
    "nemo-text-processing": nemo,
}
SPEED_SECONDS = 5.0


def main() -> None:
    name, lines, answers, speed = sys.argv[1:5]
    # A peer may chat on standard output or standard error; neither is an answer.
    with Path(answers).open("w", encoding="utf-8") as out:

        def write(record: dict[str, object]) -> None:
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            out.flush()

        began = time.perf_counter()
        try:
            normalize = START[name]()
            normalize("Chào buổi sáng.")
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is the finding
            write({"refused": f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"})
            return
        write({"startup": time.perf_counter() - began})
        for line in json.loads(Path(lines).read_text(encoding="utf-8")):
            try:
                write({"answer": str(normalize(line))})
            except Exception as error:  # noqa: BLE001 - a crash on a line is counted, not hidden
                write({"crash": type(error).__name__})
        characters, began, spent = 0, time.perf_counter(), 0.0
        plan = [line for line in Path(speed).read_text(encoding="utf-8").splitlines() if line.strip()]
        while spent < SPEED_SECONDS:
            for line in plan:
                try:
                    normalize(line)
                except Exception:  # noqa: BLE001 - counted above on the corpus
                    continue
                finally:
                    characters += len(line)
                    spent = time.perf_counter() - began
                if spent >= SPEED_SECONDS:
                    break
        write({"speed": characters / spent})


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # a peer's worker threads must not keep the process
