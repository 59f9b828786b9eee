"""Initials of a name: N.T.H., chị T., ông N.V. An, whose dots end no sentence."""

from __future__ import annotations

import re

from broadcaster.text.tokens import Context, RuleReading
from broadcaster.text.word_lists import word_list

_INITIALS = re.compile(r"(?:[A-ZĐ]\.\s?){1,4}[A-ZĐ](?![^\W_])\.?(?!\d)")
_INITIAL = re.compile(r"[B-DF-HJ-NP-TV-XZĐ]\.(?=,|\)|\s\(|\s[^\W\d_])")


_TITLES = ("ông", "bà", "anh", "chị", "em", "cô", "chú", "bác", "cháu", "đồng chí", "đ/c", "bị can", "nạn nhân")
_GIVEN_NAME = re.compile(r"(?:[A-ZĐ]\. ?){1,2}([A-ZĐÂÔƠƯÝ][^\W\d_]{1,6})(?![^\W_])")
_OPENERS = word_list("initials.openers")


def _given_name_next(ctx: Context, pos: int) -> int | None:
    """Where the initials end in "ông N.V. An", whose dots stand inside a name; None where a sentence may begin."""
    m = _GIVEN_NAME.match(ctx.text, pos)
    if not m or not m[1].istitle() or m[1].lower() in _OPENERS or not ctx.left(pos).ends(*_TITLES):
        return None
    return m.start(1)


def initials(ctx: Context, pos: int) -> RuleReading | None:
    """N.T.H., chị T. và: the initials of a name, whose dots end no sentence."""
    text = ctx.text
    named = _given_name_next(ctx, pos)
    if named is not None:
        return RuleReading(pos, named, f"{ctx.lexicon.spell(text[pos:named].replace(' ', ''))} ", "letter.initials")
    m = _INITIALS.match(text, pos)
    if m and "Ư" not in m[0] and "TP" not in m[0] and m[0] != "H. U":
        end = m.end()
        if text[end - 1] == "." and not (
            text[end : end + 4].lstrip(" ")[:1].islower() or text[end : end + 2].strip()[:1] in (",", ")", "(")
        ):
            end -= 1
        return RuleReading(pos, end, ctx.lexicon.spell(m[0]), "letter.initials")
    m = _INITIAL.match(text, pos)
    if m and not text[m.end() : m.end() + 4].lstrip(" ")[:1].isupper():
        return RuleReading(pos, m.end(), ctx.lexicon.letter(text[pos]), "letter.initials")
    return None
