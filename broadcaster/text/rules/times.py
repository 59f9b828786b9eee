"""Times of day, spans of time, and the round-the-clock figures 24/7 and 24/24."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.rules.figures import Figure
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_CLOCK = (
    r"(\d{1,2})\s?(h|H|g|giờ)\s?(\d{2})(\s?(?:['’′p]|ph|phút))?(?:\s?(\d{2})\s?(?:\"|”|″|giây|s))?(?![^\W_]|[.,]\d)"
)
_HOUR_MINUTE = re.compile(_CLOCK)
_HOUR = re.compile(r"(\d{1,2})\s?(?:h|H)(?![^\W_]|/\d|-\d{3})|(\d{1,2})(?:g)(?![^\W_]|/)")
_COLON = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?(?:h|giờ))?(?!\d|[:.,]\d|[^\W_])")
_RANGE = re.compile(
    r"(\d{1,2})(?:\s?(?:[hHg:]|giờ)\s?(\d{2})?(?:\s?(?:ph|p|phút)(?![^\W_]))?)?[’'′]?\s?[-–—]\s?(\d{1,2})\s?(?:([hH]|g(?!/))\s?(\d{2})?|:(\d{2})|(giờ)(?:\s?(\d{2}))?)(?:\s?(?:ph|p|phút)(?![^\W_]))?[’'′]?(?![^\W_]|:\d|/\d)"
)
_ROUND = re.compile(r"24/(7|24)(?:\s?(h|giờ))?(?![\d/]|[^\W_])")
_MINUTES = re.compile(r"(\d{1,3})\s?(['’′])(?:\s?(\d{1,2})\s?(?:[\"”″]|''|’’))?(?![^\W_])")
_ONE_FIGURE = re.compile(r"(\d{1,2})\s?[hHg](\d)(?:\s?(?:['’′p]|ph|phút))?(?![^\W_]|[.,]\d)")
_RATIO_WORDS = ("tỷ lệ", "tỉ lệ", "tỷ số", "tỉ số", "bản đồ", "thắng", "thua", "pha loãng", "pha")
_CLOCK_WORDS = word_list("times.clock_words")


def _said(ctx: Context, hour: str, minute: str | None, second: str | None = None) -> str:
    words = f"{cardinal(hour, ctx.profile)} giờ"
    if minute and int(minute):
        words += f" {cardinal(minute, ctx.profile)} phút"
    if second and int(second):
        words += f" {cardinal(second, ctx.profile)} giây"
    return words


def _valid(hour: str, minute: str | None) -> bool:
    return int(hour) <= 24 and (minute is None or int(minute) <= 59)


def round_the_clock(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """24/7, 24/24."""
    m = _ROUND.match(ctx.text, pos)
    if not m or left.ends("ngày", "số", "mùng"):
        return None
    hours = cardinal(24, ctx.profile)
    words = f"{hours} trên {cardinal(m[1], ctx.profile)}"
    if m[2]:
        words = f"{words} giờ"
    return RuleReading(
        pos, m.end(), words, "time.round-the-clock", ("suốt ngày đêm", "cả ngày lẫn đêm, mọi ngày trong tuần")
    )


def time_range(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """7h30-11h00, 7h-11h, 7-11h, 7:30 - 11:00, 8-10 giờ."""
    m = _RANGE.match(ctx.text, pos)
    if not m:
        return None
    hour1, minute1, hour2 = m[1], m[2], m[3]
    minute2 = m[5] or m[6] or m[8]
    first_is_time = ctx.text[m.end(1) : m.start(3)].strip(" -–—’'′") != ""
    if not (_valid(hour1, minute1) and _valid(hour2, minute2)):
        return None
    if m[6] and not first_is_time:
        return None
    if not first_is_time and (m[7] or m[4]) and not minute2:
        words = f"{cardinal(hour1, ctx.profile)} đến {_said(ctx, hour2, None)}"
        return RuleReading(pos, m.end(), words, "time.range")
    return RuleReading(pos, m.end(), f"{_said(ctx, hour1, minute1)} đến {_said(ctx, hour2, minute2)}", "time.range")


def clock(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """17h30, 17g30, 17 giờ 30, 14h00', 7h, 17:30, 05:00:10."""
    text = ctx.text
    m = _HOUR_MINUTE.match(text, pos)
    if m and _valid(m[1], m[3]):
        words = _said(ctx, m[1], m[3], m[5])
        if m[2] == "giờ" and not m[4] and not m[5]:
            # Written out without "phút", it is said without it.
            words = words.removesuffix(" phút")
        return RuleReading(pos, m.end(), words, "time.clock")
    m = _ONE_FIGURE.match(text, pos)
    if m and _valid(m[1], m[2]):
        return RuleReading(pos, m.end(), _said(ctx, m[1], m[2]), "time.clock")
    m = _HOUR.match(text, pos)
    if m:
        hour = m[1] or m[2]
        if m[1]:
            return RuleReading(pos, m.end(), f"{cardinal(hour, ctx.profile)} giờ", "time.hour")
        if int(hour) <= 24 and (
            left.ends(*_CLOCK_WORDS)
            or re.match(
                r"\s?(?:ngày|sáng|chiều|tối|trưa|hôm|cùng|đêm|mỗi|\(?(?:t[2-7]|cn)(?![^\W_]))", ctx.right(m.end(), 8)
            )
        ):
            return RuleReading(
                pos,
                m.end(),
                f"{cardinal(hour, ctx.profile)} giờ",
                "time.hour",
                (f"{cardinal(hour, ctx.profile)} gam",),
            )
    m = _COLON.match(text, pos)
    if m and _valid(m[1], m[2]) and (m[3] is None or int(m[3]) <= 59) and not left.ends(*_RATIO_WORDS):
        return RuleReading(pos, m.end(), _said(ctx, m[1], m[2], m[3]), "time.colon")
    return None


_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})(?!\d|[.,/:]\d|%)")
_DOTTED_RANGE = re.compile(r"(\d{1,2})\.([0-5]\d)\s?[-–—]\s?(\d{1,2})\.([0-5]\d)(?!\d|[.,/:]\d|%)")
_AT = ("lúc", "hồi", "vào lúc", "bắt đầu lúc", "từ lúc", "đến lúc", "trước")
_PART_OF_DAY = re.compile(r"\s?(?:sáng|chiều|tối|trưa|đêm|khuya|hôm nay|ngày \d|hằng ngày|hàng ngày)")
_ROUND_MINUTES = frozenset(["00", "15", "30", "45"])


def dotted(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """7.30 sáng, lúc 8.00, 8.00 - 11.30: a point between hour and minute, beside a word of time."""
    m = _DOTTED_RANGE.match(ctx.text, pos)
    if m and _valid(m[1], m[2]) and _valid(m[3], m[4]) and {m[2], m[4]} <= _ROUND_MINUTES:
        timed = left.ends(
            "từ", "sáng", "chiều", "tối", "thời gian", "giờ", "và", "thời gian:", "sáng:", "chiều:", "tối:"
        )
        if timed or _PART_OF_DAY.match(ctx.right(m.end(), 16)):
            words = f"{_said(ctx, m[1], m[2])} đến {_said(ctx, m[3], m[4])}"
            return RuleReading(pos, m.end(), words, "time.range", look=not timed)
    m = _DOTTED.match(ctx.text, pos)
    if not m or not _valid(m[1], m[2]):
        return None
    if not left.ends(*_AT) and not _PART_OF_DAY.match(ctx.right(m.end(), 16)):
        return None
    decimal_ = Figure(m[0], ctx, left).words
    return RuleReading(pos, m.end(), _said(ctx, m[1], m[2]), "time.dotted", (decimal_,), look=True)


def minutes(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """30', 1'30": minutes and seconds; "phút thứ 90'" says the word once."""
    m = _MINUTES.match(ctx.text, pos)
    if not m:
        return None
    words = cardinal(m[1], ctx.profile)
    if m[3] or not left.recent("phút", words=2):
        words += " phút"
    if m[3]:
        words += f" {cardinal(m[3], ctx.profile)} giây"
    return RuleReading(pos, m.end(), words, "time.minutes")


RULES = (round_the_clock, time_range, clock, dotted, minutes)
