"""Figures: counted once however many zones, partial never full, and every split of a year sums to the year."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.reports.figures import Figures, count
from broadcaster.domain.reports.periods import PeriodKind, period
from tests.kit.entries import VN, entry


def test_twelve_zones_do_not_make_twelve_airings() -> None:
    figures = count([entry(zone=f"z{n}") for n in range(12)], VN)
    assert (figures.broadcasts, figures.total.full, figures.total.minutes) == (1, 1, 1.0)
    assert len(figures.by_zone) == 12


def test_one_zone_that_heard_all_makes_it_full_and_none_makes_it_partial() -> None:
    some = count(
        [entry(zone="a", outcome=Outcome.PARTIAL), entry(zone="b"), entry(zone="c", outcome=Outcome.MISSED)], VN
    )
    assert (some.total.full, some.total.partial, some.total.missed) == (1, 0, 0)
    none = count([entry(zone="a", outcome=Outcome.PARTIAL), entry(zone="c", outcome=Outcome.MISSED)], VN)
    assert (none.total.full, none.total.partial, none.total.missed) == (0, 1, 0)
    assert none.total.heard_ms == 20_000
    assert none.reasons == {"Mất điện.": 1}


def test_cues_fill_the_air_but_are_no_airing_and_trials_do_not_count() -> None:
    figures = count([entry(kind="cue", script_id=None), entry(broadcast=2, kind="trial")], VN)
    assert (figures.broadcasts, figures.total.full, figures.entries) == (1, 0, 1)


def test_a_correction_replaces_what_it_points_to_and_so_does_its_own_correction() -> None:
    first = entry()
    second = replace(
        first, id="c1", corrects=first.id, outcome=Outcome.PARTIAL, heard_ms=5_000, reason="Nghe lại bản thu."
    )
    third = replace(second, id="c2", corrects="c1", outcome=Outcome.MISSED, heard_ms=0, reason="Loa hỏng.")
    assert count([first, second], VN).total.partial == 1
    assert count([third, second, first], VN).total.missed == 1


OUTCOMES = st.sampled_from(Outcome)
ENTRIES = st.lists(
    st.builds(
        lambda b, i, z, o, d: entry(
            b, i, z, o, planned_at=dt.datetime(2025, 12, 15, tzinfo=VN) + dt.timedelta(days=d, minutes=b)
        ),
        st.integers(1, 30),
        st.integers(1, 4),
        st.sampled_from(["a", "b"]),
        OUTCOMES,
        st.integers(0, 364),
    ),
    max_size=40,
    unique_by=lambda e: (e.broadcast_id, e.item_no, e.zone),
)


@given(ENTRIES)
def test_quarters_sum_to_the_year(entries: list[Entry]) -> None:
    # One broadcast airs on one day: give all its entries the day of the first.
    day = {}
    entries = [replace(e, planned_at=day.setdefault(e.broadcast_id, e.planned_at)) for e in entries]
    year = period(PeriodKind.YEAR, 2026)
    whole = count([e for e in entries if year.covers(e.planned_at, VN)], VN)
    parts = [period(PeriodKind.QUARTER, 2026, n) for n in range(1, 5)]
    counted = [count([e for e in entries if p.covers(e.planned_at, VN)], VN) for p in parts]
    for name in ("full", "partial", "missed", "heard_ms"):
        assert sum(getattr(c.total, name) for c in counted) == getattr(whole.total, name)
    assert sum(c.broadcasts for c in counted) == whole.broadcasts


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(entries: list[Entry], rng: random.Random) -> None:
    shuffled = entries[:]
    rng.shuffle(shuffled)
    assert count(shuffled, VN).total == count(entries, VN).total


@given(ENTRIES)
def test_figures_survive_being_frozen(entries: list[Entry]) -> None:
    figures = count(entries, VN)
    assert Figures.from_json(figures.as_json()) == figures


def test_an_emergency_counts_as_a_broadcast_as_reach_and_as_minutes_of_its_own() -> None:
    figures = count([entry(kind="emergency", script_id=None, zone=z) for z in ("a", "b")], VN)
    assert (figures.broadcasts, figures.zones_heard, figures.urgent.full) == (1, ("a", "b"), 1)
    assert figures.urgent.heard_ms > 0
    assert (figures.total.full, figures.total.heard_ms) == (0, 0)
    spoken = count([entry(kind="live", script_id=None)], VN)
    assert (spoken.broadcasts, len(spoken.zones_heard or ()), spoken.live.full, spoken.urgent.full) == (1, 1, 1, 0)


def test_what_no_horn_carried_counts_as_nothing_but_missed() -> None:
    figures = count([entry(zone=z, outcome=Outcome.UNHEARD) for z in ("a", "b")], VN)
    assert (figures.broadcasts, figures.broadcasts_missed, figures.zones_heard) == (0, 1, ())
    assert (figures.total.full, figures.total.partial, figures.total.missed) == (0, 0, 1)


@given(ENTRIES)
def test_the_rows_of_every_table_add_up_to_its_total(entries: list[Entry]) -> None:
    figures = count(entries, VN)
    for groups in (figures.by_topic, figures.by_unit, figures.by_genre, figures.by_month, figures.by_day):
        for name in ("full", "partial", "missed", "heard_ms"):
            assert sum(getattr(t, name) for t in groups.values()) == getattr(figures.total, name)
    assert sum(figures.reasons.values()) == figures.total.partial + figures.total.missed
    assert bool(figures.zones_heard) == bool(figures.broadcasts)
    assert Figures.from_json(figures.as_json()) == figures
