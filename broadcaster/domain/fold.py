"""Vietnamese letters for machines: normal form, search folding, alphabetical order, file-name slugs."""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: index for index, letter in enumerate(_ALPHABET)}
# The order of tones in Vietnamese dictionaries: ngang, huyền, hỏi, ngã, sắc, nặng.
_TONE_RANK = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SLUG_GAP = re.compile(r"[^a-z0-9]+")


def nfc(text: str) -> str:
    """`text` in Unicode normal form C, the only form kept inside the station."""
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """`text` in normal form as one line: words with one space between them."""
    return " ".join(nfc(text).split())


def file_name(sent: str) -> str:
    """The name of a file as a browser sent it, in normal form, without the folders of either kind of path."""
    return nfc(sent).replace("\\", "/").rpartition("/")[2].strip()[:200]


def fold(text: str) -> str:
    """`text` in lower case without tone or vowel marks, đ as d: for search only."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join("d" if c == "đ" else c for c in decomposed if not unicodedata.combining(c))


def slug(text: str) -> str:
    """A file-name part of `text`: folded ASCII words joined by hyphens."""
    return _SLUG_GAP.sub("-", fold(text)).strip("-")


def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """The key that sorts by the Vietnamese alphabet first and by tone second."""
    letters: list[int] = []
    tones: list[int] = []
    for c in unicodedata.normalize("NFC", text.casefold()):
        tone = 0
        base = ""
        for part in unicodedata.normalize("NFD", c):
            if part in _TONE_RANK:
                tone = _TONE_RANK[part]
            else:
                base += part
        letter = unicodedata.normalize("NFC", base)
        letters.append(_LETTER_RANK[letter] + 1000 if letter in _LETTER_RANK else min(ord(letter[:1] or " "), 999))
        tones.append(tone)
    return tuple(letters), tuple(tones), text


def order_key(text: str) -> str:
    """`sort_key` as one string of hexadecimal digits, which every database puts in the same order."""
    letters, tones, rest = sort_key(text)
    places = "".join(f"{n:03x}" for n in letters)
    return f"{places}000{''.join(map(str, tones))}0{''.join(f'{min(ord(c), 0xFFFF):04x}' for c in rest)}"
