"""Numbers in words: cardinals, digit by digit, ranks, decimals, Roman numerals. Strings in, no size limit."""

from __future__ import annotations

from broadcaster.text.profile import RegionalProfile

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_LONGEST_CARDINAL = 18
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_PLACES = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def spell_digits(figures: str) -> str:
    """Each digit of `figures` by its name; other characters are passed over."""
    return " ".join(DIGITS[int(c)] for c in figures if c.isdecimal())


def _below_thousand(n: int, profile: RegionalProfile, *, full: bool) -> list[str]:
    hundreds, rest = divmod(n, 100)
    tens, units = divmod(rest, 10)
    words: list[str] = []
    if hundreds or full:
        words += [DIGITS[hundreds], "trăm"]
    if tens == 0:
        if units:
            if words:
                words.append(profile.odd)
            words.append(DIGITS[units])
        return words
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 4 and tens > 1:
        words.append(profile.four_after_tens)
    elif units == 5:
        words.append("lăm")
    elif units:
        words.append(DIGITS[units])
    return words


def _below_billion(n: int, profile: RegionalProfile, *, full: bool) -> list[str]:
    words: list[str] = []
    for scale, name in ((1_000_000, "triệu"), (1000, profile.thousand), (1, "")):
        group, n = divmod(n, scale)
        if group:
            words += _below_thousand(group, profile, full=full or bool(words))
            if name:
                words.append(name)
    return words


def cardinal(figures: str | int, profile: RegionalProfile) -> str:
    """The number in words, leading zeros dropped; beyond 18 digits it is read digit by digit."""
    text = str(figures)
    text = text.lstrip("0") or "0"
    if text == "0":
        return DIGITS[0]
    if len(text) > _LONGEST_CARDINAL:
        return spell_digits(text)
    billions, rest = divmod(int(text), 1_000_000_000)
    words: list[str] = []
    if billions:
        words += [*_below_billion(billions, profile, full=False), "tỷ"]
    if rest:
        words += _below_billion(rest, profile, full=bool(words))
    return " ".join(words)


def coded(figures: str, profile: RegionalProfile) -> str:
    """A number that names a thing: "06" is "không sáu", and with more figures each is said."""
    if figures[0] == "0" and len(figures) > 2:
        return spell_digits(figures)
    stripped = figures.lstrip("0")
    zeros = len(figures) - len(stripped)
    words = [DIGITS[0]] * zeros
    if stripped:
        words.append(cardinal(stripped, profile))
    return " ".join(words)


def rank(figures: str | int, profile: RegionalProfile) -> str:
    """What follows "thứ": nhất, hai, ba, tư, năm ..."""
    n = str(figures).lstrip("0") or "0"
    return {"1": "nhất", "4": "tư"}.get(n) or cardinal(n, profile)


def month(figures: str | int, profile: RegionalProfile) -> str:
    """What follows "tháng"; the fourth is "tư" everywhere."""
    return "tư" if int(figures) == 4 else cardinal(figures, profile)


def decimal(whole: str, part: str, profile: RegionalProfile) -> str:
    """12 and 05 are "mười hai phẩy không năm": a part of one or two digits is a number, a longer one is spelled."""
    tail = spell_digits(part) if len(part) > 2 or part.startswith("0") else cardinal(part, profile)
    return f"{cardinal(whole, profile)} phẩy {tail}"


def roman_value(numeral: str) -> int | None:
    """The value of a well-formed Roman numeral up to 3999, else None."""
    if not numeral or len(numeral) > 15 or any(c not in _ROMAN for c in numeral):
        return None
    total = 0
    for here, after in zip(numeral, [*numeral[1:], ""], strict=True):
        value = _ROMAN[here]
        total += -value if after and _ROMAN[after] > value else value
    return total if roman_numeral(total) == numeral else None


def roman_numeral(number: int) -> str:
    """A number up to 3999 in Roman numerals."""
    letters = ""
    for value, sign in _ROMAN_PLACES:
        count, number = divmod(number, value)
        letters += sign * count
    return letters
