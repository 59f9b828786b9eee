"""Sentences that a page or a PDF broke into lines, made whole again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from broadcaster.text import directions
from broadcaster.text.furniture import is_capitals
from broadcaster.text.syllables import is_syllable

#: Where a list item, a numbered part or a heading begins.
MARKER = re.compile(
    r"(?:[-–—+*•]\s|\d{1,3}(?:\.\d{1,3}){0,3}[.)](?=[\s\D])|\d{1,2}(?:\.\d{1,2}){1,3}\s+(?=\D)|\(?[a-zđ]{1}\)|[a-zđ]\.\s|[A-ZĐ]\.\s|[IVXLC]{1,6}[.)]\s|\(\d{1,3}\)\s"
    r"|(?:Điều|Chương|Phần|Mục|Phụ lục|PHỤ LỤC|CHƯƠNG|PHẦN|MỤC|Bước)\s+(?:[\dIVXLC]+|thứ)\b)"
)
_TERMINAL = re.compile(r"[.!?:;…][\"'”’)\]»]*$")
_ABBREVIATED = re.compile(r"(?:^|[\s(])(?:TP|TX|TT|P|Q|X|H|T|Tp|ThS|TS|BS|Th|St|Mr|Mrs|Dr|No|Ô|Ô|B)\.$")
_DANGLING = frozenset(
    "và của các những theo với cho tại từ đến về do để là bởi trong bằng số ngày tháng hoặc cùng như mà nhằm được bị".split()  # noqa: SIM905
)
_CLOSING = frozenset(",.;:)!?%”’»…]")
_LONG_LINE = 140


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """One line left after the furniture is gone.

    Attributes:
        text: the line in plain characters, trimmed.
        gap: a blank line stood before it.
        turn: a page turned before it (form feed, page number or running header taken out).
    """

    text: str
    gap: bool
    turn: bool = False


def wrap_width(pieces: Sequence[JoinedLine]) -> int | None:
    """The column at which the whole text was broken by a page, or None when its paragraphs are single lines."""
    lengths = sorted(len(piece.text) for piece in pieces)
    total = sum(lengths)
    if not total or sum(length for length in lengths if length > _LONG_LINE) > 0.1 * total:
        return None
    long_enough = [length for length in lengths if 40 <= length <= _LONG_LINE]
    broken = sum(
        1
        for before, after in pairwise(pieces)
        if not after.gap and after.text[:1].islower() and len(before.text) >= 40 and not _TERMINAL.search(before.text)
    )
    if broken < 2:
        return None
    return long_enough[int(0.9 * (len(long_enough) - 1))]


def joins(before: str, after: JoinedLine, width: int | None, last_length: int) -> bool:
    """Tell whether `after` goes on with the sentence of `before`.

    Args:
        before: the paragraph so far.
        after: the next line.
        width: the column of hard line breaks, or None.
        last_length: length in characters of the last line of `before` as it stood on the page.
    """
    text = after.text
    first = text[0]
    full = width is not None and last_length + 1 + len(text.split(None, 1)[0]) >= 0.88 * width
    if MARKER.match(text):
        # "kinh tế / - xã hội": a dash between two halves of a term, at the head of a line by chance.
        dash = text.startswith(("- ", "– ")) and text[2:3].islower()
        return dash and full and not after.gap and before[-1].isalpha()
    if first in _CLOSING and not text.startswith(("...", "…")):
        return not after.gap or after.turn
    if is_capitals(before):
        return is_capitals(text) and not after.gap and (before[-1] in ",-–&" or bool(MARKER.match(before)))
    if _TERMINAL.search(before):
        if before[-1] == ";":
            return full and first.islower() and not after.gap
        return before[-1] == "." and bool(_ABBREVIATED.search(before[-8:])) and full
    if is_capitals(text) and len(text.split()) > 2:
        return False
    if first.islower():
        return not after.gap or before[-1] == "," or before.count(" ") >= 3
    if before.rsplit(None, 1)[-1] in _DANGLING and before.count(" ") >= 3:
        return True
    if not after.gap and text.find(")") > text.find("(") == -1 and before.rfind("(") > before.rfind(")"):
        return True
    return full and (not after.gap or after.turn)


def glue(before: str, text: str) -> str:
    """The two halves as one, a word broken by a hyphen mended."""
    if text[0] in _CLOSING:
        return before + text
    if before.endswith(("-", "\u2010")) and len(before) > 1 and before[-2].isalpha() and text[0].isalpha():
        left = re.split(r"[^\w]", before[:-1])[-1]
        right = re.match(r"[^\W\d_]+", text)
        tail = right.group() if right else ""
        whole = is_syllable(left + tail)
        foreign = not is_syllable(left) and not is_syllable(tail)
        keep_hyphen = not (text[0].islower() and (foreign or (whole and not (is_syllable(left) and is_syllable(tail)))))
        return (before if keep_hyphen else before[:-1]) + text
    return f"{before} {text}"


def join_lines(pieces: Sequence[JoinedLine]) -> tuple[list[JoinedLine], int]:
    """The paragraphs made of the lines, and how many breaks were healed."""
    width = wrap_width(pieces)
    healed = 0
    out: list[JoinedLine] = []
    parts: list[str] = []
    for piece in pieces:
        # Only the last line's own text decides: a paragraph of a million lines must not be copied a million times.
        if parts and not directions.begins(piece.text) and joins(parts[-1], piece, width, len(parts[-1])):
            parts.append(piece.text)
            healed += 1
            continue
        _flush(out, parts)
        out.append(piece)
        parts = [piece.text]
    _flush(out, parts)
    return out, healed


def _flush(out: list[JoinedLine], parts: list[str]) -> None:
    if len(parts) > 1:
        chunks = [parts[0]]
        for text in parts[1:]:
            joined = glue(chunks[-1], text)
            cut = len(joined) - len(text)
            chunks[-1] = joined[:cut]
            chunks.append(joined[cut:])
        out[-1] = JoinedLine("".join(chunks), out[-1].gap, out[-1].turn)
