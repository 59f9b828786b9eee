"""Vietnamese spelling to phonology: one written syllable to onset, glide, nucleus, coda and tone.

The analysis is the usual one of Đoàn Thiện Thuật, "Ngữ âm tiếng Việt" (1977): 14 nuclei (a ă â e ê i o ô ơ u ư and the
diphthongs iê uô ươ), a labial glide, eight codas (m n ng p t c and the glides i, u) and six tones. It is the same
for every region; how a region says it is `accents.py`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import Final


class Tone(Enum):
    """The six tones, by their Vietnamese names."""

    NGANG = "ngang"
    HUYEN = "huyền"
    SAC = "sắc"
    HOI = "hỏi"
    NGA = "ngã"
    NANG = "nặng"


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable; each part in its plainest spelling.

    `onset` is one of `ONSETS`' values or empty; `nucleus` one of `NUCLEI`; `coda` one of `CODAS` or empty.
    """

    onset: str
    glide: bool
    nucleus: str
    coda: str
    tone: Tone

    @property
    def stopped(self) -> bool:
        """Tell whether the syllable ends in a stop, which allows the tones sắc and nặng only."""
        return self.coda in STOPS


NUCLEI: Final = ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "iê", "uô", "ươ")
CODAS: Final = ("m", "n", "ng", "nh", "p", "t", "c", "ch", "i", "u")
STOPS: Final = frozenset({"p", "t", "c", "ch"})

ONSETS: Final = MappingProxyType(
    {
        "ngh": "ng",
        "ng": "ng",
        "nh": "nh",
        "gh": "g",
        "kh": "kh",
        "ch": "ch",
        "th": "th",
        "tr": "tr",
        "ph": "ph",
        "b": "b",
        "c": "c",
        "d": "d",
        "đ": "đ",
        "g": "g",
        "h": "h",
        "k": "c",
        "l": "l",
        "m": "m",
        "n": "n",
        "p": "p",
        "r": "r",
        "s": "s",
        "t": "t",
        "v": "v",
        "x": "x",
    }
)
"""Spelled onset to its phoneme, the longest first; `gi` and `qu` have rules of their own."""

_TONE_MARKS: Final = {
    "\u0300": Tone.HUYEN,
    "\u0301": Tone.SAC,
    "\u0309": Tone.HOI,
    "\u0303": Tone.NGA,
    "\u0323": Tone.NANG,
}

_ENDS: Final = {
    # Spelled vowel: its nucleus, and the codas it is found with (spelled coda to phoneme where they differ).
    "a": ("a", " i o:u m n ng p t c"),
    "ă": ("ă", "m n ng p t c"),
    "â": ("â", "u y:i m n ng p t c"),
    "e": ("e", " o:u m n ng p t c"),
    "ê": ("ê", " u m n nh p t ch"),
    "i": ("i", " u m n nh p t ch"),
    "o": ("o", " i m n ng p t c"),
    "oo": ("o", "ng c"),
    "ô": ("ô", " i m n ng p t c"),
    "ơ": ("ơ", " i m n ng p t c"),
    "u": ("u", " i m n ng p t c"),
    "ư": ("ư", " i u m n ng p t c"),
    "iê": ("iê", "u m n ng p t c"),
    "ia": ("iê", " "),
    "uô": ("uô", "i m n ng p t c"),
    "ua": ("uô", " "),
    "ươ": ("ươ", "i u m n ng p t c"),
    "ưa": ("ươ", " "),
}
_SHORT_A: Final = {"ay": "i", "au": "u", "anh": "nh", "ach": "ch"}
"""Rimes written with `a` whose vowel is the short one."""

_GLIDED: Final = {
    "oa": " i o m n ng p t c",
    "oă": "m n ng p t c",
    "oe": " o m n t",
    "uâ": "y n ng t",
    "uê": " n nh t ch",
    "uơ": " n t",
    "uy": " u n nh p t ch",
    "uyê": "n t",
    "uya": " ",
}
_QU: Final = frozenset("aăâeêiyơ")


def _rimes() -> dict[str, tuple[bool, str, str]]:
    table: dict[str, tuple[bool, str, str]] = {}
    for vowel, (nucleus, codas) in _ENDS.items():
        for entry in codas.split(" "):
            spelled, _, phoneme = entry.partition(":")
            table[vowel + spelled] = (False, nucleus, phoneme or spelled)
    for rime, coda in _SHORT_A.items():
        table[rime] = (False, "ă", coda)
    for rime, parts in list(table.items()):
        if rime[0] == "i" and rime != "ia":
            table["y" + rime[1:]] = parts  # `y` and `yê` are spellings of `i` and `iê`
    for vowel, codas in _GLIDED.items():
        plain = {"uy": "i", "uyê": "iê", "uya": "ia"}.get(vowel, vowel[1:])
        for coda in codas.split(" "):
            _, nucleus, phoneme = table[plain + coda]
            table[vowel + coda] = (True, nucleus, phoneme)
    for rime in _SHORT_A:
        _, nucleus, phoneme = table[rime]
        table["o" + rime] = (True, nucleus, phoneme)
    return table


RIMES: Final = MappingProxyType(_rimes())
"""Every legal spelled rime (without its tone mark): glide, nucleus, coda."""


def split_tone(word: str) -> tuple[str, Tone]:
    """The word in lower case without its tone mark, and the tone; `ngang` when there is none."""
    tone = Tone.NGANG
    kept = []
    for char in unicodedata.normalize("NFD", word.lower()):
        if char in _TONE_MARKS:
            tone = _TONE_MARKS[char]
        else:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)), tone


@lru_cache(maxsize=8192)
def parse(word: str) -> Syllable | None:
    """The syllable that a word spells, or None when it is no Vietnamese syllable.

    Upper and lower case, old and new tone placement (`hòa`, `hoà`) and both spellings of `i` are taken. A stopped
    syllable without sắc or nặng (a foreign or clipped word, `fax`, `internet`) is refused, as no reader would know
    its tone.
    """
    letters, tone = split_tone(word)
    if letters.endswith("k") and len(letters) > 1:
        letters = letters[:-1] + "c"  # names of the Highlands: Đắk Lắk
    parts = _parse_letters(letters)
    if parts is None:
        return None
    syllable = Syllable(*parts, tone)
    return None if syllable.stopped and tone not in {Tone.SAC, Tone.NANG} else syllable


def _parse_letters(letters: str) -> tuple[str, bool, str, str] | None:
    if letters.startswith("gi"):
        return _parse_gi(letters)
    if letters.startswith("qu"):
        return _parse_qu(letters[2:])
    for size in (3, 2, 1, 0):
        onset, rime = letters[:size], letters[size:]
        if (size == 0 or onset in ONSETS) and rime in RIMES:
            return (ONSETS[onset] if size else "", *RIMES[rime])
    return None


def _parse_gi(letters: str) -> tuple[str, bool, str, str] | None:
    """`gi` is an onset before a vowel (`gia`, `giờ`); in `gì`, `gìn`, `giếng` its `i` is the nucleus too."""
    rest = letters[2:]
    for rime in ("i" + rest, rest) if rest[:1] in {"ê", ""} or rest[:1] not in _VOWELS else (rest, "i" + rest):
        if rime in RIMES:
            return ("gi", *RIMES[rime])
    return None


def _parse_qu(rest: str) -> tuple[str, bool, str, str] | None:
    """`qu` is c and the glide before a ă â e ê i y ơ; in `quốc` the u belongs to the diphthong."""
    if rest[:1] == "ô" and "u" + rest in RIMES:
        return ("c", *RIMES["u" + rest])
    rime = "i" + rest[1:] if rest[:1] == "y" else rest
    if rest[:1] in _QU and rime in RIMES and not RIMES[rime][0]:
        _, nucleus, coda = RIMES[rime]
        return ("c", True, nucleus, coda)
    return None


_VOWELS: Final = frozenset("aăâeêioôơuưy")
