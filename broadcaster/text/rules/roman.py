"""Roman numerals, where the word before or the place on the line says that they are numbers."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, rank, roman_value
from broadcaster.text.rules.words import shouting
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_HIGHEST_BARE = 30

_SHAPE = re.compile(r"[IVXLCDM]+(?![^\W_]|-(?![IVXLC]+(?![^\W_]))[A-ZĐ]|&)")
_NOUNS = word_list("roman.nouns")
_KINGS = word_list("roman.kings")
_GIVEN = {1: "nhất", 2: "nhì"}
_LETTERED = re.compile(r"([IVXLC]+)([a-zđ])(?![^\W_])")
_RURAL = re.compile(r"(I{1,3})-NT(?![^\W_])")
_LIST = re.compile(r"(?:\b[IVXLC]+(?:,|;|\s?[-–]|\svà|\shoặc|\sđến))$")
_HEADING = re.compile(r"([IVXLC]+)(?:[.)](?!\d)|\s?[-–](?=\s|$))")
_YEAR_AFTER = re.compile(r"\s?[/-]\s?((?:19|20)\d\d)(?!\d)")
_NEXT = re.compile(r"(\s?[-–]\s?)([IVXLC]+)(?![^\W_])")


def roman(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Khóa XV, thế kỷ XXI, Quý IV/2025, lần thứ XIV, Chương II, vùng I, II và III; `I.` at a line's start."""
    m = _SHAPE.match(ctx.text, pos)
    if not m:
        return _with_letter(ctx, pos, left)
    value = roman_value(m[0])
    if value is None or m[0] in ("C", "D", "L", "M"):
        # Alone, these are letters: khu C, 5 độ C, khối D.
        return None
    if left.line_start:
        heading = _HEADING.match(ctx.text, pos)
        if heading and value <= 30:
            return RuleReading(
                pos,
                heading.end(),
                f"Phần {cardinal(value, ctx.profile)}.",
                "roman.heading",
                (f"Mục {cardinal(value, ctx.profile)}.",),
            )
        if (
            value <= 30
            and ctx.text[m.end() : m.end() + 1] in (".", "/")
            and ctx.text[m.end() + 1 : m.end() + 2].isdigit()
        ):
            return RuleReading(pos, m.end(), f"Phần {cardinal(value, ctx.profile)}", "roman.heading")
    clean = left.lower.rstrip('(“"')
    if clean.endswith("thứ"):
        return RuleReading(pos, m.end(), rank(value, ctx.profile), "roman.rank")
    listed = _listed(left)
    if clean.endswith("giải") or (listed and left.recent("giải", words=4)):
        return RuleReading(
            pos, m.end(), _GIVEN.get(value) or rank(value, ctx.profile), "roman.prize", (cardinal(value, ctx.profile),)
        )
    if not listed and not left.ends(*_NOUNS) and not (len(m[0]) > 1 and left.recent(*_KINGS, words=3)):
        return _bare(ctx, pos, m, value)
    words = cardinal(value, ctx.profile)
    end = m.end()
    year = _YEAR_AFTER.match(ctx.text, end)
    if year and (left.ends("quý", "quí", "đợt", "kỳ") or listed):
        return RuleReading(pos, year.end(), f"{words} năm {cardinal(year[1], ctx.profile)}", "roman.quarter")
    follow = _NEXT.match(ctx.text, end)
    if follow and (second := roman_value(follow[2])):
        return RuleReading(pos, follow.end(), f"{words} đến {cardinal(second, ctx.profile)}", "roman.range")
    letter = (ctx.lexicon.letter(m[0]),) if len(m[0]) == 1 else ()
    return RuleReading(pos, end, words, "roman.numeral", (*_quarter(left, value), *letter))


def _bare(ctx: Context, pos: int, m: re.Match[str], value: int) -> RuleReading | None:
    """Two Roman letters or more that no word announces: no abbreviation looks so, yet a person should look."""
    if len(m[0]) < 2 or value > _HIGHEST_BARE or set(m[0]) - set("IVX") or shouting(ctx, pos, m[0]):
        return None
    return RuleReading(pos, m.end(), cardinal(value, ctx.profile), "roman.bare", (ctx.lexicon.spell(m[0]),), look=True)


def _with_letter(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Phụ lục IIa, khu vực II-NT: a Roman number with a letter."""
    m = _LETTERED.match(ctx.text, pos)
    if m and left.ends(*_NOUNS) and (value := roman_value(m[1])):
        return RuleReading(pos, m.end(), f"{cardinal(value, ctx.profile)} {ctx.lexicon.letter(m[2])}", "roman.numeral")
    m = _RURAL.match(ctx.text, pos)
    if m and left.ends("khu vực") and (value := roman_value(m[1])):
        return RuleReading(pos, m.end(), f"{cardinal(value, ctx.profile)} nông thôn", "roman.numeral")
    return None


def _quarter(left: Left, value: int) -> tuple[str, ...]:
    return ("tư",) if value == 4 and left.ends("quý", "quí") else ()


def _listed(left: Left) -> bool:
    tail = left.raw[-24:].rstrip()
    if not _LIST.search(tail):
        return False
    return left.recent(*_NOUNS, words=6)
