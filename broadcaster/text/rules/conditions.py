"""Whether a lexicon entry holds where it stands: the words before and after it, and a subject near by."""

from __future__ import annotations

import re

from broadcaster.text.lexicon import LexiconEntry
from broadcaster.text.tokens import Context, Left

_WORD = re.compile(r"[^\W\d_]+")
_ROOM = re.compile(r"\d{3,4}(?!\d|[.,/]\d)")
_PER_CENT = re.compile(r"\d{1,3}(?:,\d{1,2})?\s?%")
_TELEPHONE = re.compile(r"[(+]?\d[\d .()-]{6,}")
_SUBJECT_REACH = 160  # characters: about a sentence on either side


def _stands(condition: str, text: str) -> bool:
    rest = text.lstrip(" ")
    if condition == "<số>":
        return rest[:1].isdigit()
    if condition == "<số phòng>":
        return bool(_ROOM.match(rest))
    if condition == "<máy>":
        return bool(_TELEPHONE.match(rest))
    if condition == "<phần trăm>":
        return bool(_PER_CENT.match(rest))
    if condition == "<tên>":
        return rest[:1].isupper() and not rest[1:2].isupper()
    if condition == "<hết>":
        return not rest or rest[0] in ".,;:!?)\n"
    lower = rest[: len(condition) + 1].lower()
    return lower.startswith(condition) and not (condition[-1].isalnum() and lower[len(condition) :][:1].isalnum())


def _subject_near(phrases: tuple[str, ...], ctx: Context, end: int) -> bool:
    before = ctx.text[max(0, end - _SUBJECT_REACH) : end].rpartition("\n")[2]
    after = ctx.text[end : end + _SUBJECT_REACH].partition("\n")[0]
    words = f" {' '.join(_WORD.findall(f'{before} {after}'.lower()))} "
    return any(f" {phrase} " in words for phrase in phrases)


def fits(entry: LexiconEntry, ctx: Context, end: int, left: Left) -> bool:
    """Whether the conditions of `entry` hold for a written form that ends at `end`."""
    if entry.followed_by:
        after = ctx.text[end : end + 48]
        if not any(_stands(condition, after) for condition in entry.followed_by):
            return False
    if entry.near and not _subject_near(entry.near, ctx, end):
        return False
    if entry.preceded_by:
        last = left.last
        return any(
            last.endswith("%")
            if c == "%"
            else last[-1:].isdigit()
            if c == "<số>"
            else last.istitle()
            if c == "<tên>"
            else left.ends(c)
            for c in entry.preceded_by
        )
    return True
