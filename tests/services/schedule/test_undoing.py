"""Undo puts the rows back exactly as they were before the act that it names, or refuses in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.errors import ForbiddenError, NotFoundError, RuleError
from broadcaster.services.schedule import by_hand, leaving_out, undoing
from broadcaster.services.schedule.once import air_once
from broadcaster.services.schedule.planning import plan
from broadcaster.services.station import Station
from tests.kit.days import ME, NOON, fresh, numbers, rows, small_station
from tests.kit.properties import examples


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = small_station(
        tmp_path_factory.mktemp("undoing") / "station", hours={"sessions_per_day": 0, "windows": ["05:00-21:00"]}
    )
    yield made
    made.close()


def change_of(station: Station, number: int, actor: Actor = ME) -> int:
    with station.db.read() as session:
        found = undoing.last_change(session, number, actor)
    assert found is not None
    return found


def do(station: Station, verb: str, which: int, seconds: int) -> int:
    """One act of a person; the number of a broadcast that it touched."""
    known = numbers(station)
    number = known[which % len(known)]
    at = NOON + dt.timedelta(seconds=seconds)
    match verb:
        case "move":
            return by_hand.move(station, ME, number, at)
        case "copy":
            return by_hand.copy(station, ME, number, at)
        case "add":
            return by_hand.add(station, ME, "Thêm", at, 5)
        case "skip":
            return (leaving_out.leave_out(station, ME, [number]) or [0])[0]
        case "unskip":
            return (leaving_out.take_back(station, ME, [number]) or [0])[0]
        case _:
            with station.db.read() as session:
                seen = by_hand.mark(session.get_one(BroadcastRow, number))
            by_hand.set_rundown(station, ME, number, ["cue:chuong", "item:1"], seen)
            return number


ACT = st.tuples(
    st.sampled_from(["move", "copy", "add", "skip", "unskip", "rundown"]),
    st.integers(0, 20),
    st.integers(60, 2 * 86400),  # moments with seconds too
)


@pytest.mark.slow
@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACT, min_size=1, max_size=8))
def test_after_any_sequence_undoing_the_last_act_gives_the_same_rows_as_before_it(
    house: Station, acts: list[tuple[str, int, int]]
) -> None:
    fresh(house)
    undone = 0
    for verb, which, seconds in acts:
        before = rows(house)
        try:
            number = do(house, verb, which, seconds)
        except RuleError:
            assert rows(house) == before
            continue
        after = rows(house)
        if after == before:
            continue
        change = change_of(house, number)
        try:
            undoing.undo(house, ME, change)
        except RuleError:  # only where the place of before is no place any more
            assert rows(house) == after
            continue
        assert rows(house) == before
        undone += 1
        with pytest.raises(NotFoundError):
            undoing.undo(house, ME, change)
        do(house, verb, which, seconds)  # and on from there


def test_two_moves_are_undone_one_at_a_time_to_the_second(house: Station) -> None:
    fresh(house)
    at = NOON + dt.timedelta(hours=2, seconds=37)
    number = air_once(house, ME, ["nhac-hieu"], title="Lẻ giây", starts_at=at, wordless=True)
    stands = [rows(house)]
    changes = []
    for hours in (4, 7):
        by_hand.move(house, ME, number, NOON + dt.timedelta(hours=hours, seconds=5))
        changes.append(change_of(house, number))
        stands.append(rows(house))
    for change, before in zip(changes[::-1], stands[1::-1], strict=True):
        undoing.undo(house, ME, change)
        assert rows(house) == before
    assert rows(house)[number]["starts_at"] == at


def test_what_came_in_between_is_kept_and_the_undo_refused(house: Station) -> None:
    fresh(house)
    first = numbers(house)[0]
    moved = by_hand.move(house, ME, first, NOON + dt.timedelta(hours=6))
    change = change_of(house, moved)
    by_hand.move(house, ME, moved, NOON + dt.timedelta(hours=7))
    stands = rows(house)
    with pytest.raises(RuleError, match="đã được thay đổi tiếp"):
        undoing.undo(house, ME, change)
    assert rows(house) == stands
    plan(house)
    undoing.undo(house, ME, change_of(house, moved))


def test_a_place_that_was_taken_meanwhile_and_a_time_that_has_come_refuse_an_undo(house: Station) -> None:
    fresh(house)
    first = numbers(house)[0]
    leaving_out.leave_out(house, ME, [first])
    out = change_of(house, first)
    taken = by_hand.add(house, ME, "Chen vào", NOON + dt.timedelta(hours=5, minutes=5), 5)
    stands = rows(house)
    with pytest.raises(RuleError, match="Chen vào"):
        undoing.undo(house, ME, out)
    assert rows(house) == stands
    added = change_of(house, taken)
    assert isinstance(house.clock, FrozenClock)
    house.clock.advance(5 * 3600 + 250)
    with pytest.raises(RuleError, match="sắp bắt đầu"):
        undoing.undo(house, ME, added)


def test_only_who_may_change_the_schedule_undoes_what_another_did(house: Station) -> None:
    fresh(house)
    moved = by_hand.move(house, ME, numbers(house)[0], NOON + dt.timedelta(hours=6))
    leader = Actor("lanhdao", "Lãnh đạo", frozenset({Role.CHIEF}))
    with pytest.raises(ForbiddenError):
        undoing.undo(house, leader, change_of(house, moved))
    leaving_out.leave_out(house, leader, [moved])
    undoing.undo(house, leader, change_of(house, moved, leader))
