"""The coming day on play-out's own disk: there again after a crash; a torn file harms only itself."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    plan.drop([1, 2])  # 2 was never pinned
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
    (folder / "1.json").mkdir()  # nothing can be written there
    assert plan.put(bundle(1))
    assert plan.get(1) == bundle(1)
    assert PinnedPlan(folder, ALL_DAY).load() == {}


def test_bundles_that_differ_in_a_fault_alone_differ(folder):
    plan = PinnedPlan(folder, ALL_DAY)
    plan.put(bundle(1))
    assert plan.put(replace(bundle(1), faults={}))


def sounding(number: int, voice: str) -> Bundle:
    """A repeat of an emergency, in one voice."""
    whole = bundle(number)
    moment = MORNING + dt.timedelta(minutes=2 * number)
    items = tuple(replace(i, kind=ItemKind.EMERGENCY, audio_sha256=voice * 64) for i in whole.broadcast.rundown)
    made = replace(
        whole.broadcast, kind=BroadcastKind.EMERGENCY, rundown=items, starts_at=moment, ends_at=moment, continues=True
    )
    return replace(whole, broadcast=made)


def test_hundreds_of_repeats_of_an_emergency_are_one_pin_and_move_together_to_a_better_voice(folder):
    plan = PinnedPlan(folder, ALL_DAY)
    quick = [sounding(n, "a") for n in range(720)]
    assert len(plan.put_all([*quick, bundle(9001)])) == 721
    assert len(list(folder.iterdir())) == 2
    assert plan.put_all(quick) == set()
    good = [sounding(n, "b") for n in range(1, 720)]
    assert len(plan.put_all(good)) == 719
    plan.drop([0])
    assert len(list(folder.iterdir())) == 2
    assert PinnedPlan(folder, ALL_DAY).load() == {b.broadcast.id: b for b in [*good, bundle(9001)]}


def test_what_an_older_play_out_pinned_of_an_emergency_is_read_and_replaced(folder):
    folder.mkdir()
    old = sounding(3, "a")
    (folder / "3.json").write_text(json.dumps(old.as_json()), encoding="utf-8")
    plan = PinnedPlan(folder, ALL_DAY)
    assert plan.load() == {3: old}
    plan.put(sounding(3, "b"))
    assert not (folder / "3.json").exists()
    assert PinnedPlan(folder, ALL_DAY).load() == {3: sounding(3, "b")}


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "drop", "again"]), st.sets(st.integers(1, 6)), st.sampled_from("ab")),
        max_size=12,
    )
)
def test_the_disk_holds_just_what_is_pinned_after_any_acts_and_lives(tmp_path_factory, acts):
    folder = tmp_path_factory.mktemp("acts") / "pinned"
    plan, wanted = PinnedPlan(folder, ALL_DAY), {}
    for act, numbers, voice in acts:
        if act == "put":
            fresh = {n: sounding(n, voice) if n % 2 else bundle(n, voice) for n in numbers}
            assert plan.put_all(fresh.values()) == {n for n, b in fresh.items() if wanted.get(n) != b}
            wanted |= fresh
        elif act == "drop":
            plan.drop(numbers)
            wanted = {n: b for n, b in wanted.items() if n not in numbers}
        else:
            plan = PinnedPlan(folder, ALL_DAY)
            assert plan.load() == wanted
    assert PinnedPlan(folder, ALL_DAY).load() == wanted
