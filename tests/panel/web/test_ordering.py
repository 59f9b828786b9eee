"""A list ordered by buttons: nothing is lost or doubled, and what fits no item changes nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.panel.web.paging import reordered

LISTS = st.lists(st.integers(), max_size=6, unique=True)
PLACES = st.integers(-2, 8).map(str) | st.sampled_from(["", "x", "1.5", "²", "１"])


@given(LISTS, st.sampled_from(["up", "down"]), PLACES)
def test_up_and_down_move_one_by_one_place_and_lose_nothing(items: list[int], verb: str, place: str) -> None:
    found = reordered(items, verb, place)
    assert sorted(found) == sorted(items)
    moved = [n for n, (a, b) in enumerate(zip(items, found, strict=True)) if a != b]
    assert moved in ([], [*range(moved[0], moved[0] + 2)] if moved else [])


@given(LISTS.filter(bool), st.data())
def test_down_is_taken_back_by_up_and_drop_takes_just_one(items: list[int], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(items) - 1))
    if at < len(items) - 1:
        down = reordered(items, "down", str(at))
        assert down != items
        assert reordered(down, "up", str(at + 1)) == items
    assert reordered(items, "drop", str(at)) == items[:at] + items[at + 1 :]
    assert reordered(items, "burn", str(at)) == items
