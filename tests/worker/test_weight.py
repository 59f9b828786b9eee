"""A worker that has become heavy begins anew when it has had nothing to do for long enough, and never at work."""

from __future__ import annotations

import pytest

from broadcaster.worker.weight import GROWN, IDLE_S, Weight, resident


@pytest.mark.parametrize(
    ("grown", "idle_s", "anew"),
    [(GROWN, IDLE_S, True), (GROWN - 1, IDLE_S, False), (GROWN, IDLE_S - 1, False), (0, 10 * IDLE_S, False)],
)
def test_it_begins_anew_only_when_it_has_grown_and_rested(clock, grown: int, idle_s: float, *, anew: bool) -> None:
    held = [100]
    watched = Weight(clock, lambda: held[0])
    held[0] += grown
    clock.advance(3 * IDLE_S)
    assert not watched.too_heavy(busy=True), "never at work"
    clock.advance(idle_s)
    assert watched.too_heavy(busy=False) is anew


def test_what_it_holds_is_what_the_system_says() -> None:
    assert 5_000_000 < resident() < 50_000_000_000
