"""Dates: full and part, ranges of days, months and years, two days sharing a month."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, month
from broadcaster.text.tokens import DASH, Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_FULL = re.compile(r"(\d{1,2})(\s?[/.\-–]\s?)(\d{1,2})(\s?[/.\-–]\s?)(\d{4}|\d{2})(?![\d]|[/.,\-–]\d)")
_ISO = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})(?![\d]|[/.\-]\d)")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s?([/.\-–])\s?((?:19|20)\d\d)(?![\d]|[/\-–.,]\d)")
_DAYS_THEN_DATE = re.compile(
    r"(\d{1,2})\s?([-–—]|,|;|và|đến)\s?(\d{1,2})([/.\-])(\d{1,2})(?:\4(\d{4}))?(?![\d]|[/]\d|[.,]\d|-\d)"
)
_RANGE = re.compile(
    r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?\s?[-–—]\s?(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?(?![\d]|[/.,]\d)"
)
_MONTH_YEAR_RANGE = re.compile(r"(\d{1,2})/((?:19|20)\d\d)\s?[-–—]\s?(\d{1,2})/((?:19|20)\d\d)(?![\d/])")
_YEAR_RANGE = re.compile(r"((?:1[5-9]|2[01])\d\d)\s?[-–—]\s?((?:1[5-9]|2[01])\d\d)(?![\d]|[/.,]\d)")
_MONTHS_THEN_YEAR = re.compile(r"(\d{1,2})\s?[-–—]\s?(\d{1,2})/((?:19|20)\d\d)(?![\d/])")
_SCHOOL_YEAR = re.compile(r"((?:19|20)\d\d)/((?:19|20)\d\d)(?![\d/])")
_QUARTER_YEAR = re.compile(r"([1-4])\s?[/-]\s?((?:19|20)\d\d)(?![\d/])")

_HAS_DAY = ("ngày", "mùng", "mồng", "hôm", "rằm")
DAY_WORDS = word_list("dates.day_words")
HOLIDAYS = frozenset(
    {
        (30, 4),
        (1, 5),
        (2, 9),
        (8, 3),
        (20, 11),
        (27, 7),
        (22, 12),
        (19, 5),
        (3, 2),
        (20, 10),
        (26, 3),
        (1, 6),
        (27, 2),
        (19, 8),
        (18, 11),
        (10, 10),
        (21, 6),
        (28, 6),
        (28, 7),
        (9, 11),
        (1, 1),
        (14, 2),
        (24, 12),
        (9, 1),
        (23, 9),
    }
)
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
NUMBER_WORDS = word_list("dates.number_words")


def is_date(day: str, month_: str) -> bool:
    """Whether the figures can be a day and its month (29 February in any year)."""
    d, m = int(day), int(month_)
    return 1 <= m <= 12 and 1 <= d <= _MONTH_DAYS[m - 1]


_DAY_LIST = re.compile(r"(?:ngày|mùng|mồng)(?:\s\d{1,2}(?:,|\svà|\sđến)?)+$")


def day_prefix(left: Left) -> str:
    """The word "ngày" with its blank, unless the text has said it."""
    if left.last.strip('(“"') in _HAS_DAY or _DAY_LIST.search(left.lower[-36:]):
        return ""
    return "ngày "


def _day(ctx: Context, day: str) -> str:
    return cardinal(day, ctx.profile)


def said_day(ctx: Context, day: str, month_: str, year: str | None = None) -> str:
    """The day and its month in words, with the year if there is one."""
    words = f"{_day(ctx, day)} tháng {month(month_, ctx.profile)}"
    return f"{words} năm {cardinal(year, ctx.profile)}" if year else words


_SHORT_YEARS = range(20, 40)
_HAPPENS = re.compile(
    r"\s?[,:]?\s(?:họp|tổ chức|khai mạc|khai giảng|khởi công|bế mạc|bàn giao|nghỉ|đi|đến|tại|lúc|thi|khám|tiêm|nộp|dự|mời|"
    r"cúp|ngừng|tạm ngừng|bắt đầu|kết thúc|diễn ra|ra quân|tập trung|học|làm|phát|thu|chi|cấp|trả|nhận)(?![^\W_])"
)


def _happens(ctx: Context, m: re.Match[str], left: Left) -> bool:
    """Whether "5-9-25" opens a clause in which something happens, as a day does and an outline doesn't."""
    return (
        int(m[5]) in _SHORT_YEARS
        and (left.line_start or left.last[-1:] in ".;:,(")
        and bool(_HAPPENS.match(ctx.right(m.end(), 16)))
    )


def full_date(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """22/12/2024, 22-12-2024, 22.12.2024, 22/12/24, 2024-12-22."""
    m = _ISO.match(ctx.text, pos)
    if m and is_date(m[3], m[2]):
        return RuleReading(pos, m.end(), day_prefix(left) + said_day(ctx, m[3], m[2], m[1]), "date.iso")
    m = _FULL.match(ctx.text, pos)
    if not m or m[2].strip() != m[4].strip():
        return None
    day, month_, year = m[1], m[3], m[5]
    if not is_date(day, month_):
        if len(year) == 4 and is_date(month_, day) and m[2].strip() != ".":
            ctx.notice(
                "date-order",
                f"“{m[0]}” có vẻ ghi tháng trước ngày; đã đọc theo nghĩa ấy, hãy kiểm tra.",
                pos,
                m.end(),
            )
            return RuleReading(
                pos,
                m.end(),
                day_prefix(left) + said_day(ctx, month_, day, year),
                "date.month-first",
                look=True,
            )
        if len(year) == 4 and m[2].strip() == "/":
            ctx.notice("date-wrong", f"“{m[0]}” không phải ngày có thật; hãy sửa văn bản.", pos, m.end())
        return None
    if len(year) == 2:
        if m[2].strip() != "/" and not left.ends(*DAY_WORDS) and not _happens(ctx, m, left):
            return None
        full = f"20{year}"
        alternatives = (f"{day_prefix(left)}{said_day(ctx, day, month_)} năm {cardinal(year, ctx.profile)}",)
        return RuleReading(
            pos, m.end(), day_prefix(left) + said_day(ctx, day, month_, full), "date.short-year", alternatives
        )
    if left.ends("số") and m[2].strip() == "/":
        # "Giấy số 12/5/2025": a number, a month and a year, or a day; nobody can tell, so each figure is said.
        over = " trên ".join(cardinal(part, ctx.profile) for part in (day, month_, year))
        dated = f"{day_prefix(left)}{said_day(ctx, day, month_, year)}"
        return RuleReading(pos, m.end(), over, "number.over", (dated,), look=True)
    return RuleReading(pos, m.end(), day_prefix(left) + said_day(ctx, day, month_, year), "date.full")


_MARK = 10
_DAY_COMMAS = re.compile(
    r"(\d{1,2}(?:(?:,\s?\d{1,2}){1,9}|(?:-\d{1,2}){2,9}))(?:\s?(và|,)\s?(\d{1,2}))?/(\d{1,2})(?:/(\d{4}))?(?![\d/]|[.,]\d)"
)


_MONTH_SPAN = re.compile(r"(\d{1,2})\s?[-–—]\s?(\d{1,2})(?!\d|[/.,]\d|[^\W_])")


_DAYS_OF_MONTH = re.compile(r"(\d{1,2})\s?[-–—]\s?(\d{1,2})(?=\s(?:hằng|hàng|mỗi|của|trong|các)\stháng)")


def days_of_month(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Ngày 01-05 hằng tháng: two days of any month, not the first of May."""
    m = _DAYS_OF_MONTH.match(ctx.text, pos)
    if not m or not left.ends("ngày", "mùng", "mồng") or not 1 <= int(m[1]) < int(m[2]) <= _MONTH_DAYS[0]:
        return None
    return RuleReading(pos, m.end(), f"{_day(ctx, m[1])} đến ngày {_day(ctx, m[2])}", "date.days-of-month")


def month_span(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Tháng 4-6: from one month to another of the same year."""
    m = _MONTH_SPAN.match(ctx.text, pos)
    if not m or left.last != "tháng" or not 1 <= int(m[1]) < int(m[2]) <= 12:
        return None
    words = f"{month(m[1], ctx.profile)} đến tháng {month(m[2], ctx.profile)}"
    return RuleReading(pos, m.end(), words, "date.month-span")


def day_list(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Các ngày 10,11,12/6/2025; ngày 1, 2 và 3/9; ngày 4-5-6/11."""
    m = _DAY_COMMAS.match(ctx.text, pos)
    days = [int(day) for day in re.split(r"[,-]\s?", m[1])] if m else []
    # "12,13/11" alone is two days that follow each other; "4,6/5" is a mark out of five.
    tight = m and " " not in m[1] and not m[2] and days[-1] - days[0] == len(days) - 1 and days[0] > _MARK
    if not m or not (
        tight or Left(left.raw.rstrip(' (“"')).ends("ngày", "mùng", "mồng", "sáng", "chiều", "tối", "đêm")
    ):
        return None
    written = [*re.split(r"[,-]\s?", m[1]), *([m[3]] if m[3] else [])]
    if not all(is_date(day, m[4]) for day in written) or sorted(map(int, written)) != list(map(int, written)):
        return None
    said = [_day(ctx, day) for day in written[:-1]]
    last = said_day(ctx, written[-1], m[4], m[5])
    joint = " và " if m[2] == "và" else ", "
    return RuleReading(pos, m.end(), day_prefix(left) + ", ".join(said) + joint + last, "date.day-list")


def date_range(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """30/4 - 1/5, 01/7/2025-30/9/2025, 6/2025 - 12/2026, 2021-2025, 15-20/8, 3-6/2025."""
    text = ctx.text
    m = _MONTH_YEAR_RANGE.match(text, pos)
    if m and 1 <= int(m[1]) <= 12 and 1 <= int(m[3]) <= 12:
        first = f"{month(m[1], ctx.profile)} năm {cardinal(m[2], ctx.profile)}"
        second = f"{month(m[3], ctx.profile)} năm {cardinal(m[4], ctx.profile)}"
        lead = "" if left.last == "tháng" else "tháng "
        return RuleReading(pos, m.end(), f"{lead}{first} đến tháng {second}", "date.month-range")
    m = _RANGE.match(text, pos)
    if m and is_date(m[1], m[2]) and is_date(m[4], m[5]):
        first = said_day(ctx, m[1], m[2], m[3])
        second = said_day(ctx, m[4], m[5], m[6])
        both = (int(m[1]), int(m[2])) in HOLIDAYS and (int(m[4]), int(m[5])) in HOLIDAYS
        if both and left.recent("lễ", "dịp", "nghỉ", "kỷ niệm", words=4) and left.last != "từ" and not (m[3] or m[6]):
            return RuleReading(
                pos,
                m.end(),
                f"{first} và {second}",
                "date.holidays",
                (f"{first} đến {second}",),
            )
        return RuleReading(pos, m.end(), f"{day_prefix(left)}{first} đến ngày {second}", "date.range")
    m = _DAYS_THEN_DATE.match(text, pos)
    if m and is_date(m[1], m[5]) and is_date(m[3], m[5]) and not left.ends(*NUMBER_WORDS):
        dash = m[2] in DASH
        marked = left.ends("tháng")
        if not marked and (
            m[6] or dash or left.ends(*DAY_WORDS, "từ", "đến", "các") or (m[2] not in ("-", "–", "—", ",", ";"))
        ):
            if dash and m[4] != "/" and (int(m[1]) >= int(m[3]) or not left.ends(*DAY_WORDS)):
                return None
            join = " đến " if dash or m[2] == "đến" else " và " if m[2] == "và" else ", "
            second = said_day(ctx, m[3], m[5], m[6])
            mid = "ngày " if dash or m[2] == "đến" else ""
            return RuleReading(
                pos,
                m.end(),
                f"{day_prefix(left)}{_day(ctx, m[1])}{join}{mid}{second}",
                "date.days-sharing-month",
            )
    m = _MONTHS_THEN_YEAR.match(text, pos)
    if m and left.last in ("tháng", "quý") and 1 <= int(m[1]) < int(m[2]) <= 12:
        return RuleReading(
            pos,
            m.end(),
            f"{month(m[1], ctx.profile)} đến {left.last} {month(m[2], ctx.profile)} năm {cardinal(m[3], ctx.profile)}",
            "date.months-sharing-year",
        )
    m = _SCHOOL_YEAR.match(text, pos)
    if m and int(m[2]) == int(m[1]) + 1:
        return RuleReading(
            pos,
            m.end(),
            f"{cardinal(m[1], ctx.profile)} đến {cardinal(m[2], ctx.profile)}",
            "date.year-range",
        )
    m = _YEAR_RANGE.match(text, pos)
    if m and int(m[1]) < int(m[2]) and not left.ends("số", "điện thoại"):
        a, b = cardinal(m[1], ctx.profile), cardinal(m[2], ctx.profile)
        if left.ends("từ năm", "năm học", "niên khóa", "vụ"):
            return RuleReading(pos, m.end(), f"{a} đến {b}", "date.year-range", (f"{a} đến năm {b}",))
        return RuleReading(pos, m.end(), f"{a} đến {b}", "date.year-range", (f"từ năm {a} đến năm {b}",))
    return None


def month_year(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """6/2025 after nothing or after tháng; 2/2026 after quý."""
    m = _QUARTER_YEAR.match(ctx.text, pos)
    if m and left.last in ("quý", "quí"):
        return RuleReading(
            pos, m.end(), f"{cardinal(m[1], ctx.profile)} năm {cardinal(m[2], ctx.profile)}", "date.quarter"
        )
    m = _MONTH_YEAR.match(ctx.text, pos)
    if not m or not 1 <= int(m[1]) <= 12:
        if m and left.last == "tháng" and m[2] == "/":
            ctx.notice("date-wrong", f"“tháng {m[0]}” không phải tháng có thật; hãy sửa văn bản.", pos, m.end())
        return None
    if m[2] == "." and left.last != "tháng":
        return None
    if left.ends(*NUMBER_WORDS) or left.ends("lần", "đợt", "kỳ", "khóa", "khoá"):
        return None
    lead = "" if left.last.strip('(“"') == "tháng" else "tháng "
    return RuleReading(
        pos, m.end(), f"{lead}{month(m[1], ctx.profile)} năm {cardinal(m[3], ctx.profile)}", "date.month-year"
    )


RULES = (days_of_month, month_span, day_list, date_range, full_date, month_year)
