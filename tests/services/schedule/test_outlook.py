"""Preview, conflicts and feed over a real station; caps enforced where rows are made."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, Script, ZoneRow
from broadcaster.db.queries.one import one_of
from broadcaster.domain.schedule.rotations import DayKind
from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.schedule import conflicts, feeds
from broadcaster.services.schedule.air import ANYTHING
from broadcaster.services.schedule.days import add_exception
from broadcaster.services.schedule.planning import plan, preview
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.scripts.editing import retire
from broadcaster.services.station import Station
from tests.kit.clocks import later
from tests.kit.people import EDITOR, OPERATOR
from tests.kit.rotations import ROTATION
from tests.kit.scripts import approved

SECOND = ROTATION[ROTATION.index("[[slot]]") :]


def rows(station: Station) -> list[BroadcastRow]:
    with station.db.read() as session:
        return list(session.scalars(select(BroadcastRow).order_by(BroadcastRow.starts_at, BroadcastRow.id)))


@pytest.mark.medium
def test_a_preview_is_what_planning_then_does_and_writes_nothing(station: Station) -> None:
    for n in range(4):
        approved(station, f"Kính thưa bà con. Bài số {n}.", title=f"Bài {n}")
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    add_exception(station, OPERATOR, dt.date(2026, 3, 11), DayKind.MOURNING, "Quốc tang", agreed=ANYTHING)
    ahead = preview(station, dt.date(2026, 3, 9))
    assert rows(station) == []
    assert len(ahead.drafts) == 6
    plan(station, 14)
    after = [r for r in rows(station) if station.local(r.starts_at).date() >= dt.date(2026, 3, 9)]
    made = [(r.starts_at, r.rundown) for r in after]
    assert made == [(d.occurrence.starts_at, d.filled.items) for d in ahead.drafts]


@pytest.mark.medium
def test_zones_with_slots_of_their_own_hear_their_own_turns(station: Station) -> None:
    for n in range(3):
        approved(station, f"Kính thưa bà con. Bài số {n}.", title=f"Bài {n}")
    one = ROTATION.replace('["all"]', '["am01"]').replace("max_items = 3", "max_items = 1")
    two = SECOND.replace('["all"]', '["am02"]').replace("max_items = 3", "max_items = 1").replace('"sang"', '"sang2"')
    with pytest.raises(RuleError, match="ở cụm loa am01"):  # one amplifier cannot carry both
        apply_rotation(station, OPERATOR, one + two, "thu.toml")
    with station.db.write() as session:
        one_of(session, ZoneRow, "am02").sink = "mang"
    apply_rotation(station, OPERATOR, one + two, "thu.toml")
    plan(station)
    by_zone: dict[str, list[int]] = {}
    for r in rows(station):
        by_zone.setdefault(r.zones[0], []).extend(i.script_id for i in r.rundown if i.script_id)
    assert by_zone["am01"] == by_zone["am02"] == [1, 2, 3, 1, 2, 3]


def test_caps_bind_planning_zone_by_zone_and_count_what_people_added(station: Station) -> None:
    approved(station)
    hours = station.settings.hours.model_copy(update={"sessions_per_day": 1})
    strict = type(station)(
        station.home, station.settings.model_copy(update={"hours": hours}), station.db, station.clock
    )
    two = SECOND.replace('"sang"', '"chieu"').replace('"05:00"', '"17:00"').replace("Buổi sáng", "Buổi chiều")
    apply_rotation(strict, OPERATOR, ROTATION.replace('["all"]', '["am01", "am02"]') + two, "thu.toml")
    result = plan(strict)
    found = rows(strict)
    afternoons = [r for r in found if station.local(r.starts_at).hour == 17]
    assert {"am01", "am02"}.isdisjoint(z for r in afternoons[1:] for z in r.zones)
    assert set(afternoons[0].zones) >= {"am01", "am02"}  # today's morning is over before the station began
    assert any("quá 1 buổi mỗi ngày" in w for w in result.warnings)
    assert not [c for c in conflicts.find(strict) if c.kind is Kind.CAP]


def test_a_slot_longer_than_a_session_may_be_is_refused_and_cut_when_the_rule_came_later(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    hours = station.settings.hours.model_copy(update={"minutes_per_session": 15})
    strict = type(station)(
        station.home, station.settings.model_copy(update={"hours": hours}), station.db, station.clock
    )
    assert any("15 phút mỗi buổi" in w for w in plan(strict).warnings)
    assert {r.ends_at - r.starts_at for r in rows(strict)} == {dt.timedelta(minutes=15)}


def test_conflicts_see_a_fortnight_of_which_only_a_week_is_planned(station: Station) -> None:
    number = approved(station, valid_to=dt.date(2026, 3, 10))
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    with station.db.write() as session:
        zone = session.get_one(ZoneRow, "am12")
        zone.enabled = False
    found = conflicts.find(station)
    empty = [station.local(c.at).date() for c in found if c.kind is Kind.EMPTY]
    assert empty == [dt.date(2026, 3, d) for d in range(11, 16)]
    assert any(c.kind is Kind.ZONE for c in found)
    retire(station, EDITOR, number)
    items = [c for c in conflicts.find(station) if c.kind is Kind.ITEM]
    assert len(items) == 6
    assert "không còn được duyệt" in items[0].what
    with station.db.write() as session:
        session.delete(session.get_one(BroadcastRow, rows(station)[0].id))
    assert any(c.kind is Kind.GAP and "chưa có trong lịch" in c.what for c in conflicts.find(station))


def test_airings_asked_for_are_spread_over_the_weeks_and_told_beforehand_when_they_find_no_room(
    station: Station,
) -> None:
    approved(station, title="Bài khác")
    number = approved(
        station, "Mời bà con đi tiêm phòng.", title="Tiêm phòng", airings=4, valid_to=dt.date(2026, 3, 21)
    )
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    drafts = preview(station, dt.date(2026, 3, 2), 21).drafts
    days = [d.occurrence.day.day for d in drafts if number in {i.script_id for i in d.filled.items}]
    assert days == [3, 8, 13, 18]
    reasons = [r.why for r in drafts[1].filled.reasons if r.script_id == number]
    assert reasons == ["Đơn vị yêu cầu 4 lượt đến hết 21/03; đã phát và xếp 1, lượt sau nên vào khoảng 08/03."]
    plan(station)
    assert not [c for c in conflicts.find(station) if c.kind is Kind.ASKED]
    with station.db.write() as session:
        session.get_one(Script, number).airings = 25
    plan(station)
    (told,) = [c for c in conflicts.find(station) if c.kind is Kind.ASKED]
    assert "yêu cầu phát 25 lượt đến hết 21/03/2026, nhưng tới đó chỉ có 19 lượt ở tất cả 12 cụm loa" in told.what
    assert told.script == number
    assert not told.kind.grave


@pytest.mark.medium
def test_what_one_zone_hears_in_slots_of_its_own_takes_no_airing_from_the_others(station: Station) -> None:
    approved(station, title="Bài khác")
    number = approved(
        station, "Mời bà con đi tiêm phòng.", title="Tiêm phòng", airings=8, valid_to=dt.date(2026, 3, 21)
    )
    own = SECOND.replace('"sang"', '"rieng"').replace('"05:00"', '"11:00"').replace('["all"]', '["am01"]')
    apply_rotation(station, OPERATOR, ROTATION + own, "thu.toml")
    by_zone = {"am01": 0, "am02": 0}
    for d in preview(station, dt.date(2026, 3, 2), 21).drafts:
        for zone in by_zone.keys() & set(d.zones):
            by_zone[zone] += number in {i.script_id for i in d.filled.items}
    assert by_zone["am02"] == 8
    assert by_zone["am01"] >= 8
    plan(station)
    assert not [c for c in conflicts.find(station) if c.kind is Kind.ASKED]


def test_the_feed_is_read_back_by_another_reader_and_its_address_can_be_changed(station: Station) -> None:
    approved(station)
    apply_rotation(station, OPERATOR, ROTATION, "thu.toml")
    plan(station)
    events = list(icalendar.Calendar.from_ical(feeds.week_feed(station)).walk("VEVENT"))
    found = rows(station)
    assert [e.decoded("dtstart") for e in events] == [r.starts_at for r in found]
    assert {str(e["summary"]) for e in events} == {"Buổi sáng"}
    assert len({str(e["uid"]) for e in events}) == len(events)
    old = feeds.feed_token(station)
    assert feeds.feed_token(station) == old
    assert feeds.renew_feed_token(station, OPERATOR) != old
    later(station, days=1)
