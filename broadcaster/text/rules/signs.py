"""Signs: punctuation that shapes the voice, and symbols that are words."""

from __future__ import annotations

import re
import unicodedata

from broadcaster.text.numbers import cardinal
from broadcaster.text.syllables import may_be_syllable
from broadcaster.text.tokens import DASH, Context, Left, RuleReading

_END_MARK = re.compile(r"\.?/ ?\.(?!\d)|\./(?= *$)", re.MULTILINE)
_DOTS = re.compile(r"(?:\.{2,}|…)[.…]*")
_QUOTES = "\"“”„‟«»‘’'‚‹›`´″′"
_OPEN, _CLOSE = "([{【（", ")]}】）"
_SLASH_WORDS = re.compile(r"\s?/\s?([^\W\d_]+(?:[23²³](?![^\W_]))?)")
_VULGAR = {
    "½": (1, 2),
    "⅓": (1, 3),
    "⅔": (2, 3),
    "¼": (1, 4),
    "¾": (3, 4),
    "⅛": (1, 8),
    "⅜": (3, 8),
    "⅝": (5, 8),
    "⅞": (7, 8),
    "⅕": (1, 5),
    "⅖": (2, 5),
    "⅗": (3, 5),
    "⅘": (4, 5),
    "⅙": (1, 6),
    "⅚": (5, 6),
}
_PER = frozenset(
    ["năm", "tháng", "ngày", "giờ", "phút", "giây", "tuần", "lần", "vụ", "quý", "kỳ", "đợt", "lít", "tấn", "tạ"]
)
# These are a rate only after something that is counted: 2 bình/công, but tổ/hội.
_PER_COUNTED = frozenset(
    "chỗ môn hồ sản đơn thủ bệnh khách người hộ khẩu suất sào lượt buổi ca cái con xã ấp thôn lớp em cháu căn chiếc đồng nhà thửa ngôi trẻ xe vé phiếu công bình gói thùng can bao chai cây bụi ao mét khóa chuyến gốc tổ trang mâm bữa mũi liều đêm cặp đôi hội".split()  # noqa: SIM905
)
_NOUN_FIGURE_LEFT = re.compile(r"[^\W\d_]\s\d{1,3}$")
_FIGURE_AFTER = re.compile(r"\s\d")
_RATE_LEFT = re.compile(r"(?:\d\s?(?:đ|đồng|k|tr)|đồng)(?:/[^\W\d_]+)?$")
_COUNTED_LEFT = re.compile(
    r"(?:\d[\d.,]*\s?(?:[^\W\d_]+\s)?[^\W\d_]+|đồng|triệu|tỷ|vnđ|vnd|usd|%|\bđ|kg|lít)$", re.IGNORECASE
)


def sign(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """What a punctuation mark or symbol becomes; None means that it stays as it is."""
    text = ctx.text
    c = text[pos]
    if c in ".…/":
        m = _END_MARK.match(text, pos)
        if m:
            return RuleReading(pos, m.end(), "" if left.last[-1:] in ".!?;:" else ".", "sign.end-mark")
    if c in ".…":
        return _dot(ctx, pos)
    if c in ",;:!?":
        return None
    if c in _QUOTES:
        return _quote(ctx, pos)
    if c in _OPEN:
        return RuleReading(pos, pos + 1, "" if not left.last or left.last[-1] in ".,;:!?(" else ",", "sign.bracket")
    if c in _CLOSE:
        rest = text[pos + 1 : pos + 40].lstrip(" ")
        return RuleReading(pos, pos + 1, "" if not rest or rest[0] in ".,;:!?)\n…/" else ",", "sign.bracket")
    if c in DASH:
        return _dash(ctx, pos, left)
    if c == "/":
        return _slash(ctx, pos, left)
    return _symbol(ctx, pos, c)


def _dot(ctx: Context, pos: int) -> RuleReading | None:
    text = ctx.text
    m = _DOTS.match(text, pos)
    if m:
        rest = text[m.end() : m.end() + 40].lstrip(' )”"')
        after_comma = text[max(0, pos - 2) : pos].rstrip()[-1:] in (",", ";", ":")
        if not rest or rest[0] == "\n" or rest[0].isupper():
            return RuleReading(pos, m.end(), ".", "sign.dots")
        return RuleReading(pos, m.end(), "" if rest[0] in ".,;:!?)" or after_comma else ",", "sign.dots")
    before, after = text[pos - 1 : pos], text[pos + 1 : pos + 2]
    if (before and not before.isspace() and after.isalnum() and not after.isupper()) or (
        (not before or before.isspace()) and after.isascii() and after.islower()
    ):
        return RuleReading(pos, pos + 1, " chấm ", "sign.point")
    return None


def _quote(ctx: Context, pos: int) -> RuleReading | None:
    before, after = ctx.text[pos - 1 : pos], ctx.text[pos + 1 : pos + 2]
    if ctx.text[pos] in "’'‘" and before.isalpha() and after.isalpha():
        return None
    return RuleReading(pos, pos + 1, "", "sign.quote")


_UP_TO = re.compile(r"\s?(?:dưới|trên|không quá|hết|nay|tối đa)(?![^\W_])")
_MATCHES = ("thi đấu", "trận", "đấu", "gặp", "lượt", "bóng đá", "bóng chuyền", "bảng")
_HOUR_LEFT = re.compile(
    r"\d{1,2}\s?(?:h|g|giờ)\s?\d{0,2}\s?(?:sáng|trưa|chiều|tối|đêm|khuya|ngày \d{1,2}/\d{1,2}(?:/\d{4})?)$"
)
_HOUR_RIGHT = re.compile(r"\s?\d{1,2}\s?(?:h|g|giờ)")
_FIGURE_NEXT = re.compile(r"\s\d")
# "Từ 18 tháng - 5 tuổi": what "từ" opens ends after the dash.
_FROM_LEFT = re.compile(r"(?<![^\W_])từ \d[\d.,]{0,12} ?[^\W\d_]+$")
_FIGURE_RIGHT = re.compile(r"\s?\d")
# "5 tuổi - dưới 18 tuổi", "từ 5 tháng - nay": an age or a span up to another, whose figure or "nay" follows.
_SPAN_LEFT = re.compile(r"\d (?:tuổi|tháng|tuần|năm|ngày) ?$")
_SPAN_RIGHT = re.compile(r"\s?(?:(?:dưới|trên|không quá|hết|tối đa) \d|nay(?![^\W_]))")
_FIGURE_LAST = re.compile(r"\d[^\W\d_]{0,2}\s*$")
_NAMED_FIGURE = re.compile(r"([^\W\d_]+)\.?\s?\d[\d.,+]*\s?$")
_NAMES_FIGURE = re.compile(r"\s?([^\W\d_]+)\.?\s?\d")
_STRETCHES = ("thứ", "ngày", "tháng", "quý", "năm", "giờ", "phút")
_STRETCH = re.compile(r"\s(?:hết\s)?(?:thứ|ngày|tháng|quý|năm|[Cc]hủ nhật|CN)(?![^\W_])", re.IGNORECASE)


def _dash(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    text = ctx.text
    before, after = text[pos - 1 : pos], text[pos + 1 : pos + 2]
    if before.isalnum() and after.isalpha():
        if text[pos] != "-" or before.isdigit() or (before.isupper() and after.isupper()) or _two_syllables(text, pos):
            return RuleReading(pos, pos + 1, " ", "sign.hyphen")
        return None
    if before.isalpha() and after.isdigit():
        return RuleReading(pos, pos + 1, " ", "sign.hyphen")
    if before.isspace() and after.isspace() and _STRETCH.match(text, pos + 1) and left.recent(*_STRETCHES, words=5):
        return RuleReading(pos, pos + 1, "đến", "sign.stretch")
    if _HOUR_LEFT.search(left.lower) and _HOUR_RIGHT.match(text, pos + 1):
        return RuleReading(pos, pos + 1, " đến ", "sign.stretch")
    if (
        _FIGURE_LAST.search(left.raw)
        and not left.recent(*_MATCHES, words=9)
        and (_UP_TO.match(text, pos + 1) or _same_noun(text, pos))
    ):
        return RuleReading(pos, pos + 1, " đến ", "sign.stretch", (", ",))
    if _SPAN_LEFT.search(left.raw) and _SPAN_RIGHT.match(text, pos + 1):
        return RuleReading(pos, pos + 1, " đến ", "sign.stretch", (", ",))
    if _FROM_LEFT.search(left.lower) and _FIGURE_RIGHT.match(text, pos + 1):
        return RuleReading(pos, pos + 1, " đến ", "sign.stretch", (", ",))
    # A dash between two telephone numbers is a breath, or they would run together.
    pause = text[pos] == "—" or (before.isspace() and ctx.said[0] >= pos - 1 and _FIGURE_NEXT.match(text, pos + 1))
    return RuleReading(pos, pos + 1, "," if pause and before else " ", "sign.dash")


def _same_noun(text: str, pos: int) -> bool:
    """Tuổi 6 - tuổi 18, Km 5+200 - Km 7+300: the same word names both ends."""
    first = _NAMED_FIGURE.search(text[max(0, pos - 24) : pos])
    second = _NAMES_FIGURE.match(text, pos + 1)
    return bool(first and second and first[1].lower() == second[1].lower())


def _two_syllables(text: str, pos: int) -> bool:
    """Names such as "Hà Nội-Huế": words joined by a dash, not a transcription such as "vi-rút"."""
    a = re.search(r"[^\W\d_]+$", text[max(0, pos - 12) : pos])
    b = re.match(r"[^\W\d_]+", text[pos + 1 : pos + 12])
    return bool(a and b and b[0][0].isupper() and may_be_syllable(a[0]))


def _slash(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    text = ctx.text
    m = _SLASH_WORDS.match(text, pos)
    if m:
        word = m[1].lower()
        if left.last.strip("(,") == "và" and word == "hoặc":
            return RuleReading(pos, pos + 1, " ", "sign.slash")
        if _NOUN_FIGURE_LEFT.search(left.raw) and _FIGURE_AFTER.match(text, m.end()):
            return RuleReading(pos, pos + 1, ", ", "sign.slash")
        if m[1].isupper() and m[1] in ctx.lexicon.by_written and _RATE_LEFT.search(left.raw):
            return RuleReading(pos, pos + 1, " trên ", "measure.rate")
        if word in _PER_COUNTED and _COUNTED_LEFT.search(left.raw):
            return RuleReading(pos, pos + 1, " trên ", "measure.rate")
        if word in _PER or word in ctx.lexicon.table("units"):
            said = ctx.lexicon.table("units").get(m[1], "")
            if said and word not in _PER:
                return RuleReading(pos, m.end(), f" trên {said}", "measure.rate")
            return RuleReading(pos, pos + 1, " một " if word == "lần" else " trên ", "measure.rate")
        return RuleReading(pos, pos + 1, ", " if left.last else "", "sign.slash", (" hoặc ", " trên "))
    if text[pos + 1 : pos + 2] == "0" and ctx.said[0] == pos and "," in ctx.said[1]:
        return RuleReading(pos, pos + 1, ", ", "sign.slash", (" hoặc ",))
    return RuleReading(
        pos,
        pos + 1,
        " trên " if left.last[-1:].isdigit() or text[pos + 1 : pos + 2].isdigit() else " ",
        "sign.slash",
    )


# Before an amount with its unit, when nothing is compared with it, the sign sets a limit: tàu <15m, mưa >100mm.
_LIMITS = {"<": "dưới", ">": "trên"}
_LIMIT = re.compile(
    r"\s?\d[\d.,]{0,15}(?:\s?[%‰°º℃]|[^\W\d_]|\s(?:tuổi|người|hộ|con|tấn|tạ|kg|g|km|m|m2|m3|m²|m³|mm|cm|ha|lít|ml|mg|độ|cấp|ngày|tháng|"
    r"năm|giờ|phút|triệu|tỷ|tỉ|ngàn|nghìn|đồng|cc|lần|điểm|công|hải lý|vé|ca|trẻ|kw|kwh|kva|mét|ki)(?![^\W_]))",
    re.IGNORECASE,
)
_ABOUT = "~∼～"
_ABOUT_WORDS = ("khoảng", "chừng", "độ", "gần", "hơn", "ước", "xấp xỉ")
_COMPARED = re.compile(r"\d\s?[^\W\d_]{0,2}\s?$|[=<>]\s?$")


def _symbol(ctx: Context, pos: int, c: str) -> RuleReading | None:
    symbols = ctx.lexicon.table("symbols")
    if c in _VULGAR:
        a, b = _VULGAR[c]
        joined = " và " if ctx.text[pos - 1 : pos].isdigit() else ""
        part = "tư" if b == 4 else cardinal(b, ctx.profile)
        return RuleReading(pos, pos + 1, f"{joined}{cardinal(a, ctx.profile)} phần {part}", "fraction.sign")
    if c in _ABOUT and _FIGURE_RIGHT.match(ctx.text, pos + 1) and not _COMPARED.search(ctx.text[max(0, pos - 4) : pos]):
        return RuleReading(pos, pos + 1, "" if ctx.left(pos).ends(*_ABOUT_WORDS) else " khoảng ", "symbol.about")
    if c in symbols:
        if c in _LIMITS and _LIMIT.match(ctx.text, pos + 1) and not _COMPARED.search(ctx.text[max(0, pos - 4) : pos]):
            return RuleReading(pos, pos + 1, f" {_LIMITS[c]} ", "symbol.limit", (symbols[c],))
        said = symbols[c].replace("nghìn", ctx.profile.thousand)
        if c in "<>" and ctx.text[pos + 1 : pos + 2] == "=":
            return RuleReading(pos, pos + 2, f" {said} hoặc bằng ", "symbol")
        return RuleReading(pos, pos + 1, f" {said} ", "symbol" if said else "symbol.silent")
    category = unicodedata.category(c)
    if category[0] == "M" or category in ("Cf", "Cc", "Cs", "Co", "Cn"):
        if category[0] == "M" and ctx.text[pos - 1 : pos].isalpha():
            return None
        return RuleReading(pos, pos + 1, "", "symbol.invisible")
    if c.isnumeric():
        return _numeric(ctx, pos, c)
    if category.startswith("P"):
        return RuleReading(pos, pos + 1, " ", "sign.other")
    name = "biểu tượng" if category == "So" else "ký hiệu"
    ctx.notice("unread-symbol", f"Chưa có cách đọc cho {name} “{c}”; đã bỏ qua.", pos, pos + 1)
    return RuleReading(pos, pos + 1, " ", "symbol.unread", look=True)


def _numeric(ctx: Context, pos: int, c: str) -> RuleReading:
    value = unicodedata.numeric(c)
    if value == int(value) and value >= 0:
        return RuleReading(pos, pos + 1, f" {cardinal(int(value), ctx.profile)} ", "number.sign-form")
    ctx.notice("unread-symbol", f"Chưa có cách đọc cho ký hiệu “{c}”; đã bỏ qua.", pos, pos + 1)
    return RuleReading(pos, pos + 1, " ", "symbol.unread", look=True)


_SIZE_NEXT = re.compile(r"\s?\d")


def lettered_symbol(ctx: Context, pos: int, c: str) -> RuleReading | None:
    """Φ600, Ø 90: a sign before a size, which Unicode counts with letters."""
    sized = not c.isascii() and _SIZE_NEXT.match(ctx.text, pos + 1)
    said = ctx.lexicon.table("symbols").get(c) if sized else None
    return RuleReading(pos, pos + 1, f" {said} ", "symbol") if said else None


def odd_letter(ctx: Context, pos: int, c: str) -> RuleReading | None:
    """A character that Unicode counts with letters but that is a figure: ², ½, Ⅳ."""
    if c in "²³":
        powers = {"²": "bình phương", "³": "lập phương"}
        return RuleReading(pos, pos + 1, f" {powers[c]} ", "symbol")
    return _symbol(ctx, pos, c)
