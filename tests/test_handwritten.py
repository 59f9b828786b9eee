"""Files that people write: any editor's way of saving them, and what is said of a slip."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster import handwritten
from broadcaster.errors import RuleError

SLIPS = [
    "a = ",
    "a = b",
    "[a",
    "[bảng lạ]",
    'a = "x',
    "a = 1,5",
    "a = 1\na = 2",
    "[a]\n[a]",
    "= 1",
    "a",
    "a = [1, 2",
    "a = {b=1",
    'a = "C:\\quà"',
    "a = True",
    "a = “x”",
    "a={b=1,b=2}",
    'a = "\x01"',
    "days_per_week =\n",
]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_in_vietnamese_with_its_line_as_it_stands(slip: str) -> None:
    with pytest.raises(RuleError) as told:
        handwritten.table(f"x = 1\n{slip}", field="tep.toml")
    words = str(told.value)
    assert re.match(r"tep\.toml: Dòng [2-4] viết sai: .+ \(đang ghi: “.*”\)\.$", words)
    assert not re.search(r"\b(Invalid|Expected|Cannot|Unclosed|line|column|document)\b", words)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
def test_the_mark_of_an_editor_changes_nothing(text: str) -> None:
    plain = text.removeprefix("\ufeff")
    assert handwritten.decoded(b"\xef\xbb\xbf" + plain.encode(), field="x") == plain


def test_another_character_set_is_told_as_that() -> None:
    with pytest.raises(RuleError, match="UTF-8"):
        handwritten.decoded("xã".encode("utf-16"), field="x")
