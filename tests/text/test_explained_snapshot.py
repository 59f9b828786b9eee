"""Rule, other readings and mark of every changed span on the judged lines: a change in any is seen and judged again."""

from __future__ import annotations

import csv
from pathlib import Path

from broadcaster.text import Profile, normalize

with (Path(__file__).parent / "readings.tsv").open(encoding="utf-8", newline="") as file:
    LINES = [row[0] for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]
# Signs without a reading, days that do not exist, names nobody knows, words cut off.
DOUBTFUL = (
    "Còn ⅑ phần việc.",
    "Họp ngày 30/2/2026 và ngày 13/25/2025.",
    "Xem ⌘ và ☭ ở trang 3.",
    "Số tài khoản 12345678901234567890123.",
    "Đội BKTX, QXZ và ĐKH họp.",
)


def test_each_change_is_explained_as_judged(lexicon, snapshot):
    told = []
    for line in LINES:
        for span in normalize(line, profile=Profile.SOUTH, lexicon=lexicon).spans:
            if span.rule == "plain" or span.rule.startswith("sign."):
                continue
            mark = " !" if span.look else ""
            told.append(f"{span.written.strip()} [{span.rule}{mark}] {' | '.join(span.alternatives)}".rstrip())
    assert "\n".join(sorted(set(told))) == snapshot


def test_each_remark_names_its_place_as_judged(lexicon, snapshot):
    told = {
        f"{line[notice.start : notice.end]} [{notice.code}] {notice.message}"
        for line in (*LINES, *DOUBTFUL)
        for notice in normalize(line, profile=Profile.SOUTH, lexicon=lexicon).warnings
    }
    assert "\n".join(sorted(told)) == snapshot
