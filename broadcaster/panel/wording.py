"""What changed between two texts, and what was changed for the voice: as pieces that a template can mark."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.text import Notice, Spoken

_WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `same`, `added` or `removed`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something written that is said otherwise, with the reason; `look` asks for a person's eye."""

    written: str
    spoken: str
    reason: str
    look: bool
    times: int


def difference(old: str, new: str) -> list[Piece]:
    """Return the words of both texts in order, marked by what became of them."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(a[i:j])))
            continue
        if i < j:
            pieces.append(Piece("removed", "".join(a[i:j])))
        if k < m:
            pieces.append(Piece("added", "".join(b[k:m])))
    return pieces


def changes(spoken: Spoken) -> list[Change]:
    """Return each different change once, in order of its first place, those to be looked at first."""
    found: dict[tuple[str, str], Change] = {}
    for span in spoken.spans:
        written = " ".join(span.written.split())
        if span.rule == "plain" or not written or (written == span.spoken and not span.look):
            continue
        before = found.get((written, span.spoken))
        times = before.times + 1 if before else 1
        found[written, span.spoken] = Change(written, span.spoken, span.reason, span.look, times)
    return sorted(found.values(), key=lambda c: not c.look)


def spoken_paragraphs(spoken: Spoken) -> list[list[str]]:
    """Return the spoken sentences by paragraph."""
    blocks: dict[int, list[str]] = {}
    for sentence in spoken.sentences:
        blocks.setdefault(sentence.paragraph, []).append(sentence.text)
    return list(blocks.values())


def messages(warnings: Sequence[Notice]) -> list[str]:
    """Return the sentences of the warnings, each once."""
    return list(dict.fromkeys(n.message for n in warnings))
