"""What a withdrawal finds in play-out's hands: it was checked half a minute ahead, and airs as it stood unless cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.domain.setup.zones import names_in_words
from broadcaster.errors import RuleError


class StillAirs(StrEnum):
    """What becomes of what is in play-out's hands when it is withdrawn."""

    STOP = "stop"
    LET = "let"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]


_LABELS = {StillAirs.STOP: "Dừng luôn", StillAirs.LET: "Để phát hết"}


@dataclass(frozen=True, slots=True)
class InHand:
    """A broadcast that play-out has claimed, or that sounds, with what of it is withdrawn."""

    number: int
    title: str
    seconds: int
    """Until what is withdrawn begins; none left: it sounds."""
    where: tuple[str, ...]
    """The names of all zones that hear it, and fall silent when it is cut."""
    items: tuple[int, ...] = ()
    """The items that are withdrawn; empty: all, in `zones` alone."""
    zones: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What sounds, or is about to, and where; a Vietnamese sentence."""
        what = "Bài" if self.items else "Chương trình ở cụm loa này"
        when = f"phát sau {self.seconds} giây" if self.seconds > 0 else "đang phát"
        return f"{what} {when}, trong buổi “{self.title}”, ở {names_in_words(self.where)}."


class StillAirsError(RuleError):
    """Raised when play-out has in hand what is withdrawn, and nobody said whether it is cut or airs to its end."""

    code = "still-airs"

    def __init__(self, found: Sequence[InHand]) -> None:
        super().__init__(f"{' '.join(one.words for one in found)} Dừng luôn hay để phát hết?", field="still")
        self.found = tuple(found)
