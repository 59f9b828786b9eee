"""How a region says the phonemes: symbols that the neural model knows, and which of them are voiced.

The symbols are IPA letters of Kokoro's vocabulary. Where two symbols fit, the one was taken with which the
recogniser heard fewer wrong words (`tests/benchmarks/voice_wer.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from broadcaster.speech.vi_neural.g2p import STOPS, Syllable, Tone


class Part(Enum):
    """The part of the syllable that a segment belongs to."""

    ONSET = "onset"
    GLIDE = "glide"
    NUCLEUS = "nucleus"
    CODA = "coda"


@dataclass(frozen=True, slots=True)
class Segment:
    """One symbol for the model, with what timing and tone need to know of it."""

    symbol: str
    part: Part
    voiced: bool
    stop: bool = False
    """True for an unreleased final stop."""


@dataclass(frozen=True, slots=True)
class Accent:
    """One region's sounds."""

    name: str
    onsets: Mapping[str, str]
    nuclei: Mapping[str, str]
    codas: Mapping[str, str]
    rimes: Mapping[tuple[str, str], tuple[str, str]]
    """Nucleus and coda that sound otherwise than their parts: the symbols of each."""
    tones: Mapping[Tone, Tone]
    """Tones that have merged."""
    glide: str = "w"


_NORTH_ONSETS: Final = {
    "": "", "b": "b", "c": "k", "ch": "ʨ", "d": "z", "đ": "ɾ", "g": "ɣ", "gi": "z", "h": "h", "kh": "kx", "l": "l",
    "m": "m", "n": "n", "ng": "ŋ", "nh": "ɲ", "p": "p", "ph": "f", "r": "z", "s": "s", "t": "t", "th": "tʰ",
    "tr": "ʨ", "v": "v", "x": "s",
}  # fmt: skip
# Heard right: đ 20 of 32 as ɾ, 7 as d (taken for t); kh 16 of 19 as kx, 9 as x (taken for h); ai and ao 23 of 32 with
# a long a, 19 with a plain one; before other codas the plain one is heard better.
_NUCLEI: Final = {
    "a": "a", "ă": "a", "â": "ə", "e": "ɛ", "ê": "e", "i": "i", "o": "ɔ", "ô": "o", "ơ": "ɤ", "u": "u", "ư": "ɯ",
    "iê": "iə", "uô": "uə", "ươ": "ɯə",
}  # fmt: skip
_NORTH_CODAS: Final = {
    "": "", "m": "m", "n": "n", "ng": "ŋ", "nh": "ŋ", "p": "p", "t": "t", "c": "k", "ch": "k", "i": "j", "u": "w",
}  # fmt: skip
_LONG_RIMES: Final = {("a", "i"): ("aː", "j"), ("a", "u"): ("aː", "w")}
_NORTH_RIMES: Final = _LONG_RIMES | {("ă", "nh"): ("ɛ", "ŋ"), ("ă", "ch"): ("ɛ", "k")}

NORTH: Final = Accent(
    name="north",
    onsets=_NORTH_ONSETS,
    nuclei=_NUCLEI,
    codas=_NORTH_CODAS,
    rimes=_NORTH_RIMES,
    tones={},
)
SOUTH: Final = Accent(
    name="south",
    onsets=_NORTH_ONSETS | {"d": "j", "gi": "j", "r": "ɹ", "s": "ʂ", "tr": "ʈ"},
    nuclei=_NUCLEI,
    codas=_NORTH_CODAS | {"nh": "n", "ch": "t"},
    rimes=_LONG_RIMES | {("ă", "nh"): ("a", "n"), ("ă", "ch"): ("a", "t")},
    tones={Tone.NGA: Tone.HOI},
)

_VOICELESS: Final = frozenset("kptʨsfhxʂʈʰɕʃʦʔ")


def segments(syllable: Syllable, accent: Accent) -> tuple[Segment, ...]:
    """Return the segments of a syllable as the region says it, in order."""
    onset = accent.onsets[syllable.onset]
    glide = accent.glide if syllable.glide else ""
    rime = (syllable.nucleus, syllable.coda)
    nucleus, coda = accent.rimes.get(rime, (accent.nuclei[rime[0]], accent.codas[rime[1]]))
    stopped = syllable.coda in STOPS
    return (
        *(Segment(s, Part.ONSET, s not in _VOICELESS) for s in onset),
        *(Segment(s, Part.GLIDE, True) for s in glide),
        *(Segment(s, Part.NUCLEUS, True) for s in nucleus),
        *(Segment(s, Part.CODA, not stopped, stopped) for s in coda),
    )
