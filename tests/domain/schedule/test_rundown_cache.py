"""Many audiences filled with shared work: to the letter what each would get alone."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule import rundown_cache
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.rotations import FillStep
from broadcaster.domain.schedule.rundown import Filled, History, fill
from broadcaster.domain.schedule.rundown_cache import Filler
from tests.kit.properties import examples
from tests.kit.rundowns import CANDIDATES, CUES, DAY, START, candidate, slot

STEPS = (FillStep(max_items=2), FillStep(topics=("t1",), max_items=3, separation=dt.timedelta(hours=20)))


@examples(60)
@given(
    CANDIDATES | CANDIDATES.map(lambda found: [replace(c, wanted=c.script_id % 4) for c in found]),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 1), st.booleans()), max_size=25),
    st.dictionaries(st.sampled_from(["t1", "t2"]), st.integers(1, 5)),
)
def test_each_audience_gets_what_it_would_get_alone(
    found: list[Candidate], turns: list[tuple[int, int, int, bool]], targets: dict[str, int]
) -> None:
    shared, alone = [History() for _ in range(4)], [History() for _ in range(4)]
    if found:  # one audience heard something before
        shared[3].place(found[0], START - dt.timedelta(days=1))
        alone[3] = copy.deepcopy(shared[3])
    filler, at = Filler(found, CUES, targets), START
    for hours, who, which, both in turns:
        at += dt.timedelta(hours=hours)
        others = [(who + 1) % 4] if both else []
        place = slot(5, STEPS[which])
        partly = [(who + 2) % 4] if both and hours else []
        one = filler.fill(place, at, DAY, shared[who], [shared[o] for o in others], [shared[o] for o in partly])
        two = fill(
            place,
            at,
            DAY,
            found,
            CUES,
            alone[who],
            targets=targets,
            also=[alone[o] for o in others],
            partly=[alone[o] for o in partly],
        )
        assert one == two
    assert shared == alone


def test_what_is_the_same_for_all_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def counted(*arguments: object, **more: object) -> Filled:
        calls.append(arguments)
        return fill(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(rundown_cache, "fill", counted)
    filler = Filler([candidate(n) for n in range(1, 9)], CUES)
    zones = [History() for _ in range(20)]
    for day in range(3):
        for history in zones:
            filler.fill(slot(5, STEPS[0]), START + dt.timedelta(days=day), DAY, history)
    assert len(calls) == 3
