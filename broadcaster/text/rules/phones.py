"""Telephone and hotline numbers: digit by digit, a breath between groups."""

from __future__ import annotations

import re

from broadcaster.text.numbers import spell_digits
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_list

_PHONE = re.compile(r"(?:\(?\+?84\)?[\s.\-]?|0)\d{1,3}(?:[\s.\-]?\d{1,4}){1,4}(?!\d|/(?!0\d{2,3}[\s.\d])\d|,\d)")
_BRACKET = re.compile(r"\(0\d{1,3}\)(?:[\s.\-]?\d{1,4}){2,4}(?!\d)")
_SERVICE = re.compile(r"(?:1900|1800|0800)(?:[\s.\-]?\d{2,4}){1,2}(?!\d|[.,/]\d)")
_SHORT = re.compile(r"(?:11[0-9]|1022|1080|1068|18001?\d{0,4}|12[0-9]|156|5656)(?!\d|[.,/%]\d|%|\s?(?:đồng|triệu|tỷ))")
# One number to call after another: "gọi 114, công an 113, cứu nạn 112".
_CALLED = re.compile(r"(?<!\d)11[1-5][,;)]")
_DATE_LIKE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?!\d)")
_SENT = re.compile(r"\d{3,5}(?!\d|[.,/%]\d|%|\s?(?:đồng|triệu|tỷ|hồ sơ|phiếu|tin|bộ|người|hộ|suất|phần|thư|đơn))")
_GROUPED = re.compile(r"\+\d{1,3}(?:\.\d{3})+")
_ASKS = word_list("phones.asks")
_FULL_SERVICE = 8
_COUNTED = re.compile(r"\s?(?:đồng|đ\b|vnđ|vnd|usd|người|hộ|kg|tấn|m2|con|cây|triệu)")
_ABROAD = re.compile(r"\+(?!84)[1-9]\d{0,2}(?:[\s.\-]?\d{2,4}){2,5}(?!\d)")
_GAP = re.compile(r"[\s.\-()]+")


def _groups(figures: str) -> str:
    parts = [p for p in _GAP.split(figures) if p]
    for i in range(len(parts) - 2, -1, -1):
        if len(parts[i]) == 1:
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
    if len(parts) == 1:
        n = parts[0]
        if n.startswith(("1900", "1800")) and len(n) > 4:
            parts = [n[:4], n[4:]]
        elif len(n) == 10:
            parts = [n[:4], n[4:7], n[7:]]
        elif len(n) == 11:
            parts = [n[:4], n[4:8], n[8:]] if n.startswith("02") else [n[:5], n[5:8], n[8:]]
    return ", ".join(spell_digits(p) for p in parts)


def phone(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """0912.345.678, (0297) 3812 345, +84 912 345 678, 1900 1234, 113 where a number to call is meant."""
    text = ctx.text
    if _DATE_LIKE.match(text, pos):
        return None
    for rule, pattern in (("phone.service", _SERVICE), ("phone", _PHONE)):
        m = pattern.match(text, pos)
        if m:
            count = sum(c.isdecimal() for c in m[0])
            calls = left.recent(*_ASKS, words=8)
            if rule == "phone" and not (9 <= count <= 11 and (m[0][0] == "0" or calls)):
                continue
            if rule == "phone" and left.recent(
                "mã số thuế", "mst", "cccd", "cmnd", "tài khoản", "căn cước", "định danh", words=6
            ):
                return RuleReading(pos, m.end(), _spaced(m[0]), "code.digits")
            if rule == "phone.service" and not 7 <= count <= 10:
                continue
            sum_of_money = _COUNTED.match(ctx.right(m.end(), 10))
            if (
                rule == "phone.service"
                and m[0].isdecimal()
                and not calls
                and (len(m[0]) < _FULL_SERVICE or sum_of_money)
            ):
                continue
            return RuleReading(pos, m.end(), _groups(m[0]), rule)
    m = _SENT.match(text, pos)
    if m and left.ends("gửi", "gửi đến", "gửi tới", "nhắn", "gửi về"):
        return RuleReading(pos, m.end(), spell_digits(m[0]), "phone.short")
    m = _SHORT.match(text, pos)
    if (
        m
        and (
            left.recent(*_ASKS, words=7)
            or (left.ends("số") and left.recent(*_ASKS, words=14))
            or (left.recent("gọi", "tổng đài", words=16) and _CALLED.search(left.raw))
        )
        and not left.ends("điều", "khoản", "nghị định số", "giờ")
    ):
        following = ctx.right(m.end(), 8).strip()
        if not following.startswith(("người", "hộ", "lượt", "cuộc", "trường", "vụ", "ca ")):
            return RuleReading(pos, m.end(), spell_digits(m[0]), "phone.short")
    return None


_MASKED = re.compile(
    r"(?:0|1900|1800)\d{0,9}(?:[\s.\-]?(?:\d{1,4}[xX*]{1,8}\d{0,4}|[xX*]{2,8}\d{0,4}|\d{1,4}(?=(?:[\s.\-]?\d{1,4}){0,2}[\s.\-]?\d{0,4}[xX*])|(?<=[xX*][\s.\-])\d{3,4})){1,4}(?![^\W_])"
)
_HIDDEN = "x*"
_MASKED_LENGTHS = range(8, 13)
_FEWEST_HIDDEN = 3


def masked(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """0297 3xxx xxx, 09xxxxxxxx, 1900xxxx, 0912***456: a number shown in part."""
    m = _MASKED.match(ctx.text, pos)
    if not m or (left.raw[-1:].isalnum()):
        return None
    signs = [c.lower() for c in m[0] if c.isdecimal() or c in "xX*"]
    if len(signs) not in _MASKED_LENGTHS or sum(c in _HIDDEN for c in signs) < _FEWEST_HIDDEN:
        return None
    said = []
    for group in _GAP.split(m[0]):
        names = (spell_digits(c) if c.isdecimal() else ctx.lexicon.letter("x") if c in "xX" else "sao" for c in group)
        said.append(" ".join(names))
    ctx.notice("masked-phone", f"Số “{m[0]}” bị che một phần; hãy ghi đủ số trước khi phát.", pos, m.end())
    return RuleReading(pos, m.end(), ", ".join(said), "phone.masked", look=True)


def signed_or_bracketed(ctx: Context, pos: int) -> RuleReading | None:
    """(0297) 3812 345 and +84 912 345 678, which start with a sign."""
    m = _BRACKET.match(ctx.text, pos)
    if m:
        return RuleReading(pos, m.end(), _groups(m[0]), "phone")
    m = _ABROAD.match(ctx.text, pos)
    if m and 9 <= sum(c.isdecimal() for c in m[0]) <= 15 and not _GROUPED.fullmatch(m[0]):
        return RuleReading(pos, m.end(), f"cộng {_spaced(m[0][1:])}", "phone.abroad")
    m = _PHONE.match(ctx.text, pos)
    if m and ctx.text[pos] in "+(" and 10 <= sum(c.isdecimal() for c in m[0]) <= 12:
        plus = "cộng " if "+" in m[0][:2] else ""
        return RuleReading(pos, m.end(), plus + _groups(m[0].replace("+", "")), "phone")
    return None


def _spaced(figures: str) -> str:
    return ", ".join(spell_digits(p) for p in _GAP.split(figures) if p)


RULES = (masked, phone)
