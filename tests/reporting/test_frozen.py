"""Frozen reports: what any version kept is opened by this one, whatever the settings say today."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.errors import RuleError
from broadcaster.reporting import docx, paper, table_csv, xlsx
from broadcaster.reporting.frozen import VERSION, freeze, thaw
from tests.kit.reports import whole_report

KEPT = Path(__file__).parents[1] / "fixtures" / "frozen"
"""What each version froze of `tests.kit.reports.whole_report`, with the words and figures that it drew."""


def kept(version: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((KEPT / f"v{version}.json").read_text(encoding="utf-8"))
    return content


def as_known_by(version: int) -> dict[str, Any]:
    """What this version froze, without what nobody counted when that one was written."""
    content = kept(VERSION)
    if version < 2:
        for name in ("figures", "before", "year_before"):
            content[name]["zones_heard"] = None
    return content


def cells(data: bytes) -> set[tuple[str, str, str, str]]:
    """Each figure by the names of its table, its row and its column."""
    found = set()
    for block in data.decode("utf-8-sig").replace("\r\n", "\n").split("\n\n")[1:]:
        [title], heads, *rows = csv.reader(io.StringIO(block))
        found |= {(title, row[0], head, v) for row in rows for head, v in zip(heads[1:], row[1:], strict=True)}
    return found


def places(value: object, at: str = "") -> Iterator[str]:
    """The path of every leaf."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, f"{at}.{key}")
    else:
        yield at


def test_the_suite_keeps_one_frozen_report_of_each_version() -> None:
    assert {p.stem for p in KEPT.glob("*.json")} == {f"v{n}" for n in range(VERSION + 1)}


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_what_a_version_froze_says_the_same_words_and_figures(version: int, tmp_path: Path) -> None:
    document = thaw(kept(version))
    words = [document.title, *document.sentences(), document.closing]
    assert words == (KEPT / f"v{version}.txt").read_text(encoding="utf-8").splitlines()
    assert cells((KEPT / f"v{version}.csv").read_bytes()) <= cells(table_csv.figures(document))
    docx.write(document, tmp_path / "r.docx")
    xlsx.write(document, tmp_path / "r.xlsx")
    paper.write(document, tmp_path / "r.pdf")
    assert all(p.stat().st_size > 5_000 for p in tmp_path.iterdir())


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_what_is_thawed_and_frozen_again_is_of_this_version(version: int) -> None:
    again = json.loads(json.dumps(freeze(thaw(kept(version)))))
    assert again == as_known_by(version)
    assert freeze(thaw(again)) == freeze(thaw(kept(version)))


def test_this_version_still_freezes_what_it_froze() -> None:
    now = json.loads(json.dumps(freeze(whole_report())))
    assert set(places(now)) == set(places(kept(VERSION))), "the shape changed: raise VERSION and write a step"
    assert now == kept(VERSION)


SETTINGS_OF_OLD = [("station", "region"), ("station", "province"), ("form", "due_day"), ("form", "drafting_unit")]


@given(st.lists(st.sampled_from(SETTINGS_OF_OLD), unique=True), st.text("abc", min_size=1))
def test_settings_that_came_or_went_since_do_not_close_an_old_report(gone: list[tuple[str, str]], new: str) -> None:
    content = copy.deepcopy(kept(0))
    for section, key in gone:
        del content[section][key]
    content["station"][f"x-{new}"] = content["form"][f"x-{new}"] = new
    assert thaw(content).sentences() == thaw(kept(0)).sentences()


def test_a_report_of_a_newer_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(RuleError, match="nâng cấp"):
        thaw(kept(VERSION) | {"v": VERSION + 1})
