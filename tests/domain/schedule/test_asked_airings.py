"""Airings asked for: never fewer than pushing would give, never ahead of an even spread, never far behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from broadcaster.domain.schedule.asked_airings import Chances, PlacesAhead
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.rotations import CueStep, FillStep, Slot
from broadcaster.domain.schedule.rundown import Filled, History, fill
from broadcaster.domain.scripts.scripts import Genre, Priority
from tests.kit.properties import examples
from tests.kit.rundowns import CUES, DAY, START, candidate, slot

HOUR, ONE_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ZONES = ("am01",)
STARTS = st.lists(st.integers(4, 22), min_size=1, max_size=5, unique=True).map(sorted)


def at(day: int, hour: int) -> dt.datetime:
    """Return the moment of a station hour (UTC+7; START is 5:00 of DAY)."""
    return START + dt.timedelta(days=day, hours=hour - 5)


class Run:
    """Days filled one after another, as planning does."""

    def __init__(
        self, found: list[Candidate], places: list[tuple[int, int]], step: FillStep, *, known: bool = True
    ) -> None:
        until = at(max((d for d, _ in places), default=0) + 60, 0)
        slots = [(ZONES, at(d, h), self.slot(h, step)) for d, h in places]
        self.chances = PlacesAhead(slots, found, CUES, until).of(ZONES) if known else Chances()
        self.history, self.filled = History(), list[tuple[dt.datetime, Filled]]()
        for d, h in places:
            day = DAY + dt.timedelta(days=d)
            what = fill(self.slot(h, step), at(d, h), day, found, CUES, self.history, chances=self.chances)
            self.filled.append((at(d, h), what))

    @staticmethod
    def slot(hour: int, step: FillStep) -> Slot:
        return replace(slot(10, CueStep("nhac"), step), start=dt.time(hour))

    def heard(self, number: int) -> list[dt.datetime]:
        return [moment for moment, what in self.filled if number in {i.script_id for i in what.items}]

    def whys(self, number: int) -> list[str]:
        return [r.why for _, what in self.filled for r in what.reasons if r.script_id == number]


def pushed(moments: list[dt.datetime], separation: dt.timedelta) -> int:
    """Return how many of the moments a script gets that takes every one it may."""
    count, last = 0, None
    for moment in moments:
        if last is None or moment - last >= separation:
            count, last = count + 1, moment
    return count


@st.composite
def stations(draw: st.DrawFn) -> tuple[list[tuple[int, int]], int, int, int, dt.timedelta]:
    """Return places, the first and the last day of a script, airings asked for, separation."""
    hours, weekdays = draw(STARTS), draw(st.sets(st.integers(0, 6), min_size=1))
    days = draw(st.integers(1, 45))
    first = draw(st.integers(0, days - 1))
    last = draw(st.integers(first, days - 1))
    places = [(d, h) for d in range(days) if d % 7 in weekdays for h in hours]
    return places, first, last, draw(st.integers(1, 70)), HOUR * draw(st.sampled_from([0, 0, 5, 20, 50]))


@examples(60)
@given(stations(), st.integers(0, 3))
def test_an_office_gets_its_airings_evenly(
    given_: tuple[list[tuple[int, int]], int, int, int, dt.timedelta], others: int
) -> None:
    places, first, last, wanted, separation = given_
    begin, end = at(first, 0), at(last + 1, 0)
    asked = candidate(
        9, 20, wanted=wanted, valid_from=DAY + dt.timedelta(days=first), valid_to=DAY + dt.timedelta(days=last)
    )
    other = candidate(8, 20, priority=Priority.EMERGENCY)  # always there, so that no session lacks everything else
    found = [asked, other, *(candidate(n + 1, 20) for n in range(others))]
    run = Run(found, places, FillStep(max_items=2, separation=separation))
    heard = run.heard(9)
    chances = [at(d, h) for d, h in places if first <= d <= last]
    assert len(heard) == min(wanted, pushed(chances, separation))
    assume(heard)
    assert heard[0] == chances[0]
    share = (end - begin) / wanted
    holes = [two - one for one, two in zip(chances, [*chances[1:], end], strict=True)]
    late = share + min(share / 3, ONE_DAY) + max(holes) + separation
    for number, (one, two) in enumerate(zip(heard, [*heard[1:], end], strict=True), 1):
        assert two - one <= late
        left = [c for c in chances if c >= one]
        if two != end and pushed([c for c in left if c >= two], separation) > wanted - number:
            assert two >= begin + number * share - dt.timedelta(seconds=1)  # never ahead of an even spread


@examples(25)
@given(stations())
def test_what_is_not_due_is_said_rather_than_nothing(
    given_: tuple[list[tuple[int, int]], int, int, int, dt.timedelta],
) -> None:
    places, first, last, wanted, separation = given_
    asked = candidate(
        9, 20, wanted=wanted, valid_from=DAY + dt.timedelta(days=first), valid_to=DAY + dt.timedelta(days=last)
    )
    run = Run([asked], places, FillStep(max_items=2, separation=separation))
    chances = [at(d, h) for d, h in places if first <= d <= last]
    assert len(run.heard(9)) == pushed(chances, separation)
    assert all("Buổi này không còn bài nào khác." in w for w in run.whys(9) if "đã phát và xếp đủ" in w)


def test_ten_airings_in_thirty_days_come_every_third_day_and_at_every_hour() -> None:
    asked = candidate(9, 20, wanted=10, valid_from=DAY, valid_to=DAY + dt.timedelta(days=29))
    places = [(d, h) for d in range(30) for h in (5, 11, 17)]
    run = Run([candidate(1, 20), asked], places, FillStep(max_items=3))
    heard = [(m + 7 * HOUR) for m in run.heard(9)]
    days = [(m.date() - DAY).days for m in heard]
    assert len(days) == 10
    assert days[-1] >= 25
    assert all(2 <= two - one <= 4 for one, two in pairwise(days))
    assert {m.hour for m in heard} == {5, 11, 17}
    whys = run.whys(9)
    assert whys[0] == "Đơn vị yêu cầu 10 lượt đến hết 31/03; đã phát và xếp 0, nay đến hẹn lượt 1."
    assert whys[1] == "Đơn vị yêu cầu 10 lượt đến hết 31/03; đã phát và xếp 1, lượt sau nên vào khoảng 05/03."
    assert whys[-1] == "Đơn vị yêu cầu 10 lượt đến hết 31/03; đã phát và xếp đủ."


def test_repeats_within_a_day_keep_their_distance_and_name_the_hour() -> None:
    asked = candidate(9, 20, wanted=2, valid_from=DAY, valid_to=DAY)
    run = Run([candidate(1, 20), asked], [(0, h) for h in (5, 6, 11, 17, 18)], FillStep())
    assert [(m + 7 * HOUR).hour for m in run.heard(9)] == [5, 17]
    assert run.whys(9)[1] == (
        "Đơn vị yêu cầu 2 lượt đến hết 02/03; đã phát và xếp 1, lượt sau nên vào khoảng 17:00 ngày 02/03."
    )


def test_the_last_places_are_all_taken() -> None:
    asked = candidate(9, 20, wanted=5, valid_to=DAY + dt.timedelta(days=29))
    run = Run([candidate(1, 20), asked], [(d, 5) for d in (0, 1, 2)], FillStep())
    assert len(run.heard(9)) == 3
    assert run.whys(9)[0] == (
        "Đơn vị yêu cầu 5 lượt đến hết 31/03; đã phát và xếp 0, chỉ còn 3 buổi có chỗ nên buổi nào cũng lấy."
    )


def test_a_place_too_short_or_of_another_kind_is_none() -> None:
    asked = candidate(9, 400, genre=Genre.NOTICE, wanted=2, valid_to=DAY + dt.timedelta(days=9))
    notices, columns = FillStep(genres=("notice",)), FillStep(genres=("column",))
    coming = PlacesAhead(
        [
            (ZONES, at(0, 5), slot(10, notices)),
            (ZONES, at(1, 5), slot(5, notices)),
            (ZONES, at(2, 5), slot(10, columns)),
            (ZONES, at(3, 5), slot(7, CueStep("nhac"), notices)),
            (("am02",), at(4, 5), slot(10, notices)),
        ],
        [asked],
        CUES,
        at(60, 0),
    )
    assert coming.of(ZONES).starts(asked) == [at(0, 5), at(3, 5)]
    assert coming.of(("am03",)).starts(asked) == []


def test_audiences_with_the_same_places_share_them() -> None:
    both = [((z,), at(d, 5), slot(10, FillStep())) for d in range(3) for z in ("am01", "am02")]
    coming = PlacesAhead(both, [], CUES, at(60, 0))
    assert coming.of(("am01",)) is coming.of(("am02",))


def test_without_an_end_there_is_nothing_to_spread_over() -> None:
    run = Run([candidate(1, 20), candidate(9, 20, wanted=3)], [(d, 5) for d in range(6)], FillStep(max_items=1))
    assert run.heard(9)[:3] == [at(d, 5) for d in range(3)]


def test_an_urgent_script_waits_for_no_appointment_and_a_priority_one_does() -> None:
    def heard(priority: Priority) -> int:
        asked = candidate(9, 20, wanted=2, priority=priority, valid_to=DAY + dt.timedelta(days=9))
        return len(Run([candidate(1, 20), asked], [(d, 5) for d in range(10)], FillStep()).heard(9))

    assert heard(Priority.EMERGENCY) == 10
    assert heard(Priority.PRIORITY) == 2


def test_where_nothing_is_known_of_the_places_time_alone_spreads() -> None:
    asked = candidate(9, 20, wanted=5, valid_to=DAY + dt.timedelta(days=9))
    run = Run([candidate(1, 20), asked], [(d, 5) for d in range(10)], FillStep(), known=False)
    assert run.heard(9) == [at(d, 5) for d in (0, 2, 4, 6, 8)]


@examples(25)
@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 15), st.integers(1, 20)), min_size=2, max_size=8))
def test_several_offices_together_get_no_fewer_than_the_places_allow(wishes: list[tuple[int, int, int]]) -> None:
    found = [
        candidate(
            n,
            20,
            wanted=wanted,
            valid_from=DAY + dt.timedelta(days=first),
            valid_to=DAY + dt.timedelta(days=first + length - 1),
        )
        for n, (wanted, first, length) in enumerate(wishes, 1)
    ]
    places = [(d, h) for d in range(36) for h in (5, 11, 17)]
    run = Run([candidate(50, 20), *found], places, FillStep(max_items=len(found) + 1))
    for c, (wanted, _, length) in zip(found, wishes, strict=True):
        assert len(run.heard(c.script_id)) == min(wanted, 3 * length)
