"""A relay in a rotation and in the settings: a wrong hour is refused before it can be planned, or told beforehand."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from broadcaster.clock import FrozenClock
from broadcaster.errors import RuleError, printed

ROTATION = """
[rotation]
code = "thu"
title = "Lịch thử"
valid_from = 2026-01-01
[[slot]]
code = "sang"
title = "Buổi sáng"
start = "{start}"
max_minutes = 30
zones = ["ap-1"]
[[slot.item]]
kind = "relay"
relay = "{relay}"
title = "Thời sự VOV1"
max_minutes = 15
{after}
"""
AFTER = '[[slot.item]]\nkind = "fill"'


@pytest.fixture
def commune(tmp_path, make):
    air = make(tmp_path / "dai", FrozenClock(dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC)))
    text = air.station.home.settings_file.read_text(encoding="utf-8")
    text += '[relay.sources.vov1]\ntitle = "VOV1"\nurl = "http://127.0.0.1:1/x"\nwindows = ["05:00-05:30"]\n'
    air.station.home.settings_file.write_text(text, encoding="utf-8")
    air.station.close()
    again = make(tmp_path / "dai2", FrozenClock(dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC)))
    again.station = type(again.station)(
        again.station.home, air.station.home.settings(), again.station.db, again.station.clock
    )
    again.zones("ap-1")
    yield again
    again.station.close()


@pytest.mark.parametrize(
    ("start", "relay", "after", "word"),
    [
        ("05:20", "vov1", AFTER, "nằm ngoài giờ được tiếp âm"),
        ("11:00", "vov1", AFTER, "nằm ngoài giờ được tiếp âm"),
        ("05:00", "vov2", AFTER, "Không có nguồn tiếp âm nào tên “vov2”"),
        ("05:00", "vov1", "", "cần có nội dung của đài"),
    ],
)
def test_a_rotation_that_relays_at_a_wrong_hour_is_not_put_into_force(commune, start, relay, after, word):
    from broadcaster.domain.people.roles import Actor, Role
    from broadcaster.services.schedule.rotations import apply_rotation

    chief = Actor("x", "Người phụ trách", frozenset(Role))
    with pytest.raises(RuleError, match=word) as raised:
        apply_rotation(commune.station, chief, ROTATION.format(start=start, relay=relay, after=after), "thu.toml")
    assert "item 1" in printed(raised.value.field)


def test_a_slot_with_a_relay_is_planned_and_its_minutes_are_kept_free(commune):
    from sqlalchemy import select

    from broadcaster.db.models import BroadcastRow
    from broadcaster.domain.people.roles import Actor, Role
    from broadcaster.services.schedule.planning import plan
    from broadcaster.services.schedule.rotations import apply_rotation

    chief = Actor("x", "Người phụ trách", frozenset(Role))
    apply_rotation(commune.station, chief, ROTATION.format(start="05:00", relay="vov1", after=AFTER), "thu.toml")
    plan(commune.station, 1)
    with commune.station.db.read() as session:
        row = session.scalars(select(BroadcastRow)).first()
        item = row.rundown[0]
    assert (item.kind, item.relay, item.title, item.duration_ms) == ("relay", "vov1", "Thời sự VOV1", 900_000)


@pytest.mark.parametrize(
    ("name", "windows", "word"),
    [
        ("vov1", "17:00-17:30", "Lúc 05:00 nằm ngoài giờ được tiếp âm “VOV1” \\(17:00-17:30\\)"),
        ("vov2", "05:00-05:30", "Không có nguồn tiếp âm “vov1”"),
    ],
)
def test_a_relay_whose_source_changed_after_the_rotation_is_told_beforehand(commune, name, windows, word):
    from broadcaster.domain.people.roles import Actor, Role
    from broadcaster.scheduling.conflict import Kind
    from broadcaster.services.schedule import conflicts
    from broadcaster.services.schedule.planning import plan
    from broadcaster.services.schedule.rotations import apply_rotation

    here = commune.station
    chief = Actor("x", "Người phụ trách", frozenset(Role))
    apply_rotation(here, chief, ROTATION.format(start="05:00", relay="vov1", after=AFTER), "thu.toml")
    plan(here, 2)
    assert [c for c in conflicts.find(here) if c.kind is Kind.ITEM] == []
    (source,) = here.settings.relay.sources.values()
    sources = {name: source.model_copy(update={"windows": [windows]})}
    relay = here.settings.relay.model_copy(update={"sources": sources})
    later = type(here)(here.home, here.settings.model_copy(update={"relay": relay}), here.db, here.clock)
    found = [c for c in conflicts.find(later) if c.kind is Kind.ITEM]
    assert len(found) == 14  # the two that are planned and those that will be
    assert all(re.search(word, c.what) and "[relay]" in c.remedy for c in found)


def test_settings_want_exactly_one_way_to_a_relay():
    from pydantic import ValidationError

    from broadcaster.settings import RelaySourceSettings

    for bad in ({}, {"url": "http://x", "capture": ["arecord"]}, {"url": "file:///etc/passwd"}):
        with pytest.raises(ValidationError):
            RelaySourceSettings(title="x", windows=["05:00-05:30"], **bad)
