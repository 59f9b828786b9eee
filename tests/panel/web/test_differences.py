"""What changed between two texts: every word of both is there, in order, under its own mark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.panel.web.differences import difference

TEXTS = st.lists(st.sampled_from(["bà con", "xã", "họp", "  ", "\n", "7h30", "đầu giờ"]), max_size=8).map(" ".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back_from_the_pieces(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(p.text for p in pieces if not p.added) == old
    assert "".join(p.text for p in pieces if not p.removed) == new
    assert not any(p.added and p.removed for p in pieces)


def test_one_word_that_changed_is_marked_alone() -> None:
    found = [(p.text, p.added, p.removed) for p in difference("Họp lúc 7h30 sáng.", "Họp lúc 8h00 sáng.")]
    expected = [("Họp lúc ", False, False), ("7h30", False, True), ("8h00", True, False), (" sáng.", False, False)]
    assert found == expected
