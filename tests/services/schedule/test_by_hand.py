"""Broadcasts changed by hand: moved, copied, left out and back; the rundown; and planning that leaves them alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.db.models import BroadcastRow, CueRow, ZoneRow
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.broadcasts import BroadcastState
from broadcaster.domain.people.roles import Actor, Role, machine
from broadcaster.errors import ForbiddenError, RuleError
from broadcaster.services.schedule import by_hand, leaving_out, undoing
from broadcaster.services.schedule.once import air_once
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.setup.zones import play_tone
from broadcaster.services.station import Station
from tests.kit.founding import founded
from tests.kit.properties import examples

TZ = dt.timezone(dt.timedelta(hours=7))
NOW = dt.datetime(2026, 3, 4, 12, 0, tzinfo=TZ)
ME = machine("thử")
ROTATION = """
[rotation]
code = "thuong"
title = "Thường"
valid_from = 2026-01-01
[[slot]]
code = "chieu"
title = "Chiều"
start = "17:00"
max_minutes = 30
item = [ { kind = "cue", cue = "nhac-hieu" }, { kind = "cue", cue = "nhac-ket" } ]
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    station = founded(tmp_path_factory.mktemp("timetable") / "station", clock=FrozenClock(NOW))
    apply_rotation(station, ME, ROTATION, "thuong")
    plan(station)
    yield station
    station.close()


def at(hour: int, minute: int = 0, day: int = 4) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=TZ)


def first(station: Station, day: int = 5) -> BroadcastRow:
    with station.db.read() as session:
        query = session.query(BroadcastRow).filter(
            BroadcastRow.rotation_code == "thuong",
            BroadcastRow.slot_code == "chieu",
            BroadcastRow.starts_at == at(17, 0, day),
        )
        return query.one()


def get(station: Station, number: int) -> BroadcastRow | None:
    with station.db.read() as session:
        return session.get(BroadcastRow, number)


def undone(station: Station, number: int) -> list[int]:
    with station.db.read() as session:
        change = undoing.last_change(session, number, ME)
    assert change is not None
    return undoing.undo(station, ME, change)


def test_a_moved_broadcast_stays_moved_through_planning_and_comes_back(planned: Station) -> None:
    old = first(planned, 5)
    new = by_hand.move(planned, ME, old.id, at(17, 20, 5))
    assert get(planned, old.id).state is BroadcastState.CANCELLED
    assert get(planned, old.id).verdict == "Dời sang 17:20 thứ năm, 05/03/2026."
    result = plan(planned)
    assert (result.added, result.removed, result.changed) == (0, 0, 0)
    moved = get(planned, new)
    assert moved.starts_at == at(17, 20, 5)
    assert moved.ends_at - moved.starts_at == dt.timedelta(minutes=30)
    assert moved.rundown == old.rundown
    with pytest.raises(RuleError, match="đã dời"):
        leaving_out.take_back(planned, ME, [old.id])
    assert undone(planned, new) == [old.id]
    assert get(planned, new) is None
    assert get(planned, old.id).state is BroadcastState.PLANNED
    assert get(planned, old.id).verdict == ""
    assert not get(planned, old.id).by_hand


def test_what_is_not_allowed_is_refused_in_words_and_changes_nothing(planned: Station) -> None:
    row = first(planned, 6)
    for when, words in (
        (at(21, 0, 6), "khung giờ"),
        (at(18, 50, 6), "khung giờ"),
        (at(17, 10, 5), "đã có buổi"),
        (at(11, 0, 4), "sau bây giờ"),
    ):
        for dry in (True, False):
            with pytest.raises(RuleError, match=words):
                by_hand.move(planned, ME, row.id, when, dry_run=dry)
        with pytest.raises(RuleError, match=words):
            by_hand.copy(planned, ME, row.id, when)
    assert by_hand.move(planned, ME, row.id, at(17, 30, 6), dry_run=True) == row.id
    assert first(planned, 6).state is BroadcastState.PLANNED
    viewer = Actor("xem", "Xem", frozenset({Role.VIEWER}))
    for act in (
        lambda: by_hand.move(planned, viewer, row.id, at(17, 30, 6)),
        lambda: leaving_out.leave_out(planned, viewer, [row.id]),
        lambda: by_hand.copy(planned, viewer, row.id, at(6, 0, 6)),
        lambda: by_hand.set_rundown(planned, viewer, row.id, [], ""),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_a_copy_airs_once_more_and_may_take_other_zones(planned: Station) -> None:
    row = first(planned, 6)
    number = by_hand.copy(planned, ME, row.id, at(6, 0, 6), ["am01", "am02"])
    twin = get(planned, number)
    assert (twin.zones, twin.rundown, twin.title) == (["am01", "am02"], row.rundown, row.title)
    with pytest.raises(RuleError, match=r"ở cùng âm ly \(Cụm loa ấp Mẫu 1, Cụm loa ấp Mẫu 2\)"):
        by_hand.copy(planned, ME, row.id, at(6, 0, 6), ["am03"])
    with planned.db.write() as session:
        one_of(session, ZoneRow, "am03").sink = "aircheck"
    elsewhere = by_hand.copy(planned, ME, row.id, at(6, 0, 6), ["am03"])
    with pytest.raises(RuleError, match="đã có buổi"):
        by_hand.copy(planned, ME, row.id, at(6, 0, 6), ["am03"])
    assert by_hand.move(planned, ME, elsewhere, at(6, 30, 6)) == elsewhere
    assert leaving_out.leave_out(planned, ME, [number, elsewhere]) == [number, elsewhere]


def test_left_out_stays_out_through_planning_until_it_is_taken_back(planned: Station) -> None:
    row = first(planned, 7)
    assert leaving_out.leave_out(planned, ME, [row.id]) == [row.id]
    plan(planned)
    assert first(planned, 7).state is BroadcastState.CANCELLED
    assert leaving_out.leave_out(planned, ME, [row.id]) == []
    assert leaving_out.take_back(planned, ME, [row.id]) == [row.id]
    assert first(planned, 7).state is BroadcastState.PLANNED
    leaving_out.leave_out(planned, ME, [row.id])
    taken = by_hand.add(planned, ME, "Buổi chen", at(17, 10, 7), 10)
    with pytest.raises(RuleError, match="Buổi chen"):
        leaving_out.take_back(planned, ME, [row.id])
    leaving_out.leave_out(planned, ME, [taken])


def test_a_rundown_by_hand_is_kept_by_planning_until_it_is_released(planned: Station) -> None:
    row = first(planned, 8)
    seen = by_hand.mark(row)
    by_hand.set_rundown(planned, ME, row.id, ["cue:chuong", "item:2", "item:1"], seen)
    changed = first(planned, 8)
    assert [i.title for i in changed.rundown] == ["Chuông báo", "Nhạc kết", "Nhạc hiệu"]
    assert [i.no for i in changed.rundown] == [1, 2, 3]
    assert changed.sound_ms == sum(i.duration_ms for i in changed.rundown)
    plan(planned)
    assert first(planned, 8).rundown == changed.rundown
    with pytest.raises(RuleError, match="đã được sửa ở nơi khác"):
        by_hand.set_rundown(planned, ME, row.id, ["item:1"], seen)
    with pytest.raises(RuleError, match="không còn trong kho"):
        by_hand.set_rundown(planned, ME, row.id, ["script:999"], by_hand.mark(changed))
    by_hand.release(planned, ME, row.id)
    plan(planned)
    assert first(planned, 8).rundown == row.rundown


def test_more_than_the_slot_holds_is_refused_with_the_seconds_over(planned: Station) -> None:
    row = first(planned, 9)
    with planned.db.read() as session:
        each = session.get(CueRow, "nhac-hieu").duration_ms
    count = 30 * 60_000 // each + 1
    with pytest.raises(RuleError, match=f"dài quá khung {(count * each - 30 * 60_000) / 1000:.0f} giây"):
        by_hand.set_rundown(planned, ME, row.id, ["cue:nhac-hieu"] * count, by_hand.mark(row))
    assert not first(planned, 9).by_hand


def test_what_is_about_to_start_is_out_of_reach(planned: Station) -> None:
    row = first(planned, 4)
    clock = planned.clock
    assert isinstance(clock, FrozenClock)
    clock.advance((at(16, 59, 4) - clock.now()).total_seconds())
    try:
        with pytest.raises(RuleError, match="sắp bắt đầu"):
            by_hand.move(planned, ME, row.id, at(17, 30, 4))
        with planned.db.write() as session:
            session.get_one(BroadcastRow, row.id).state = BroadcastState.CUED  # play-out has it in hand
        assert leaving_out.leave_out(planned, ME, [row.id]) == []
        with planned.db.write() as session:
            session.get_one(BroadcastRow, row.id).state = BroadcastState.PLANNED
    finally:
        clock.advance((NOW - clock.now()).total_seconds())


@settings(examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minute=st.integers(0, 24 * 60 - 1), day=st.integers(5, 10))
def test_wherever_it_is_dropped_it_lands_inside_the_hours_and_alone_or_not_at_all(
    planned: Station, minute: int, day: int
) -> None:
    row = first(planned, 10)
    wanted = at(minute // 60, minute % 60, day)
    try:
        number = by_hand.move(planned, ME, row.id, wanted)
    except RuleError:
        assert first(planned, 10).state is BroadcastState.PLANNED
        return
    with planned.db.read() as session:
        rows = session.query(BroadcastRow).filter(BroadcastRow.state == BroadcastState.PLANNED).all()
    moved = next(r for r in rows if r.id == number)
    local = planned.local(moved.starts_at).replace(tzinfo=None)
    assert planned.settings.station_hours.allows(local, moved.ends_at - moved.starts_at)
    for other in rows:
        if other.id != number and set(other.zones) & set(moved.zones):
            assert other.ends_at <= moved.starts_at or moved.ends_at <= other.starts_at
    undone(planned, number)


def strict(station: Station, **caps: int | None) -> Station:
    hours = station.settings.hours.model_copy(update=caps)
    return type(station)(station.home, station.settings.model_copy(update={"hours": hours}), station.db, station.clock)


def test_the_quy_che_binds_what_people_move_copy_and_add(planned: Station) -> None:
    row, other = first(planned, 5), first(planned, 6)
    one = strict(planned, sessions_per_day=1)
    for act in (
        lambda: by_hand.move(one, ME, row.id, at(17, 40, 6)),
        lambda: by_hand.copy(one, ME, row.id, at(17, 40, 6)),
        lambda: by_hand.copy(one, ME, row.id, at(6, 0, 6), ["am01"]),
        lambda: by_hand.add(one, ME, "Buổi riêng", at(6, 0, 6), 10),
        lambda: air_once(one, ME, ["nhac-hieu"], title="Phát riêng", starts_at=at(6, 0, 6), wordless=True),
    ):
        with pytest.raises(RuleError, match="đã có 1 buổi; Quy chế cho tối đa 1 buổi mỗi ngày"):
            act()
    assert by_hand.move(one, ME, row.id, at(6, 0, 5), dry_run=True) == row.id  # its own day is its own
    with pytest.raises(RuleError, match="dài 30 phút, quá 20 phút mỗi buổi của Quy chế"):
        by_hand.add(strict(planned, minutes_per_session=20), ME, "Buổi dài", at(6, 0, 6), 30)
    assert leaving_out.leave_out(one, ME, [other.id]) == [other.id]
    added = by_hand.add(one, ME, "Thay buổi chiều", at(6, 0, 6), 10)
    with pytest.raises(RuleError, match="Quy chế"):
        leaving_out.take_back(one, ME, [other.id])
    leaving_out.leave_out(one, ME, [added])
    assert leaving_out.take_back(one, ME, [other.id]) == [other.id]
    assert air_once(one, ME, ["nhac-hieu"], title="Nghe thử", starts_at=at(3, 0, 6), trial=True, wordless=True)


def test_days_a_week_bind_too(planned: Station) -> None:
    week = strict(planned, days_per_week=1)
    by_hand.add(week, ME, "Thứ hai", at(6, 0, 16), 10)  # the rotation will have that day, though it is not planned yet
    with pytest.raises(RuleError, match="Quy chế cho tối đa 1 ngày mỗi tuần"):
        by_hand.add(week, ME, "Ngày nữa", at(6, 0, 21), 10)


def test_what_was_moved_or_left_out_takes_no_session_from_the_rotation(tmp_path: Path) -> None:
    slots = ROTATION + ROTATION[ROTATION.index("[[slot]]") :].replace('"chieu"', '"sang"').replace("17:00", "05:00")
    made = founded(
        tmp_path / "station",
        overrides={"hours": {"sessions_per_day": 2}},
        clock=FrozenClock(NOW - dt.timedelta(hours=1)),
    )
    apply_rotation(made, ME, slots, "thuong")
    plan(made)
    by_hand.move(made, ME, first(made, 5).id, at(17, 20, 5))
    again = plan(made)
    assert (again.added, again.removed, again.changed, again.warnings) == (0, 0, 0, ())
    play_tone(made, ME, "am01")  # trying a horn is no session
    again = plan(made)
    assert (again.removed, again.warnings) == (0, ())
    made.close()
