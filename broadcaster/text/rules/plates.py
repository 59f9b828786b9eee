"""Plates of vehicles and numbers of boats: letters by name, figures one by one."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, spell_digits
from broadcaster.text.tokens import Context, Left, RuleReading

_PLATE = re.compile(
    r"(\d{2})\s?-?\s?([A-ZĐ]{1,2}\d?)(?:\s?[-–]\s?|\s(?=\d{3}\.|\d{4,5}(?!\d)))(\d{3}\.?\d{2}|\d{4})(?!\d)|(\d{2})([A-ZĐ])\s?(\d{3}\.\d{2})(?!\d)"
)
_PLATE_ANCHOR = ("biển số", "biển kiểm soát", "bks", "bks:", "biển số:", "xe", "biển")
_BOAT = re.compile(r"([A-ZĐ]{2,3})\s?[-–]?\s?(\d{4,5})(?:\s?[-–]?\s?([A-ZĐ]{2}))?(?![^\W_]|[.,]\d)")
_BOATS = ("tàu", "tàu cá", "ghe", "thuyền", "số hiệu", "số đăng ký", "phương tiện", "tàu số", "ghe số", "sà lan")


def plate(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """68A-123.45, 68-B1 234.56."""
    m = _PLATE.match(ctx.text, pos)
    if not m or not (left.recent(*_PLATE_ANCHOR, words=5) or "." in m[0] or m[4]):
        return None
    province, series, figures = (m[4], m[5], m[6]) if m[4] else (m[1], m[2], m[3])
    said = [ctx.lexicon.letter(c) if c.isalpha() else spell_digits(c) for c in series]
    return RuleReading(
        pos,
        m.end(),
        f"{spell_digits(province)} {' '.join(said)}, {spell_digits(figures)}",
        "code.plate",
        (f"{cardinal(province, ctx.profile)} {' '.join(said)}, {spell_digits(figures)}",),
    )


def boat(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Tàu cá KG 91234 TS: the register of a boat."""
    m = _BOAT.match(ctx.text, pos)
    if not m or not left.ends(*_BOATS):
        return None
    words = f"{ctx.lexicon.spell(m[1])} {spell_digits(m[2])}"
    return RuleReading(pos, m.end(), f"{words} {ctx.lexicon.spell(m[3])}" if m[3] else words, "code.plate")
