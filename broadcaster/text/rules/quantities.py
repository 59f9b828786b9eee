"""Figures that count or measure: money, units, rates, per cent, shares, ranges, signs, decimals, ranks."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, decimal, rank, spell_digits
from broadcaster.text.tokens import Context, Left, Reading, is_syllable

_FIGURE = r"\d{1,3}(?:\.\d{3})+(?:,\d{1,6})?(?!\d)|\d{1,3}(?:,\d{3}){2,}(?:\.\d{1,6})?(?!\d)|\d{1,3}(?: \d{3})+(?:,\d+)?(?![\d.])|\d+[.,]\d+|\d+"
_NUMBER = re.compile(_FIGURE)
_RANGE = re.compile(rf"({_FIGURE})\s?(%)?\s?(?:[-–—−~]|÷)\s?({_FIGURE})")
_SCALE = re.compile(
    r"(\s?)(triệu|tỷ|tỉ|nghìn|ngàn|trăm|vạn|tr(?=\d|[\s,;)]|\.(?!đ|\s?đ)|$)|k(?![^\W_/]|m)|K(?![^\W_/]))(?![^\W\d_])"
)
_SCALE_TAIL = re.compile(r"(\d)(?!\d|[.,/]\d)")
_WORDY_SCALE = {"tr": "triệu", "tỉ": "tỷ"}
_UNIT = re.compile(r"\s?(?:[^\W\d_²³°º℃%‰µμ]{1,5}[23²³]?|°[CF]?|º[CF]?|℃|%|‰|[µμ]g|\")")
_UNIT_END = re.compile(r"(?![^\W_])")
_MONEY_DOTTED = re.compile(r"\s?(?:tr\.\s?đ(?:ồng)?|trđ|trđồng|tr\.đ|tỷ\.đ)(?![^\W_])")
_PER = re.compile(r"\s?/\s?(?:(\d{1,4})\s?)?([^\W\d_]+[²³23]?(?:\s(?:sào|năm|tháng|ngày))?)(?![^\W_])")
_PER_PHRASES = ("hộ", "người", "khẩu", "năm", "tháng", "ngày", "giờ", "phút", "giây", "tuần", "lần", "suất", "em", "học sinh",
                "căn", "cái", "con", "chiếc", "sào", "công", "tấn", "tạ", "lượt", "buổi", "ca", "vụ", "quý", "kỳ", "đợt",
                "trường hợp", "hồ sơ", "xã", "ấp", "sản phẩm", "mét", "cháu", "đêm", "nhà", "lớp", "bộ", "tổ", "đơn vị",
                "hội viên", "kg", "lít", "cây", "bao", "thùng", "mũi", "liều", "xe", "vé", "phiếu", "trang", "bản", "bài",
                "tin", "đồng", "đối tượng", "lao động", "đại biểu", "nhân khẩu", "thửa", "ngôi", "gia đình", "trẻ", "mô hình")  # fmt: skip
_SLASH = re.compile(r"(\d{1,6})\s?/\s?(\d{1,6})(?!\d|[/,.]\d|/)")
_PERCENT_WORD = "phần trăm"
_SCORE = re.compile(r"(\d{1,2})\s?[-–:]\s?(\d{1,2})(?!\d|[-–:/.,]\d|[^\W_]|%)")
_SCORE_WORDS = (
    "tỷ số",
    "tỉ số",
    "thắng",
    "thua",
    "hòa",
    "hoà",
    "dẫn",
    "dẫn trước",
    "thắng đậm",
    "thắng lợi",
    "cầm hòa",
    "kết quả",
    "chung cuộc",
)
_RATIO = re.compile(r"(\d{1,4})\s?[:/]\s?(\d{1,3}(?:\.\d{3})+|\d{1,6})(?!\d)")
_NAMED = ("số", "mã", "lô", "thửa", "tờ", "phòng", "mẫu", "tổ", "ấp")
_PLUS_MINUS = re.compile(r"(\+/-|[+\-−–±])\s?(?=\d)")
_AGE = ("năm", "tháng", "ngày", "giờ", "tuổi")


_PLAIN_SHARES = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5), (1, 10)})
_COUNTED = (
    r"\s*(?:chỉ tiêu|tiêu chí|xã|ấp|hộ|nội dung|đại biểu|thành viên|hồ sơ|nhiệm vụ|điểm|phường|thôn|khu|đơn vị|sản phẩm|"
    r"chi bộ|tổ|cơ quan|mô hình|công trình|dự án|[-–]|\d|$)"
)


class Figure:
    """One written figure: its words and whether it was a decimal."""

    def __init__(self, written: str, ctx: Context, left: Left) -> None:
        self.written = written
        self.alternatives: tuple[str, ...] = ()
        self.words = self._read(written.strip(), ctx, left)

    def _read(self, w: str, ctx: Context, left: Left) -> str:
        profile = ctx.profile
        if re.fullmatch(r"0\d+\.\d+", w):
            return " chấm ".join(spell_digits(part) for part in w.split("."))
        if w.isdecimal():
            # A padded "05" counts five; "0045" is a name whose zeros are spoken.
            return spell_digits(w) if w[0] == "0" and len(w) > 2 else cardinal(w, profile)
        if re.fullmatch(r"\d{1,3}(?:[. ]\d{3})+", w):
            if w.count(".") == 1 and w.startswith("0."):
                return decimal("0", w[2:], profile)
            return cardinal(re.sub(r"[. ]", "", w), profile)
        if re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", w):
            return cardinal(w.replace(",", ""), profile)
        if re.fullmatch(r"\d{1,3}(?:[. ]\d{3})+,\d+", w):
            whole, part = w.split(",")
            return decimal(re.sub(r"[. ]", "", whole), part, profile)
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", w):
            whole, part = w.split(".")
            return decimal(whole.replace(",", ""), part, profile)
        if "," in w:
            whole, part = w.split(",")
            if len(part) == 3 and not whole.startswith("0") and len(whole) <= 3:
                self.alternatives = (cardinal(whole + part, profile),)
            return decimal(whole, part, profile)
        whole, part = w.split(".")
        dotted = (
            f"{cardinal(whole, profile)} chấm {spell_digits(part) if part.startswith('0') else cardinal(part, profile)}"
        )
        if left.ends(
            "phiên bản",
            "mục",
            "điểm",
            "điều",
            "khoản",
            "phần",
            "bảng",
            "hình",
            "version",
            "biểu",
            "tiểu mục",
            "chương",
            "web",
            "tiêu chí",
            "thế hệ",
            "mẫu",
            "nội dung",
        ):
            return dotted
        self.alternatives = (dotted,)
        return decimal(whole, part, profile)


def _unit_words(ctx: Context, text: str, pos: int, *, compound: bool = False) -> tuple[str, int] | None:
    """The unit that stands at `pos` and where it ends."""
    m = _UNIT.match(text, pos)
    if not m:
        return None
    raw = m[0].strip()
    spaced = m[0] != raw
    units = ctx.lexicon.table("units")
    if not raw or raw not in units:
        return None
    end = m.end()
    if raw[-1].isalnum() and end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return None
    if raw == '"':
        return None
    if spaced and len(raw) == 1 and raw.isalpha() and (raw.isupper() or raw in "gtshw") and raw not in "VW":
        # "5 A", "Quý 3 V": a lone letter after a blank is a unit only for m and l, or grams and volts with their words.
        if raw not in "g" or re.match(r"\s[^\W\d_]*[A-ZĐ]", text[end : end + 3]):
            return None
    return units[raw].replace("nghìn", ctx.profile.thousand), end


def _per(ctx: Context, text: str, pos: int) -> tuple[str, int] | None:
    """`/kg`, `/tháng`, `/100 dân` after a unit or a sum."""
    m = _PER.match(text, pos)
    if not m:
        return None
    count = f"{cardinal(m[1], ctx.profile)} " if m[1] else ""
    word = m[2]
    units = ctx.lexicon.table("units")
    if word in units and not (word in ("t", "s") and False):
        said = units[word]
    elif word in ctx.lexicon.table("currencies"):
        said = ctx.lexicon.table("currencies")[word]
    elif is_syllable(word.split()[0]) and word.islower():
        first = word.split()[0]
        said = first
        end = m.start(2) + len(first)
        return f" trên {count}{said}", end
    else:
        return None
    end = m.end()
    again = _PER.match(text, end)
    if again and not again[1] and again[2] in (*units, *_PER_PHRASES):
        return f" trên {count}{said} trên {units.get(again[2], again[2])}", again.end()
    return f" trên {count}{said}", end


def _tail(ctx: Context, text: str, pos: int) -> tuple[str, int, str] | None:
    """What follows a figure: scale, money, unit; its words, its end and the rule."""
    words, end, rule = "", pos, ""
    dotted = _MONEY_DOTTED.match(text, pos)
    if dotted:
        said = " tỷ đồng" if "tỷ" in dotted[0] else " triệu đồng"
        per = _per(ctx, text, dotted.end())
        return said + (per[0] if per else ""), per[1] if per else dotted.end(), "money"
    scale = _SCALE.match(text, pos)
    if scale and not (scale[2] in ("k", "K", "tr") and scale[1] and scale[2] != "tr"):
        name = scale[2]
        if name in ("k", "K", "nghìn", "ngàn"):
            name = ctx.profile.thousand
        words, end, rule = f" {_WORDY_SCALE.get(name, name)}", scale.end(), "number.scale"
        half = _SCALE_TAIL.match(text, end)
        if half:
            words, end = f"{words} {cardinal(half[1], ctx.profile)}", half.end()
        second = _SCALE.match(text, end)
        if second and second[2] in ("tỷ", "đồng", "triệu"):
            words, end = f"{words} {second[2]}", second.end()
    money = re.compile(r"\s?(US\$|[^\W\d_]{1,4}|[$€£¥₫])").match(text, end)
    currencies = ctx.lexicon.table("currencies")
    if money and money[1] in currencies and not (money[1] == "Đ" and money[0] != money[1]):
        after = money.end()
        if not (money[1][-1].isalnum() and after < len(text) and (text[after].isalnum() or text[after] == "_")):
            words, end, rule = f"{words} {currencies[money[1]]}", after, "money"
            per = _per(ctx, text, end)
            if per:
                return words + per[0], per[1], "money.rate"
            return words, end, rule
    if not rule:
        unit = _unit_words(ctx, text, pos)
        if unit:
            words, end, rule = f" {unit[0]}", unit[1], "percent" if unit[0] == _PERCENT_WORD else "measure"
            if end < len(text) and text[end] == "/":
                per = _per(ctx, text, end)
                if per:
                    return words + per[0], per[1], "measure.rate"
            return words, end, rule
    if rule and end < len(text) and text[end] == "/":
        per = _per(ctx, text, end)
        if per:
            return words + per[0], per[1], "measure.rate"
    return (words, end, rule) if rule else None


def ranged(ctx: Context, pos: int, left: Left) -> Reading | None:
    """5-7 ngày, 20 - 25%, cấp 8-9, 1.000-1.500 đồng, 15-20 triệu."""
    m = _RANGE.match(ctx.text, pos)
    if not m or (m.end() < len(ctx.text) and re.match(r"[-–]\d|/\d|[.]\d", ctx.text[m.end() :][:2])):
        return None
    a, b = m[1], m[3]
    if left.ends(*_SCORE_WORDS) or (a.isdecimal() and a.startswith("0") and len(a) > 2):
        return None
    spaced = re.search(r"\s[-–—−]\s", m[0]) is not None
    tight = " " not in m[0][len(a) :].replace(b, "")
    if not spaced and not tight:
        return None
    first, second = Figure(a, ctx, left), Figure(b, ctx, left)
    if left.ends(*_NAMED) and not m[2]:
        # "số 12-14": two names, still a stretch from one to the other.
        return Reading(pos, m.end(), f"{first.words} đến {second.words}", "number.range-named")
    end, words = m.end(), ""
    tail = _tail(ctx, ctx.text, end)
    rule = "number.range"
    if tail:
        words, end = tail[0], tail[1]
    lead = f"{first.words} {_PERCENT_WORD}" if m[2] else first.words
    joint = "trừ" if re.match(r"\s?=", ctx.text[m.end() : m.end() + 2]) else "đến"
    shown = f"{lead} {joint} {second.words}{words}"
    return Reading(pos, end, shown, rule, (f"{lead}, {second.words}{words}",))


_TIMES = re.compile(rf"({_FIGURE})\s?[x×X*]\s?({_FIGURE})(?:\s?[x×X*]\s?({_FIGURE}))?")


def product(ctx: Context, pos: int, left: Left) -> Reading | None:
    """3x4, 2 x 3,5 m: one size by another."""
    m = _TIMES.match(ctx.text, pos)
    if not m:
        return None
    words = " nhân ".join(Figure(part, ctx, left).words for part in m.groups() if part)
    tail = _tail(ctx, ctx.text, m.end())
    return Reading(pos, tail[1] if tail else m.end(), words + (tail[0] if tail else ""), "number.product")


def score(ctx: Context, pos: int, left: Left) -> Reading | None:
    """3-1, 2 - 2, 3:1 after tỷ số, thắng, hòa."""
    m = _SCORE.match(ctx.text, pos)
    if not m or not (left.ends(*_SCORE_WORDS) or left.recent("tỷ số", "tỉ số", words=5)):
        return None
    return Reading(pos, m.end(), f"{cardinal(m[1], ctx.profile)} {cardinal(m[2], ctx.profile)}", "score")


def ratio(ctx: Context, pos: int, left: Left) -> Reading | None:
    """1:500, tỷ lệ 1/10.000."""
    m = _RATIO.match(ctx.text, pos)
    if not m or not (left.recent("tỷ lệ", "tỉ lệ", "bản đồ", words=4) or ":" in m[0]):
        return None
    if ":" in m[0] and not left.recent("tỷ lệ", "tỉ lệ", "bản đồ", words=4) and m[1] != "1":
        return None
    second = Figure(m[2], ctx, left).words
    return Reading(pos, m.end(), f"{cardinal(m[1], ctx.profile)} trên {second}", "number.ratio")


def share(ctx: Context, pos: int, left: Left) -> Reading | None:
    """2/3 diện tích, 12/15 ấp, số nhà 12/3."""
    m = _SLASH.match(ctx.text, pos)
    if not m:
        return None
    after = ctx.right(m.end(), 30)
    if re.match(r"[^\W_]", after) and not re.match(r"[a-zđ](?![^\W_])", after):
        return None
    a, b = int(m[1]), int(m[2])
    first, second = cardinal(m[1], ctx.profile), cardinal(m[2], ctx.profile)
    over, part = f"{first} trên {second}", f"{first} phần {'tư' if b == 4 else second}"
    address = left.ends(
        "số nhà",
        "nhà số",
        "số",
        "nhà",
        "hẻm",
        "ngõ",
        "ngách",
        "kiệt",
        "đường",
        "địa chỉ",
        "địa chỉ:",
        "mẫu",
        "tổ",
    )
    plain = (a, b) in _PLAIN_SHARES and not address and not re.match(_COUNTED, after)
    if plain or (left.ends("vòng", "chung kết", "bán kết") and a == 1):
        return Reading(pos, m.end(), part, "fraction", (over,))
    if not address and 1 <= a < b <= 10 and re.match(
        r"\s*(?:số|diện tích|dân số|tổng|thời gian|chiều|quãng|chặng|khối lượng|mức|lương|ngân sách|giá trị|lượng|dung tích|"
        r"sân|nửa|đường|thế giới|trái đất|cử tri|ngày công|suất|định mức|công việc|quân số|tiền|học phí|chi phí|kinh phí|nhu cầu|cả nước)\b", after,
    ):  # fmt: skip
        return Reading(pos, m.end(), part, "fraction", (over,))
    if not address and 1 <= a < b <= 10 and left.ends("hơn", "gần", "khoảng", "ít nhất", "tối thiểu", "trên", "chiếm", "quá", "bằng", "giảm", "tăng", "còn", "được") and not re.match(
        r"\s*(?:chỉ tiêu|tiêu chí|xã|ấp|hộ|người|nội dung|đại biểu|thành viên|hồ sơ|nhiệm vụ|điểm|phường|thôn|khu|trường|đơn vị|sản phẩm|chi bộ|đảng viên|tổ|cơ quan)\b", after
    ):  # fmt: skip
        return Reading(pos, m.end(), part, "fraction", (over,))
    alternatives = (part,) if a < b <= 100 and not address else ()
    look = not address and a <= 31 and 1 <= b <= 12 and a > b
    if look:
        alternatives = (f"ngày {first} tháng {'tư' if b == 4 else second}",)
    rule = "address.slash" if address else "number.over"
    end = m.end()
    tail = re.match(r"[A-Za-zđĐ](?![^\W_])", ctx.text[end : end + 2])
    if tail:
        return Reading(pos, end + 1, f"{over} {ctx.lexicon.letter(tail[0])}", "address.slash")
    return Reading(pos, end, over, rule, alternatives, look)


def amount(ctx: Context, pos: int, left: Left) -> Reading | None:
    """Any figure with what it counts: 1.500.000 đồng, 98,5%, 12,5 ha, 25.000đ/kg, 60 km/h, 15."""
    m = _NUMBER.match(ctx.text, pos)
    if not m:
        return None
    figure = Figure(m[0], ctx, left)
    words = figure.words
    written = m[0]
    rule = (
        "number.grouped"
        if re.search(r"\d[. ,]\d{3}", written)
        else "number.decimal"
        if not written.isdecimal()
        else "number.cardinal"
    )
    end = m.end()
    tail = _tail(ctx, ctx.text, end)
    if tail:
        rule = tail[2] if tail[2] else rule
        return Reading(pos, tail[1], words + tail[0], rule, tuple(a + tail[0] for a in figure.alternatives))
    per = _per(ctx, ctx.text, end) if end < len(ctx.text) and ctx.text[end] == "/" else None
    if per:
        return Reading(pos, per[1], words + per[0], "measure.rate")
    if written.isdecimal() and len(written) > 18:
        return Reading(pos, end, words, "number.digits")
    return Reading(pos, end, words, rule, figure.alternatives)


def ordinal(ctx: Context, pos: int, left: Left) -> Reading | None:
    """Thứ 2, thứ 4, lần thứ 1: the number after thứ."""
    if not left.ends("thứ"):
        return None
    m = re.compile(r"\d{1,3}(?!\d|[.,/:]\d|%)").match(ctx.text, pos)
    if not m:
        return None
    return Reading(pos, m.end(), rank(m[0], ctx.profile), "number.rank")


def after_month(ctx: Context, pos: int, left: Left) -> Reading | None:
    """Tháng 4 is "tháng tư"."""
    if left.last.strip('(“"') == "tháng" or (left.last in ("và", "đến", "tới") and left.recent("tháng", words=3)):
        m = re.compile(r"0?4(?!\d|[.,/:]\d|%|\s?(?:tháng|người|hộ))").match(ctx.text, pos)
        if m:
            return Reading(pos, m.end(), "tư", "date.month-name")
    return None


def signed(ctx: Context, pos: int, left: Left) -> Reading | None:
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
    return Reading(pos, m.end(), "" if left.last == sign else sign, "number.sign")


RULES = (ordinal, after_month, score, ratio, product, ranged, share, amount)


def unit_after_word(ctx: Context, pos: int, token: str) -> Reading | None:
    """A unit with a power that stands without a figure ("mỗi m²", "đơn giá m2"), else nothing."""
    text = ctx.text
    power = text[pos + len(token) : pos + len(token) + 1]
    if not power or power not in "23²³":
        return None
    end = pos + len(token) + 1
    said = ctx.lexicon.table("units").get(token + power)
    if said is None or (end < len(text) and text[end].isalnum()):
        return None
    return Reading(pos, end, said, "measure")


_MONEY_FIRST = re.compile(rf"[$€£¥₫]\s?({_FIGURE})")


def sign_first(ctx: Context, pos: int, left: Left) -> Reading | None:
    """$100, €5,5 triệu: the sign before the sum is said after it."""
    m = _MONEY_FIRST.match(ctx.text, pos)
    if not m:
        return None
    scale = re.compile(r"\s?(triệu|tỷ|nghìn|ngàn)(?![^\W\d_])").match(ctx.text, m.end())
    words = Figure(m[1], ctx, left).words
    end = m.end()
    if scale:
        words, end = f"{words} {scale[1]}", scale.end()
    name = ctx.lexicon.table("currencies").get(ctx.text[pos]) or ctx.lexicon.table("symbols").get(ctx.text[pos], "")
    return Reading(pos, end, f"{words} {name}".strip(), "money")
