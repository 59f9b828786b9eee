"""Around midnight, over the end of a week, on lunar days and after a step of the clock the promises stay the same."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import Ending
from broadcaster.errors import RuleError
from broadcaster.services.air import broadcasts
from broadcaster.services.schedule import by_hand, leaving_out, places, resuming, undoing
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from tests.kit.days import ME, NOON, fresh, numbers, rows, small_station
from tests.kit.properties import examples

SLOT = """
[[slot]]
code = "{code}"
title = "{code}"
start = "{start}"
max_minutes = {minutes}
{days}
item = [ {{ kind = "cue", cue = "nhac-hieu" }} ]
"""
NIGHTS = '[rotation]\ncode = "thuong"\ntitle = "Thường"\nvalid_from = 2026-01-01\n' + "".join(
    SLOT.format(code=code, start=start, minutes=minutes, days=days)
    for code, start, minutes, days in (
        ("giao-thua", "23:50", 20, 'weekdays = ["sun", "wed"]'),
        ("khuya", "00:20", 10, 'weekdays = ["mon", "thu"]'),
        ("ram", "23:30", 15, "lunardays = [1, 15, 16]"),  # 3 and 4 March
    )
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    windows = ["05:00-07:30", "16:30-19:00", "19:00-02:00"]
    hours = {"sessions_per_day": 0, "windows": windows}
    made = small_station(tmp_path_factory.mktemp("nights") / "station", hours=hours)
    apply_rotation(made, ME, NIGHTS, "thuong", agreed="*")
    yield made
    made.close()


def act(station: Station, verb: str, which: int, at: dt.datetime) -> None:
    known = numbers(station)
    number = known[which % len(known)]
    match verb:
        case "move":
            by_hand.move(station, ME, number, at)
        case "copy":
            by_hand.copy(station, ME, number, at)
        case "add":
            by_hand.add(station, ME, "Thêm", at, 12)
        case "skip":
            leaving_out.leave_out(station, ME, [number])
        case "unskip":
            leaving_out.take_back(station, ME, [number])
        case "undo":
            with station.db.read() as session:
                change = undoing.last_change(session, number, ME)
            if change is not None:
                undoing.undo(station, ME, change)
        case "offer":
            with station.db.read() as session:
                found = places.not_now(station, session, session.get_one(BroadcastRow, number))
            if found is not None and found.soonest is not None and found.soonest != rows(station)[number]["starts_at"]:
                try:
                    by_hand.move(station, ME, number, found.soonest)
                except RuleError as error:
                    raise AssertionError(f"offered {found.soonest} and refused: {error}") from error
        case "stop":  # its time comes, and a person stops it in its first minute
            assert isinstance(station.clock, FrozenClock)
            row = rows(station)[number]
            if row["state"] is BroadcastState.PLANNED and row["ends_at"] > station.now():
                begun = row["starts_at"] + dt.timedelta(minutes=1)
                station.clock.advance(max(0.0, (begun - station.now()).total_seconds()))
                ending = Ending(BroadcastState.PARTIAL, "Phát dở.", begun, station.now(), (Cause.PERSON_STOPPED,))
                with station.db.write() as session:
                    broadcasts.finish(session, number, ending)
        case "resume":
            stopped = [n for n, r in rows(station).items() if r["state"] is BroadcastState.PARTIAL]
            if stopped:
                resuming.resume(station, ME, stopped[-1])
        case "plan":
            plan(station, which % 20 + 1)
        case "clock":
            assert isinstance(station.clock, FrozenClock)
            station.clock.advance((at - station.clock.now()).total_seconds() / 10)


HOURS = st.sampled_from([18, 23, 23, 24, 24, 25, 29])
MOMENT = st.builds(
    lambda days, hours, minutes, seconds: (
        NOON.replace(hour=0) + dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    ),
    st.integers(0, 19),
    HOURS,
    st.integers(0, 59),
    st.sampled_from([0, 0, 37]),
)
VERBS = st.sampled_from(
    ["move", "move", "copy", "add", "add", "skip", "unskip", "undo", "offer", "plan", "clock", "stop", "resume"]
)


@pytest.mark.slow
@settings(examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(VERBS, st.integers(0, 20), MOMENT), min_size=1, max_size=7))
@example(acts=[("add", 0, dt.datetime(2026, 3, 16, 0, 5, tzinfo=NOON.tzinfo))])  # a Sunday's slot is not written yet
@example(acts=[("stop", 0, NOON), ("resume", 0, NOON), ("plan", 19, NOON)])  # the rest of New Year's greeting
@example(acts=[("add", 0, dt.datetime(2026, 3, 15, 23, 45, tzinfo=NOON.tzinfo)), ("plan", 19, NOON)])
def test_whatever_people_and_the_clock_do_nothing_is_planned_on_top_of_another(
    house: Station, acts: list[tuple[str, int, dt.datetime]]
) -> None:
    fresh(house)
    named: set[int] = set()
    for verb, which, at in acts:
        before = rows(house)
        try:
            act(house, verb, which, at)
        except RuleError:
            assert rows(house) == before
        if verb in {"move", "skip", "undo", "offer"}:
            named |= {n for n, r in before.items() if rows(house).get(n, r) != r or n not in rows(house)}
    regular = {n: r for n, r in rows(house).items() if r["kind"] is BroadcastKind.ROTATION}
    plan(house, 21)
    after = rows(house)
    for number, row in regular.items():
        if row["starts_at"] > house.now() + dt.timedelta(minutes=1) and number not in named:
            assert after[number]["state"] is row["state"], row["title"]
    again = plan(house, 21)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    standing = sorted(
        (r["starts_at"], r["ends_at"], r["title"]) for r in after.values() if r["state"] is BroadcastState.PLANNED
    )
    for (_, end, one), (start, _, two) in itertools.pairwise(standing):
        assert end <= start, f"{one} still sounds at {start} when {two} begins"
