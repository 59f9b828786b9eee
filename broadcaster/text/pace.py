"""How long a voice will take: a small model of its pace, and the length of a spoken text by it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadcaster.text.sentences import syllables
from broadcaster.text.spoken import Spoken

_INNER = re.compile(r"[,;:](?= )")


@dataclass(frozen=True, slots=True)
class Pace:
    """What one voice needs, in seconds at its usual speed.

    Attributes:
        voice: the voice's name, `engine:id`.
        unit: for the beginning and the end of one unit of breath.
        syllable: for each syllable.
        letter: for each letter, which tells "nghiêng" from "a".
        mark: for each comma, semicolon or colon inside the unit.
    """

    voice: str
    unit: float
    syllable: float
    letter: float
    mark: float

    def seconds(self, text: str) -> float:
        """The length of one unit of spoken words, without the pause after it."""
        letters = sum(c.isalpha() for c in text)
        marks = len(_INNER.findall(text))
        return self.unit + self.syllable * syllables(text) + self.letter * letters + self.mark * marks


def length_of(spoken: Spoken, pace: Pace, rate: float = 1.0) -> float:
    """How long `spoken` lasts in seconds, pauses included, in the voice of `pace` at `rate` times its usual speed."""
    return sum(pace.seconds(s.text) / rate + s.pause_ms / 1000 for s in spoken.sentences)


__all__ = ["Pace", "length_of"]
