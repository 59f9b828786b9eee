"""Time against length: the reading rules on plan text and on inputs made to be slow; one table, characters a second.

    python tests/benchmarks/reading_time.py            10 kB, 100 kB and 1 MB of each kind, explanations off and on
    python tests/benchmarks/reading_time.py --quick    10 kB and 100 kB only

A row whose last column is near 1 takes time in proportion to its length; a pattern that backtracks badly would show there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from broadcaster.text import Lexicon, Profile, normalize  # noqa: E402

PLAN = (ROOT / "tests" / "fixtures" / "ke-hoach-2026.txt").read_text(encoding="utf-8")

# Each piece is repeated to the wanted length. They aim at the rules with repeats: figures, dots, slashes, brackets, capitals.
KINDS = {
    "plan": PLAN,
    "one digit": "1",
    "dots and figures": "1.",
    "grouped figures": "1.000.",
    "slashes": "1/",
    "dashes": "1-",
    "dates": "12/12/2025-",
    "commas": "1,2,",
    "document numbers": "12/2025/NQ-",
    "types without end": "NQ-HĐ-UB-",
    "phone blanks": "0 9 1 2 ",
    "capitals": "ABCĐ",
    "roman": "IVXLC",
    "letters and figures": "A1B2",
    "opening brackets": "(",
    "brackets of words": "(một ",
    "quotes": "“",
    "signs": "+-±",
    "hosts": "a.b-",
    "mails": "a@b.",
    "hashtags": "#A",
    "blanks": " \t",
    "lines": "\n",
    "small words": "và ",
    "one long word": "ă",
    "combining marks": "a\u0301\u0302",
    "times": "7h30-",
    "units": "5kg/m2/",
    "money": "5.000đ/",
    "dots": "…. ",
    "Khmer": "ខ្មែរ ",
    "emoji": "📢",
}


def lexicon() -> Lexicon:
    """The shipped lexicon."""
    return Lexicon.from_files(
        *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "scripts" / "lexicon").glob("*.toml")))
    )


def text_of(piece: str, size: int) -> str:
    """`piece` repeated to `size` characters."""
    return (piece * (size // len(piece) + 1))[:size]


def seconds(text: str, words: Lexicon, *, explain: bool) -> float:
    """CPU seconds for one reading of `text`; the process's own time, so that a busy machine says the same."""
    began = time.process_time()
    normalize(text, profile=Profile.SOUTH, lexicon=words, explain=explain)
    return time.process_time() - began


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="10 kB and 100 kB only")
    sizes = [10_000, 100_000] if parser.parse_args().quick else [10_000, 100_000, 1_000_000]
    words = lexicon()
    normalize(PLAN, profile=Profile.SOUTH, lexicon=words)
    print("kind".ljust(22), *(f"{size:>12,}" for size in sizes), "explained".rjust(12), "last/first".rjust(12))
    for kind, piece in KINDS.items():
        per_second = [size / max(seconds(text_of(piece, size), words, explain=False), 1e-6) for size in sizes]
        explained = sizes[1] / max(seconds(text_of(piece, sizes[1]), words, explain=True), 1e-6)
        print(
            kind.ljust(22),
            *(f"{speed:12,.0f}" for speed in per_second),
            f"{explained:12,.0f}",
            f"{per_second[0] / per_second[-1]:12.2f}",
        )


if __name__ == "__main__":
    main()
