"""How the reading of an approved script stands to the lexicon."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.scripts.standing import Outrun, ReadingState, standing

MARKS = st.lists(st.builds(Outrun, st.integers(1, 3), st.booleans(), st.booleans()), max_size=6)


def test_a_mark_makes_stale_and_a_hold_holds() -> None:
    assert standing(1, []) is ReadingState.CURRENT
    assert standing(1, [Outrun(1, hold=False)]) is ReadingState.STALE
    assert standing(1, [Outrun(1, hold=False), Outrun(1, hold=True)]) is ReadingState.HELD
    assert {s.label for s in ReadingState} == {
        "Lời đọc đúng từ điển",
        "Lời đọc cũ, vẫn phát bản đã duyệt",
        "Giữ lại, chờ duyệt lời đọc mới",
    }


@given(MARKS)
def test_marks_of_other_approvals_and_cleared_ones_count_nothing(marks: list[Outrun]) -> None:
    live = [m for m in marks if m.approval_id == 1 and not m.cleared]
    assert standing(1, marks) is standing(1, live)
    assert standing(9, marks) is ReadingState.CURRENT
