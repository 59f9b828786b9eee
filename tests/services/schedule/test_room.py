"""Room is held against outputs and what people hear, for what is written and for what the rotation will ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from broadcaster.errors import RuleError
from broadcaster.scheduling.conflict import Kind
from broadcaster.services.schedule import by_hand, conflicts
from broadcaster.services.schedule.planning import plan
from broadcaster.services.schedule.rotations import apply_rotation
from broadcaster.services.station import Station
from tests.kit.days import ME, NOON, ROTATION, fresh, numbers, small_station


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = small_station(tmp_path_factory.mktemp("room") / "station", hours={"sessions_per_day": 2})
    yield made
    made.close()


def test_a_session_for_one_zone_counts_for_all_that_hang_on_its_amplifier(house: Station) -> None:
    fresh(house)
    at = NOON.replace(hour=18)
    by_hand.add(house, ME, "Buổi của cụm 2", at, 10, ["am02"])  # today's morning was before the station began
    with pytest.raises(RuleError, match=r"“Buổi của cụm 2” 18:00 \(nghe chung âm ly\)"):
        by_hand.add(house, ME, "Buổi của cụm 1", at + dt.timedelta(minutes=20), 10, ["am01"])


def test_a_slot_for_one_zone_gives_way_when_its_amplifier_had_its_sessions(house: Station) -> None:
    fresh(house)
    one, two, head = (ROTATION.split("[[slot]]")[n] for n in (1, 2, 0))
    evening = two.replace('"chieu"', '"toi"').replace("Buổi chiều", "Buổi tối").replace("17:00", "18:30")
    parts = (one + 'zones = ["am01"]\n', two + 'zones = ["am02"]\n', evening + 'zones = ["am03"]\n')
    text = head + "".join("[[slot]]" + part for part in parts)
    apply_rotation(house, ME, text, "thuong", agreed="*")
    lost = [n for n in plan(house).notes if n.lost]
    assert {(n.occurrence.slot.code, n.lost) for n in lost} == {("toi", ("am03",))}
    assert "3 buổi (kể cả buổi nghe chung âm ly), quá 2 buổi mỗi ngày" in lost[0].text
    assert Kind.CAP not in {c.kind for c in conflicts.find(house)}
    apply_rotation(house, ME, ROTATION, "thuong", agreed="*")


@pytest.mark.parametrize("days", [1, 20])
def test_where_the_rotation_has_a_slot_nothing_else_is_planned_however_far_ahead(house: Station, days: int) -> None:
    fresh(house)
    at = NOON.replace(hour=17, minute=5) + dt.timedelta(days=days)
    with pytest.raises(RuleError, match="Giờ này đã có buổi “Buổi chiều”"):
        by_hand.copy(house, ME, numbers(house)[0], at)
