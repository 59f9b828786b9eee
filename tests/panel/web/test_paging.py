"""Long lists in pages: every line on just one page, whatever the address asks for."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.panel.web.paging import Page, wanted_page


@given(st.integers(0, 500), st.integers(1, 60))
def test_the_pages_hold_every_line_once(total: int, size: int) -> None:
    last = Page(1, size, total).last
    pages = [Page(n, size, total) for n in range(1, last + 1)]
    shown = [line for p in pages if p.total for line in range(p.first_line, p.last_line + 1)]
    assert shown == list(range(1, total + 1))
    assert Page(last + 5, size, total).last_line == total


@pytest.mark.parametrize(
    ("asked", "page"),
    [("", 1), ("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("²", 1), ("9" * 30, 1), ("9999999", 1_000_000)],
)
def test_nonsense_means_the_first(asked: str, page: int) -> None:
    with Flask("x").test_request_context("/", query_string={"page": asked}):
        assert wanted_page() == page


def test_another_page_keeps_the_filter() -> None:
    app = Flask("x")
    app.add_url_rule("/log/<zone>", "log", lambda zone: zone)
    with app.test_request_context("/log/am01?outcome=full&page=2"):
        assert Page(2, 10, 99).url(3) == "/log/am01?outcome=full&page=3"
