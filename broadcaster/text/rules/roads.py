"""Names of roads by their class: QL.63, QL1A, ĐT 965, HL 12, QL.N2."""

from __future__ import annotations

import re

from broadcaster.text.numbers import cardinal, coded, spell_digits
from broadcaster.text.tokens import Context, Left, RuleReading
from broadcaster.text.word_lists import word_map

_ROADS = word_map("roads.roads")
_ROAD = re.compile(
    r"(QL|ĐT|DT(?=[.-]?\d{3}(?!\d))|TL|HL|ĐH|ĐX|CT)[.\s-]?\s?(N?\d{1,4})([A-ZĐ]\d?)?(?:-(\d{1,2}))?(?![\d]|[.,/]\d|[^\W_])"
)


def road(ctx: Context, pos: int, left: Left) -> RuleReading | None:
    """QL.63, QL1A, ĐT 965, HL 12."""
    m = _ROAD.match(ctx.text, pos)
    if not m:
        return None
    name = _ROADS[m[1]]
    if m[1] == "CT" and not left.ends("cao tốc", "tuyến", "đường", "đoạn"):
        return None
    if m[1] == "ĐT" and (len(m[2]) > 3 or m[2].startswith("0")):
        return None
    if left.ends("giống", "vụ", "lúa", "nếp", "mã", "lô", "ký hiệu"):
        return None
    if left.ends(name):
        name = ""
    elif m[1] in ("ĐT", "DT", "ĐH", "ĐX") and left.ends("đường"):
        name = name.removeprefix("đường ")
    number = coded(m[2].removeprefix("N"), ctx.profile)
    if m[2].startswith("N"):
        number = f"{ctx.lexicon.letter('n')} {number}"
    words = f"{name} {number}".strip()
    if m[3]:
        words += f" {ctx.lexicon.spell(m[3])}"
        figures = re.sub(r"\D", "", m[3])
        words += f" {spell_digits(figures)}" if figures else ""
    if m[4]:
        words += f" {cardinal(m[4], ctx.profile)}"
    return RuleReading(pos, m.end(), words, "code.road", (f"{name} {spell_digits(m[2])}".strip(),))
