"""Numbers that name several things in a row: tháng 1,2 và 3; tổ 1,2,3; khoản 1,2 Điều 5."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, month, rank
from broadcaster.text.rules.measures import tail_of
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_TIGHT = re.compile(r"(\d{1,3}(?:,\s?\d{1,3}){1,40})(?![\d%‰]|[.,/:]\d|\s?[-–—%])")
_MORE = re.compile(r"\s(?:và|hoặc)\s\d{1,3}(?![\d]|[.,/:]\d)")
_MARKS = re.compile(r"\s(?:điểm|đ)(?![^\W_])")
# After these, two figures joined by a comma are two names and never one decimal.
_NAMES = word_list("enumerations.names")


def enumerated(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Each number by itself; a comma that separates is not a decimal mark."""
    m = _TIGHT.match(ctx.text, pos)
    if not m or not left.ends(*_NAMES):
        return None
    numbers = re.split(r",\s?", m[1])
    if len(numbers) == 2 and not _MORE.match(ctx.text, m.end()) and tail_of(ctx, ctx.text, m.end()):
        return None
    # "Mỗi câu 0,25 điểm", "câu 1,5 điểm" are marks.
    if numbers[0] == "0" or (len(numbers) == 2 and _MARKS.match(ctx.text, m.end())):
        return None
    if len({len(n) for n in numbers}) > 1 and any(n.startswith("0") and len(n) > 2 for n in numbers):
        return None
    said = {"tháng": month, "thứ": rank}.get(left.last, cardinal)
    return RuleReading(pos, m.end(), ", ".join(said(n, ctx.profile) for n in numbers), "list.enumerated")


_WEEKDAYS = re.compile(r"([2-7](?:-[2-7]){2,4})(?![\d]|[-./,]\d|%)")


def weekdays(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Thứ 3-5-7, các tối 2-4-6: three days of the week or more, joined by dashes, are no date."""
    m = _WEEKDAYS.match(ctx.text, pos)
    if not m or not left.ends("thứ", "tối", "sáng", "chiều", "các ngày", "ca", "lớp"):
        return None
    days = m[1].split("-")
    if days != sorted(set(days)):
        return None
    said = rank if left.last == "thứ" else cardinal
    return RuleReading(pos, m.end(), ", ".join(said(n, ctx.profile) for n in days), "date.weekdays")


RULES = (enumerated,)
