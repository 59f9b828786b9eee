"""Playing now never costs tomorrow: what cannot air this minute is refused, changes no row, and names a time that works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, Command
from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.causes import Cause
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.air import broadcasts
from broadcaster.services.schedule import by_hand, conflicts, places
from broadcaster.services.schedule.once import air_once
from broadcaster.services.station import Station
from broadcaster.supervise.simulated import Simulation
from tests.kit.days import ME, NOON, fresh, logged, numbers, rows, small_station
from tests.kit.properties import examples


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = small_station(tmp_path_factory.mktemp("now") / "station")
    yield made
    made.close()


def at(station: Station, when: dt.datetime) -> None:
    assert isinstance(station.clock, FrozenClock)
    station.clock.advance((when - station.clock.now()).total_seconds())


def change(station: Station, number: int, **values: object) -> None:
    with station.db.write() as session:
        row = session.get_one(BroadcastRow, number)
        for name, value in values.items():
            setattr(row, name, value)


def orders(station: Station) -> int:
    with station.db.read() as session:
        return session.query(Command).count()


def soonest(station: Station, number: int) -> dt.datetime | None:
    with station.db.read() as session:
        found = places.not_now(station, session, session.get_one(BroadcastRow, number))
    return found.soonest if found else None


def test_outside_the_hours_tomorrows_slot_is_refused_stays_and_is_offered_the_first_hour_that_works(
    house: Station,
) -> None:
    fresh(house)
    number = numbers(house)[1]  # tomorrow morning
    before = rows(house)
    with pytest.raises(RuleError, match=r"Chưa phát ngay được\. .*ngoài khung giờ"):
        broadcasts.send(house, ME, "air", broadcast_id=number)
    assert (rows(house), orders(house), logged(house, number)) == (before, 0, [])
    offered = soonest(house, number)
    assert offered is not None
    local = house.local(offered).replace(tzinfo=None)
    assert house.settings.station_hours.allows(local, dt.timedelta(minutes=20))
    by_hand.move(house, ME, number, offered)


STATES = st.sampled_from(list(BroadcastState))
FAULTS = st.sampled_from(["", "unapproved", "empty", "no zone"])


@pytest.mark.medium
@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    state=STATES,
    verb=st.sampled_from(["air", "skip"]),
    minute=st.integers(0, 24 * 60),
    fault=FAULTS,
    other=st.sampled_from(["", "airing", "soon"]),
    door=st.sampled_from(["service", "order"]),
)
def test_a_refused_try_by_any_door_leaves_the_rows_and_the_log_as_they_were(
    house: Station, state: BroadcastState, verb: str, minute: int, fault: str, other: str, door: str
) -> None:
    fresh(house)
    at(house, NOON + dt.timedelta(minutes=minute))
    number = next(n for n, r in rows(house).items() if r["starts_at"] > house.now() + dt.timedelta(hours=1))
    change(house, number, state=state)
    if fault == "unapproved":
        item = RundownItem(1, ItemKind.SCRIPT, "Bài lạ", "b" * 64, 1000, script_id=99, spoken_sha256="c" * 64)
        change(house, number, rundown=(item,))
    elif fault:
        empty: dict[str, object] = {"rundown": ()} if fault == "empty" else {"zones": []}
        change(house, number, **empty)
    if other:
        tone = air_once(house, ME, ["nhac-hieu"], title="Chặn", starts_at=NOON, tone=True, trial=True)
        start = house.now() + dt.timedelta(seconds=5 if other == "soon" else -5)
        blocked = BroadcastState.AIRING if other == "airing" else BroadcastState.PLANNED
        change(
            house, tone, kind="once", origin="once", state=blocked, starts_at=start, ends_at=start + dt.timedelta(60)
        )
    before, written = rows(house), orders(house)
    try:
        if door == "service":
            broadcasts.send(house, ME, verb, broadcast_id=number)
        else:  # an order that reaches play-out without having been asked about
            with house.db.write() as session:
                session.add(Command(verb=verb, arguments={"broadcast_id": number}, by="x", at=house.now(), answer=""))
            with Simulation(house) as one:
                one.run_until(house.now() + dt.timedelta(seconds=2))
    except RuleError:
        assert (rows(house), orders(house)) == (before, written)
    if door == "order" and verb == "air" and rows(house)[number]["state"] == BroadcastState.REFUSED:
        assert before[number]["state"] == BroadcastState.REFUSED
    assert not [e for e in logged(house, number) if e.outcome == "refused"]


@pytest.mark.parametrize("fault", ["hours", "unapproved"])
def test_play_out_refuses_an_order_that_came_too_late_and_keeps_the_slot(house: Station, fault: str) -> None:
    fresh(house)
    number = numbers(house)[1]
    if fault == "unapproved":
        at(house, NOON + dt.timedelta(hours=5, minutes=30))
        item = RundownItem(1, ItemKind.SCRIPT, "Bài lạ", "b" * 64, 1000, script_id=99, spoken_sha256="c" * 64)
        change(house, number, rundown=(item,))
    with house.db.write() as session:
        session.add(Command(verb="air", arguments={"broadcast_id": number}, by="x", at=house.now(), answer=""))
    before = rows(house)[number]
    with Simulation(house) as one:
        one.run_until(house.now() + dt.timedelta(seconds=2))
    after = rows(house)[number]
    assert after["state"] in {BroadcastState.PLANNED, BroadcastState.CUED}, after[
        "verdict"
    ]  # at most claimed, never ended
    claim = dict.fromkeys(("state", "owner"))
    assert after | claim == before | claim
    assert not logged(house, number)
    assert orders(house) == 1


@pytest.mark.parametrize("state", [BroadcastState.MISSED, BroadcastState.REFUSED])
@pytest.mark.parametrize("ahead", [False, True])
def test_what_nobody_heard_stands_first_among_the_conflicts_and_is_planned_again_by_one_press(
    house: Station, state: BroadcastState, ahead: bool
) -> None:
    fresh(house)
    number = numbers(house)[2 if ahead else 0]
    at(house, NOON + dt.timedelta(hours=5, minutes=25))
    change(house, number, state=state, verdict="Không phát: cúp điện.", causes=(Cause.POWER_CUT,))
    first = conflicts.find(house)[0]
    assert (first.kind, first.broadcasts, first.again) == (Kind.LOST, (number,), True)
    assert "Bấm “Xếp lại”" in first.remedy
    new, moment = by_hand.again(house, ME, number)
    assert f"{house.local(moment):%H:%M %d/%m}" in first.remedy
    made = rows(house)[new]
    assert (made["state"], made["starts_at"]) == (BroadcastState.PLANNED, moment)
    if ahead:
        assert moment == rows(house)[number]["starts_at"]  # its own time is still free
    else:
        assert dt.timedelta(0) < moment - house.now() < dt.timedelta(minutes=5)
    assert not [c for c in conflicts.find(house) if c.kind is Kind.LOST]
    assert not [c for c in conflicts.find(house) if c.kind is Kind.CAP]


def test_what_may_not_be_said_any_more_is_not_offered_again(house: Station) -> None:
    fresh(house)
    number = numbers(house)[0]
    item = RundownItem(1, ItemKind.SCRIPT, "Bài lạ", "b" * 64, 1000, script_id=99, spoken_sha256="c" * 64)
    change(house, number, state=BroadcastState.REFUSED, verdict="Từ chối phát.", rundown=(item,))
    first = conflicts.find(house)[0]
    assert (first.kind, first.again) == (Kind.LOST, False)
    assert "chưa được duyệt" in first.remedy
    before = rows(house)
    with pytest.raises(RuleError, match="chưa được duyệt"):
        by_hand.again(house, ME, number)
    assert rows(house) == before
