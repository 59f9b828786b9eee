"""The coming day on play-out's own disk: there again after a crash; a torn file harms only itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, ItemKind, RundownItem
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.desk import Bundle
from broadcaster.domain.setup.zones import Zone
from broadcaster.playout.record.pinned import PinnedPlan
from tests.kit.clocks import MORNING
from tests.kit.desk import ALL_DAY


def bundle(number, title="Sáng"):
    items = (RundownItem(no=1, kind=ItemKind.CUE, title="Nhạc hiệu", audio_sha256="a" * 64, duration_ms=2000),)
    end = MORNING + dt.timedelta(minutes=5)
    planned = Broadcast(
        id=number,
        title=title,
        kind=BroadcastKind.ROTATION,
        starts_at=MORNING,
        ends_at=end,
        zones=("ap-1",),
        rundown=items,
    )
    return Bundle(planned, {"ap-1": Zone(code="ap-1", name="Ấp 1")}, {1: Why(Cause.FILE_MISSING, "Mất tệp.")})


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pinned"


def test_what_was_pinned_is_there_in_the_next_life_to_the_letter(folder):
    PinnedPlan(folder, ALL_DAY).put(bundle(1))
    again = PinnedPlan(folder, ALL_DAY)
    assert again.get(1) is None, "nothing is known before the disk was asked"
    assert again.load() == {1: bundle(1)}
    assert again.numbers() == [1]


def test_a_change_is_told_once_and_replaces(folder):
    plan = PinnedPlan(folder, ALL_DAY)
    assert plan.put(bundle(1))
    assert not plan.put(bundle(1))
    assert plan.put(bundle(1, "Tối"))
    assert PinnedPlan(folder, ALL_DAY).load()[1].broadcast.title == "Tối"


def test_what_was_dropped_does_not_come_back(folder):
    plan = PinnedPlan(folder, ALL_DAY)
    plan.put(bundle(1))
    plan.drop(1)
    plan.drop(2)  # never pinned
    assert plan.get(1) is None
    assert PinnedPlan(folder, ALL_DAY).load() == {}


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"broadcast": {}}', "null"])
def test_a_torn_file_is_left_out_and_the_others_are_read(folder, torn):
    plan = PinnedPlan(folder, ALL_DAY)
    plan.put(bundle(1))
    plan.put(bundle(2))
    (folder / "1.json").write_text(torn, encoding="utf-8")
    assert PinnedPlan(folder, ALL_DAY).load() == {2: bundle(2)}


def test_a_disk_that_takes_nothing_keeps_it_in_memory(folder):
    plan = PinnedPlan(folder, ALL_DAY)
    (folder / "1.part").mkdir()  # nothing can be written there
    assert plan.put(bundle(1))
    assert plan.get(1) == bundle(1)
    assert PinnedPlan(folder, ALL_DAY).load() == {}


def test_bundles_that_differ_in_a_fault_alone_differ(folder):
    plan = PinnedPlan(folder, ALL_DAY)
    plan.put(bundle(1))
    assert plan.put(replace(bundle(1), faults={}))
