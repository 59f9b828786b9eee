"""What forms and addresses write, read as numbers, dates and rows; nonsense is none and never an error."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.panel.web.fields import MOST, a_date, a_number, rows_of, the_numbers


@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "1e3", "٣", "²", "12a", "0x1", "9" * 40, str(MOST + 1)])
def test_what_is_no_number_of_ours_is_none(text: str | None) -> None:
    assert a_number(text) is None


@given(st.integers(-10, MOST + 10), st.integers(0, 300), st.integers(0, 300))
def test_a_number_is_read_within_its_bounds(number: int, least: int, most: int) -> None:
    assert a_number(f" {number} ", least, most) == (number if least <= number <= most else None)
    assert a_number(str(number)) == (number if 0 <= number <= MOST else None)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = a_number(text)
    assert number is None or 0 <= number <= MOST
    assert all(0 <= n <= MOST for n in the_numbers(text))


@given(st.lists(st.integers(0, MOST)))
def test_a_list_of_numbers_is_read_back(numbers: list[int]) -> None:
    assert the_numbers(",".join(map(str, numbers))) == numbers


def test_nonsense_in_a_list_is_left_out() -> None:
    assert the_numbers("3,x,,17, 20 ,-1") == [3, 17, 20]


@given(st.dictionaries(st.integers(0, 19), st.dictionaries(st.sampled_from(["title", "code", "a-b"]), st.text())))
def test_the_rows_of_a_form_are_read_back_in_order(rows: dict[int, dict[str, str]]) -> None:
    form = [(f"topic-{n}-{field}", value) for n, row in rows.items() for field, value in row.items()]
    form += [
        ("topic-20-title", "quá nhiều"),
        ("topic-x-title", "không phải số"),
        ("topic", "trống"),
        ("unit-0-code", ""),
    ]
    assert rows_of(form, "topic", 20) == [row for _, row in sorted(rows.items()) if row]


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = a_date(text)
    assert found is None or dt.date(2000, 1, 1) <= found <= dt.date(2200, 12, 31)
