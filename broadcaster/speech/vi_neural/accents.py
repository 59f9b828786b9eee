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


class SyllablePart(Enum):
    """The part of the syllable that a segment belongs to."""

    ONSET = "onset"
    GLIDE = "glide"
    NUCLEUS = "nucleus"
    CODA = "coda"


@dataclass(frozen=True, slots=True)
class Phone:
    """One symbol for the model, with what timing and tone need to know of it."""

    symbol: str
    part: SyllablePart
    voiced: bool
    stop: bool = False
    """True for an unreleased final stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    "": "",
    "b": "b",
    "c": "k",
    "ch": "ʨ",
    "d": "z",
    "đ": "nd",
    "g": "ɣ",
    "gi": "z",
    "h": "hː",
    "kh": "kʰ",
    "l": "l",
    "m": "m",
    "n": "nː",
    "ng": "ŋː",
    "nh": "ɲ",
    "p": "p",
    "ph": "fː",
    "r": "z",
    "s": "s",
    "t": "t",
    "th": "tʰh",
    "tr": "ʨ",
    "v": "v",
    "x": "s",
}
# Chosen by what the ear heard (docs/adr/0012): đ begins as n because d is taken for t; h n ng ph are held; a nucleus
# may need another symbol where nothing, a nasal or a stop follows.
_NUCLEI: Final = {
    "a": "a",
    "ă": "a",
    "â": "ɐ",
    "e": "ɛ",
    "ê": "e",
    "i": "i",
    "o": "ɔ",
    "ô": "o",
    "ơ": "ɤ",
    "u": "u",
    "ư": "ɯ",
    "iê": "iə",
    "uô": "uə",
    "ươ": "ɯə",
}
_OPEN: Final = {"a": "aa", "ư": "ɯɯ"}
_BEFORE_NASAL: Final = {"a": "aɐ", "â": "ɜ", "iê": "iɛ", "o": "ɔɑ", "ươ": "ɯɤ"}
_BEFORE_STOP: Final = {"u": "uː"}
_NORTH_CODAS: Final = {
    "": "",
    "m": "m",
    "n": "n",
    "ng": "ŋ",
    "nh": "ŋ",
    "p": "p",
    "t": "t",
    "c": "k",
    "ch": "k",
    "i": "j",
    "u": "w",
}
_SOUTH_CODAS: Final = _NORTH_CODAS | {"nh": "n", "ch": "t"}


def _rimes(codas: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    """The rimes whose nucleus is not the plain one."""
    return {
        **{(nucleus, ""): (symbol, "") for nucleus, symbol in _OPEN.items()},
        **{(n, c): (symbol, codas[c]) for n, symbol in _BEFORE_NASAL.items() for c in ("m", "n", "ng", "nh")},
        **{(n, c): (symbol, codas[c]) for n, symbol in _BEFORE_STOP.items() for c in ("p", "t", "c", "ch")},
        ("a", "i"): ("a", "ɪ"),
        ("a", "u"): ("aa", "w"),
        ("â", "i"): ("ʌ", "i"),
        ("ơ", "i"): ("ɤɤ", "i"),
        ("ô", "i"): ("oo", "i"),
        ("ô", "ng"): ("əʊ", "ŋ"),
    }


NORTH: Final = Accent(
    name="north",
    onsets=_NORTH_ONSETS,
    nuclei=_NUCLEI,
    codas=_NORTH_CODAS,
    rimes=_rimes(_NORTH_CODAS) | {("ă", "nh"): ("ɛ", "ŋ"), ("ă", "ch"): ("ɛ", "k"), ("i", "nh"): ("ɪ", "ɲ")},
    tones={},
)
SOUTH: Final = Accent(
    name="south",
    onsets=_NORTH_ONSETS | {"d": "j", "gi": "j", "r": "ɹ", "s": "ʂ", "tr": "ʧ"},
    nuclei=_NUCLEI,
    codas=_SOUTH_CODAS,
    rimes=_rimes(_SOUTH_CODAS) | {("ă", "nh"): ("aɪ", "n"), ("ă", "ch"): ("a", "t"), ("i", "nh"): ("i", "ɲ")},
    tones={Tone.NGA: Tone.HOI},
)

_VOICELESS: Final = frozenset("kptʨsfhxʂʈʰɕʃʦʔ")


def segments(syllable: Syllable, accent: Accent) -> tuple[Phone, ...]:
    """The segments of a syllable as the region says it, in order."""
    onset = accent.onsets[syllable.onset]
    glide = accent.glide if syllable.glide else ""
    rime = (syllable.nucleus, syllable.coda)
    nucleus, coda = accent.rimes.get(rime, (accent.nuclei[rime[0]], accent.codas[rime[1]]))
    stopped = syllable.coda in STOPS
    return (
        *(Phone(s, SyllablePart.ONSET, s not in _VOICELESS) for s in onset),
        *(Phone(s, SyllablePart.GLIDE, True) for s in glide),
        *(Phone(s, SyllablePart.NUCLEUS, True) for s in nucleus),
        *(Phone(s, SyllablePart.CODA, not stopped, stopped) for s in coda),
    )
