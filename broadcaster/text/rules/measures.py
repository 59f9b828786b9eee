"""Units, rates and money that follow a figure, and units that stand alone."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal
from broadcaster.text.rules.figures import FIGURE, Figure
from broadcaster.text.syllables import may_be_syllable
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

PERCENT = "phần trăm"
_SCALE = re.compile(
    r"(\s?)(triệu|tỷ|tỉ|nghìn|ngàn|trăm|vạn|tr(?=\d|[\s,;)/]|\.(?!đ|\s?đ)|$)|k(?![^\W_/]|m)|K(?![^\W_/]))(?![^\W\d_])"
)

_SCALE_TAIL = re.compile(r"(\d)(?!\d|[.,/]\d)")

_WORDY_SCALE = {"tr": "triệu", "tỉ": "tỷ"}

_UNIT = re.compile(r"\s?(?:[^\W\d_²³°º℃%‰µμ]{1,5}[23²³]?|°[CF]?|º[CF]?|℃|%o|%|‰|[µμ]g|\")")

_MONEY_DOTTED = re.compile(r"\s?(?:tr\.\s?đ(?:ồng)?|trđ|trđồng|tr\.đ|tỷ\.đ)(?![^\W_])")

_PER = re.compile(r"\s?/\s?(?:(\d{1,4})\s?)?([^\W\d_]+[²³23]?)(?![^\W_])")

# In a contest a small "đ" is a point: no price is under a hundred dong.
_POINTS = re.compile(
    r"(?:nhất|nhì|hạng|xếp|(?<!địa )điểm|thang|chấm|tiêu chí|thi\b)[^.;\n]*?(?<![\d.,])\d{1,2}(?:,\d{1,2})?$",
    re.IGNORECASE,
)

_PER_PHRASES = word_list("measures.per_phrases")

_PER_TURN = ("năm", "tháng", "ngày", "giờ", "tuần", "lần", "lượt", "vụ", "quý", "kỳ", "đợt", "buổi", "ca", "đêm")
_MIDDLE = re.compile(r"(m|kg|ha|km)(\d{1,2})(?![\d²³]|[^\W_]|[.,/]\d)")

_COMRADE = re.compile(r"[đĐ]/[cCbBvV](?![^\W_])")
_MONEY_FIRST = re.compile(rf"(US\$|[$€£¥₫])\s?({FIGURE})")


_AGE_WINDOW = 48
# "Trẻ dưới 16t", "đối tượng khoảng 30-35t": after a person a small "t" is years, not tonnes.
_AGE = re.compile(
    r"(?<![^\W_])(?:tuổi|con|trẻ|em|cháu|người|đối tượng|nam|nữ|ông|bà|anh|chị|bé|cụ|công dân|thanh niên|phụ nữ)"
    r"(?: em| dân| già)?[,(: ]{1,2}(?:(?:khoảng|độ|chừng|từ|dưới|trên|đủ|đến|và) ?|[≥≤<>]=? ?){0,3}(?:\d{1,3}t? ?[-–] ?|\d{1,3}t? đến )?\d{1,3}$"
)


# 100N-60P2O5-50K2O: before the phosphate of a dressing N is nitrogen, a letter, not a force.
_NITROGEN = re.compile(r"\s?[-–:+,;]\s?\d{1,4}\s?(?:kg\s?)?P(?:2O5|₂O₅)?(?![^\W_])")


def _unit_words(ctx: Context, text: str, pos: int) -> tuple[str, int] | None:
    """The unit that stands at `pos` and where it ends."""
    m = _UNIT.match(text, pos)
    if not m:
        return None
    raw = m[0].strip()
    spaced = m[0] != raw
    units = ctx.lexicon.table("units")
    if not raw or (raw not in units and raw not in ("p", "th")):
        return None
    end = m.end()
    if raw[-1].isalnum() and end < len(text) and (text[end].isalnum() or text[end] == "_"):
        return None
    if raw == '"' or (raw == "N" and _NITROGEN.match(text, end)):
        return None
    if raw in ("p", "th"):
        return ("phút" if raw == "p" else "tháng", end) if not spaced else None
    if raw == "t" and _AGE.search(text[max(0, pos - _AGE_WINDOW) : pos].lower()):
        return "tuổi", end
    if spaced and len(raw) == 1 and ((raw.isupper() and raw not in "VW") or raw in "tshw"):
        # "Tổ 5 A": after a blank most lone letters are names, not amperes.
        return None
    return units[raw].replace("nghìn", ctx.profile.thousand), end


def rate_of(ctx: Context, text: str, pos: int) -> tuple[str, int] | None:
    """`/kg`, `/tháng`, `/100 dân` after a unit or a sum."""
    m = _PER.match(text, pos)
    if not m:
        return None
    count = f"{cardinal(m[1], ctx.profile)} " if m[1] else ""
    word = m[2]
    units = ctx.lexicon.table("units")
    if word in units:
        said = units[word]
    elif word in ctx.lexicon.table("currencies"):
        said = ctx.lexicon.table("currencies")[word]
    elif may_be_syllable(word) and word.islower():
        said = word
    else:
        return None
    end = m.end()
    again = _PER.match(text, end)
    # "/xã/phường" names one or the other; "/xe/lượt" asks the price of each turn of each.
    asked = _PER_TURN if said == word else (*units, *_PER_PHRASES)
    if again and not again[1] and again[2] in asked:
        return f" trên {count}{said} trên {units.get(again[2], again[2])}", again.end()
    return f" trên {count}{said}", end


def _between(ctx: Context, text: str, pos: int) -> tuple[str, int] | None:
    """1m65, 2kg5: a unit between its whole part and the rest; m2, km2 and m3 are powers."""
    m = _MIDDLE.match(text, pos)
    units = ctx.lexicon.table("units")
    if not m or m[1] not in units or m[1] + m[2] in units:
        return None
    rest = cardinal(m[2], ctx.profile) if m[2][0] != "0" else f"không {cardinal(m[2], ctx.profile)}"
    return f"{units[m[1]]} {rest}", m.end()


def tail_of(ctx: Context, text: str, pos: int) -> tuple[str, int, str] | None:
    """What follows a figure: scale, money, unit; its words, its end and the rule."""
    words, end, rule = "", pos, ""
    dotted = _MONEY_DOTTED.match(text, pos)
    if dotted:
        said = " tỷ đồng" if "tỷ" in dotted[0] else " triệu đồng"
        per = rate_of(ctx, text, dotted.end())
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
    if money and _COMRADE.match(text, money.start(1)):
        money = None
    if money and money[1] in currencies and not (money[1] == "Đ" and money[0] != money[1]):
        after = money.end()
        points = money[1] == "đ" and not words and _POINTS.search(text[max(0, pos - 60) : pos])
        if not (money[1][-1].isalnum() and after < len(text) and (text[after].isalnum() or text[after] == "_")):
            words, end, rule = f"{words} {'điểm' if points else currencies[money[1]]}", after, "money"
            per = rate_of(ctx, text, end)
            if per:
                return words + per[0], per[1], "money.rate"
            return words, end, rule
    if not rule:
        between = _between(ctx, text, pos)
        if between:
            return f" {between[0]}", between[1], "measure"
        unit = _unit_words(ctx, text, pos)
        if unit:
            words, end, rule = f" {unit[0]}", unit[1], "percent" if unit[0] == PERCENT else "measure"
            if end < len(text) and text[end] == "/":
                per = rate_of(ctx, text, end)
                if per:
                    return words + per[0], per[1], "measure.rate"
            return words, end, rule
    if rule and end < len(text) and text[end] == "/":
        per = rate_of(ctx, text, end)
        if per:
            return words + per[0], per[1], "measure.rate"
    return (words, end, rule) if rule else None


def unit_after_word(ctx: Context, pos: int, token: str) -> RuleReading | None:
    """A unit with a power that stands without a figure ("mỗi m²", "đơn giá m2"), else nothing."""
    text = ctx.text
    power = text[pos + len(token) : pos + len(token) + 1]
    if not power or power not in "23²³":
        return None
    end = pos + len(token) + 1
    said = ctx.lexicon.table("units").get(token + power)
    if said is None or (end < len(text) and (text[end].isalpha() or (power in "23" and text[end].isdigit()))):
        return None
    return RuleReading(pos, end, said, "measure")


_UNIT_RATE = re.compile(r"([^\W\d_]{1,3}[23²³]?)/([^\W\d_]{1,3}[23²³]?)(?![^\W_]|/)")


def bare_rate(ctx: Context, pos: int) -> RuleReading | None:
    """g/l, µg/m3, m/s without a figure: the unit of a column or of a limit."""
    m = _UNIT_RATE.match(ctx.text, pos)
    units = ctx.lexicon.table("units")
    if not m or m[1] not in units or m[2] not in units or m[0] in ctx.lexicon.by_written:
        return None
    return RuleReading(pos, m.end(), f"{units[m[1]]} trên {units[m[2]]}", "measure.rate")


def sign_first(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """$100, €5,5 triệu: the sign before the sum is said after it."""
    m = _MONEY_FIRST.match(ctx.text, pos)
    if not m:
        return None
    scale = re.compile(r"\s?(triệu|tỷ|nghìn|ngàn)(?![^\W\d_])").match(ctx.text, m.end())
    words = Figure(m[2], ctx, left).words
    end = m.end()
    if scale:
        words, end = f"{words} {scale[1]}", scale.end()
    name = ctx.lexicon.table("currencies").get(m[1]) or ctx.lexicon.table("symbols").get(m[1], "")
    return RuleReading(pos, end, f"{words} {name}".strip(), "money")
