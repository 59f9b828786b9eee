"""Outputs: what sounds together is one, whichever of its zones was meant."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.setup.outputs import SEPARATE, Outputs
from broadcaster.domain.setup.zones import Zone

SEVERAL = {"ca-hai": ("main", "mang")}
_CODES = ["a", "b", "c", "d"]
_SINKS = st.sampled_from(["main", "mang", "rieng", "ca-hai"])
_WIRED = st.fixed_dictionaries({code: st.tuples(_SINKS, st.booleans()) for code in _CODES})
_SOME = st.lists(st.sampled_from(_CODES), unique=True)


def wired(**sinks: str) -> Outputs:
    return Outputs.of([Zone(code=c, name=c, sink=s) for c, s in sinks.items()], SEVERAL)


def test_a_zone_reaches_all_that_share_its_output() -> None:
    outputs = wired(a="main", b="main", c="rieng")
    assert outputs.reach(["a"]) == ("a", "b")
    assert outputs.also(["a"]) == ("b",)
    assert outputs.also(["a"], ["a", "b"]) == ()
    assert outputs.reach(["c"]) == ("c",)


def test_a_zone_of_two_outputs_is_reached_through_each_and_silent_only_with_both() -> None:
    outputs = wired(a="main", b="ca-hai", c="mang")
    assert outputs.reach(["a"]) == ("a", "b")
    assert outputs.reach(["b"]) == ("a", "b", "c")
    assert outputs.only_on(["main"]) == ("a",)
    assert outputs.only_on(["main", "mang"]) == ("a", "b", "c")
    assert not outputs.collide(["a"], ["c"])


def test_what_leaves_each_output_is_heard_by_who_hangs_on_that_one() -> None:
    outputs = wired(a="main", b="ca-hai", c="mang", d="rieng")
    assert outputs.besides(["b"]) == {"main": ("a",), "mang": ("c",)}
    assert outputs.besides(["a", "b"]) == {"mang": ("c",)}
    assert outputs.besides(["d"]) == {}


def test_a_zone_that_is_not_in_use_hears_nothing_by_the_way() -> None:
    zones = [Zone(code="a", name="a"), Zone(code="b", name="b", enabled=False)]
    assert Outputs.of(zones, {}).reach(["a"]) == ("a",)


def test_without_a_table_each_zone_is_alone() -> None:
    assert SEPARATE.reach(["a", "b"]) == ("a", "b")
    assert SEPARATE.collide(["a"], ["a", "b"])
    assert not SEPARATE.collide(["a"], ["b"])


@given(_WIRED, _SOME, _SOME)
def test_two_broadcasts_collide_exactly_where_one_output_would_have_to_carry_both(
    table: dict[str, tuple[str, bool]], some: list[str], others: list[str]
) -> None:
    outputs = Outputs.of([Zone(code=c, name=c, sink=s, enabled=on) for c, (s, on) in table.items()], SEVERAL)

    def needs(codes: list[str]) -> set[str]:
        return set(chain.from_iterable(SEVERAL.get(table[c][0], (table[c][0],)) for c in codes))

    assert outputs.collide(some, others) is bool(needs(some) & needs(others))
    assert set(outputs.meeting(some, others)) == {c for c in some if needs([c]) & needs(others)}
    reached = set(outputs.reach(some))
    assert reached == set(some) | {c for c, (_, on) in table.items() if on and needs([c]) & needs(some)}
    assert set(outputs.also(some)) == reached - set(some)
