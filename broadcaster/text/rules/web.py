"""Web and e-mail addresses, hashtags and mentions."""

from __future__ import annotations

import re

from broadcaster.text.numbers import coded
from broadcaster.text.tokens import Context, RuleReading
from broadcaster.text.word_lists import word_map

_TLD = "vn|com|net|org|edu|gov|info|io|me|asia|biz|tv|ly|app|page|link|site|online"
_URL = re.compile(r"(?:(?:https?|ftp)://)(?P<rest>[^\s<>\"“”()]{1,200})", re.IGNORECASE)
_HOST = re.compile(
    rf"(?:www\.)?[a-z0-9][a-z0-9-]{{0,40}}(?:\.[a-z0-9-]{{1,40}}){{0,4}}\.(?:{_TLD})(?![a-z0-9-])(?:/[^\s<>\"“”()]{{0,150}})?",
    re.IGNORECASE,
)
_MAIL = re.compile(
    rf"[a-z0-9][a-z0-9._+-]{{0,60}}@[a-z0-9-]{{1,40}}(?:\.[a-z0-9-]{{1,40}}){{0,3}}\.(?:{_TLD})(?![a-z0-9-])",
    re.IGNORECASE,
)
_WWW = re.compile(r"^www\.", re.IGNORECASE)
_TAG = re.compile(r"#([^\W_][^\W²³½¼¾]{0,60})")
_PART = re.compile(r"[^\W\d_]+|\d+|[^\w]|_")
_SIGNS = word_map("web.signs")
_CAMEL = re.compile(r"[^\W\d_]+|\d+")


def _say(ctx: Context, written: str) -> str:
    table = ctx.lexicon.table("web")
    words = []
    for part in _PART.findall(written):
        if part.isdecimal():
            words.append(coded(part, ctx.profile) if len(part) < 4 else " ".join(coded(c, ctx.profile) for c in part))
        elif part.isalpha():
            lower = part.lower()
            if lower in table:
                words.append(table[lower])
            elif len(lower) <= 3 and not re.search("[aeiouy]", lower):
                words.append(ctx.lexicon.spell(lower))
            else:
                words.append(_known(ctx, lower))
        else:
            words.append(_SIGNS.get(part, ""))
    return " ".join(w for w in words if w)


def _known(ctx: Context, word: str) -> str:
    for entry in ctx.lexicon.index.get(word, ()):
        same = entry.written == word or (entry.case == "any" and entry.written.lower() == word)
        if same and entry.spoken and not entry.conditional:
            return entry.spoken
    return word


def address(ctx: Context, pos: int) -> RuleReading | None:
    """dichvucong.gov.vn, https://..., ten@angiang.gov.vn."""
    text = ctx.text
    m = _URL.match(text, pos)
    if m:
        written = m["rest"].rstrip(".,;:!?/'’")
        end = m.start("rest") + len(written)
        if written:
            return RuleReading(pos, end, _say(ctx, _WWW.sub("", written)), "web.url", look=len(written) > 40)
    m = _MAIL.match(text, pos)
    if m:
        return RuleReading(pos, m.end(), _say(ctx, m[0]), "web.mail")
    m = _HOST.match(text, pos)
    if m:
        written = m[0].rstrip(".,;:!?/'’")
        return RuleReading(pos, pos + len(written), _say(ctx, _WWW.sub("", written)), "web.host")
    return None


def hashtag(ctx: Context, pos: int) -> RuleReading | None:
    """#ChuyenDoiSo: the words without the sign."""
    m = _TAG.match(ctx.text, pos)
    if not m or m[1].isdecimal():
        return None
    words = " ".join(
        coded(part, ctx.profile) if part.isdecimal() else " ".join(_known(ctx, word) for word in _humps(part))
        for part in _CAMEL.findall(m[1])
    )
    return RuleReading(pos, m.end(), f"thăng {words}", "web.hashtag", (words,))


def _humps(word: str) -> list[str]:
    """The small-letter words of ChuyenDoiSo."""
    cuts = [i for i in range(1, len(word)) if word[i].isupper() and word[i - 1].islower()]
    return [word[a:b].lower() for a, b in zip([0, *cuts], [*cuts, len(word)], strict=True)]
