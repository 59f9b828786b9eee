"""Ranges of figures: 5-7 ngày, 20 - 25%, 1.000-1.500 đồng."""

from __future__ import annotations

import re

from broadcaster.text.rules.figures import FIGURE, Figure
from broadcaster.text.rules.measures import PERCENT, tail_of
from broadcaster.text.rules.scores import SCORE_WORDS
from broadcaster.text.tokens import Context, Left, RuleReading

_RANGE = re.compile(rf"({FIGURE})\s?(%)?\s?(?:[-–—−~]|÷)\s?({FIGURE})")

_NAMED = ("số", "mã", "lô", "thửa", "tờ", "phòng", "mẫu", "tổ", "ấp")


def ranged(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """5-7 ngày, 20 - 25%, cấp 8-9, 1.000-1.500 đồng, 15-20 triệu."""
    m = _RANGE.match(ctx.text, pos)
    if not m or (m.end() < len(ctx.text) and re.match(r"[-–]\d|/\d|[.]\d", ctx.text[m.end() :][:2])):
        return None
    a, b = m[1], m[3]
    if left.ends(*SCORE_WORDS) or (a.isdecimal() and a.startswith("0") and len(a) > 2):
        return None
    first, second = Figure(a, ctx, left), Figure(b, ctx, left)
    if left.ends("npk", "dap"):
        return RuleReading(pos, m.end(), f"{first.words} {second.words}", "code.dashed")
    if left.ends(*_NAMED) and not m[2]:
        # "số 12-14": two names, still a stretch from one to the other.
        return RuleReading(pos, m.end(), f"{first.words} đến {second.words}", "number.range-named")
    end, words = m.end(), ""
    tail = tail_of(ctx, ctx.text, end)
    rule = "number.range"
    if tail:
        words, end = tail[0], tail[1]
    lead = f"{first.words} {PERCENT}" if m[2] else first.words
    joint = "trừ" if re.match(r"\s?=", ctx.text[m.end() : m.end() + 2]) else "đến"
    shown = f"{lead} {joint} {second.words}{words}"
    return RuleReading(pos, end, shown, rule, (f"{lead}, {second.words}{words}",))
