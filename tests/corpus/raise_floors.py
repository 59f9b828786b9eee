"""Raises the floors of floors.toml to what the normalizer reaches today; never lowers one.

python -m tests.corpus.raise_floors
"""

from __future__ import annotations

import tomllib
from collections import Counter

from broadcaster.text import Lexicon, Profile, speak_line
from tests.corpus.scoring import CORPUS, Row, development
from tests.kit.places import ROOT

FLOORS = CORPUS / "floors.toml"
_LEXICON = ROOT / "scripts" / "lexicon"
_HEAD = """# Rows of each class of the development share that must stay right; raised by
#     python -m tests.corpus.raise_floors
# and never lowered by hand: a lost row is a fault to mend or a gold line to correct with its reason in the commit.
[floors]
"""


def floors() -> dict[str, int]:
    """The number of rows that must be right, by class."""
    return tomllib.loads(FLOORS.read_text(encoding="utf-8"))["floors"] if FLOORS.exists() else {}


def failing(rows: list[Row]) -> list[tuple[Row, str]]:
    """The rows read wrongly in the Southern profile with the shipped lexicon, each with what was said."""
    lexicon = Lexicon.from_files(*(path.read_text(encoding="utf-8") for path in sorted(_LEXICON.glob("*.toml"))))
    said = [(row, speak_line(row.written, profile=Profile.SOUTH, lexicon=lexicon)) for row in rows]
    return [(row, answer) for row, answer in said if not row.accepts(answer)]


def main() -> None:
    """Writes the higher of the old floor and today's figure for each class."""
    rows = development()
    right = Counter(row.kind for row in rows) - Counter(row.kind for row, _ in failing(rows))
    old = floors()
    lines = [f"{kind} = {max(right[kind], old.get(kind, 0))}" for kind in sorted({row.kind for row in rows})]
    FLOORS.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{right.total()} of {len(rows)} rows right")


if __name__ == "__main__":
    main()
