"""When each word of a sentence is heard, for highlighting: an estimate from its syllables and marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_PAUSE: Final = {",": 0.8, ";": 1.2, ":": 1.2}
"""Pauses at marks, in syllables."""
_LAST: Final = 1.35
"""The last syllable before a pause is longer."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word as written in the spoken text, and where it sounds (ms)."""

    text: str
    start_ms: int
    end_ms: int


def words(sentence: str, start_ms: int, end_ms: int) -> tuple[TimedWord, ...]:
    """The words of a sentence that sounds from `start_ms` to `end_ms`.

    Vietnamese is syllable-timed, so every syllable gets an equal share, the last before a pause a little more.
    """
    found = [w for w in sentence.split() if any(c.isalnum() for c in w)]
    sizes = []
    for number, word in enumerate(found, 1):
        syllables = len([p for p in word.split("-") if any(c.isalnum() for c in p)]) or 1
        pause = _PAUSE.get(word[-1], 0.0) if number < len(found) else 0.0
        stretch = _LAST - 1 if pause or number == len(found) else 0.0
        sizes.append((syllables + stretch, pause))
    total = sum(size + pause for size, pause in sizes)
    out, at = [], 0.0
    for word, (size, pause) in zip(found, sizes, strict=True):
        begin = start_ms + (end_ms - start_ms) * at / total
        end = start_ms + (end_ms - start_ms) * (at + size) / total
        out.append(TimedWord(word, round(begin), round(end)))
        at += size + pause
    return tuple(out)
