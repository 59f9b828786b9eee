"""Report periods: the cut-offs of the CCHC regime, exact to the day."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.periods import PeriodKind, custom, parse, period, previous, year_before
from broadcaster.errors import RuleError, printed

VN = ZoneInfo("Asia/Ho_Chi_Minh")
YEARS = st.integers(1950, 2150)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-Q1", "2025-12-15", "2026-03-14"),
        ("2026-H1", "2025-12-15", "2026-06-14"),
        ("2026-Q3", "2026-06-15", "2026-09-14"),
        ("2026-Y", "2025-12-15", "2026-12-14"),
        ("2026", "2025-12-15", "2026-12-14"),
        ("2026-H2", "2026-06-15", "2026-12-14"),
        ("2026-M01", "2025-12-15", "2026-01-14"),
        ("2026-01-01..2026-03-31", "2026-01-01", "2026-03-31"),
    ],
)
def test_periods_have_the_cut_offs_of_the_regime(written: str, first: str, last: str) -> None:
    found = parse(written)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_boundary_moments_are_exact_in_station_time() -> None:
    start, end = parse("2026-Q1").bounds(VN)
    assert start == dt.datetime(2025, 12, 14, 17, tzinfo=dt.UTC)
    assert end == dt.datetime(2026, 3, 14, 17, tzinfo=dt.UTC)
    q1 = parse("2026-Q1")
    assert q1.covers(dt.datetime(2026, 3, 14, 23, 59, 59, tzinfo=VN), VN)
    assert not q1.covers(dt.datetime(2026, 3, 15, 0, 0, tzinfo=VN), VN)


@given(YEARS, st.sampled_from([0, 14, 20]), st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF]))
def test_periods_of_one_kind_tile_the_year(year: int, cutoff: int, kind: PeriodKind) -> None:
    count = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF: 2}[kind]
    parts = [period(kind, year, n, cutoff=cutoff) for n in range(1, count + 1)]
    whole = period(PeriodKind.YEAR, year, cutoff=cutoff)
    assert parts[0].first == whole.first
    assert parts[-1].last == whole.last
    for one, two in itertools.pairwise(parts):
        assert two.first - one.last == dt.timedelta(days=1)
    assert sum(p.days for p in parts) == whole.days


@given(YEARS, st.sampled_from([0, 14]), st.integers(1, 4))
def test_the_previous_quarter_ends_the_day_before(year: int, cutoff: int, index: int) -> None:
    this = period(PeriodKind.QUARTER, year, index, cutoff=cutoff)
    before = previous(this, cutoff=cutoff)
    assert before.last + dt.timedelta(days=1) == this.first
    assert year_before(this, cutoff=cutoff) == period(PeriodKind.QUARTER, year - 1, index, cutoff=cutoff)


def test_a_custom_period_is_compared_with_as_many_days_before() -> None:
    this = custom(dt.date(2026, 3, 1), dt.date(2026, 3, 10))
    assert previous(this) == custom(dt.date(2026, 2, 19), dt.date(2026, 2, 28))
    assert year_before(custom(dt.date(2024, 2, 29), dt.date(2024, 3, 1))).first == dt.date(2023, 2, 28)


@pytest.mark.parametrize(
    "written",
    ["", "2026-Q5", "2026-Q", "2026-Y1", "Q3-2026", "2026-13", "2026-03-31..2026-01-01", "a..b", "2026-H3", "2026-M0"],
)
def test_what_names_no_period_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(written)
    assert printed(caught.value.field) == "period"


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_a_clear_refusal(written: str) -> None:
    with contextlib.suppress(RuleError):
        assert parse(written).days > 0
