"""The limits of the Quy chế are held against what is heard: an output's session is one of all its zones."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.schedule.caps import CapBook, Caps
from broadcaster.domain.setup.outputs import Outputs

ZONES = "abcdef"
MONDAY = dt.date(2026, 3, 2)


@given(
    sinks=st.lists(st.sampled_from(["loft", "hall", "yard"]), min_size=len(ZONES), max_size=len(ZONES)),
    asked=st.lists(st.tuples(st.integers(0, 8), st.sets(st.sampled_from(ZONES), min_size=1)), max_size=40),
    most=st.integers(1, 3),
)
def test_no_zone_hears_more_sessions_than_allowed_whichever_zone_was_meant(
    sinks: list[str], asked: list[tuple[int, set[str]]], most: int
) -> None:
    outputs = Outputs({z: frozenset([sink]) for z, sink in zip(ZONES, sinks, strict=True)}, frozenset(ZONES))
    book, heard = CapBook(Caps(most, None, None)), Counter[tuple[str, dt.date]]()
    for offset, zones in asked:
        day = MONDAY + dt.timedelta(days=offset)
        refused = {z: why for why, codes in book.admit(sorted(zones), day, outputs).items() for z in codes}
        for zone, why in refused.items():
            full = [z for z in outputs.reach((zone,)) if heard[z, day] == most]
            assert full, "refused though all that would hear it have room"
            assert f"{most + 1} buổi" in why
        heard.update((z, day) for z in outputs.reach(zones - refused.keys()))
    assert max(heard.values(), default=0) <= most
