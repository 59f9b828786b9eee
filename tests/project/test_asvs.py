"""The page of the security standard's rows: each of level 2 once, and all that it leans on exists."""

from __future__ import annotations

import re

import pytest

from tests.kit.places import TESTS

ROOT = TESTS.parent
PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
MODEL = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
# Of each section the rows of levels 1 and 2 in version 4.0.3.
LEVEL_2 = {
    "1.1": "1-7",
    "1.2": "1-4",
    "1.4": "1 4 5",
    "1.5": "1-4",
    "1.6": "1-4",
    "1.7": "1 2",
    "1.8": "1 2",
    "1.9": "1 2",
    "1.10": "1",
    "1.11": "1 2",
    "1.12": "2",
    "1.14": "1-6",
    "2.1": "1-12",
    "2.2": "1-3",
    "2.3": "1-3",
    "2.4": "1-5",
    "2.5": "1-7",
    "2.6": "1-3",
    "2.7": "1-6",
    "2.8": "1-7",
    "2.9": "1-3",
    "2.10": "1-4",
    "3.1": "1",
    "3.2": "1-4",
    "3.3": "1-4",
    "3.4": "1-5",
    "3.5": "1-3",
    "3.7": "1",
    "4.1": "1 2 3 5",
    "4.2": "1 2",
    "4.3": "1-3",
    "5.1": "1-5",
    "5.2": "1-8",
    "5.3": "1-10",
    "5.4": "1-3",
    "5.5": "1-4",
    "6.1": "1-3",
    "6.2": "1-6",
    "6.3": "1 2",
    "6.4": "1 2",
    "7.1": "1-4",
    "7.2": "1 2",
    "7.3": "1 3 4",
    "7.4": "1-3",
    "8.1": "1-4",
    "8.2": "1-3",
    "8.3": "1-8",
    "9.1": "1-3",
    "9.2": "1-4",
    "10.2": "1 2",
    "10.3": "1-3",
    "11.1": "1-8",
    "12.1": "1-3",
    "12.2": "1",
    "12.3": "1-6",
    "12.4": "1 2",
    "12.5": "1 2",
    "12.6": "1",
    "13.1": "1 3 4 5",
    "13.2": "1 2 3 5 6",
    "13.3": "1 2",
    "13.4": "1 2",
    "14.1": "1-4",
    "14.2": "1-6",
    "14.3": "2 3",
    "14.4": "1-7",
    "14.5": "1-4",
}


def expected() -> set[str]:
    rows = set()
    for section, numbers in LEVEL_2.items():
        for part in numbers.split():
            first, _, last = part.partition("-")
            rows |= {f"{section}.{n}" for n in range(int(first), int(last or first) + 1)}
    return rows


def table() -> list[list[str]]:
    lines = [line.split("|")[1:-1] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert all(len(cells) == 5 for cells in lines), [cells for cells in lines if len(cells) != 5]
    return [[cell.strip() for cell in cells] for cells in lines]


def test_every_row_of_level_2_stands_once_with_what_it_was_and_is() -> None:
    rows = [row for cells in table() for row in cells[0].split(", ")]
    assert len(rows) == len(set(rows)), sorted(row for row in set(rows) if rows.count(row) > 1)
    assert set(rows) == expected()
    assert {cells[2] for cells in table()} <= {"", "part", "no"}
    assert {cells[3] for cells in table()} <= {"yes", "part", "no", "-"}


@pytest.mark.parametrize("cells", table(), ids=lambda cells: cells[0].split(",")[0])
def test_a_row_that_is_met_names_what_holds_it_and_another_says_why(cells: list[str]) -> None:
    assert len(cells[4]) >= 4
    if cells[3] == "yes":
        assert "`tests/" in cells[4]


@pytest.mark.parametrize("page", [PAGE, MODEL], ids=["table", "threat model"])
def test_what_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"`((?:tests|broadcaster|docs|locks)/[\w./-]*)`", page))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).exists()] == []
    for module, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page):
        assert f"def {test}(" in (ROOT / module).read_text(encoding="utf-8")


def test_the_totals_are_those_of_the_rows() -> None:
    before, now = dict.fromkeys(("yes", "part", "no", "-"), 0), dict.fromkeys(("yes", "part", "no", "-"), 0)
    for cells in table():
        count = len(cells[0].split(", "))
        now[cells[3]] += count
        before["-" if cells[3] == "-" else cells[2] or "yes"] += count
    for name, counts in (("Before", before), ("Now", now)):
        said = ", ".join(f"{counts[word]} {word}" for word in ("yes", "part", "no"))
        assert f"{name}: {said}" in PAGE
