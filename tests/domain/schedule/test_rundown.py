"""Filling a rundown: deterministic, never too long, fair, and able to explain itself."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.rotations import CueStep, FillStep, ScriptStep
from broadcaster.domain.schedule.rundown import History, fill
from broadcaster.domain.scripts.scripts import Genre, Priority
from tests.kit.rundowns import CANDIDATES, CUES, DAY, START, candidate, slot


@given(CANDIDATES, st.integers(1, 30), st.integers(1, 8))
def test_a_rundown_never_exceeds_its_slot_and_never_takes_an_item_twice(
    found: list[Candidate], minutes: int, most: int
) -> None:
    place = slot(minutes, CueStep("nhac"), FillStep(max_items=most, separator="ngat"))
    filled = fill(place, START, DAY, found, CUES, History())
    assert filled.sound_ms <= max(minutes * 60_000, 15_000)
    scripts = [i.script_id for i in filled.items if i.kind == "script"]
    assert len(scripts) == len(set(scripts)) <= most
    assert [i.no for i in filled.items] == list(range(1, len(filled.items) + 1))
    assert {r.script_id for r in filled.reasons} == {c.script_id for c in found}
    assert all(r.why for r in filled.reasons)


@given(CANDIDATES, st.integers(1, 30))
def test_the_same_question_has_the_same_answer(found: list[Candidate], minutes: int) -> None:
    place = slot(minutes, FillStep())
    one = fill(place, START, DAY, found, CUES, History())
    two = fill(place, START, DAY, list(reversed(found)), CUES, History())
    assert one.items == two.items


def test_every_item_has_its_turn() -> None:
    found = [candidate(n) for n in range(1, 8)]
    history = History()
    heard: list[int] = []
    for day in range(7):
        filled = fill(slot(2, FillStep(max_items=1)), START + dt.timedelta(days=day), DAY, found, CUES, history)
        heard += [i.script_id for i in filled.items if i.script_id]
    assert sorted(heard) == [1, 2, 3, 4, 5, 6, 7]


def test_priority_goes_first_and_what_has_expired_never_airs() -> None:
    yesterday = DAY - dt.timedelta(days=1)
    found = [
        candidate(1),
        candidate(2, priority=Priority.PRIORITY),
        candidate(3, valid_to=yesterday, priority=Priority.EMERGENCY),
    ]
    filled = fill(slot(1, FillStep(max_items=1)), START, DAY, found, CUES, History())
    assert [i.script_id for i in filled.items] == [2]
    assert next(r.why for r in filled.reasons if r.script_id == 3) == "Chưa đến hoặc đã quá thời hạn phát."


def test_the_closing_keeps_its_place_when_time_is_short() -> None:
    found = [candidate(1, 50), candidate(2, 10, genre=Genre.CLOSING)]
    filled = fill(slot(1, FillStep(), ScriptStep("closing")), START, DAY, found, CUES, History())
    assert [i.script_id for i in filled.items] == [1, 2]
    filled = fill(slot(1, FillStep(), ScriptStep("closing")), START, DAY, [candidate(1, 51), found[1]], CUES, History())
    assert [i.script_id for i in filled.items] == [2]


def test_a_notice_is_read_again_when_asked() -> None:
    filled = fill(slot(5, FillStep(repeat_notices=1)), START, DAY, [candidate(1, genre=Genre.NOTICE)], CUES, History())
    assert [i.script_id for i in filled.items] == [1, 1]


def test_a_missing_station_call_is_said() -> None:
    filled = fill(slot(5, ScriptStep("station_call")), START, DAY, [], CUES, History())
    assert filled.items == ()
    assert filled.reasons[0].why == "Chưa có lời xướng nào được duyệt và còn hạn."


def in_order(found: list[Candidate], times: int, history: History, *, step: FillStep, **more: object) -> list[int]:
    """Fill the same slot `times` days in a row; return the scripts in the order in which they aired."""
    heard: list[int] = []
    for n in range(times):
        at = START + dt.timedelta(days=n)
        filled = fill(slot(1, step), at, DAY + dt.timedelta(days=n), found, CUES, history, **more)  # type: ignore[arg-type]
        heard += [i.script_id for i in filled.items if i.script_id]
    return heard


def test_two_airings_of_one_script_keep_their_distance() -> None:
    history = History()
    found = [candidate(1, 20), candidate(2, 20)]
    step = FillStep(max_items=1, separation=dt.timedelta(days=3))
    assert in_order(found, 7, history, step=step) == [1, 2, 1, 2, 1]  # days 0, 1, 3, 4, 6
    filled = fill(slot(1, step), START + dt.timedelta(days=7, hours=-1), DAY, found, CUES, history)
    assert any("cách nhau ít nhất 72 giờ" in r.why for r in filled.reasons if not r.chosen)


def test_an_urgent_script_is_said_again_however_soon() -> None:
    step = FillStep(max_items=1, separation=dt.timedelta(days=3))
    assert in_order([candidate(1, 20, priority=Priority.EMERGENCY)], 3, History(), step=step) == [1, 1, 1]


def test_what_an_office_asked_for_more_often_comes_first_until_it_has_its_share() -> None:
    found = [candidate(1, 20), candidate(2, 20, wanted=3)]
    assert in_order(found, 5, History(), step=FillStep(max_items=1))[:4] == [2, 2, 2, 1]


@given(st.dictionaries(st.sampled_from(["t1", "t2", "t3"]), st.integers(1, 30), min_size=1))
def test_topics_come_in_proportion_to_their_targets(targets: dict[str, int]) -> None:
    found = [candidate(n, 20, f"t{n % 3 + 1}") for n in range(1, 7)]
    heard = in_order(found, sum(targets.values()), History(), step=FillStep(max_items=1), targets=targets)
    counts = {t: sum(f"t{n % 3 + 1}" == t for n in heard) for t in ("t1", "t2", "t3")}
    assert all(abs(counts[t] - targets.get(t, 0)) <= 1 for t in counts)


@given(CANDIDATES, st.integers(2, 30), st.integers(0, 100))
def test_a_higher_priority_is_never_left_out_for_a_lower_that_is_as_long(
    found: list[Candidate], minutes: int, hours: int
) -> None:
    step = FillStep(max_items=3, separation=dt.timedelta(hours=hours))
    chosen = {i.script_id for i in fill(slot(minutes, step), START, DAY, found, CUES, History()).items}
    by_number = {c.script_id: c for c in found}
    for out in (c for c in found if c.script_id not in chosen):
        assert not [
            n
            for n in chosen
            if n is not None
            and by_number[n].priority.rank < out.priority.rank
            and out.duration_ms <= by_number[n].duration_ms
        ]


def test_what_one_audience_heard_does_not_wear_out_for_another() -> None:
    north, south = History(), History()
    found = [candidate(1, 20), candidate(2, 20)]
    step = FillStep(max_items=1)
    assert in_order(found, 1, north, step=step) == [1]
    assert in_order(found, 1, south, step=step) == [1]
    assert in_order(found, 1, north, step=step, also=[south]) == [2]
    assert in_order(found, 1, south, step=step) == [1]  # script 2 was heard there as well, just now
