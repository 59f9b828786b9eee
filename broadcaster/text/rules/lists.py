"""List marks and headings at the start of a line: 1. 1.1. 1) a) a. - + * and bullets."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.tokens import Context, Left, RuleReading

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})([.)]|\s?/)(?=\s|$)")
_MULTI = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})(?=\s+[^\W\d_])")
_LETTERED = re.compile(r"([a-zđA-HĐ])(\)|\s?/)(?=\s|$)|([a-eghđA-EGHĐ])\s?[“”]?\s?(?:\./\.|\.)(?=\s|$|,)")
# A list run together on one line: "…: 500.000đ; + Cận nghèo: …".
_INNER = re.compile(r"[+*•·–-] ?[^\W\d_]")
_BULLET = re.compile(r"[-–—+*•·●○■□▪▫◦➢►▶✓✔❖★☆][ \t]*(?=\S)")


def numbered(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """`1.`, `1.1.`, `2)`: spoken as a number with a stop."""
    if not left.line_start:
        return None
    m = _NUMBERED.match(ctx.text, pos) or _MULTI.match(ctx.text, pos)
    if not m or (
        m.lastindex == 1
        and re.match(
            r"\s+(?:triệu|tỷ|tỉ|ha\b|km|phần|%|tấn|lần|điểm|đồng|người|héc|mét|độ|m2|nghìn|ngàn|kg)",
            ctx.right(m.end(), 12),
        )
    ):
        return None
    words = " chấm ".join(cardinal(p, ctx.profile) for p in m[1].split("."))
    return RuleReading(pos, m.end(), f"{words[0].upper()}{words[1:]}.", "list.number")


def lettered(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """`a)`, `b.`: spoken as the letter's name with a short stop."""
    if not left.line_start:
        return None
    m = _LETTERED.match(ctx.text, pos)
    if not m:
        return None
    mark = "." if m[3] else ","
    return RuleReading(pos, m.end(), ctx.lexicon.letter(m[1] or m[3]) + mark, "list.letter")


def bullet(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """`-`, `+`, `•`: not spoken."""
    if not left.line_start and not (left.last[-1:] in (";", ":", ".") and _INNER.match(ctx.text, pos)):
        return None
    m = _BULLET.match(ctx.text, pos)
    if not m or (m[0][-1] in "-–—+" and ctx.text[m.end() : m.end() + 1].isdigit()):
        return None
    return RuleReading(pos, m.end(), "", "list.bullet")
