"""One written figure: grouped, decimal, padded, dotted; shared by every rule that counts."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, decimal, spell_digits
from broadcaster.text.tokens import Context, Left

FIGURE = r"\d{1,3}(?:\.\d{3})+(?:,\d{1,6})?(?!\d)|\d{1,3}(?:,\d{3}){2,}(?:\.\d{1,6})?(?!\d)|[1-9]\d{0,2},\d{3}\.\d{1,6}(?![\d.,]\d|\d)|\d{1,3}(?: \d{3})+(?:,\d+)?(?![\d.])|\d+[.,]\d+|\d+"


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
            if w.count(".") == 1:
                whole, part = w.split(".")
                self.alternatives = (decimal(whole, part, profile),)
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
        # A decimal is written with a comma here: "4.0" is a name.
        if (len(whole) == 1 and part == "0") or left.ends(
            "ios",
            "android",
            "office",
            "windows",
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
            "chương",
            "web",
            "tiêu chí",
            "thế hệ",
            "mẫu",
            "nội dung",
            "phòng",
            "căn hộ",
            "căn",
            "bài",
            "lô",
        ):
            return dotted
        self.alternatives = (dotted,)
        return decimal(whole, part, profile)
