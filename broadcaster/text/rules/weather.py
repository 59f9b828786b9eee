"""Sea and weather bulletins: co-ordinates and wind."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.rules.figures import Figure
from broadcaster.text.tokens import Context, Left, RuleReading

_FIG = r"\d{1,3}(?:[.,]\d{1,3})?"
_COORD = re.compile(rf"({_FIG})(?:\s?[-–]\s?({_FIG}))?\s?(?:[°ºo]|độ)\s?([NSEWBĐ])(?![^\W_])")
_PAIR = re.compile(rf"({_FIG})\s?°?\s?([NSB])\s?[-–;,/]\s?({_FIG})\s?°?\s?([EWĐ])(?![^\W_])")
_BARE = re.compile(rf"({_FIG})\s?([NSEWBĐ])(?![^\W_])")
_PLACED = ("vĩ tuyến", "kinh tuyến", "vĩ độ", "kinh độ", "tọa độ", "toạ độ")
_MINUTES = re.compile(r"(\d{1,3})\s?[°ºo]\s?(\d{1,2})\s?['’′]\s?(?:(\d{1,2})\s?[\"”″]\s?)?([NSEWBĐ])(?![^\W_])")
_SIDES = {"N": "vĩ Bắc", "B": "vĩ Bắc", "S": "vĩ Nam", "E": "kinh Đông", "Đ": "kinh Đông", "W": "kinh Tây"}


def coordinates(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """12,5°N, 110,2 độ E, 12,5-13,5°N."""
    m = _MINUTES.match(ctx.text, pos)
    if m:
        words = f"{cardinal(m[1], ctx.profile)} độ {cardinal(m[2], ctx.profile)} phút"
        if m[3]:
            words += f" {cardinal(m[3], ctx.profile)} giây"
        return RuleReading(pos, m.end(), f"{words} {_SIDES[m[4]]}", "weather.coordinates")
    m = _PAIR.match(ctx.text, pos)
    if m:
        first, second = (Figure(part, ctx, left).words for part in (m[1], m[3]))
        return RuleReading(
            pos, m.end(), f"{first} độ {_SIDES[m[2]]}, {second} độ {_SIDES[m[4]]}", "weather.coordinates"
        )
    m = _BARE.match(ctx.text, pos)
    if m and left.ends(*_PLACED):
        return RuleReading(
            pos, m.end(), f"{Figure(m[1], ctx, left).words} độ {_SIDES[m[2]].split()[1]}", "weather.coordinates"
        )
    m = _COORD.match(ctx.text, pos)
    if not m:
        return None
    words = Figure(m[1], ctx, left).words
    if m[2]:
        words += f" đến {Figure(m[2], ctx, left).words}"
    return RuleReading(pos, m.end(), f"{words} độ {_SIDES[m[3]]}", "weather.coordinates")


RULES = (coordinates,)
