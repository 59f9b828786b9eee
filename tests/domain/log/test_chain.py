"""The chain finds whatever was altered, removed or moved."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.log.chain import GENESIS, ChainLink, entry_hash, verify

FIELDS = st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=8), st.integers(), st.none()), max_size=4)


def chain_of(bodies: list[dict[str, object]]) -> list[ChainLink]:
    links: list[ChainLink] = []
    prev = GENESIS
    for seq, body in enumerate(bodies, 1):
        links.append(ChainLink(seq, prev, entry_hash(prev, body), body))
        prev = links[-1].hash
    return links


@given(st.lists(FIELDS, max_size=12))
def test_an_untouched_chain_holds(bodies: list[dict[str, object]]) -> None:
    verdict = verify(chain_of(bodies))
    assert verdict.holds
    assert verdict.entries == len(bodies)


@given(st.lists(FIELDS, min_size=1, max_size=10), st.data())
def test_an_altered_entry_is_named(bodies: list[dict[str, object]], data: st.DataObject) -> None:
    links = chain_of(bodies)
    n = data.draw(st.integers(0, len(links) - 1))
    links[n] = replace(links[n], fields={**(links[n].fields or {}), "altered": "x"})
    verdict = verify(links)
    assert [f.seq for f in verdict.faults] == [n + 1]


@given(st.lists(FIELDS, min_size=2, max_size=10), st.data())
def test_a_removed_entry_is_found(bodies: list[dict[str, object]], data: st.DataObject) -> None:
    links = chain_of(bodies)
    last = links[-1].hash
    del links[data.draw(st.integers(0, len(links) - 1))]
    assert not verify(links, expect_last=last).holds


@given(st.lists(FIELDS, min_size=2, max_size=10), st.data())
def test_entries_out_of_order_are_found(bodies: list[dict[str, object]], data: st.DataObject) -> None:
    links = chain_of(bodies)
    n = data.draw(st.integers(0, len(links) - 2))
    links[n], links[n + 1] = links[n + 1], links[n]
    assert not verify(links).holds


def test_a_chain_rewritten_from_the_middle_is_found_by_the_kept_end() -> None:
    honest = chain_of([{"a": 1}, {"a": 2}, {"a": 3}])
    forged = chain_of([{"a": 1}, {"a": 9}, {"a": 3}])
    assert verify(forged).holds
    assert not verify(forged, expect_last=honest[-1].hash).holds
