"""Legal references and other things that are named by a number or a letter: điểm, khoản, điều, mục, tổ, lô."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, coded
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_NUMBER = re.compile(r"(\d{1,4})([a-zđ])?(?![\d]|[.,/]\d|[^\W_]|%)")
_LAW_NOUNS = word_list("legal.law_nouns")
# "Hạng 85đ", "tiêu chí 10đ" are points; "khoản 2đ" is none.
_D_NOUNS = ("điều", "khoản", "chương", "mục", "phần", "tiểu mục", "phụ lục", "mẫu", "biểu", "mẫu số", "biểu số")
_NAMED = word_list("legal.named")
_EACH = re.compile(r"(?<![^\W_])(?:mỗi|từng) \w+$")
_LETTER = re.compile(r"([a-zđ])(?:\.?(\d{1,2}))?(?=[^\w/'’-]|[_/'’-](?![^\W_])|$)")
_LETTER_LIST = re.compile(
    r"(?:(?:điểm|tiết|mục|nhóm|loại|hạng|lớp|mẫu|vitamin|khối|khu|lô|viêm gan|hồ sơ|tổ)\s+|§\s*)(?:[a-zđA-ZĐ0-9]{1,2}(?:,|;|\svà|\shoặc|\sđến)\s+)*$",
    re.IGNORECASE,
)


def numbered(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Điều 5, khoản 2a, Điều 12a, mẫu số 01, Đề án 06, Tổ 05."""
    m = _NUMBER.match(ctx.text, pos)
    if not m:
        return None
    if m[2]:
        pointed = m[2] == "đ"
        if left.ends(*(_D_NOUNS if pointed else _LAW_NOUNS)) or left.recent(
            "điều", "khoản", *(() if pointed else ("điểm",)), words=4
        ):
            words = f"{cardinal(m[1], ctx.profile)} {ctx.lexicon.letter(m[2])}"
            return RuleReading(pos, m.end(), words, "legal.numbered-letter")
        return None
    if _EACH.search(left.lower):
        return None  # "mỗi tổ 05 người": what each has is counted, not named
    if m[1].startswith("0") and len(m[1]) > 1 and (left.ends(*_NAMED) or _after_type(ctx, left)):
        return RuleReading(pos, m.end(), coded(m[1], ctx.profile), "code.leading-zero", (cardinal(m[1], ctx.profile),))
    return None


def _after_type(ctx: Context, left: Left) -> bool:
    """TT 02, NQ 05: the type of a document, abbreviated, stands before."""
    last = left.raw.split()[-1:]
    return bool(last) and last[0] in ctx.lexicon.table("document_types")


def letter(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """Điểm a, điểm b và c khoản 2: a single small letter."""
    m = _LETTER.match(ctx.text, pos)
    # "y dài" is the name of a letter already.
    if not m or not _LETTER_LIST.search(left.raw[-40:]) or ctx.text.startswith(" dài", m.end()):
        return None
    words = ctx.lexicon.letter(m[1])
    if m[2]:
        words += f" {cardinal(m[2], ctx.profile)}"
    return RuleReading(pos, m.end(), words, "legal.letter")


RULES = (numbered,)
