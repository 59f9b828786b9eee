"""Days and months written as two figures: 30/4, 27-8, 14.5; whether they are a day is settled by what stands around."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.rules.dates import DAY_WORDS, HOLIDAYS, NUMBER_WORDS, is_date, said_day
from broadcaster.text.rules.measures import tail_of
from broadcaster.text.rules.scores import teams_beside
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_DAY_MONTH = re.compile(r"(\d{1,2})([/.\-–])(\d{1,2})(?![\d%‰]|[/.,]\d|[-–]\d|\s?tháng|\s?[-–]\s?\d{1,2}[/]\d{4})")
_FEAST = re.compile(r"(?:kỷ niệm|lễ)(?: \d{1,2}/\d{1,2}(?:,| và))*$")
_FEAST_NAMED = re.compile(
    r"ngày (?:quốc tế )?(?:phụ nữ|nhà giáo|thiếu nhi|thầy thuốc|thương binh|quân đội|doanh nhân|báo chí|gia đình|lao động|"
    r"giải phóng|thành lập)(?: [^\W\d_]+){0,5}$"
)
_NAMED_AFTER_DAYS = word_list("days.named_after_days")
_SCORE_WORDS = ("tỷ số", "tỉ số", "thắng", "thua", "hòa", "hoà", "dẫn", "kết quả")
_NUMBERED_LIST = re.compile(rf"(?<![^\W_])(?:{'|'.join(NUMBER_WORDS)}) (?:\d{{1,4}}/\d{{1,3}}(?:,|;| và)? ?)+$")
_MARKED = ("ngày", "mùng", "mồng", "hôm")
_STRONG = word_list("days.strong")
_UNSURE_LEADS = frozenset(["trước", "sau", "vào", "cuối", "nghỉ"])
_NO_DAY = word_list("days.no_day")
_GAMES = word_list("days.games")
_WEEKDAY = re.compile(r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|cn|t[2-7]|nay|mai|qua)\s?[,(]\s?[(“\"]?$")
_HOUR_BEFORE = re.compile(r"(?:\d{1,2}[hg:]\d{0,2}[’'′]?|giờ(?: \d{1,2})?|phút)\s?,?\s?[(“\"]?$")
_HOUR_AFTER = re.compile(r"\s?[,;]?\s?(?:lúc |từ )?(?:\d{1,2}\s?(?:giờ|h\d{0,2}|g\d{0,2})(?![^\W_])|\d{1,2}:\d\d)")
_CALENDAR_AFTER = re.compile(
    r"\s(?:âm lịch|dương lịch|hằng năm|hàng năm|\(âm|\(al|al\b|năm (?:\d{4}|nay|sau|ngoái|[a-zđ]{2,4} (?:tý|sửu|dần|mão|thìn|tỵ|ngọ|mùi|thân|dậu|tuất|hợi)))"
)
_COUNTED = re.compile(
    r"\s*(?:số|diện tích|dung tích|dân số|tổng|hộ|chỉ tiêu|tiêu chí|thành viên|đại biểu|phiếu|xã|ấp|thôn|khu|chiều|quãng|"
    r"thời gian|điểm|người|cán bộ|đảng viên|trường|học sinh|nhiệm vụ|mức|lương|hồ sơ|khối lượng|công trình|suất|giá trị|"
    r"lượng|chi phí|tiền|kinh phí|học phí|viên|lít|nồng độ|đơn vị|nội dung|đồng chí|ủy viên|chi bộ|tổ|em|trẻ|lớp|bài|câu|"
    r"mô hình|sản phẩm|dự án|phường|bản|buôn|khóm|vụ|ca|lần|thủ tục|cơ quan|lao động|hội viên|đoàn viên|cử tri|ngày công)\b"
)


def day_month(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """30/4, 27-8, 14.5 where the words around say that it is a day."""
    m = _DAY_MONTH.match(ctx.text, pos)
    if not m or not is_date(m[1], m[3]) or ctx.text[pos - 1 : pos] in ("/", ",", "."):
        return None
    if left.ends(*NUMBER_WORDS) or left.ends(*_SCORE_WORDS) or _NUMBERED_LIST.search(left.lower[-40:]):
        return None
    if left.ends("tổ") and not left.ends("giỗ tổ"):
        return None
    said = said_day(ctx, m[1], m[3])
    holiday = (int(m[1]), int(m[3])) in HOLIDAYS
    if m[2] in "/-" and holiday and (left.ends(*_NAMED_AFTER_DAYS) or _FEAST.search(left.lower[-40:])):
        return RuleReading(pos, m.end(), said, "date.as-name")
    after = ctx.text[m.end() : m.end() + 1]
    if after == "h" or after.isalpha():
        return None
    if left.last.strip('(“",') in _MARKED:
        return RuleReading(pos, m.end(), said, "date.day-month", _others(ctx, m[1], m[2], m[3]))
    if _CALENDAR_AFTER.match(ctx.right(m.end(), 24)) or _WEEKDAY.search(left.lower[-24:]):
        return RuleReading(pos, m.end(), f"ngày {said}", "date.day-month", _others(ctx, m[1], m[2], m[3]))
    if m[2] == "/":
        return _slashed(ctx, m, left, said)
    return _dotted_or_dashed(ctx, m, left, said, holiday=holiday)


def _slashed(ctx: Context, m: re.Match[str], left: Left, said: str) -> RuleReading | None:
    """a/b: a day unless something is counted; certain beside a word of time, likely when it can be no share."""
    counted = bool(_COUNTED.match(ctx.right(m.end(), 20)))
    lead = left.last.strip('(“",')
    # An opening bracket doesn't part a day from the word of time before it: "sáng nay (5/6)".
    near = Left(left.raw.rstrip(' (“"')).ends(*DAY_WORDS) and not (lead in _UNSURE_LEADS and counted)
    near = near or (left.recent("ngày", words=3) and lead in ("và", "đến", "tới", "từ"))
    certain = near or bool(_HOUR_BEFORE.search(left.lower[-12:])) or bool(_HOUR_AFTER.match(ctx.right(m.end(), 16)))
    first, second = int(m[1]), int(m[3])
    padded = m[1][0] == "0" or m[3][0] == "0"
    likely = (
        ((first, second) in HOLIDAYS and not left.ends(*_NO_DAY))
        or lead in ("từ", "đến", "tới")
        or ((padded or first > second) and not left.ends(*_NO_DAY))
    )
    if not certain and (counted or not likely):
        return None
    look = not certain and (first, second) not in HOLIDAYS
    return RuleReading(m.start(), m.end(), f"ngày {said}", "date.day-month", _others(ctx, m[1], m[2], m[3]), look=look)


def _dotted_or_dashed(ctx: Context, m: re.Match[str], left: Left, said: str, *, holiday: bool) -> RuleReading | None:
    """27-8 and 14.5: a day only beside a word of time, for else they are a stretch and a decimal."""
    named = Left(left.raw.rstrip(' (“"')).ends(*_STRONG)
    feast = holiday and not _COUNTED.match(ctx.right(m.end(), 20)) and not tail_of(ctx, ctx.text, m.end())
    feast = feast and (
        left.recent("ngày", "kỷ niệm", "quốc khánh", "mừng", "lễ", words=8 if m[2] in "-–" else 4)
        or bool(_FEAST_NAMED.search(left.lower))
    )
    # "20-11" runs downwards, so it is no stretch; when nothing is counted it can only be a day.
    falling = m[2] in "-–" and int(m[1]) > int(m[3]) and not left.ends(*_NO_DAY, "npk", "dap", "phân")
    falling = falling and not teams_beside(ctx, m.start(), left)
    falling = falling and not _COUNTED.match(ctx.right(m.end(), 20)) and not left.recent(*_GAMES, words=9)
    if not (named or feast or falling):
        return None
    rule = "date.day-month-dot" if m[2] == "." else "date.day-month-dash"
    look = not (named or feast)
    return RuleReading(m.start(), m.end(), f"ngày {said}", rule, _others(ctx, m[1], m[2], m[3]), look=look)


def _others(ctx: Context, a: str, sign: str, b: str) -> tuple[str, ...]:
    """The readings that the same writing has elsewhere."""
    x, y = cardinal(a, ctx.profile), cardinal(b, ctx.profile)
    if sign == "/":
        return (f"{x} phần {'tư' if int(b) == 4 else y}", f"{x} trên {y}")
    return (f"{x} phẩy {y}", f"{x} chấm {y}") if sign == "." else (f"{x} đến {y}",)


RULES = (day_month,)
