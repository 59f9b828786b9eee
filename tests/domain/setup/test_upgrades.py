"""The steps of an upgrade, by themselves: what a start does after a cut at any of them, when one may begin, what is well."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.setup import upgrades
from broadcaster.domain.setup.upgrades import (
    LIMIT_S,
    Action,
    Sample,
    Upgrade,
    UpgradeStep,
    judge,
    next_gap,
    numbered,
    settle,
)
from broadcaster.errors import RuleError

NOW = dt.datetime(2027, 3, 1, 5, tzinfo=dt.UTC)
BEFORE, TOUCHED = (
    (UpgradeStep.REHEARSING, UpgradeStep.WAITING, UpgradeStep.STOPPING, UpgradeStep.COPYING),
    (UpgradeStep.SWAPPING, UpgradeStep.TRIAL, UpgradeStep.MOVING),
)
ORDER = (*BEFORE, *TOUCHED, UpgradeStep.DONE)


def test_the_database_follows_the_pointer_whatever_the_step_at_which_an_upgrade_was_cut_off() -> None:
    for step in UpgradeStep:
        for moved in (False, True):
            wanted = (
                Action.NOTHING
                if step in {UpgradeStep.DONE, UpgradeStep.BACK}
                else Action.FORGET
                if step in BEFORE
                else Action.KEEP
                if moved
                else Action.RETURN
            )
            assert settle(step, moved=moved) is wanted, (step, moved)


class _Machine:
    """A pointer and a database, each changed in one stroke, and the steps written down between."""

    def __init__(self) -> None:
        self.pointer = self.database = self.old_kept = "old"
        self.step = UpgradeStep.REHEARSING

    def acts(self):
        """Every stroke of an upgrade that goes well; a cut may come before each of them."""
        for step in (UpgradeStep.WAITING, UpgradeStep.STOPPING, UpgradeStep.COPYING, UpgradeStep.SWAPPING):
            yield lambda step=step: setattr(self, "step", step)
        yield lambda: setattr(self, "database", "new")
        yield lambda: setattr(self, "step", UpgradeStep.TRIAL)
        yield lambda: setattr(self, "step", UpgradeStep.MOVING)
        yield lambda: setattr(self, "pointer", "new")
        yield lambda: setattr(self, "step", UpgradeStep.DONE)

    def settle(self, strokes: int = 99) -> None:
        """What the next start does, cut off itself after so many strokes."""
        action = settle(self.step, moved=self.pointer == "new")
        does = {
            Action.RETURN: [lambda: setattr(self, "database", "old"), lambda: setattr(self, "step", UpgradeStep.BACK)],
            Action.FORGET: [lambda: setattr(self, "step", UpgradeStep.BACK)],
            Action.KEEP: [lambda: setattr(self, "database", "new"), lambda: setattr(self, "step", UpgradeStep.DONE)],
            Action.NOTHING: [],
        }[action]
        for stroke in does[:strokes]:
            stroke()


@given(cut=st.integers(0, 9), again=st.lists(st.integers(0, 2), max_size=4))
def test_a_cut_at_any_moment_of_an_upgrade_and_of_its_putting_in_order_leaves_one_version_with_its_own_database(
    cut: int, again: list[int]
) -> None:
    machine = _Machine()
    for act in list(machine.acts())[:cut]:
        act()
    for strokes in again:
        machine.settle(strokes)
    machine.settle()
    assert machine.database == machine.pointer
    assert machine.step.over


spans = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60)), max_size=12)


@given(spans, st.integers(1, 30))
def test_the_gap_that_is_named_is_the_first_in_which_nothing_sounds_and_nothing_begins(
    found: list[tuple[int, int]], need: int
) -> None:
    def at(minutes: int) -> dt.datetime:
        return NOW + dt.timedelta(minutes=minutes)

    sounding = [(at(start), at(start + length)) for start, length in found]
    gap = next_gap(NOW, sounding, dt.timedelta(minutes=need))

    def free(moment: dt.datetime) -> bool:
        until = moment + dt.timedelta(minutes=need)
        return not any(start < until and end > moment for start, end in sounding)

    assert free(gap)
    minute = NOW
    while minute < gap:
        assert not free(minute)
        minute += dt.timedelta(minutes=1)


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(1, 40))
def test_a_version_is_trusted_only_after_it_was_well_on_end_for_the_whole_watch(well: list[bool], watch: int) -> None:
    samples = [Sample(5.0 * n, {} if fine else {"playout": "Máy phát không chạy."}) for n, fine in enumerate(well)]
    verdict = judge(samples, (), 5.0 * watch)
    last = well[-watch - 1 :]
    trusted = len(last) == watch + 1 and all(last)
    over = 5.0 * (len(well) - 1) >= max(LIMIT_S, 7.5 * watch)
    assert verdict == ("" if trusted else verdict if over else None)
    assert bool(verdict) == (over and not trusted)


def test_what_was_wrong_before_is_no_fault_of_the_new_version_and_what_is_new_is_named() -> None:
    ailing = [Sample(float(n), {"output": "Không có card âm thanh."}) for n in range(200)]
    assert judge(ailing, {"output"}, 120.0) == ""
    assert judge(ailing, (), 120.0) == "Không có card âm thanh."
    assert judge(ailing[:180], (), 120.0) is None
    assert judge((), (), 1.0) is None


def test_what_lies_on_the_disk_of_an_upgrade_is_read_back_whole_and_what_a_newer_program_adds_is_left_aside() -> None:
    one = Upgrade(
        old="0.1.0",
        new="0.2.0",
        step=UpgradeStep.TRIAL,
        versions="/opt/loa/versions",
        begun=NOW,
        at=NOW,
        migrated=True,
        replayed=("journal-00000001.jsonl", 307),
        marks=9,
        entries=5,
        why="Đợi.",
        back=True,
    )
    assert Upgrade.from_json(one.as_json() | {"added": 1}) == one


@pytest.mark.parametrize("text", ["", "1.a", "../1", "1..2", "v1", "1-2", "9" * 9])
def test_what_is_no_number_of_a_version_is_refused_before_it_becomes_a_folder(text: str) -> None:
    with pytest.raises(RuleError):
        numbered(text)


def test_versions_are_compared_as_numbers() -> None:
    assert numbered("0.10.0") > numbered("0.9.9") > numbered("0.9")
    assert numbered("1.0") == numbered("1")


def test_a_return_by_hand_is_refused_as_soon_as_one_entry_or_one_deed_would_be_lost() -> None:
    assert upgrades.lost_by_going_back(0, 0) == ""
    assert "2 dòng" in upgrades.lost_by_going_back(2, 0)
    assert "3 việc" in upgrades.lost_by_going_back(0, 3)
