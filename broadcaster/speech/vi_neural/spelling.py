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
        "a": "a",
        "ă": "á",
        "â": "ớ",
        "b": "bê",
        "c": "xê",
        "d": "dê",
        "đ": "đê",
        "e": "e",
        "ê": "ê",
        "f": "ép",
        "g": "giê",
        "h": "hát",
        "i": "i",
        "j": "giây",
        "k": "ca",
        "l": "lờ",
        "m": "mờ",
        "n": "nờ",
        "o": "o",
        "ô": "ô",
        "ơ": "ơ",
        "p": "pê",
        "q": "quy",
        "r": "rờ",
        "s": "sờ",
        "t": "tê",
        "u": "u",
        "ư": "ư",
        "v": "vê",
        "w": "vê kép",
        "x": "ích",
        "y": "i",
        "z": "dét",
    }
)
"""Names of the letters as they are read out in offices."""

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")

KNOWN: Final = MappingProxyType(
    {
        "agribank": "a gờ ri băng",
        "album": "an bum",
        "app": "áp",
        "apple": "áp pồ",
        "asean": "a sê an",
        "bluetooth": "bờ lu tút",
        "cafe": "cà phê",
        "camera": "ca mê ra",
        "clip": "cờ líp",
        "covid": "cô vít",
        "container": "công te nơ",
        "drone": "đờ rôn",
        "email": "i meo",
        "excel": "ếch xeo",
        "facebook": "phây búc",
        "fanpage": "phan pết",
        "fax": "phách",
        "file": "phai",
        "game": "ghêm",
        "gas": "ga",
        "google": "gu gồ",
        "gmail": "gờ meo",
        "grab": "gờ ráp",
        "honda": "hon đa",
        "hotline": "hót lai",
        "icloud": "ai cờ lao",
        "instagram": "in ta gam",
        "internet": "in tơ nét",
        "ipad": "ai pát",
        "iphone": "ai phôn",
        "karaoke": "ca ra ô kê",
        "laptop": "láp tóp",
        "led": "lét",
        "link": "linh",
        "livestream": "lai xờ trim",
        "logo": "lô gô",
        "marketing": "mác két tinh",
        "messenger": "mét xen giơ",
        "micro": "mi cơ rô",
        "mobifone": "mô bi phôn",
        "momo": "mô mô",
        "ocop": "ô cốp",
        "online": "on lai",
        "pin": "pin",
        "podcast": "pót cát",
        "qr": "quy rờ",
        "radio": "ra đi ô",
        "robot": "rô bốt",
        "samsung": "sam sung",
        "shipper": "síp pơ",
        "shopee": "sốp pi",
        "show": "sâu",
        "sim": "sim",
        "smartphone": "sờ mát phôn",
        "taxi": "tắc xi",
        "tiktok": "tích tóc",
        "tivi": "ti vi",
        "toyota": "tô dô ta",
        "tv": "ti vi",
        "vaccine": "vắc xin",
        "viber": "vai bơ",
        "video": "vi đê ô",
        "vietcombank": "việt com băng",
        "viettel": "viết teo",
        "vietinbank": "việt tin băng",
        "vinaphone": "vi na phôn",
        "vitamin": "vi ta min",
        "vnedu": "vê nờ ê đu",
        "vneid": "vê nờ i đê",
        "vnpt": "vê nờ pê tê",
        "vssid": "vê ét ét i đê",
        "web": "oét",
        "website": "oét xai",
        "wifi": "oai phai",
        "windows": "uyn đâu",
        "word": "uốt",
        "yamaha": "da ma ha",
        "youtube": "diu túp",
        "zalo": "da lô",
    }
)
"""Loan words of announcements, as announcers say them."""

_CLUSTER: Final = "ờ"
_SPELLINGS: Final = (
    ("ph", "ph"),
    ("sh", "s"),
    ("sch", "s"),
    ("ch", "ch"),
    ("ck", "c"),
    ("th", "th"),
    ("tr", "tr"),
    ("kh", "kh"),
    ("gh", "g"),
    ("ng", "ng"),
    ("nh", "nh"),
    ("qu", "qu"),
    ("x", "x"),
    ("f", "ph"),
    ("j", "gi"),
    ("z", "d"),
    ("w", "v"),
    ("y", "d"),
    ("q", "c"),
    ("k", "c"),
    ("d", "đ"),
    ("đ", "đ"),
    ("s", "x"),
)
_VOWEL_SPELLINGS: Final = MappingProxyType(
    {
        "ee": "i",
        "oo": "u",
        "ou": "u",
        "ea": "i",
        "ai": "ai",
        "ay": "ây",
        "ei": "ây",
        "oa": "ô",
        "au": "au",
        "ow": "au",
        "ia": "i a",
        "io": "i ô",
        "iu": "i u",
        "ie": "i",
        "eo": "ê ô",
        "ua": "u a",
        "ue": "u ê",
        "ui": "u i",
        "uo": "u ô",
        "a": "a",
        "e": "e",
        "i": "i",
        "o": "ô",
        "u": "u",
        "y": "i",
    }
)
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
    r"(y(?=[aeou])|sch|ph|sh|ch|ck|th|tr|kh|gh|ng|nh|qu|[b-df-hj-np-tv-xzđ])|(ee|oo|ou|ea|ai|ay|ei|oa|au|ow|ia|io|iu|ie|eo|ua|ue|ui|uo|[aeiouy])"
)


_SILENT: Final = re.compile(r"([aeiouy][bcdfgklmnptv])e$")
"""The silent e of English words: phone, mobile."""


def syllables_of(word: str) -> list[Syllable]:
    """What is said for a word of letters: itself when it is a syllable, else the nearest reading.

    Any string of letters gives at least one syllable, except letters of scripts that nobody here reads, which give
    none.
    """
    syllable = parse(word)
    if syllable is not None and not (len(word) == 1 and word.lower() in LETTERS and word.lower() not in "aeiouyêôơưăâ"):
        return [syllable]
    return list(_foreign(unicodedata.normalize("NFC", word)))


def digits_of(number: str) -> list[Syllable]:
    """A string of digits read one by one: the front-end's oversight, not the listener's loss."""
    return _said(" ".join(DIGITS[int(unicodedata.digit(char, 0))] for char in number))


@lru_cache(maxsize=2048)
def _foreign(word: str) -> tuple[Syllable, ...]:
    low = word.lower()
    if low in KNOWN:
        return tuple(_said(KNOWN[low]))
    plain = _SILENT.sub(r"\1", _plain(low))
    if len(low) == 1 or (word.isupper() and len(low) <= 6) or not any(c in "aeiouy" for c in plain):
        return tuple(_said(" ".join(LETTERS.get(c) or LETTERS.get(_plain(c), "") for c in low)))
    return tuple(_read(plain))


def _plain(word: str) -> str:
    """The word in the letters a to z and đ, without any mark."""
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
