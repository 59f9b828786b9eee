"""Dates: full and part, ranges of days, months and years, two days sharing a month."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, month
from broadcaster.text.tokens import DASH, Context, Left, Reading

_FULL = re.compile(r"(\d{1,2})(\s?[/.\-–]\s?)(\d{1,2})(\s?[/.\-–]\s?)(\d{4}|\d{2})(?![\d]|[/.,\-–]\d)")
_ISO = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})(?![\d]|[/.\-]\d)")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s?([/.\-–])\s?((?:19|20)\d\d)(?![\d]|[/\-–.,]\d)")
_DAY_MONTH = re.compile(r"(\d{1,2})([/.\-–])(\d{1,2})(?![\d%‰]|[/.,]\d|[-–]\d|\s?tháng|\s?[-–]\s?\d{1,2}[/]\d{4})")
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
_DAY_WORDS = (
    "ngày", "mùng", "mồng", "hôm", "sáng", "chiều", "tối", "đêm", "trưa", "khuya", "rạng sáng", "lễ", "dịp", "tết",
    "trước", "sau", "chủ nhật", "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "cn", "nghỉ",
    "kỷ niệm", "hạn", "hạn chót", "chót", "hạn cuối", "thời hạn", "cuối", "nay", "mai", "kể từ", "tính đến", "đến hết", "cho đến", "vào", "bắt đầu từ",
)  # fmt: skip
_HOLIDAYS = frozenset(
    {(30, 4), (1, 5), (2, 9), (8, 3), (20, 11), (27, 7), (22, 12), (19, 5), (3, 2), (20, 10), (26, 3), (1, 6), (27, 2),
     (19, 8), (18, 11), (10, 10), (21, 6), (28, 6), (28, 7), (9, 11), (1, 1), (14, 2), (24, 12), (9, 1), (23, 9)}
)  # fmt: skip
_NAMED_AFTER_DAYS = (
    "đường", "công viên", "trường", "khu phố", "phường", "quảng trường", "bệnh viện", "nhà máy", "cầu", "xí nghiệp", "hợp tác xã",
    "thpt", "thcs", "nông trường", "mầm non", "tiểu học", "phố", "làng", "chợ", "tượng đài", "câu lạc bộ", "tổ hợp",
)  # fmt: skip
_SCORE_WORDS = ("tỷ số", "tỉ số", "thắng", "thua", "hòa", "hoà", "dẫn", "kết quả")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NUMBER_WORDS = (
    "số",
    "nhà",
    "thửa",
    "lô",
    "mẫu",
    "phòng",
    "tờ",
    "hẻm",
    "ngõ",
    "ngách",
    "kiệt",
    "mã",
    "phiên bản",
    "lớp",
    "bậc",
)


def _is_date(day: str, month_: str) -> bool:
    d, m = int(day), int(month_)
    return 1 <= m <= 12 and 1 <= d <= _MONTH_DAYS[m - 1]


_DAY_LIST = re.compile(r"(?:ngày|mùng|mồng)(?:\s\d{1,2}(?:,|\svà|\sđến)?)+$")


def _prefix(left: Left) -> str:
    if left.last.strip('(“"') in _HAS_DAY or _DAY_LIST.search(left.lower[-36:]):
        return ""
    return "ngày "


def _day(ctx: Context, day: str) -> str:
    return cardinal(day, ctx.profile)


def _day_month(ctx: Context, day: str, month_: str, year: str | None = None) -> str:
    words = f"{_day(ctx, day)} tháng {month(month_, ctx.profile)}"
    return f"{words} năm {cardinal(year, ctx.profile)}" if year else words


def full_date(ctx: Context, pos: int, left: Left) -> Reading | None:
    """22/12/2024, 22-12-2024, 22.12.2024, 22/12/24, 2024-12-22."""
    m = _ISO.match(ctx.text, pos)
    if m and _is_date(m[3], m[2]):
        return Reading(pos, m.end(), _prefix(left) + _day_month(ctx, m[3], m[2], m[1]), "date.iso")
    m = _FULL.match(ctx.text, pos)
    if not m or m[2].strip() != m[4].strip():
        return None
    day, month_, year = m[1], m[3], m[5]
    if not _is_date(day, month_):
        if len(year) == 4 and _is_date(month_, day) and m[2].strip() != ".":
            ctx.notice(
                "date-order",
                f"“{m[0]}” có vẻ ghi tháng trước ngày; đã đọc theo nghĩa ấy, hãy kiểm tra.",
                pos,
                m.end(),
            )
            return Reading(
                pos,
                m.end(),
                _prefix(left) + _day_month(ctx, month_, day, year),
                "date.month-first",
                look=True,
            )
        if len(year) == 4 and m[2].strip() == "/":
            ctx.notice("date-wrong", f"“{m[0]}” không phải ngày có thật; hãy sửa văn bản.", pos, m.end())
        return None
    if len(year) == 2:
        if m[2].strip() != "/" and not left.ends(*_DAY_WORDS):
            return None
        full = f"20{year}"
        alternatives = (f"{_prefix(left)}{_day_month(ctx, day, month_)} năm {cardinal(year, ctx.profile)}",)
        return Reading(
            pos, m.end(), _prefix(left) + _day_month(ctx, day, month_, full), "date.short-year", alternatives
        )
    if left.ends("số") and m[2].strip() == "/":
        return None
    return Reading(pos, m.end(), _prefix(left) + _day_month(ctx, day, month_, year), "date.full")


_DAY_COMMAS = re.compile(
    r"(\d{1,2}(?:,\s?\d{1,2}){1,9})(?:\s?(và|,)\s?(\d{1,2}))?/(\d{1,2})(?:/(\d{4}))?(?![\d/]|[.,]\d)"
)


_FEAST = re.compile(r"(?:kỷ niệm|lễ)(?: \d{1,2}/\d{1,2}(?:,| và))*$")
_MONTH_SPAN = re.compile(r"(\d{1,2})\s?[-–—]\s?(\d{1,2})(?!\d|[/.,]\d|[^\W_])")


def month_span(ctx: Context, pos: int, left: Left) -> Reading | None:
    """Tháng 4-6: from one month to another of the same year."""
    m = _MONTH_SPAN.match(ctx.text, pos)
    if not m or left.last != "tháng" or not 1 <= int(m[1]) < int(m[2]) <= 12:
        return None
    words = f"{month(m[1], ctx.profile)} đến tháng {month(m[2], ctx.profile)}"
    return Reading(pos, m.end(), words, "date.month-span")


def day_list(ctx: Context, pos: int, left: Left) -> Reading | None:
    """Các ngày 10,11,12/6/2025; ngày 1, 2 và 3/9."""
    m = _DAY_COMMAS.match(ctx.text, pos)
    if not m or not left.ends("ngày", "mùng", "mồng", "sáng", "chiều", "tối", "đêm"):
        return None
    days = [*re.split(r",\s?", m[1]), *([m[3]] if m[3] else [])]
    if not all(_is_date(day, m[4]) for day in days):
        return None
    said = [_day(ctx, day) for day in days[:-1]]
    last = _day_month(ctx, days[-1], m[4], m[5])
    joint = " và " if m[2] == "và" else ", "
    return Reading(pos, m.end(), _prefix(left) + ", ".join(said) + joint + last, "date.day-list")


def date_range(ctx: Context, pos: int, left: Left) -> Reading | None:
    """30/4 - 1/5, 01/7/2025-30/9/2025, 6/2025 - 12/2026, 2021-2025, 15-20/8, 3-6/2025."""
    text = ctx.text
    m = _MONTH_YEAR_RANGE.match(text, pos)
    if m and 1 <= int(m[1]) <= 12 and 1 <= int(m[3]) <= 12:
        first = f"{month(m[1], ctx.profile)} năm {cardinal(m[2], ctx.profile)}"
        second = f"{month(m[3], ctx.profile)} năm {cardinal(m[4], ctx.profile)}"
        lead = "" if left.last == "tháng" else "tháng "
        return Reading(pos, m.end(), f"{lead}{first} đến tháng {second}", "date.month-range")
    m = _RANGE.match(text, pos)
    if m and _is_date(m[1], m[2]) and _is_date(m[4], m[5]):
        first = _day_month(ctx, m[1], m[2], m[3])
        second = _day_month(ctx, m[4], m[5], m[6])
        both = (int(m[1]), int(m[2])) in _HOLIDAYS and (int(m[4]), int(m[5])) in _HOLIDAYS
        if both and left.recent("lễ", "dịp", "nghỉ", "kỷ niệm", words=4) and left.last != "từ" and not (m[3] or m[6]):
            return Reading(
                pos,
                m.end(),
                f"{first} và {second}",
                "date.holidays",
                (f"{first} đến {second}",),
            )
        return Reading(pos, m.end(), f"{_prefix(left)}{first} đến ngày {second}", "date.range")
    m = _DAYS_THEN_DATE.match(text, pos)
    if m and _is_date(m[1], m[5]) and _is_date(m[3], m[5]) and not left.ends(*_NUMBER_WORDS):
        dash = m[2] in DASH
        marked = left.ends("tháng")
        if not marked and (
            m[6] or dash or left.ends(*_DAY_WORDS, "từ", "đến", "các") or (m[2] not in ("-", "–", "—", ",", ";"))
        ):
            if dash and int(m[1]) >= int(m[3]) and m[4] != "/":
                return None
            join = " đến " if dash or m[2] == "đến" else " và " if m[2] == "và" else ", "
            second = _day_month(ctx, m[3], m[5], m[6])
            mid = "ngày " if dash or m[2] == "đến" else ""
            return Reading(
                pos,
                m.end(),
                f"{_prefix(left)}{_day(ctx, m[1])}{join}{mid}{second}",
                "date.days-sharing-month",
            )
    m = _MONTHS_THEN_YEAR.match(text, pos)
    if m and left.last in ("tháng", "quý") and 1 <= int(m[1]) < int(m[2]) <= 12:
        return Reading(
            pos, m.end(),
            f"{month(m[1], ctx.profile)} đến {left.last} {month(m[2], ctx.profile)} năm {cardinal(m[3], ctx.profile)}",
            "date.months-sharing-year",
        )  # fmt: skip
    m = _SCHOOL_YEAR.match(text, pos)
    if m and int(m[2]) == int(m[1]) + 1:
        return Reading(
            pos,
            m.end(),
            f"{cardinal(m[1], ctx.profile)} đến {cardinal(m[2], ctx.profile)}",
            "date.year-range",
        )
    m = _YEAR_RANGE.match(text, pos)
    if m and int(m[1]) < int(m[2]) and not left.ends("số", "điện thoại"):
        a, b = cardinal(m[1], ctx.profile), cardinal(m[2], ctx.profile)
        if left.ends("từ năm", "năm học", "niên khóa", "mùa vụ", "vụ"):
            return Reading(pos, m.end(), f"{a} đến {b}", "date.year-range", (f"{a} đến năm {b}",))
        return Reading(pos, m.end(), f"{a} đến {b}", "date.year-range", (f"từ năm {a} đến năm {b}",))
    return None


def month_year(ctx: Context, pos: int, left: Left) -> Reading | None:
    """6/2025 after nothing or after tháng; 2/2026 after quý."""
    m = _QUARTER_YEAR.match(ctx.text, pos)
    if m and left.last in ("quý", "quí"):
        return Reading(pos, m.end(), f"{cardinal(m[1], ctx.profile)} năm {cardinal(m[2], ctx.profile)}", "date.quarter")
    m = _MONTH_YEAR.match(ctx.text, pos)
    if not m or not 1 <= int(m[1]) <= 12:
        if m and left.last == "tháng" and m[2] == "/":
            ctx.notice("date-wrong", f"“tháng {m[0]}” không phải tháng có thật; hãy sửa văn bản.", pos, m.end())
        return None
    if m[2] == "." and left.last != "tháng":
        return None
    if left.ends(*_NUMBER_WORDS) or left.ends("lần", "đợt", "kỳ", "khóa", "khoá"):
        return None
    lead = "" if left.last.strip('(“"') == "tháng" else "tháng "
    return Reading(
        pos, m.end(), f"{lead}{month(m[1], ctx.profile)} năm {cardinal(m[3], ctx.profile)}", "date.month-year"
    )


def day_month(ctx: Context, pos: int, left: Left) -> Reading | None:
    """30/4, 27-8, 14.5 where the words around say that it is a day."""
    m = _DAY_MONTH.match(ctx.text, pos)
    if not m or not _is_date(m[1], m[3]):
        return None
    sep = m[2]
    if left.ends(*_NUMBER_WORDS) or left.ends(*_SCORE_WORDS):
        return None
    said = _day_month(ctx, m[1], m[3])
    if sep == "/" and (int(m[1]), int(m[3])) in _HOLIDAYS and left.ends(*_NAMED_AFTER_DAYS):
        return Reading(pos, m.end(), said, "date.as-name")
    if sep == "/" and (int(m[1]), int(m[3])) in _HOLIDAYS and _FEAST.search(left.lower[-40:]):
        return Reading(pos, m.end(), said, "date.as-name")
    after = ctx.text[m.end() : m.end() + 1]
    if after == "h" or after.isalpha():
        return None
    lead = left.last.strip('(“",')
    if lead in ("ngày", "mùng", "mồng", "hôm"):
        return Reading(pos, m.end(), said, "date.day-month")
    holiday = (int(m[1]), int(m[3])) in _HOLIDAYS
    if re.match(r"\s(?:âm lịch|dương lịch|hằng năm|hàng năm|\(âm|al\b)", ctx.right(m.end(), 12)):
        return Reading(pos, m.end(), f"ngày {said}", "date.day-month")
    if sep == "/":
        near = (
            left.ends(*_DAY_WORDS) and not (lead in ("trước", "sau", "vào", "cuối", "nghỉ") and _counts(ctx, m.end()))
        ) or (left.recent("ngày", words=3) and lead in ("và", "đến", "tới", "từ"))
        from_to = lead in ("từ", "đến", "tới") and int(m[3]) <= 12 and int(m[1]) > 0
        if near or (from_to and not _counts(ctx, m.end())) or (holiday and not _counts(ctx, m.end())):
            look = not (near or holiday)
            return Reading(pos, m.end(), f"ngày {said}", "date.day-month", _other(ctx, m[1], m[3]), look=look)
        if re.match(r"\s?(?:giờ|\d{1,2}(?:h|g))", ctx.right(m.end(), 6)) and int(m[1]) > 12:
            return Reading(pos, m.end(), f"ngày {said}", "date.day-month")
        if _hour_before(left):
            return Reading(pos, m.end(), f"ngày {said}", "date.day-month")
        return None
    if sep in "-–" and left.ends("ngày", "sáng", "chiều", "tối", "đêm", "trưa", "hôm", "dịp", "lễ", "chủ nhật", "hạn"):
        return Reading(pos, m.end(), f"ngày {said}", "date.day-month-dash")
    if sep in "-–" and holiday and left.recent("ngày", "kỷ niệm", "quốc khánh", "mừng", "lễ", words=8):
        return Reading(pos, m.end(), f"ngày {said}", "date.day-month-dash")
    if sep == "." and left.ends("sáng", "chiều", "tối", "đêm", "trưa", "hôm") and "," not in m[0]:
        return Reading(pos, m.end(), f"ngày {said}", "date.day-month-dot")
    return None


def _hour_before(left: Left) -> bool:
    return bool(left.words) and bool(re.fullmatch(r"(?:\d{1,2}[hg:]\d{0,2}[’']?|giờ|phút)", left.last))


def _other(ctx: Context, a: str, b: str) -> tuple[str, ...]:
    x, y = cardinal(a, ctx.profile), cardinal(b, ctx.profile)
    return (f"{x} phần {y}", f"{x} trên {y}")


def _counts(ctx: Context, end: int) -> bool:
    """Whether what follows is counted, which makes a/b a share and not a day."""
    return bool(
        re.match(
            r"\s*(?:số|diện tích|dân số|tổng|hộ|chỉ tiêu|tiêu chí|thành viên|đại biểu|phiếu|xã|ấp|thôn|khu|chiều|quãng|"
            r"thời gian|điểm|người|cán bộ|đảng viên|trường|học sinh|nhiệm vụ|mức|lương|hồ sơ|khối lượng|công trình|suất|giá trị|lượng|chi phí|tiền|kinh phí|học phí|viên|lít|nồng độ|đơn vị|nội dung)\b",
            ctx.right(end, 20),
        )
    )


RULES = (month_span, day_list, date_range, full_date, month_year, day_month)
