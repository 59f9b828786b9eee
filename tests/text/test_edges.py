"""Readings at the edges of the rules, judged by eye: what is said, why, and where a person is told to look.

`edges.tsv` holds what survived a mutation of a rule once; see `tests/benchmarks/mutation.py`. `contexts.tsv` shows, rule by
rule, what the words around a written form do to its reading: the rule's module, the reason, the line and its reading.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from broadcaster.text import Profile, normalize

HERE = Path(__file__).parent


def rows(name):
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


EDGES = [*rows("edges.tsv"), *((written, spoken) for _, _, written, spoken in rows("contexts.tsv"))]
# Signs without a reading, days that do not exist, names that nobody knows.
DOUBTFUL = (
    "Còn ⅑ phần việc.",
    "Họp ngày 30/2/2026 và ngày 13/25/2025.",
    "Xem ⌘ và ☭ ở trang 3.",
    "Số tài khoản 12345678901234567890123.",
    "Đội BKTX, QXZ và ĐKH họp.",
)


@pytest.mark.parametrize(("written", "spoken"), EDGES)
def test_a_written_form_is_said_as_judged(south, written, spoken):
    assert south(written) == spoken


def test_each_change_is_explained_as_judged(lexicon, snapshot):
    told = set()
    for line, _ in EDGES:
        for span in normalize(line, profile=Profile.SOUTH, lexicon=lexicon).spans:
            if span.rule != "plain" and not span.rule.startswith("sign."):
                mark = " !" if span.look else ""
                told.add(f"{span.written.strip()} [{span.rule}{mark}] {' | '.join(span.alternatives)}".rstrip())
    assert "\n".join(sorted(told)) == snapshot


def test_each_remark_names_its_place_as_judged(lexicon, snapshot):
    told = {
        f"{line[notice.start : notice.end]} [{notice.code}] {notice.message}"
        for line in (*DOUBTFUL, *(written for written, _ in (*EDGES, *rows("readings.tsv")[:600])))
        for notice in normalize(line, profile=Profile.SOUTH, lexicon=lexicon).warnings
    }
    assert "\n".join(sorted(told)) == snapshot
