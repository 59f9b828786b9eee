"""The day's programme stands: talks, airings on demand, stopped pieces and plans take no regular slot away."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

import broadcaster
from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.people.roles import machine
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.air import talks
from broadcaster.services.schedule import by_hand, conflicts
from broadcaster.services.schedule.once import air_once
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from tests.kit import program
from tests.kit.founding import founded
from tests.kit.properties import examples

TZ = dt.timezone(dt.timedelta(hours=7))
NOW = dt.datetime(2026, 3, 4, 5, 30, tzinfo=TZ)
ME = machine("thử")
SLOT = """
[[slot]]
code = "{code}"
title = "Buổi {code}"
start = "{start}"
max_minutes = 20
item = [ {{ kind = "cue", cue = "nhac-hieu" }} ]
"""
ROTATION = '[rotation]\ncode = "thuong"\ntitle = "Thường"\nvalid_from = 2026-01-01\n' + "".join(
    SLOT.format(code=code, start=start) for code, start in (("trua", "11:00"), ("chieu", "17:00"))
)
Regular = set[tuple[dt.datetime, str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Station:
    made = founded(
        tmp_path_factory.mktemp("regular") / "station",
        overrides={"playout": {"plan_days": 3}, "hours": {"windows": ["05:00-21:00"]}},
        clock=FrozenClock(NOW),
    )
    apply_rotation(made, ME, ROTATION, "thuong")
    return made


def regular(station: Station) -> Regular:
    with station.db.read() as session:
        rows = session.scalars(select(BroadcastRow).where(BroadcastRow.origin == Origin.ROTATION)).all()
        return {
            (r.starts_at, r.slot_code or "", tuple(r.zones)) for r in rows if r.state is not BroadcastState.CANCELLED
        }


def talk(station: Station) -> None:
    line = talks.start(station, ME, ["all"])
    with station.db.write() as session:
        row = session.get_one(BroadcastRow, line.number)
        row.state, row.verdict, row.started_at = BroadcastState.AIRED, "Đã phát đủ.", station.now()


def stopped(station: Station, minute: int, zone: str) -> None:
    number = air_once(
        station,
        ME,
        ["nhac-hieu"],
        title="Theo yêu cầu",
        starts_at=station.now() + dt.timedelta(minutes=minute),
        zones=[zone],
        wordless=True,
    )
    with station.db.write() as session:
        row = session.get_one(BroadcastRow, number)
        row.state, row.verdict, row.causes = BroadcastState.PARTIAL, "Phát dở.", (Cause.PERSON_STOPPED,)


def added(station: Station, minute: int, day: int, zone: str) -> None:
    at = NOW + dt.timedelta(days=day, minutes=60 + minute)
    by_hand.add(station, ME, "Buổi thêm", at, 10, [zone])


ACTS = st.one_of(
    st.tuples(st.just("talk")),
    st.tuples(st.just("stopped"), st.integers(2, 240), st.sampled_from(["all", "am01", "am02"])),
    st.tuples(st.just("added"), st.integers(0, 800), st.integers(0, 5), st.sampled_from(["all", "am01", "am03"])),
    st.tuples(st.just("plan")),
)


@pytest.mark.medium
@settings(examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=12))
def test_talks_stopped_pieces_additions_and_plans_never_take_a_regular_slot_away(
    small: Station, acts: list[tuple[object, ...]]
) -> None:
    with small.db.write() as session:
        session.execute(delete(BroadcastRow))
    plan(small)
    whole = regular(small)
    assert len(whole) == 6
    assert {len(zones) for *_, zones in whole} == {12}
    do = {"talk": talk, "stopped": stopped, "added": added, "plan": plan}
    for name, *given_ in acts:
        try:
            do[str(name)](small, *given_)  # type: ignore[operator]
        except RuleError:
            continue
    result = plan(small, 8)
    assert not [n for n in result.notes if n.lost]
    assert whole <= regular(small)
    assert len(regular(small)) == 16  # what was added on days that were not planned yet took no place there either


def test_what_would_exceed_the_day_is_refused_at_the_door_and_names_the_slots_that_it_would_cost(
    small: Station,
) -> None:
    with small.db.write() as session:
        session.execute(delete(BroadcastRow))
    plan(small)
    for day in (1, 6):  # a day that is planned, and one that is not yet
        by_hand.add(small, ME, "Thứ ba", NOW + dt.timedelta(days=day, hours=3), 10)
        with pytest.raises(RuleError, match=r"mất một trong: “Thứ ba” 08:30, “Buổi trua” 11:00, “Buổi chieu” 17:00"):
            by_hand.add(small, ME, "Thứ tư", NOW + dt.timedelta(days=day, hours=4), 10)


def test_three_talks_leave_the_evening_programme_and_the_limit_of_the_day_alone(small: Station) -> None:
    with small.db.write() as session:
        session.execute(delete(BroadcastRow))
    plan(small)
    for _ in range(3):
        talk(small)
    result = plan(small)
    assert (result.removed, result.notes) == (0, ())
    number = air_once(small, ME, ["nhac-hieu"], title="Thêm", starts_at=NOW + dt.timedelta(hours=2), wordless=True)
    assert number


def test_a_slot_that_a_plan_leaves_out_stands_first_among_the_conflicts_until_it_fits(small: Station) -> None:
    with small.db.write() as session:
        session.execute(delete(BroadcastRow))
    hours = small.settings.hours.model_copy(update={"sessions_per_day": 1})
    strict = Station(small.home, small.settings.model_copy(update={"hours": hours}), small.db, small.clock)
    lost = [n for n in plan(strict).notes if n.lost]
    assert {n.occurrence.slot.code for n in lost} == {"chieu"}
    found = conflicts.find(strict)
    assert found[0].kind is Kind.DROPPED
    assert "Buổi chieu" in found[0].what
    assert {c.kind for c in found[: len([c for c in found if c.kind is Kind.DROPPED])]} == {Kind.DROPPED}
    plan(small)
    assert Kind.DROPPED not in {c.kind for c in conflicts.find(small)}


def test_whoever_plans_passes_on_what_planning_says() -> None:
    """A call of `plan` whose answer nobody takes would drop the warnings."""
    for path, tree in program.trees(Path(broadcaster.__file__).parent, "plan("):
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                assert ast.unparse(node.value.func) not in {"plan", "planning.plan"}, path
