"""Word's automatic numbers and bullets, which stand nowhere in the text of a .docx, counted out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from broadcaster.text.numbers import roman_numeral

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class _Level:
    shape: str = "decimal"
    text: str = "%1."
    start: int = 1


@dataclass(slots=True)
class Numbering:
    """The list definitions of one document and how far each list has counted."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, number: str, level: int) -> str:
        """What Word prints before the next paragraph of list `number` at `level`, with a space, or ""."""
        levels = self.levels.get(number)
        if levels is None or not 0 <= level <= 8:
            return ""
        here = levels.get(level, _Level())
        counts = self._counts.setdefault(self.abstract.get(number, number), {})
        if here.shape == "none":
            return ""
        if here.shape == "bullet":
            return "+ " if level or here.text.strip() in {"+", "o"} else "- "
        counts[level] = counts.get(level, here.start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]

        def figure(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            shape = levels.get(place, _Level())
            return spelled(counts.get(place, shape.start), shape.shape)

        shown = _PLACE.sub(figure, here.text).strip()
        return f"{shown} " if shown else ""


def spelled(number: int, shape: str) -> str:
    """`number` in one of Word's number formats (decimal when the format is not one of ours)."""
    if shape in {"lowerLetter", "upperLetter"} and 1 <= number <= 26 * 9:
        letters = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if shape == "upperLetter" else letters
    if shape in {"lowerRoman", "upperRoman"} and 1 <= number < 4000:
        letters = roman_numeral(number)
        return letters if shape == "upperRoman" else letters.lower()
    return f"{number:02d}" if shape == "decimalZero" else str(number)


def parse(root: Element | None) -> Numbering:
    """The list definitions in word/numbering.xml; none when the part is missing."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract = {node.get(f"{W}abstractNumId", ""): _levels(node) for node in root.iter(f"{W}abstractNum")}
    for num in root.iter(f"{W}num"):
        key = num.get(f"{W}numId", "")
        link = num.find(f"{W}abstractNumId")
        target = link.get(f"{W}val", "") if link is not None else ""
        levels = dict(abstract.get(target, {}))
        overrides = num.findall(f"{W}lvlOverride")
        for override in overrides:
            index = integer(override.get(f"{W}ilvl"), 0)
            own = override.find(f"{W}lvl")
            start = override.find(f"{W}startOverride")
            level = _level(own) if own is not None else levels.get(index, _Level())
            if start is not None:
                level = _Level(level.shape, level.text, integer(start.get(f"{W}val"), 1))
            levels[index] = level
        numbering.levels[key] = levels
        # Lists of one definition go on counting together, unless one restarts.
        numbering.abstract[key] = f"num-{key}" if overrides else target
    return numbering


def _levels(node: Element) -> dict[int, _Level]:
    return {integer(level.get(f"{W}ilvl"), 0): _level(level) for level in node.findall(f"{W}lvl")}


def _level(node: Element) -> _Level:
    def value(tag: str, default: str) -> str:
        child = node.find(f"{W}{tag}")
        return default if child is None else child.get(f"{W}val", default)

    return _Level(value("numFmt", "decimal"), value("lvlText", ""), integer(value("start", "1"), 1))


def integer(text: str | None, default: int) -> int:
    """A small non-negative number as XML writes it, `default` when it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default
