"""Words that are no Vietnamese syllable: known loan words, letters one by one, and a rough reading of the rest.

The text front-end should leave none of these; a voice must still say something for each, never stop.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from broadcaster.speech.vi_neural.g2p import Syllable, parse

LETTERS: Final = MappingProxyType(
    {
        "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "e": "e", "ê": "ê", "f": "ép",
        "g": "giê", "h": "hát", "i": "i", "j": "giây", "k": "ca", "l": "lờ", "m": "mờ", "n": "nờ", "o": "o", "ô": "ô",
        "ơ": "ơ", "p": "pê", "q": "quy", "r": "rờ", "s": "sờ", "t": "tê", "u": "u", "ư": "ư", "v": "vê", "w": "vê kép",
        "x": "ích", "y": "i", "z": "dét",
    }
)  # fmt: skip
"""Names of the letters as they are read out in offices."""

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")

KNOWN: Final = MappingProxyType(
    {
        "album": "an bum", "app": "áp", "camera": "ca mê ra", "cafe": "cà phê", "clip": "cờ líp", "covid": "cô vít",
        "email": "i meo", "facebook": "phây búc", "fax": "phách", "game": "ghêm", "gas": "ga", "google": "gu gồ",
        "hotline": "hót lai", "internet": "in tơ nét", "karaoke": "ca ra ô kê", "laptop": "láp tóp", "link": "linh",
        "logo": "lô gô", "marketing": "mác két tinh", "messenger": "mét xen giơ", "micro": "mi cơ rô", "momo": "mô mô",
        "online": "on lai", "pin": "pin", "qr": "quy rờ", "radio": "ra đi ô", "robot": "rô bốt", "show": "sâu",
        "sim": "sim", "smartphone": "sờ mát phôn", "tiktok": "tích tóc", "tivi": "ti vi", "vaccine": "vắc xin",
        "viber": "vai bơ", "video": "vi đê ô", "vitamin": "vi ta min", "vneid": "vê nờ i đê", "web": "oép",
        "website": "oép xai", "wifi": "oai phai", "youtube": "diu túp", "zalo": "da lô", "ocop": "ô cốp",
    }
)  # fmt: skip
"""Loan words of announcements, as announcers say them."""

_CLUSTER: Final = "ờ"
_SPELLINGS: Final = (
    ("ph", "ph"), ("sh", "s"), ("sch", "s"), ("ch", "ch"), ("ck", "c"), ("th", "th"), ("tr", "tr"), ("kh", "kh"),
    ("gh", "g"), ("ng", "ng"), ("nh", "nh"), ("qu", "qu"), ("x", "x"), ("f", "ph"), ("j", "gi"), ("z", "d"),
    ("w", "v"), ("q", "c"), ("k", "c"), ("d", "đ"), ("đ", "đ"), ("s", "x"),
)  # fmt: skip
_VOWEL_SPELLINGS: Final = MappingProxyType(
    {
        "ee": "i", "oo": "u", "ou": "u", "ea": "i", "ai": "ai", "ay": "ây", "ei": "ây", "oa": "ô", "au": "au", "ow": "au",
        "ia": "i a", "io": "i ô", "iu": "i u", "ie": "i", "eo": "ê ô", "ua": "u a", "ue": "u ê", "ui": "u i", "uo": "u ô",
        "a": "a", "e": "e", "i": "i", "o": "ô", "u": "u", "y": "i",
    }
)  # fmt: skip
_CODAS: Final = MappingProxyType(
    {
        "m": "m",
        "n": "n",
        "ng": "ng",
        "p": "p",
        "b": "p",
        "t": "t",
        "đ": "t",
        "d": "t",
        "c": "c",
        "k": "c",
        "ck": "c",
        "g": "c",
        "l": "n",
    }
)
_CHUNK: Final = re.compile(
    r"(sch|ph|sh|ch|ck|th|tr|kh|gh|ng|nh|qu|[b-df-hj-np-tv-xzđ])|(ee|oo|ou|ea|ai|ay|ei|oa|au|ow|ia|io|iu|ie|eo|ua|ue|ui|uo|[aeiouy])"
)


def syllables_of(word: str) -> list[Syllable]:
    """Return what is said for a word of letters: itself when it is a syllable, else the nearest reading.

    Any string of letters gives at least one syllable, except letters of scripts that nobody here reads, which give
    none.
    """
    syllable = parse(word)
    if syllable is not None and not (len(word) == 1 and word.lower() in LETTERS and word.lower() not in "aeiouyêôơưăâ"):
        return [syllable]
    return list(_foreign(unicodedata.normalize("NFC", word)))


def digits_of(number: str) -> list[Syllable]:
    """Return a string of digits read one by one: the front-end's oversight, not the listener's loss."""
    return _said(" ".join(DIGITS[int(unicodedata.digit(char, 0))] for char in number))


@lru_cache(maxsize=2048)
def _foreign(word: str) -> tuple[Syllable, ...]:
    low = word.lower()
    if low in KNOWN:
        return tuple(_said(KNOWN[low]))
    plain = _plain(low)
    if len(low) == 1 or (word.isupper() and len(low) <= 6) or not any(c in "aeiouy" for c in plain):
        return tuple(_said(" ".join(LETTERS.get(c) or LETTERS.get(_plain(c), "") for c in low)))
    return tuple(_read(plain))


def _plain(word: str) -> str:
    """Return the word in the letters a to z and đ, without any mark."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if c == "đ" or ("a" <= c <= "z"))


def _said(text: str) -> list[Syllable]:
    return [syllable for part in text.split() if (syllable := parse(part)) is not None]


def _read(plain: str) -> Iterator[Syllable]:
    """Read a foreign word: consonant and vowel in turn, a legal end where there is one, ơ between other consonants."""
    chunks = [(m.group(1), m.group(2)) for m in _CHUNK.finditer(plain)]
    at = 0
    while at < len(chunks):
        consonant, vowel = chunks[at]
        at += 1
        onset = _onset(consonant) if consonant else ""
        if consonant:
            if at == len(chunks) or chunks[at][0]:
                yield from _said((onset if onset not in {"qu", "gi"} else "c") + _CLUSTER)
                continue
            vowel = chunks[at][1]
            at += 1
        *before, nucleus = _VOWEL_SPELLINGS[vowel].split()
        for part in before:
            yield from _said(_spell(onset, part))
            onset = ""
        coda = ""
        follows = chunks[at][0] if at < len(chunks) else None
        if follows and (at + 1 == len(chunks) or chunks[at + 1][0]):
            coda = _CODAS.get(follows, "")
            at += 1 if coda or follows in {"r", "h", "s", "x", "z", "f", "v"} else 0
        stopped = coda in {"p", "t", "c"}
        yield from _said(_spell(onset, nucleus + coda, sharp=stopped)) or _said(_spell(onset, nucleus))


def _onset(consonant: str) -> str:
    for spelled, read in _SPELLINGS:
        if consonant == spelled:
            return read
    return consonant


def _spell(onset: str, rime: str, *, sharp: bool = False) -> str:
    return onset + (rime[0] + "\u0301" + rime[1:] if sharp else rime)
