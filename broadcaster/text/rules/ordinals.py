"""Ranks: thứ 2, lần thứ 4, tháng 4."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, rank
from broadcaster.text.tokens import Context, Left, RuleReading

_WITH_YEAR = re.compile(r"(\d{1,2})\s?/\s?((?:19|20)\d\d)(?![\d/])")


def ordinal(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Thứ 2, thứ 4, lần thứ 1: the number after thứ."""
    if not left.ends("thứ"):
        return None
    m = _WITH_YEAR.match(ctx.text, pos)
    if m:
        words = f"{rank(m[1], ctx.profile)} năm {cardinal(m[2], ctx.profile)}"
        return RuleReading(pos, m.end(), words, "number.rank")
    m = re.compile(r"\d{1,3}(?!\d|[.,/:]\d|%)").match(ctx.text, pos)
    if not m:
        return None
    return RuleReading(pos, m.end(), rank(m[0], ctx.profile), "number.rank")


def after_month(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Tháng 4 is "tháng tư"."""
    if left.last.strip('(“"') == "tháng" or (left.last in ("và", "đến", "tới") and left.recent("tháng", words=3)):
        m = re.compile(r"0?4(?!\d|[.,/:]\d|\s?[-–]\s?\d|%|\s?(?:tháng|người|hộ))").match(ctx.text, pos)
        if m:
            return RuleReading(pos, m.end(), "tư", "date.month-name")
    return None
