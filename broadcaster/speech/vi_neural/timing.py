"""How long each segment lasts: a small rule model of Vietnamese syllable timing.

A syllable keeps its length whatever its parts: a short vowel (ă, â) leaves its time to the coda. Values in
milliseconds at the usual rate, tuned by measurement (docs/adr/0012).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from broadcaster.speech.vi_neural.accents import Phone, SyllablePart
from broadcaster.speech.vi_neural.g2p import Syllable, Tone

FRAME_MS: Final = 25.0
"""One step of the model's time: 600 samples at 24 kHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Lengths in milliseconds and factors."""

    onsets: Mapping[str, float] = field(
        default_factory=lambda: {
            "": 0,
            "b": 80,
            "fː": 95,
            "hː": 80,
            "j": 75,
            "k": 45,
            "kʰ": 120,
            "l": 70,
            "m": 80,
            "nː": 75,
            "p": 85,
            "s": 110,
            "t": 55,
            "tʰh": 110,
            "v": 75,
            "z": 85,
            "ŋː": 80,
            "ɣ": 80,
            "ɲ": 80,
            "ɹ": 75,
            "nd": 75,
            "ʂ": 110,
            "ʧ": 95,
            "ʨ": 80,
        }
    )
    other_onset: float = 85
    glide: float = 55
    open: float = 190
    """A vowel that ends its syllable."""
    long: float = 125
    """A long vowel or diphthong before a coda."""
    short: float = 80
    """ă and â before a coda."""
    before_glide: float = 165
    """A long vowel before a final i or u: its length tells ai from ay, ao from au."""
    coda_after_long: float = 90
    glide_after_long: float = 65
    coda_after_short: float = 125
    stop_after_long: float = 55
    stop_after_short: float = 75
    tones: Mapping[Tone, float] = field(
        default_factory=lambda: {Tone.NANG: 0.85, Tone.HOI: 1.08, Tone.NGA: 1.08, Tone.HUYEN: 1.03}
    )
    last: float = 1.3
    """Lengthening of the rime before a pause."""
    gap: float = 50
    """Between two syllables of a phrase."""
    comma: float = 250
    end: float = 400
    """The silence after the last word: the model lowers its energy towards it, so it must not come too soon."""
    scale: float = 1.0
    """Of every length but the last silence: the inverse of the speaking rate."""


USUAL: Final = Timing()
_SHORT_VOWELS: Final = frozenset({"ă", "â"})


def lengths(
    syllable: Syllable, parts: Sequence[Phone], timing: Timing = USUAL, *, last: bool = False
) -> tuple[float, ...]:
    """The length of each segment in milliseconds.

    Args:
        syllable: what is said.
        parts: its segments, from `accents.segments`.
        timing: the rule model's values.
        last: the syllable stands before a pause.
    """
    onset = "".join(s.symbol for s in parts if s.part is SyllablePart.ONSET)
    coda = sum(s.part is SyllablePart.CODA for s in parts)
    nucleus = sum(s.part is SyllablePart.NUCLEUS for s in parts)
    short = syllable.nucleus in _SHORT_VOWELS
    stretch = timing.tones.get(syllable.tone, 1.0) * (timing.last if last else 1.0)
    if not coda:
        vowel, end = timing.open, 0.0
    elif short:
        vowel, end = timing.short, timing.stop_after_short if syllable.stopped else timing.coda_after_short
    elif syllable.coda in {"i", "u"}:
        vowel, end = timing.before_glide, timing.glide_after_long
    else:
        vowel, end = timing.long, timing.stop_after_long if syllable.stopped else timing.coda_after_long
    share = {
        SyllablePart.ONSET: timing.onsets.get(onset, timing.other_onset) / max(len(onset), 1),
        SyllablePart.GLIDE: timing.glide,
        SyllablePart.NUCLEUS: vowel * stretch / nucleus,
        SyllablePart.CODA: end * stretch / max(coda, 1),
    }
    return tuple(share[s.part] * timing.scale for s in parts)


def frames(milliseconds: Sequence[float]) -> tuple[int, ...]:
    """Round lengths to whole frames so that the error never adds up; a length above 0 gets a frame at least."""
    result = []
    debt = 0.0
    for length in milliseconds:
        exact = length / FRAME_MS + debt
        count = max(round(exact), 1 if length > 0 else 0)
        debt = exact - count
        result.append(count)
    return tuple(result)
