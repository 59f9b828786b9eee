"""The tones as pitch: contours in semitones over the speaker's middle, and how neighbours meet.

Shapes after Brunelle, "Tone perception in Northern and Southern Vietnamese" (Journal of Phonetics 37, 2009) and
Kirby, "Vietnamese (Hanoi Vietnamese)" (JIPA 41, 2011); sizes tuned by measurement (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from broadcaster.speech.vi_neural.g2p import Tone

Contour = tuple[float, float, float, float, float]
"""Semitones at 0, 25, 50, 75 and 100 % of the rime's voiced part."""


@dataclass(frozen=True, slots=True)
class ToneSet:
    """One region's tones."""

    open: Mapping[Tone, Contour]
    stopped: Mapping[Tone, Contour]
    """Before a final stop."""
    span: float = 1.0
    """Widening of every contour."""
    fall: float = 2.0
    """Semitones by which the pitch sinks from the first to the last syllable of a sentence."""

    def contour(self, tone: Tone, *, stopped: bool) -> Contour:
        """The contour of a tone."""
        shape = self.stopped[tone] if stopped else self.open[tone]
        a, b, c, d, e = (self.span * value for value in shape)
        return a, b, c, d, e


NORTH_TONES: Final = ToneSet(
    open={
        Tone.NGANG: (1, 1, 0.8, 0.6, 0.5),
        Tone.HUYEN: (-2, -2.5, -3.2, -4, -4.8),
        Tone.SAC: (0, 0.3, 1.5, 4, 6),
        Tone.HOI: (-1.5, -3, -5, -4.5, -3.5),
        Tone.NGA: (0.5, 0, -1.5, 4.5, 7),
        Tone.NANG: (-1.5, -2.5, -4, -6, -8),
    },
    stopped={Tone.SAC: (1.5, 2.5, 4, 5.5, 6.5), Tone.NANG: (-2, -3, -4, -5, -6)},
)
SOUTH_TONES: Final = ToneSet(
    open={
        Tone.NGANG: (1, 1, 0.8, 0.6, 0.5),
        Tone.HUYEN: (-2, -2.5, -3.2, -4, -4.8),
        Tone.SAC: (2, 2.5, 4, 6, 8),
        Tone.HOI: (-2, -5, -7, -3, 2),
        Tone.NGA: (-2, -5, -7, -3, 2),
        Tone.NANG: (-3, -4.5, -5.5, -5, -3.5),
    },
    stopped={Tone.SAC: (1.5, 2.5, 4, 5.5, 6.5), Tone.NANG: (-2, -3.5, -5, -6.5, -8)},
)


def at(contour: Contour, place: float) -> float:
    """The contour's semitones at a place between 0 and 1, by straight lines between its five points."""
    scaled = min(max(place, 0.0), 1.0) * 4
    index = min(int(scaled), 3)
    return contour[index] + (contour[index + 1] - contour[index]) * (scaled - index)
