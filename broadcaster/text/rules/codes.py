"""Codes: identity and tax numbers, lots, standards, versions; and letters joined to figures."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, coded, month, rank, roman_value, spell_digits
from broadcaster.text.rules import plates, roads
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_LONG = re.compile(r"\d{6,}(?:[-–]\d{3})?(?!\d|[.,]\d)")
_ID_WORDS = word_list("codes.id_words")
_CODE_WORDS = word_list("codes.code_words")
_LETTERS_FIGURES = re.compile(r"([A-ZĐƯa-zđ]{1,6})[-.]?(\d{1,12})([A-Za-zĐđ]{0,2})(?:([./-])(\d{1,6}))?(?![^\W_])")
_FIGURES_LETTERS = re.compile(r"(\d{1,6})-?([A-ZĐ]{1,5})(\d{0,6})(?![^\W_])")
_DOTTED = re.compile(r"\d+(?:\.\d+){2,}(?!\d|[,/]\d)")
_DASHED = re.compile(r"\d+(?:-\d+){2,}(?!\d|[,./]\d)")
_TAX = re.compile(r"\d{10}-\d{3}(?!\d)")
_SPACED_ID = re.compile(r"\d{2,6}(?:[ .]\d{2,6}){1,5}(?!\d)")
_STANDARD = re.compile(r"(\d{1,6}(?:-\d{1,3})?):((?:19|20)\d\d)(?:/([A-ZĐ&]{2,12}))?(?![^\W_])")
_MIXED = re.compile(
    r"(?:[A-ZĐ]{1,5}\d{0,8}|\d{1,8}[A-ZĐ]{0,4})(?:[./-](?:(?:[A-ZĐ]{1,4}\d{1,12}){1,3}[A-ZĐ]?|\d{1,12}[A-ZĐ]{0,3})){1,5}(?![^\W_]|[./-][^\W_])"
)
_RUNS = re.compile(r"\d+|[^\W\d_]+|[./-]")
_LONG_OUTLINE = 12
# OM5451 is said figure by figure; a year keeps its name.
_LONGEST_NAME = 3
_YEAR = re.compile(r"(?:19|20)\d\d")
# A tax code or an account in groups that no count is written in: 1700 123 456.
_CODE_GROUPS = re.compile(r"\d{4}(?:[ .]\d{3}){2}(?:-\d{3})?(?!\d|[.,]\d)")
_CODE_CLAUSE = 14
_ELECTRIC = word_list("codes.electric")
_SERIES = re.compile(r"[Ss]ố:? [A-ZĐ]{1,3}\s?$")
_SHORT_CODE = re.compile(r"\d{4,6}(?!\d|[.,/]\d)")


def long_figures(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Citizen ID, tax code, account: digit by digit."""
    text = ctx.text
    named = left.recent(*_ID_WORDS, words=6)
    if named:
        m = _SPACED_ID.match(text, pos)
        if (
            m
            and sum(c.isdecimal() for c in m[0]) >= 8
            and (m[0][0] == "0" or not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", m[0]))
        ):
            return RuleReading(pos, m.end(), ", ".join(spell_digits(p) for p in re.split(r"[ .]", m[0])), "code.digits")
    m = _CODE_GROUPS.match(text, pos)
    if m and (named or left.recent(*_ID_WORDS, words=_CODE_CLAUSE)):
        return RuleReading(pos, m.end(), ", ".join(spell_digits(p) for p in re.split(r"[ .-]", m[0])), "code.digits")
    m = _TAX.match(text, pos)
    if m:
        return RuleReading(pos, m.end(), ", ".join(spell_digits(p) for p in m[0].split("-")), "code.digits")
    m = _LONG.match(text, pos)
    if m and (named or _SERIES.search(left.raw) or len(m[0]) >= 10 or m[0].startswith("0")):
        following = ctx.right(m.end(), 12)
        if re.match(r"\s?(?:đồng|đ\b|vnđ|người|hộ|m2|kg|lượt)", following) and not m[0].startswith("0"):
            return None
        return RuleReading(pos, m.end(), ", ".join(spell_digits(p) for p in re.split("[-–]", m[0])), "code.digits")
    m = _SHORT_CODE.match(text, pos)
    if m and (
        left.ends(*_CODE_WORDS)
        or (len(m[0]) >= 5 and left.ends("là", ":", "số") and left.recent(*_CODE_WORDS, words=9))
    ):
        return RuleReading(pos, m.end(), spell_digits(m[0]), "code.digits")
    return None


_WEEKDAY = re.compile(r"T([2-7])(?:\s?([-–,])\s?(?:T([2-7])|(CN)))?(?![^\W_]|[./–-]\d)")
_WEEKDAYS_TIGHT = re.compile(r"T([2-7])[-–]([2-7])(?![^\W_]|[./–-]\d|%)")
_DAY_BEFORE = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?\s?[(,]\s?$")
_DAY_NEXT = re.compile(r"\s?[,(]\s?(?:ngày\s)?\d{1,2}[/.-]\d{1,2}(?!\d)")
_WEEKDAYS_LISTED = re.compile(r"T([2-7](?:(?:-T?|,\s?)[2-7]){1,5})(?![^\W_]|[./-]\d|%)")
_WEEKDAY_NEXT = re.compile(
    r"\s?(?:,|và|đến|đến hết|hoặc|&|-|–)\s?(?:T[2-7]|CN)(?![^\W_])|\s(?:hằng|hàng|mỗi|đầu|cuối)\s(?:tuần|tháng)|\s(?:tuần|này|tới)(?![^\W_])"
)
_WEEKDAY_LEFT = re.compile(r"(?:(\S+)\s+)?(?:T[2-7]|CN)\s?(?:,|và|đến|đến hết|hoặc|&|-|–)\s?$")
_HOUR_LEFT = re.compile(r"\d{1,2}(?:[hg]\d{0,2}|:\d\d)[’'′]?\s?(?:ngày\s)?[(,]?\s?$")
_NO_WEEKDAY = word_list("codes.no_weekday")
_WEEKLY = ("sáng", "chiều", "tối", "trưa", "tuần", "lịch", "thứ", "các ngày", "học")
_QUARTER = re.compile(r"Q\.?\s?(?:([1-4])|(IV|I{1,3}))\s?[/-]\s?((?:19|20)\d\d)(?!\d)")
_MONTHS_OF_YEAR = re.compile(r"T(\d{1,2})\s?[-–]\s?T?(\d{1,2})(?:\s?[/.]\s?((?:19|20)\d\d))?(?![^\W_]|[./]\d)")
_IN_A_YEAR = ("trong", "đến", "từ", "cuối", "đầu", "giữa", "hết", "tháng", "số liệu", "báo cáo", "lũy kế", "kết quả")
_LONE_MONTH = re.compile(r"T(1|8|9|1[0-2])(?![^\W_]|[./-]\d)")
_MONTH = re.compile(r"T(\d{1,2})[/.-]((?:19|20)\d\d)(?![^\W_])")


def quarter(ctx: Context, pos: int) -> RuleReading | None:
    """Q1/2025, Q.I/2025: a quarter of a year."""
    m = _QUARTER.match(ctx.text, pos)
    if not m:
        return None
    number = m[1] or str(roman_value(m[2]))
    return RuleReading(
        pos, m.end(), f"quý {cardinal(number, ctx.profile)} năm {cardinal(m[3], ctx.profile)}", "date.quarter"
    )


def abbreviated_time(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """T2, T2-T6, T7-CN: days of the week; T8/2025: a month."""
    m = _MONTH.match(ctx.text, pos)
    if m and 1 <= int(m[1]) <= 12 and not left.ends("ký hiệu", "mã", "mẫu", "số hiệu", "lô"):
        words = f"tháng {month(m[1], ctx.profile)} năm {cardinal(m[2], ctx.profile)}"
        return RuleReading(pos, m.end(), words, "date.month-year")
    m = _MONTHS_OF_YEAR.match(ctx.text, pos)
    if m and (m[3] or not {m[1], m[2]} <= set("234567")) and 1 <= int(m[1]) < int(m[2]) <= 12:
        words = f"tháng {month(m[1], ctx.profile)} đến tháng {month(m[2], ctx.profile)}"
        return RuleReading(
            pos, m.end(), words + (f" năm {cardinal(m[3], ctx.profile)}" if m[3] else ""), "date.month-span"
        )
    m = _LONE_MONTH.match(ctx.text, pos)
    if m and left.ends(*_IN_A_YEAR):
        return RuleReading(pos, m.end(), f"tháng {month(m[1], ctx.profile)}", "date.month-name", look=True)
    m = _WEEKDAYS_LISTED.match(ctx.text, pos)
    if m and ("," in m[1] or len(m[1].replace("T", "")) > len("2-6")) and not left.ends(*_NO_WEEKDAY):
        days = re.findall(r"\d", m[1])
        if days == sorted(set(days)):
            return RuleReading(pos, m.end(), ", ".join(f"thứ {rank(d, ctx.profile)}" for d in days), "date.weekdays")
    m = _WEEKDAYS_TIGHT.match(ctx.text, pos)
    if m and m[1] < m[2] and not left.ends(*_NO_WEEKDAY):
        # "Lô T2-6" and "giống T2-6" are names; what happens every week tells the days.
        if left.recent(*_WEEKLY, words=5) or _WEEKDAY_NEXT.match(ctx.text, m.end()):
            words = f"thứ {rank(m[1], ctx.profile)} đến thứ {rank(m[2], ctx.profile)}"
            return RuleReading(pos, m.end(), words, "date.weekday")
        return None
    m = _WEEKDAY.match(ctx.text, pos)
    joined = _WEEKDAY_LEFT.search(left.raw[-24:])
    if joined and (joined[1] or "").lower() in _NO_WEEKDAY:
        return None
    weekly = m and (
        joined
        or _WEEKDAY_NEXT.match(ctx.text, m.end())
        or _HOUR_LEFT.search(left.lower[-16:])
        or left.ends("nghỉ", "trừ", "vào", "đêm", "mỗi", "hôm", "kể cả", "ngày")
        or m[2] in ("-", "–")
        or m[4]
        or left.recent(*_WEEKLY, words=5)
        or _DAY_NEXT.match(ctx.text, m.end())
        or _DAY_BEFORE.search(left.raw)
    )
    if not m or not weekly or left.ends(*_NO_WEEKDAY):
        return None
    words = f"thứ {rank(m[1], ctx.profile)}"
    if m[2]:
        words += ", " if m[2] == "," else " đến "
        words += f"thứ {rank(m[3], ctx.profile)}" if m[3] else "Chủ nhật"
    return RuleReading(pos, m.end(), words, "date.weekday")


def capitals(ctx: Context, pos: int, word: str, left: Left) -> RuleReading | None:
    """A word in capitals that a figure or a joining sign follows."""
    found = roads.road(ctx, pos, left) or plates.boat(ctx, pos, left)
    if found is not None:
        return found
    after = ctx.text[pos + len(word) : pos + len(word) + 2]
    figure = after[:1].isdigit()
    if figure and word == "T":
        found = abbreviated_time(ctx, pos, left)
    if found is None and (figure or (after[:1] in ("/", ".", "-") and after[1:2].isalnum())):
        found = mixed(ctx, pos, left)
    if found is None and (figure or (after[:1] in (".", "-") and after[1:2].isdigit())):
        found = letters_figures(ctx, pos)
    return found


def letters_figures(ctx: Context, pos: int) -> RuleReading | None:
    """B12, H5N1, COVID-19, A4, lô C2-15: letters by name or by the lexicon, figures as a number."""
    m = _LETTERS_FIGURES.match(ctx.text, pos)
    if not m or (m[1].islower() and len(m[1]) > 1):
        return None
    letters, figures = m[1], m[2]
    if m[0][len(letters)] == "." and (len(letters) > 2 or not letters.isupper()):
        return None
    entry = ctx.lexicon.before_figure(letters) if len(letters) > 1 else None
    said = entry.spoken if entry is not None else ctx.lexicon.spell(letters)
    spelled = len(figures) > _LONGEST_NAME and not _YEAR.fullmatch(figures) and not figures.endswith("00")
    words = f"{said} {spell_digits(figures) if spelled else coded(figures, ctx.profile)}"
    if m[3]:
        words += f" {ctx.lexicon.spell(m[3])}"
    end = m.end()
    if m[5]:
        middle = {"/": " trên ", ".": " chấm ", "-": " "}[m[4]]
        words += middle + coded(m[5], ctx.profile)
    more = re.compile(r"\d+").match(ctx.text, end)
    if more:
        words, end = f"{words} {coded(more[0], ctx.profile)}", more.end()
    return RuleReading(pos, end, words, "code.letters-figures")


_MONTHS_LONG = re.compile(r"(\d{1,2})T(?![^\W_])")
_MONTHS = re.compile(r"(\d{1,2})T(?:/((?:19|20)\d\d)|(?=\s(?:đầu|cuối)\snăm))(?![^\W_])")


def months(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """6T/2025, 6T đầu năm: so many months."""
    m = _MONTHS.match(ctx.text, pos)
    if not m and (left.ends("kỳ hạn", "thời hạn", "bảo hành") or left.recent("lãi", "tiền gửi", "vay", words=4)):
        m = _MONTHS_LONG.match(ctx.text, pos)
        return RuleReading(pos, m.end(), f"{cardinal(m[1], ctx.profile)} tháng", "date.months") if m else None
    if not m:
        return None
    words = f"{cardinal(m[1], ctx.profile)} tháng"
    return RuleReading(pos, m.end(), f"{words} năm {cardinal(m[2], ctx.profile)}" if m[2] else words, "date.months")


def figures_letters(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """4G, 3D, 12A, 2FA, 68K1."""
    m = _FIGURES_LETTERS.match(ctx.text, pos)
    if (
        not m
        or (m[2] == "A" and not m[3] and left.recent(*_ELECTRIC, words=5))
        or (
            m[2] in ctx.lexicon.table("units")
            and m[2] != "A"
            and not left.ends("số", "nhà", "lớp", "tổ", "đường", "lô", "phòng", "điều", "quốc lộ", "ấp", "khu", "mẫu")
        )
        or m[2] in ctx.lexicon.table("currencies")
    ):
        return None
    if m[2] in ("H", "K", "KM") and not (m[2] == "K" and left.ends("quy tắc", "thông điệp", "nguyên tắc", "khẩu hiệu")):
        return None
    words = f"{coded(m[1], ctx.profile)} {ctx.lexicon.spell(m[2])}"
    if m[3]:
        words += f" {coded(m[3], ctx.profile)}"
    return RuleReading(pos, m.end(), words, "code.figures-letters")


def standard(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """26:2025/BNNMT after QCVN, TCVN, ISO: the number, the year, the issuer."""
    m = _STANDARD.match(ctx.text, pos)
    if not m or not left.ends(
        "qcvn",
        "tcvn",
        "iso",
        "iec",
        "quy chuẩn",
        "tiêu chuẩn",
        "tcxdvn",
        "qcđp",
        "tccs",
        "quốc gia",
    ):
        return None
    words = " gạch ngang ".join(cardinal(p, ctx.profile) for p in m[1].split("-"))
    words += f" năm {cardinal(m[2], ctx.profile)}"
    issuer = ctx.lexicon.table("issuers").get(m[3] or "")
    if m[3]:
        words += f" của {issuer}" if issuer else f" {ctx.lexicon.spell(m[3])}"
    return RuleReading(pos, m.end(), words, "code.standard")


def mixed(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """H01.25-250612-0045, AB/25E, A/H1N1: letters by name, figures as names, joining signs unspoken."""
    m = _MIXED.match(ctx.text, pos)
    if not m or not any(c.isdecimal() for c in m[0]) or not any(c.isalpha() for c in m[0]):
        return None
    figures = [p for p in _RUNS.findall(m[0]) if p.isdecimal()]
    if not any(c.isalpha() for c in re.split(r"[./-]", m[0])[0]) and len(figures) < 3:
        return None
    words = []
    for part in _RUNS.findall(m[0]):
        if part.isdecimal():
            words.append(spell_digits(part) if part[0] == "0" or len(part) > 4 else cardinal(part, ctx.profile))
        elif part.isalpha():
            entry = ctx.lexicon.by_written.get(part)
            words.append(entry.spoken if entry and entry.spoken and len(part) > 2 else ctx.lexicon.spell(part))
        elif part == ".":
            words.append("chấm")
        elif part == "/" and left.recent("nhà", "hẻm", "ngõ", "ngách", "địa chỉ", words=3):
            words.append("trên")
        elif words and part == "-":
            words[-1] += ","
    return RuleReading(pos, m.end(), " ".join(words).rstrip(","), "code.mixed")


_WEIGHED = re.compile(r"\s?kg(?![^\W_])")


def outline(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """1.2.3 and other dotted or dashed chains that no other rule knows."""
    m = _DOTTED.match(ctx.text, pos)
    if m and len(m[0]) > _LONG_OUTLINE and left.recent(*_ID_WORDS, words=4):
        return RuleReading(pos, m.end(), ", ".join(spell_digits(p) for p in m[0].split(".")), "code.digits")
    if m and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", m[0]):
        return RuleReading(pos, m.end(), " chấm ".join(coded(p, ctx.profile) for p in m[0].split(".")), "code.outline")
    m = _DASHED.match(ctx.text, pos)
    if m:
        parts = m[0].split("-")
        # 100-60-50 kg NPK: parts of a dressing are weighed, figures of a code are not.
        if all(len(p) <= 2 for p in parts) or _WEIGHED.match(ctx.text, m.end()):
            return RuleReading(pos, m.end(), " ".join(coded(p, ctx.profile) for p in parts), "code.dashed")
        return RuleReading(pos, m.end(), ", ".join(spell_digits(p) for p in parts), "code.dashed")
    return None


NUMBER_RULES = (plates.plate, long_figures, outline, months, mixed, figures_letters)
