"""Characters that look right and read wrong: invisible ones, foreign twins of our letters, fractions in one glyph."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
_BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_HIDDEN = "\u00ad\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u034f\ufffe\uffff"
_JOINERS = re.compile("[\u200b\u200c\u200d]+")
_CONTROLS = [chr(c) for c in (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))]
_NOTHING = dict.fromkeys([*_HIDDEN, *_BIDI, *_CONTROLS], "")
_PLAIN = {
    **_NOTHING,
    **dict.fromkeys(_SPACES, " "),
    "\u2010": "-",
    "\u2011": "-",
    "Ð": "Đ",  # Icelandic eth and African D stand for our letter in texts typed with a wrong table
    "ð": "đ",
    "Ɖ": "Đ",
    "\u2044": "/",
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "℅": "c/o",
    "₫": "đ",
    "㎡": "m²",
    "㎥": "m³",
    "㎞": "km",
    "㎏": "kg",
    "㎝": "cm",
    "㎜": "mm",
    "℃": "°C",
}
_TABLE = str.maketrans(_PLAIN)
# NFKC is right for these blocks only; on the whole text it would turn m² into m2 and ½ into an unclear 1⁄2.
_COMPATIBLE = re.compile(
    "[\uff01-\uff5e\uffe0-\uffe6\u2150-\u218b\u00bc-\u00be\u2460-\u249b\u2080-\u208e\u2100-\u2138\U0001d400-\U0001d7ff]"
)
_FRACTION = re.compile("(\\d)(?=[\u00bc-\u00be\u2150-\u215e])")
_SCRIPTED = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff\u0501\u051b\u051d]")
_TWINS = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονια",
    "ABEKMHOPCTYXIJSaeopcyxijshdqwABEZHIKMNOPTYXovia",
)
_TWIN_LETTERS = frozenset(map(chr, _TWINS))
_KHMER = re.compile("[\u1780-\u17ff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_STATED = re.compile("[^\n -~À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ–—‘’“”…•²³°]")


@dataclass(frozen=True, slots=True)
class Counted:
    """A kind of character that was put right, and how often."""

    kind: str
    count: int


def plain(text: str) -> str:
    """One line of text in NFC with no invisible, look-alike or one-glyph characters; m² and Khmer stay."""
    text = unicodedata.normalize("NFC", text)
    if not _STATED.search(text):
        return text
    if _JOINERS.search(text):
        text = _JOINERS.sub(_joiner, text)
    text = text.translate(_TABLE)
    if _FOREIGN.search(text):
        text = _untwin(text)
    text = _FRACTION.sub(r"\1 ", text)
    text = _COMPATIBLE.sub(_compatible, text)
    text = _PRIVATE.sub("", text)
    return unicodedata.normalize("NFC", text)


def _joiner(match: re.Match[str]) -> str:
    """Keep joiners where they are spelling (Khmer words, emoji), drop them elsewhere."""
    around = match.string[max(match.start() - 1, 0) : match.start()] + match.string[match.end() : match.end() + 1]
    if _KHMER.search(around):
        return match.group()[0]
    glued = len(around) == 2 and all(unicodedata.category(c) in {"So", "Sk", "Mn"} for c in around)
    return "\u200d" if glued and "\u200d" in match.group() else ""


def _compatible(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group()).replace("\u2044", "/")


def _untwin(text: str) -> str:
    """Turn Greek and Cyrillic twins into Latin inside words that are otherwise Latin."""
    # A text whose every Cyrillic letter has a twin was typed in Vietnamese; one that has Cyrillic proper quotes Russian.
    all_twins = all(c in _TWIN_LETTERS for c in _FOREIGN.findall(text)) and any("a" <= c.lower() <= "z" for c in text)

    def word(match: re.Match[str]) -> str:
        letters = match.group()
        if not _FOREIGN.search(letters):
            return letters
        mixed = any(not _FOREIGN.match(c) for c in letters)
        if (mixed or (all_twins and len(letters) > 1)) and all(c in _TWIN_LETTERS for c in _FOREIGN.findall(letters)):
            return letters.translate(_TWINS)
        return letters

    return _SCRIPTED.sub(word, text)


def count_oddities(text: str) -> tuple[Counted, ...]:
    """Count, over a whole text, the characters that `plain` puts right, and those that need a person's eye."""
    if not _STATED.search(text):
        return ()
    kinds = {
        "hidden": "[\u200b-\u200d\u2060-\u2064\ufeff\u180e\u034f]",
        "direction": f"[{_BIDI}]",
        "control": "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]",
        "twin": "[Ððɖ\u0189\u0370-\u03ff\u0400-\u04ff]",
        "private": _PRIVATE.pattern,
        "khmer": "[\u1780-\u17ff][\u1780-\u17ff\u200b]*",
        "broken": "\ufffd",
    }
    counted = ((kind, sum(1 for _ in re.finditer(pattern, text))) for kind, pattern in kinds.items())
    return tuple(Counted(kind, count) for kind, count in counted if count)
