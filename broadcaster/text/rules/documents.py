"""Document numbers: 118/2025/NĐ-CP, 57-NQ/TW, 150/KH-UBND, 72/2025/QH15, 581/BNV-CCHC, 06/CP.

The number is a cardinal with its leading zeros, the suffix gives type and issuer. A word that the text already says
is not said twice: the type when it stands before, the issuer when it follows in full, the year when the date follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from broadcaster.text.numbers import cardinal, coded, month
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_CODE = re.compile(
    r"(\d{1,3}\.\d{1,3}|\d{1,6})([a-zđ]?)\s?(?:/\s?((?:19|20)\d\d))?\s?([/\-–])\s?"
    r"([A-ZĐÐƯ][A-Za-zĐđÐƯưỦủệ]{0,11}(?:[.&][A-ZĐÐƯ][A-Za-zĐđÐƯưỦủ]{0,9}|\d{1,2})*)"
    r"((?:\s?[-–/]\s?[A-ZĐÐƯ][A-Za-zĐđÐƯưỦủ]{0,11}(?:[.&][A-ZĐÐƯ][A-Za-zĐđÐƯưỦủ]{0,9}|\d{1,2})*){0,3})"
    r"(?![^\W_])"
)
_PART = re.compile(r"[A-ZĐÐƯ][A-Za-zĐđÐƯưỦủệ.&]*?(?=[-–/\s]|\d|$)|\d+")
_DATE_AFTER = re.compile(
    r"[,\s]*\(?(?:ban hành |ký |được ban hành )?ngày\s+\d{1,2}\s?(?:[/.\-]\s?\d{1,2}\s?[/.\-]\s?\d{4}|tháng\s+\d{1,2}(?:\s+năm\s+\d{4}|/\d{4}))"
    r"|[,\s]*\(?\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}"
    r"|\s+năm\s+\d{4}"
)
_ISSUER_AFTER = re.compile(
    r",\s*(?=Hội nghị|Ban Chấp hành|Bộ Chính trị|Ban Bí thư|BCH|BTV)|[,\s]*(?:của|do|được)\s+(?:liên )?(?=[A-ZĐÂÊÔƠƯỦỬÝ])"
)
_SIBLING = re.compile(
    r"\s?(?:,|;|và|hoặc)\s(?:[^\W\d_]+\s){0,4}\d{1,6}[a-zđ]?(?:/\d{4})?[/\-–](?P<suffix>[A-ZĐ][\w.&/\-–]{1,24})"
)
_WRITTEN_DATE = re.compile(
    r"(?P<lead>[,\s]*\(?(?:ban hành |ký |được ban hành )?ngày)\s+(?P<day>\d{1,2})\s?(?:(?P<sign>[/.\-])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<year>\d{4})"
    r"|tháng\s+(?P<month2>\d{1,2})(?:\s+năm\s+|/)(?P<year2>\d{4}))(?![\d/]|[.,]\d)"
)
_SERIAL = re.compile(r"(QH|UBTVQH|HĐND|ĐU|TU|HU)(\d{1,2})$")


def _type_stands_before(left: Left, name: str, types: Mapping[str, str]) -> bool:
    plain = name.lower()
    text = left.lower.removesuffix("số").removesuffix("số:").rstrip(" :")
    if text.endswith(plain):
        return True
    shown = left.raw.rstrip(" :").removesuffix("số").rstrip(" :").split()
    if shown and types.get(shown[-1].lstrip('([“"')) == name:
        return True
    # "Nghị quyết liên tịch số", "Quyết định cá biệt số": the type a few words back in the same phrase.
    phrase = re.split(r"[,;:.()]", text)[-1]
    return left.ends("số") and f" {plain}" in f" {' '.join(phrase.split()[-9:])}"


def _known_type(left: Left) -> bool:
    """Whether any type of document, or another noun that takes a number, stands before."""
    text = left.lower.removesuffix("số").rstrip(" :")
    return text.endswith(_NOUNS)


_NOUNS = word_list("documents.nouns")


def _issuer(ctx: Context, code: str) -> str | None:
    table = ctx.lexicon.table("issuers")
    code = code.replace("Ð", "Đ")
    if code in table:
        return table[code]
    m = _SERIAL.match(code)
    if m and m[1] in table:
        return f"{table[m[1]]} khóa {cardinal(m[2], ctx.profile)}"
    return _composed(table, code)


_BODIES = ("TW", "TU", "ThU", "TThU", "HU", "ĐU", "ĐUX", "UBND", "HĐND", "MTTQ", "ĐTN", "BCH", "TTg")
_PARTY = frozenset(["TW", "TU", "ThU", "TThU", "HU", "ĐU", "ĐUX"])
_LEVELS = {"X": "xã", "P": "phường", "T": "tỉnh", "TP": "thành phố"}


def _composed(table: Mapping[str, str], code: str) -> str | None:
    """VPĐU, BTVTU, UBNDX: an office and the body that it belongs to, or a body and its level."""
    for body in _BODIES:
        head = code.removesuffix(body)
        if head != code and head in table:
            office = "Ban Tổ chức" if head == "BTC" and body in _PARTY else table[head]
            return f"{office} {table[body]}"
    for level, name in _LEVELS.items():
        head = code.removesuffix(level)
        if head != code and len(head) > 2 and head in table:
            return f"{table[head]} {name}"
    return None


def _parts(suffix: str) -> list[str]:
    return [p for p in re.split(r"\s?[-–/]\s?", suffix) if p]


def document_number(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """The number of an administrative, legal or Party document."""
    text = ctx.text
    m = _CODE.match(text, pos)
    if not m:
        return None
    figures, letter, year, suffix = m[1], m[2], m[3], m[5] + m[6]
    parts = _parts(suffix.replace("Ð", "Đ"))
    types = ctx.lexicon.table("document_types")
    known = parts[0] in types or _issuer(ctx, parts[0]) is not None
    if not known:
        if m[4] in "-–" or len(parts) < 2 or not left.ends("số", *_NOUNS):
            return None if not left.ends("số", *_NOUNS) or len(suffix) < 2 or m[4] in "-–" else _unknown(ctx, pos, m)
        return _unknown(ctx, pos, m)
    if len(parts) == 1 and m[4] in "-–" and not left.ends(*_NOUNS, "số"):
        return None
    if (
        len(parts) == 1
        and not year
        and not left.ends(*_NOUNS, "số")
        and parts[0] in types
        and parts[0] not in ctx.lexicon.table("issuers")
    ):
        return None
    kind, issuer = _kind_and_issuer(ctx, parts, left)
    number = _number(figures, ctx)
    if letter:
        number += f" {ctx.lexicon.letter(letter)}"
    spoken, start = _lead(left, kind, pos, types)
    spoken += number
    end = m.end()
    after = text[end : end + 240]
    dated = _DATE_AFTER.match(after)
    if (year and not dated) or (year and dated and year not in dated[0]):
        spoken += f" năm {cardinal(year, ctx.profile)}"
    subject = _subject(ctx, parts)
    if subject and not (subject.startswith("của ") and _named_after(after, suffix, dated)):
        spoken += f" {subject}"
    unknown = not issuer and not subject and len(parts) > 1 and not _named_after(after, suffix, dated)
    if unknown:
        spoken += f" {' '.join(ctx.lexicon.spell(part) for part in parts[1:])}"
        ctx.notice(
            "unknown-code",
            f"Chưa biết nơi ban hành “{'-'.join(parts[1:])}” trong số văn bản; đã đọc từng chữ.",
            pos,
            end,
        )
    if issuer and not _named_after(after, suffix, dated) and not _issuer_before(left, issuer):
        date = _WRITTEN_DATE.match(after) if dated else None
        if date is not None:
            # An announcer names the issuer after the day: "số 367 ngày 31 tháng 12 năm 2025 của Chính phủ".
            spoken += _said_date(ctx, date)
            end += date.end()
        spoken += f" của {issuer}"
    code = f"{number} {ctx.lexicon.spell(suffix)}"
    return RuleReading(start, end, spoken, "document.number", (code,), look=unknown)


def _number(figures: str, ctx: Context) -> str:
    """The number of a document: 06 keeps its zero, 66.7 its point, 1.024 is one thousand and twenty-four."""
    whole, point, part = figures.partition(".")
    if point and len(part) == 3 and not whole.startswith("0"):
        return cardinal(whole + part, ctx.profile)
    words = coded(whole, ctx.profile) if whole.startswith("0") else cardinal(whole, ctx.profile)
    return f"{words} chấm {coded(part, ctx.profile)}" if point else words


def _named_after(after: str, suffix: str, dated: re.Match[str] | None) -> bool:
    """Whether the text names the issuer after the number, its date, or a list of numbers of the same kind."""
    place = dated.end() if dated else 0
    if _ISSUER_AFTER.match(after) or _ISSUER_AFTER.match(after, place):
        return True
    for _ in range(4):
        sibling = _SIBLING.match(after, place)
        if not sibling or sibling["suffix"].rstrip(".") != suffix:
            return False
        place = sibling.end()
        date = _DATE_AFTER.match(after, place)
        place = date.end() if date else place
        if _ISSUER_AFTER.match(after, place):
            return True
    return False


def _said_date(ctx: Context, date: re.Match[str]) -> str:
    day, month_, year = date["day"], date["month"] or date["month2"], date["year"] or date["year2"]
    lead = " ".join(date["lead"].replace("(", " ").split())
    joint = "" if lead.startswith(",") else " "
    said = f"{cardinal(day, ctx.profile)} tháng {month(month_, ctx.profile)} năm {cardinal(year, ctx.profile)}"
    return f"{joint}{lead} {said}"


def _subject(ctx: Context, parts: list[str]) -> str:
    """What the document is about, where its suffix says so instead of naming an issuer (QĐ-XPHC)."""
    if len(parts) < 2 or parts[0] not in ctx.lexicon.table("document_types") or _issuer(ctx, parts[1]):
        return ""
    return ctx.lexicon.table("subjects").get(parts[1], "")


def _kind_and_issuer(ctx: Context, parts: list[str], left: Left) -> tuple[str | None, str | None]:
    types = ctx.lexicon.table("document_types")
    head = parts[0]
    if head in types and not (len(parts) == 1 and _issuer(ctx, head)):
        kind: str | None = types[head]
        # "CT" before an issuer is a directive, alone after "của" it is a person.
        issuers = [name for p in parts[1:] if (name := _issuer(ctx, p))]
        joined = _issuer(ctx, "-".join(parts[1:])) if len(parts) > 2 else None
        if joined:
            return kind, joined
        if not issuers:
            return kind, None
        if kind and re.search("liên (?:tịch|ngành|bộ)|phối hợp", kind.lower()) and len(issuers) > 1:
            return kind, ", ".join(issuers[:-1]) + " và " + issuers[-1]
        return kind, issuers[0]
    issuer = _issuer(ctx, head)
    serial = _SERIAL.match(head)
    if serial and serial[1] in ("QH", "UBTVQH"):
        default = "Luật" if serial[1] == "QH" else "Nghị quyết"
        named = _known_type(left) or left.recent("luật", "nghị quyết", "lệnh", words=10)
        return (None if named else default), issuer
    if head in ("CP", "TTg", "TW"):
        return None, issuer
    return (None if _known_type(left) else "Công văn"), issuer


def _lead(left: Left, kind: str | None, pos: int, types: Mapping[str, str]) -> tuple[str, int]:
    """The words before the number, and where the reading starts ("số" is taken back when the type must precede it)."""
    says_number = left.ends("số", "số:")
    if kind is None:
        if says_number or _known_type(left):
            return "", pos
        return "số ", pos
    # What is written is said: "Nghị định 49/2024/NĐ-CP" gets no "số" that its author left out.
    if _type_stands_before(left, kind, types) or _known_type(left):
        return "", pos
    if says_number:
        word = left.raw.rstrip(" :")
        return f"{kind} số ", pos - (len(left.raw) - len(word)) - 2
    return f"{kind} số ", pos


def _issuer_before(left: Left, issuer: str) -> bool:
    phrase = re.split(r"[,;:.()]", left.lower)[-1]
    return issuer.lower() in phrase or (issuer.startswith("Ủy ban nhân dân") and "ubnd" in phrase)


def _unknown(ctx: Context, pos: int, m: re.Match[str]) -> RuleReading:
    lead, _, tail = m[0].partition(m[5])
    number = coded(m[1], ctx.profile) if m[1].startswith("0") else cardinal(m[1], ctx.profile)
    if m[2]:
        number += f" {ctx.lexicon.letter(m[2])}"
    if m[3]:
        number += f" năm {cardinal(m[3], ctx.profile)}"
    said = []
    known = ctx.lexicon.table("subjects").get(m[5] + m[6])
    if known:
        return RuleReading(pos, m.end(), f"{number} {known}", "document.number")
    for part in _parts(m[5] + m[6]):
        entry = ctx.lexicon.by_written.get(part)
        if entry and entry.spoken:
            said.append(entry.spoken)
        else:
            letters = re.sub(r"\d+", "", part)
            figures = re.sub(r"\D+", "", part)
            said.append(
                " ".join(x for x in (ctx.lexicon.spell(letters), coded(figures, ctx.profile) if figures else "") if x)
            )
    ctx.notice(
        "unknown-code",
        f"Chưa biết ký hiệu “{m[5]}{m[6]}” trong số văn bản “{lead}{m[5]}{tail}”; đã đọc từng chữ.",
        pos,
        m.end(),
    )
    return RuleReading(pos, m.end(), f"{number} {' '.join(said)}", "document.unknown", look=True)


_BLANK = re.compile(
    r"[.…_ ]{0,60}/\s?(?:((?:19|20)\d\d)\s?/\s?)?(?P<suffix>[A-ZĐƯ][A-Za-zĐđƯư]{0,9}(?:[-–][A-ZĐƯ](?:[.&]?[A-Za-zĐđƯưỦủ]){0,14}){1,3})(?![^\W_])"
)


def blank_number(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Số ..../KH-UBND, Số:      /TB-UBND: a number not yet given; its type and issuer are said, the dots are not."""
    if not left.ends("số", "số:", *_NOUNS):
        return None
    m = _BLANK.match(ctx.text, pos)
    if not m:
        return None
    parts = _parts(m["suffix"])
    types = ctx.lexicon.table("document_types")
    kind, issuer = _kind_and_issuer(ctx, parts, left)
    if kind is None and issuer is None:
        return None
    spoken, start = _lead(left, kind, pos, types)
    spoken = spoken.removesuffix("số ") if not left.ends("số", "số:") else spoken
    if m[1]:
        spoken += f"năm {cardinal(m[1], ctx.profile)} "
    if issuer and not _issuer_before(left, issuer) and not _named_after(ctx.text[m.end() : m.end() + 240], "", None):
        spoken += f"của {issuer}"
    ctx.notice("blank-number", "Số văn bản còn để trống; hãy điền số trước khi phát.", pos, m.end())
    return RuleReading(start, m.end(), f" {spoken.strip()}", "document.blank", look=True)


_SHORT = re.compile(r"(\d{1,5})/((?:19|20)\d\d)(?![\d/]|-[A-ZĐ]|[^\W_])")
_OCCASIONS = ("lần", "đợt", "kỳ", "phiên", "khóa", "khoá", "lần thứ", "kỳ họp", "tập")


def short_number(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Thông tư 39/2020, lần 1/2025: a number and its year, without a suffix."""
    m = _SHORT.match(ctx.text, pos)
    abbreviated = left.raw.split()[-1:] and left.raw.split()[-1] in ctx.lexicon.table("document_types")
    if not m or not (abbreviated or left.ends("số", *_NOUNS, *_OCCASIONS)) or left.ends("nhà số", "tỷ số", "chỉ số"):
        return None
    number = coded(m[1], ctx.profile) if not left.ends(*_OCCASIONS) else cardinal(m[1], ctx.profile)
    return RuleReading(pos, m.end(), f"{number} năm {cardinal(m[2], ctx.profile)}", "document.short")


RULES = (document_number, short_number)
