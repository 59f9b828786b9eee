"""What fits into an SMS: plain letters, 160 of them, or Vietnamese ones, 70; a longer text in parts."""

from __future__ import annotations

import unicodedata
from typing import Final

from broadcaster.domain.fold import nfc

ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters of GSM 03.38, each at its number."""
_OTHERWISE: Final = str.maketrans(
    {"đ": "d", "Đ": "D", "…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "₫": "d", "−": "-"}
    | {"[": "(", "]": ")", "{": "(", "}": ")", "~": "-", "|": "/", "\\": "/", "^": "'", "€": "EUR", "`": "'", "\t": " "}
)
ROOM: Final = {False: (160, 153), True: (70, 67)}
"""Letters of a message of one part, and of each part of several; without Vietnamese letters and with them."""


def plain(text: str) -> str:
    """A text in letters that take one place each: without marks, `đ` as `d`, what has no like as `?`."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.translate(_OTHERWISE)) if not unicodedata.combining(c))
    return "".join(c if c in ALPHABET and c != "\x1b" else "?" for c in bare)


def parts(title: str, body: str, *, marks: bool, most: int) -> list[str]:
    """A message in the texts of its parts, `most` of them; what does not fit is cut, and dots say so.

    Args:
        title: what comes first.
        body: the rest.
        marks: keep Vietnamese letters.
        most: parts at most.
    """
    text = f"{nfc(title).strip()}: {nfc(body).strip()}"
    text = "".join(c if ord(c) < 0x10000 else "?" for c in text) if marks else plain(text)
    alone, each = ROOM[marks]
    if len(text) <= alone:
        return [text]
    room, dots = (alone if most == 1 else each * most), "…" if marks else "..."
    if len(text) > room:
        text = text[: room - len(dots)].rstrip() + dots
    if most == 1:
        return [text]
    return [text[at : at + each] for at in range(0, len(text), each)]
