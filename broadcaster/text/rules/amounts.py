"""Any other figure, with its sign, its size or what it counts."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.rules.figures import FIGURE, Figure
from broadcaster.text.rules.measures import rate_of, tail_of
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_NUMBER = re.compile(FIGURE)

_TIMES = re.compile(rf"({FIGURE})\s?[x×X*]\s?({FIGURE})(?:\s?[x×X*]\s?({FIGURE}))?")

_NO_PRICE = 4
_FIRST = re.compile(r"\d+")
_NAMED = word_list("amounts.named")
_ENGLISH = re.compile(r"[1-9]\d{0,2},\d{3}")
_WHOLE = re.compile(
    r"\s?(?:người|hộ|con|em|học sinh|lượt|hồ sơ|phiếu|đồng|đ\b|vnđ|vnd|usd|đô|cử tri|đại biểu|suất|bộ|cái|chiếc|căn|cây|"
    r"trường hợp|nhân khẩu|đảng viên|hội viên|đoàn viên|lao động|ca|liều|bao|cuốn|quyển|tin|bài|phần|vé)(?![^\W_])"
)
_FIGURE_AFTER = re.compile(r"\s\d")
_STRETCH = re.compile(r"\s?[-–—~]\s?(?=\d)")

_PLUS_MINUS = re.compile(r"(\+/-|[+\-−–±])\s?(?=\d)")


def product(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """3x4, 2 x 3,5 m: one size by another."""
    m = _TIMES.match(ctx.text, pos)
    if not m:
        return None
    words = " nhân ".join(Figure(part, ctx, left).words for part in m.groups() if part)
    tail = tail_of(ctx, ctx.text, m.end())
    return RuleReading(pos, tail[1] if tail else m.end(), words + (tail[0] if tail else ""), "number.product")


def amount(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Any figure with what it counts: 1.500.000 đồng, 98,5%, 12,5 ha, 25.000đ/kg, 60 km/h, 15."""
    m = _NUMBER.match(ctx.text, pos)
    if not m:
        return None
    if " " in m[0] and (ctx.text[pos - 1 : pos].isalpha() or left.ends(*_NAMED)):
        # "mp3 128", "ấp 3 120 hộ": a name and then a count, not one number grouped by a blank.
        m = _FIRST.match(ctx.text, pos) or m
    figure = Figure(m[0], ctx, left)
    words = figure.words
    if _ENGLISH.fullmatch(m[0]) and _WHOLE.match(ctx.right(m.end(), 16)):
        # People are not counted in thousandths: "1,234 người" groups its thousands with a comma.
        words, figure.alternatives = cardinal(m[0].replace(",", ""), ctx.profile), (words,)
    written = m[0]
    rule = (
        "number.grouped"
        if re.search(r"\d[. ,]\d{3}", written)
        else "number.decimal"
        if not written.isdecimal()
        else "number.cardinal"
    )
    end = m.end()
    tail = tail_of(ctx, ctx.text, end)
    if tail:
        rule = tail[2] or rule
        alternatives = tuple(a + tail[0] for a in figure.alternatives)
        if tail[2] == "money" and len(m[0]) < _NO_PRICE and ctx.text[tail[1] - 1] == "đ":
            # A small "đ" is a point as often as a price.
            alternatives += (f"{words} {'đồng' if tail[0] == ' điểm' else 'điểm'}",)
        return _stretched(ctx, RuleReading(pos, tail[1], words + tail[0], rule, alternatives))
    per = rate_of(ctx, ctx.text, end) if end < len(ctx.text) and ctx.text[end] == "/" else None
    if per and not _FIGURE_AFTER.match(ctx.text, per[1]):
        return RuleReading(pos, per[1], words + per[0], "measure.rate")
    if written.isdecimal() and len(written) > 18:
        return RuleReading(pos, end, words, "number.digits")
    return RuleReading(pos, end, words, rule, figure.alternatives)


def _stretched(ctx: Context, first: RuleReading) -> RuleReading:
    """0,6m-0,8m, 800.000đ - 1.000.000đ: from one amount to another of the same kind, each with its unit."""
    dash = _STRETCH.match(ctx.text, first.end)
    if not dash:
        return first
    second = _NUMBER.match(ctx.text, dash.end())
    tail = tail_of(ctx, ctx.text, second.end()) if second else None
    # "500m - 1km" is a stretch, "12V-7Ah" is two things: the unit's last part tells.
    same = tail and re.split(r"[\s-]", tail[0].split(" trên ")[0])[-1] == re.split(r"[\s-]", first.spoken)[-1]
    if not second or not tail or not same or tail[2].split(".")[0] != first.rule.split(".")[0]:
        return first
    words = f"{first.spoken} đến {Figure(second[0], ctx, Left('')).words}{tail[0]}"
    return RuleReading(first.start, tail[1], words, first.rule)


def signed(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """-5°C, ±2, +3,5%: a sign before a figure."""
    m = _PLUS_MINUS.match(ctx.text, pos)
    if not m:
        return None
    before = ctx.text[pos - 1 : pos]
    if before and not (before.isspace() or before in '(“":,;<>=≥≤'):
        return None
    if m[1] in "-−–" and left.line_start and m[0] != m[1]:
        return None
    sign = {"+": "cộng", "±": "cộng trừ", "+/-": "cộng trừ"}.get(m[1], "âm")
    if m[1] in "-−–" and (m[0] != m[1] or (left.last and left.last[-1:].isdigit())):
        return None
    return RuleReading(pos, m.end(), "" if left.last == sign else sign, "number.sign")
