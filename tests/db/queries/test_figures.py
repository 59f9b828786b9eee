"""What the database counts is what the domain counts, entry by entry, in any split of a year."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import fields, replace
from zoneinfo import ZoneInfo

import pytest

from broadcaster.db.queries import figures
from broadcaster.db.queries.figures import Stretch
from broadcaster.db.session import Database
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.domain.reports import figures as domain
from broadcaster.domain.reports.figures import Figures, Tally
from broadcaster.domain.reports.periods import PeriodKind, ReportPeriod, custom, period
from broadcaster.services.log import playlog
from tests.kit.entries import entry

VN = ZoneInfo("Asia/Ho_Chi_Minh")
YEAR = period(PeriodKind.YEAR, 2026)
EDGES = [dt.datetime(2025, 12, 15), dt.datetime(2026, 3, 15), dt.datetime(2026, 6, 15), dt.datetime(2026, 12, 15)]


def random_log(seed: int) -> list[Entry]:
    """Entries around the edges of periods and between: relays, trials, corrections, broadcasts over midnight."""
    rng = random.Random(seed)
    found: list[Entry] = []
    for broadcast in range(60):
        if broadcast % 3:
            start = rng.choice(EDGES).replace(tzinfo=VN) + dt.timedelta(minutes=rng.randint(-90, 90))
        else:
            start = dt.datetime(2025, 12, 1, 5, tzinfo=VN) + dt.timedelta(days=rng.randint(0, 390))
        fate = rng.random()
        for item in range(1, rng.randint(2, 5)):
            at = start + dt.timedelta(minutes=item * rng.randint(1, 25))
            kind = rng.choices(["script", "cue", "relay", "trial"], [6, 2, 1, 1])[0]
            for zone in ("z1", "z2", "z3")[: rng.randint(1, 3)]:
                outcome = Outcome.MISSED if fate < 0.2 else rng.choice(list(Outcome))
                made = entry(
                    broadcast,
                    item,
                    zone,
                    outcome,
                    planned_at=at.astimezone(dt.UTC),
                    kind=kind,
                    topic=rng.choice(["mot-cua", "chi-so", None]) if kind == "script" else None,
                    unit=rng.choice(["vhxh", None]),
                    genre=rng.choice(["column", "notice"]),
                    reason=""
                    if outcome is Outcome.FULL
                    else rng.choice(["Mất điện.", "Đường ra ngắt.", "Ấp Đông hỏng loa.", "a"]),
                    script_id=item if kind == "script" else None,
                )
                found.append(made)
                if rng.random() < 0.1:
                    fixed = replace(
                        made,
                        id=f"{made.id}+c",
                        corrects=made.id,
                        outcome=Outcome.FULL,
                        heard_ms=made.duration_ms,
                        reason="Nghe lại.",
                    )
                    found.append(fixed)
                    if rng.random() < 0.5:
                        found.append(
                            replace(
                                fixed,
                                id=f"{fixed.id}+c",
                                corrects=fixed.id,
                                outcome=Outcome.FAILED,
                                heard_ms=0,
                                reason="Hỏng.",
                            )
                        )
    # One item has one topic in all its zones, as play-out writes it.
    same: dict[tuple[object, ...], Entry] = {}
    return [
        replace(e, topic=(f := same.setdefault((e.broadcast_id, e.item_no), e)).topic, unit=f.unit, genre=f.genre)
        for e in found
    ]


def pure(log: list[Entry], p: ReportPeriod) -> Figures:
    """The domain's count of a period, told which broadcasts cross its edges."""
    kept = domain._corrected(log)
    heard = {
        e.broadcast_id
        for e in kept
        if e.kind != "trial" and e.outcome in {Outcome.FULL, Outcome.PARTIAL} and e.heard_ms
    }
    start, end = p.bounds(VN)
    real = [e for e in kept if e.kind != "trial"]
    before = {e.broadcast_id for e in real if e.planned_at < start}
    after = {
        e.broadcast_id
        for e in real
        if e.planned_at >= end and e.outcome in {Outcome.FULL, Outcome.PARTIAL} and e.heard_ms
    }
    assert heard
    here = [e for e in log if p.covers(e.planned_at, VN)]
    return domain.count(here, VN, begun_before=before, heard_after=after)


def stretch(p: ReportPeriod, **more: object) -> Stretch:
    return Stretch(*p.bounds(VN), **more)  # type: ignore[arg-type]


def splits(rng: random.Random) -> list[ReportPeriod]:
    """A year cut anywhere."""
    cuts = sorted({YEAR.first + dt.timedelta(days=rng.randint(1, 364)) for _ in range(rng.randint(1, 5))})
    firsts = [YEAR.first, *cuts]
    lasts = [*(c - dt.timedelta(days=1) for c in cuts), YEAR.last]
    return [custom(a, b) for a, b in zip(firsts, lasts, strict=True)]


def added(parts: list[Figures], name: str) -> dict[str, tuple[int, ...]]:
    sums: dict[str, list[int]] = {}
    for part in parts:
        for key, t in getattr(part, name).items():
            held = sums.setdefault(key, [0, 0, 0, 0])
            for n, f in enumerate(fields(Tally)):
                held[n] += getattr(t, f.name)
    return {k: tuple(v) for k, v in sorted(sums.items())}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_database_counts_as_the_domain_does_and_any_split_sums_to_the_year(database: Database, seed: int) -> None:
    log = random_log(seed)
    rng = random.Random(seed)
    with database.write() as session:
        playlog.append(session, log, dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    with database.read() as session:
        year = figures.figures(session, stretch(YEAR), VN)
        assert year == pure(log, YEAR)
        assert year.total.full > 10
        assert year.relay.full + year.relay.partial + year.relay.missed > 3
        for _ in range(4):
            parts = splits(rng)
            counted = [figures.figures(session, stretch(p), VN) for p in parts]
            assert counted == [pure(log, p) for p in parts]
            for name in domain.GROUPS:
                assert added(counted, name) == added([year], name), name
            for name in ("broadcasts", "broadcasts_missed", "entries"):
                assert sum(getattr(c, name) for c in counted) == getattr(year, name), name
            assert sum(c.relay.heard_ms for c in counted) == year.relay.heard_ms
        assert list(figures.airings(session, stretch(YEAR))) == domain.airings(
            e for e in log if YEAR.covers(e.planned_at, VN)
        )


def test_the_edge_days_are_exact_in_station_time(database: Database) -> None:
    moments = [
        (dt.datetime(2025, 12, 14, 23, 59, 59, 999_999, tzinfo=VN), "2025-Y"),
        (dt.datetime(2025, 12, 15, 0, 0, tzinfo=VN), "2026-Q1"),
        (dt.datetime(2026, 3, 14, 23, 59, 59, 999_999, tzinfo=VN), "2026-Q1"),
        (dt.datetime(2026, 3, 15, 0, 0, tzinfo=VN), "2026-Q2"),
        (dt.datetime(2026, 12, 14, 23, 59, 59, 999_999, tzinfo=VN), "2026-Q4"),
        (dt.datetime(2026, 12, 15, 0, 0, tzinfo=VN), "2027-Q1"),
    ]
    log = [entry(n, 1, planned_at=at.astimezone(dt.UTC)) for n, (at, _) in enumerate(moments)]
    with database.write() as session:
        playlog.append(session, log, moments[-1][0])
    wanted = {"2025-Y": 1, "2026-Q1": 2, "2026-Q2": 1, "2026-Q4": 1, "2026-Y": 4, "2027-Q1": 1}
    from broadcaster.domain.reports.periods import parse

    with database.read() as session:
        for written, many in wanted.items():
            assert figures.figures(session, stretch(parse(written)), VN).total.full == many, written


def test_figures_as_the_log_was_then_leave_out_what_came_later(database: Database) -> None:
    first = entry(1, 1, outcome=Outcome.PARTIAL)
    fixed = replace(first, id="c", corrects=first.id, outcome=Outcome.FULL, heard_ms=60_000, reason="Nghe lại.")
    with database.write() as session:
        playlog.append(session, [first], first.planned_at)
        playlog.append(session, [fixed], first.planned_at)
    with database.read() as session:
        then = figures.figures(session, stretch(YEAR, up_to=1), VN)
        now = figures.figures(session, stretch(YEAR), VN)
    assert (then.total.partial, then.total.full) == (1, 0)
    assert (now.total.partial, now.total.full) == (0, 1)
