"""A body on its way to the voice: cleaned, its stage directions taken out and understood, in one place for all.

Whatever shows, speaks or writes the words of a text begins here, so that all of them say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.domain.scripts.fields import Kept
from broadcaster.errors import RuleError, Where
from broadcaster.text import directions
from broadcaster.text.clean import Cleaned, Removal, clean
from broadcaster.text.spoken import Notice


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text that is ready to be normalized."""

    text: str
    """What is read: no furniture, no directions; a direction left blanks and a full stop."""
    directions: tuple[directions.Direction, ...]
    """By their places in `text`."""
    faults: tuple[Notice, ...]
    """Mistyped and misplaced directions, each with what was probably meant; by their places in `text`."""
    cleaned: Cleaned

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know, the faults first."""
        return tuple(dict.fromkeys([n.message for n in self.faults] + [n.message for n in self.cleaned.notes]))

    def require(self, where: str | Where) -> None:
        """Refuse mistyped and misplaced directions.

        Raises:
            RuleError: there is one.
        """
        if self.faults:
            raise RuleError(" ".join(dict.fromkeys(f.message for f in self.faults)), field=where)


def name_of(removal: Removal) -> Kept:
    """The name by which a removal can be put back."""
    return removal.kind, " ".join(removal.text.split())


def prepare(body: str, kept: Iterable[Kept] = (), *, keep_unknown: bool = False) -> Prepared:
    """A body ready to be read, with what was put back left in.

    Args:
        body: as it was written.
        kept: what was put back.
        keep_unknown: read what is no direction, as for an emergency, where no word may be lost.
    """
    names = set(kept)
    cleaned = clean(body)
    back = [r for r in cleaned.removed if name_of(r) in names]
    if back:
        cleaned = clean(body, keep=back)
    directed = directions.read(cleaned.text, keep_unknown=keep_unknown)
    return Prepared(directed.text, directed.directions, directed.faults, cleaned)
