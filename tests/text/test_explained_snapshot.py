"""Rule, other readings and mark of every changed span on the judged lines: a change in any is seen and judged again."""

from __future__ import annotations

import csv
from pathlib import Path

from broadcaster.text import Profile, normalize

with (Path(__file__).parent / "readings.tsv").open(encoding="utf-8", newline="") as file:
    LINES = [row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


def test_each_change_is_explained_as_judged(lexicon, snapshot):
    told = []
    for line in LINES:
        for span in normalize(line, profile=Profile.SOUTH, lexicon=lexicon).spans:
            if span.rule == "plain" or span.rule.startswith("sign."):
                continue
            mark = " !" if span.look else ""
            told.append(f"{span.written.strip()} [{span.rule}{mark}] {' | '.join(span.alternatives)}".rstrip())
    assert "\n".join(sorted(set(told))) == snapshot
