"""The as-run record: whatever is told of a broadcast and in whatever order, one outcome an item and zone, one verdict."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.clock import FrozenClock
from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.heard import Heard, Measurement
from broadcaster.domain.log.playlog import Outcome, entry_id
from broadcaster.playout.record.asrun import UNMEASURED, AsRun
from broadcaster.playout.record.journal import Journal
from broadcaster.playout.record.recovery import close_interrupted, look_back
from tests.kit.clocks import MORNING
from tests.kit.horns import heard

CUT = Why(Cause.PERSON_STOPPED, "Trực máy dừng.")
BUSY = Why(Cause.ZONE_BUSY, "Cụm loa đang bận.")
ITEMS = tuple(
    RundownItem(no=n, kind=ItemKind.CUE, title=f"Mục {n}", audio_sha256="a" * 64, duration_ms=2000) for n in (1, 2)
)
TOLD = st.lists(
    st.tuples(
        st.sampled_from(ITEMS),
        st.sets(st.sampled_from(["ap-1", "ap-2"]), min_size=1),
        st.one_of(
            st.sampled_from(sorted(UNMEASURED)),
            st.builds(heard, st.just(2000), st.integers(-500, 9000), st.sampled_from(Outlet)),
        ),
    ),
    max_size=8,
)


def record(folder, kind=BroadcastKind.ROTATION, items=ITEMS, zones=("ap-1", "ap-2")):
    end = MORNING + dt.timedelta(minutes=5)
    planned = Broadcast(id=7, title="Sáng", kind=kind, starts_at=MORNING, ends_at=end, zones=zones, rundown=items)
    book = Journal(Path(folder), FrozenClock(MORNING))
    return AsRun(planned, {"ap-1": "main"}, book, "máy", ZoneInfo("Asia/Ho_Chi_Minh")), book


def written(folder, kind):
    """The bodies of one kind of line, as they stand on the disk."""
    lines = [line for p in sorted(Path(folder).glob("journal-*.jsonl")) for line in p.read_bytes().splitlines()]
    fields = [json.loads(line.partition(b" ")[2]) for line in lines]
    return [f["b"] for f in fields if f["k"] == kind]


@given(TOLD)
def test_whatever_is_told_each_item_and_zone_has_one_entry_and_what_came_first_stays(told):
    with tempfile.TemporaryDirectory() as folder:
        one, book = record(folder)
        first = {}
        for item, zones, fate in told:
            if isinstance(fate, Outcome):
                one.item_silent(item, sorted(zones), fate, CUT)
            else:
                one.item_heard(item, sorted(zones), fate, CUT)
            for zone in zones:
                first.setdefault(entry_id(7, item.no, zone), fate if isinstance(fate, Outcome) else fate.outcome)
        one.rest(Outcome.MISSED, BUSY)
        state, sentence = one.verdict(MORNING)
        book.close()
        entries = written(folder, "entry")
        assert Counter(e["id"] for e in entries) == dict.fromkeys(
            (entry_id(7, n, z) for n in (1, 2) for z in ("ap-1", "ap-2")), 1
        )
        assert {e["id"]: e["outcome"] for e in entries} == {
            e["id"]: first.get(e["id"], Outcome.MISSED) for e in entries
        }
        assert all(0 <= e["heard_ms"] <= e["duration_ms"] for e in entries)
        assert all(e["heard_ms"] == e["duration_ms"] for e in entries if e["outcome"] == Outcome.FULL)
        horns = {None, *(o for o in Outlet if o.heard)}
        assert all(e["outlet"] in horns for e in entries if e["outcome"] in {Outcome.FULL, Outcome.PARTIAL})
        assert all(e["heard_ms"] == 0 for e in entries if e["outlet"] not in horns)
        full = sum(e["outcome"] == Outcome.FULL for e in entries)
        assert (state is BroadcastState.AIRED) == (full == 4)
        assert sentence
        (verdict,) = written(folder, "verdict")
        assert verdict["state"] == state


@pytest.mark.parametrize(
    ("outcomes", "state", "word"),
    [
        ([heard(2000, 2000)] * 2, BroadcastState.AIRED, "Đã phát đủ 2 mục tới 2 cụm loa"),
        ([heard(2000, 2000), Outcome.MISSED], BroadcastState.PARTIAL, "2 trong 4 lượt"),
        ([heard(2000, 500), Outcome.MISSED], BroadcastState.PARTIAL, "0 trong 4 lượt"),
        ([heard(2000, 500), heard(2000, 2000, Outlet.STAND_IN)], BroadcastState.PARTIAL, "0 trong 4 lượt"),
        ([heard(2000, 2000, Outlet.STAND_IN)] * 2, BroadcastState.UNHEARD, "Không ra loa: Trực máy dừng."),
        ([heard(2000, 2000, Outlet.RECORDING), Outcome.MISSED], BroadcastState.UNHEARD, "Không ra loa"),
        ([Outcome.REFUSED, Outcome.REFUSED], BroadcastState.REFUSED, "Trực máy dừng."),
        ([Outcome.REFUSED, Outcome.MISSED], BroadcastState.MISSED, "Trực máy dừng."),
    ],
)
def test_the_verdict_follows_from_what_was_heard(tmp_path, outcomes, state, word):
    one, book = record(tmp_path)
    for item, outcome in zip(ITEMS, outcomes, strict=True):
        if isinstance(outcome, Outcome):
            one.item_silent(item, ("ap-1", "ap-2"), outcome, CUT)
        else:
            one.item_heard(item, ("ap-1", "ap-2"), outcome, NOTHING if outcome.outcome is Outcome.FULL else CUT)
    found, sentence = one.verdict(MORNING)
    book.close()
    assert found is state
    assert word in sentence


@pytest.mark.parametrize("outcome", [Outcome.FULL, Outcome.PARTIAL, Outcome.UNHEARD])
def test_nothing_is_said_to_have_been_heard_without_a_measurement(tmp_path, outcome):
    one, book = record(tmp_path)
    with pytest.raises(ValueError, match="measured"):
        one.item_silent(ITEMS[0], ("ap-1",), outcome, CUT)
    anyhow: Any = Heard
    with pytest.raises(TypeError):
        anyhow(ms=2000, outcome=outcome, outlet=Outlet.LOUDSPEAKER)
    book.close()
    assert written(tmp_path, "entry") == []


def test_what_was_called_off_is_cancelled_only_if_nobody_heard_any_of_it(tmp_path):
    one, book = record(tmp_path / "a")
    one.rest(Outcome.MISSED, CUT)
    assert one.verdict(MORNING, cancelled="Đã hủy.") == (BroadcastState.CANCELLED, "Đã hủy.")
    other, second = record(tmp_path / "b")
    other.item_heard(ITEMS[0], ("ap-1",), heard(2000, 2000), NOTHING)
    other.rest(Outcome.MISSED, CUT)
    assert other.verdict(MORNING, cancelled="Đã hủy.")[0] is BroadcastState.PARTIAL
    book.close()
    second.close()


def test_a_trial_is_logged_as_a_trial_and_heard_in_no_zone(tmp_path):
    one, book = record(tmp_path, kind=BroadcastKind.TRIAL)
    for item in ITEMS:
        whole = Measurement(Outlet.RECORDING, 2000, 2000, whole=True, rehearsal=True)
        one.item_heard(item, ("aircheck",), Heard(whole), NOTHING)
    one.verdict(MORNING)
    book.close()
    assert {(e["zone"], e["kind"]) for e in written(tmp_path, "entry")} == {("aircheck", ItemKind.TRIAL)}


def test_an_empty_broadcast_says_that_it_is_empty(tmp_path):
    one, book = record(tmp_path, items=())
    state, sentence = one.verdict(MORNING)
    book.close()
    assert state is BroadcastState.MISSED
    assert "không có mục nào" in sentence
    assert written(tmp_path, "verdict")[0]["causes"] == [Cause.EMPTY]


def test_what_yielded_to_an_emergency_names_it_once(tmp_path):
    one, book = record(tmp_path)
    why = Why(Cause.YIELDED_TO_EMERGENCY, "Nhường sóng.", 12)
    one.item_heard(ITEMS[0], ("ap-1",), heard(2000, 500), why)
    one.rest(Outcome.MISSED, why)
    one.verdict(MORNING)
    book.close()
    assert written(tmp_path, "yielded") == [{"broadcast": 7, "to": 12}]


@pytest.mark.parametrize(("marked", "outcome"), [(None, Outcome.UNKNOWN), (0, Outcome.FAILED), (400, Outcome.PARTIAL)])
def test_what_was_to_begin_at_the_moment_of_a_crash_is_known_as_far_as_it_was_measured(tmp_path, marked, outcome):
    one, book = record(tmp_path)
    one.begin(MORNING)
    one.item_coming(1, ["ap-1"], MORNING)
    if marked is not None:
        one.mark(1, ["ap-1"], marked, Outlet.LOUDSPEAKER, "main")
    past = look_back(book.last_segment()).unfinished[7]
    again = AsRun(one.broadcast, one.sinks, book, "máy", one.tz)
    close_interrupted(past, again)
    (entry,) = written(tmp_path, "entry")
    assert (entry["outcome"], entry["heard_ms"]) == (outcome, marked or 0)
    assert entry["started_at"] == MORNING.isoformat(timespec="microseconds")
    again.rest(Outcome.MISSED, CUT)
    state, sentence = again.verdict(MORNING)
    book.close()
    assert (state is BroadcastState.UNKNOWN) == (outcome is Outcome.UNKNOWN)
    assert sentence.startswith("Không rõ có phát hay không: ") == (outcome is Outcome.UNKNOWN)
