"""Where the reading of an approved script stands: as approved, outrun by the lexicon, or held back until decided.

What was approved, to the byte, is what airs. When the lexicon changes, the approved sound does not: it goes on, with a
mark that everybody sees, until a leader approves a new reading; or it is held, by the station's rule or by the one
who changed the lexicon. It never airs with other words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

HELD = "Lời đọc trong từ điển đã thay đổi sau khi duyệt và bài được giữ lại; hãy duyệt bản đọc mới."
"""Why a held script may not air."""


class ReadingState(StrEnum):
    """How an approved script's reading stands to the lexicon of today."""

    CURRENT = "current"
    STALE = "stale"
    HELD = "held"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]


_LABELS = {
    ReadingState.CURRENT: "Lời đọc đúng từ điển",
    ReadingState.STALE: "Lời đọc cũ, vẫn phát bản đã duyệt",
    ReadingState.HELD: "Giữ lại, chờ duyệt lời đọc mới",
}


@dataclass(frozen=True, slots=True)
class Outrun:
    """One time that the lexicon outran an approval; `cleared` when it came back to the approved words."""

    approval_id: int
    hold: bool
    cleared: bool = False


def standing(approval_id: int | None, marks: Iterable[Outrun]) -> ReadingState:
    """How a script stands whose standing approval is `approval_id`; marks of other approvals count nothing."""
    live = [m for m in marks if m.approval_id == approval_id and not m.cleared]
    if any(m.hold for m in live):
        return ReadingState.HELD
    return ReadingState.STALE if live else ReadingState.CURRENT
