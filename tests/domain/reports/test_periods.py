"""Report periods: the cut-offs of the CCHC regime, exact to the day."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.reports import periods
from broadcaster.domain.reports.periods import (
    PRESETS,
    PeriodKind,
    Preset,
    ReportPeriod,
    custom,
    deadline,
    due,
    offered,
    parse,
    period,
    previous,
    year_before,
)
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
        ("2026-9M", "2025-12-15", "2026-09-14"),
        ("2026-m1", "2025-12-15", "2026-01-14"),
        ("2026-q03", "2026-06-15", "2026-09-14"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-M02", "2026-01-15", "2026-02-14"),
        ("2026-W10", "2026-03-02", "2026-03-08"),
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


CUTOFFS = st.sampled_from([0, 14, 20])


@st.composite
def periods_as_written(draw: st.DrawFn) -> tuple[str, ReportPeriod, int]:
    """Any period that has a name or lies in the calendar, with the day on which the station counts."""
    year, cutoff = draw(YEARS), draw(CUTOFFS)
    codes = [p.code for p in PRESETS] + [f"{n:02}" for n in range(1, 13)] + [f"W{n:02}" for n in range(1, 53)]
    written = f"{year}-{draw(st.sampled_from(codes))}"
    return written, parse(written, cutoff=cutoff), cutoff


@given(periods_as_written())
def test_every_period_has_one_before_it_and_one_a_year_earlier(named: tuple[str, ReportPeriod, int]) -> None:
    _, this, cutoff = named
    before, earlier = previous(this, cutoff=cutoff), year_before(this, cutoff=cutoff)
    assert before.last + dt.timedelta(days=1) == this.first
    assert before.kind in {this.kind, PeriodKind.CUSTOM}
    assert abs(before.days - this.days) <= 3
    assert abs((this.first - earlier.first).days - 365.5) < 1
    assert abs(earlier.days - this.days) <= 1


@given(periods_as_written(), st.integers(1, 28))
def test_a_report_is_due_after_its_period_and_within_a_month_of_it(
    named: tuple[str, ReportPeriod, int], day: int
) -> None:
    last = named[1].last
    found = deadline(named[1], day)
    assert found.day == day
    assert dt.timedelta(0) < found - last <= dt.timedelta(days=31)


@given(periods_as_written())
def test_a_period_is_the_same_in_small_letters_and_with_blanks(named: tuple[str, ReportPeriod, int]) -> None:
    written, this, cutoff = named
    assert parse(f" {written.lower()} ", cutoff=cutoff) == this


@given(st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1)), CUTOFFS)
def test_what_is_offered_has_begun_and_is_read_back_as_itself(today: dt.date, cutoff: int) -> None:
    found = list(offered(today, cutoff=cutoff))
    assert all(p.first <= today and parse(written, cutoff=cutoff) == p for written, p in found)
    assert [p.last for _, p in found] == sorted((p.last for _, p in found), reverse=True)
    assert any(p.kind is PeriodKind.YEAR and p.first <= today <= p.last for _, p in found)


def test_a_line_of_the_registry_is_all_that_a_new_period_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    spring = Preset("XUAN", PeriodKind.QUARTER, "mùa xuân {year}", (2, 4), due=True)
    monkeypatch.setattr(periods, "PRESETS", (*PRESETS, spring))
    this = parse("2026-xuan")
    assert (this.title, this.first, this.last) == ("mùa xuân 2026", dt.date(2026, 1, 15), dt.date(2026, 4, 14))
    assert ("2026-XUAN", this) in set(offered(dt.date(2026, 3, 1)))
    assert ("2026-XUAN", this) in set(due(2026))
    assert previous(this).last == dt.date(2026, 1, 14)
    assert year_before(this) == parse("2025-XUAN")


def test_nine_months_are_offered_and_not_asked_for_by_the_congvan() -> None:
    assert "2026-9M" in {written for written, _ in offered(dt.date(2026, 11, 1))}
    assert parse("2026-9M").title == "9 tháng đầu năm 2026"
    assert [written for written, _ in due(2026)] == ["2026-Q1", "2026-H1", "2026-Q3", "2026-Y"]


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
    [
        "",
        "2026-Q5",
        "2026-Q",
        "2026-Y1",
        "Q3-2026",
        "2026-13",
        "2026-03-31..2026-01-01",
        "a..b",
        "2026-H3",
        "2026-M0",
        "2026-003",
        "2026-W54",
        "2026-W",
        "2026-12M",
    ],
)
def test_what_names_no_period_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse(written)
    assert printed(caught.value.field) == "period"


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_a_clear_refusal(written: str) -> None:
    with contextlib.suppress(RuleError):
        assert parse(written).days > 0
