"""Charts as SVG, for the page, the PDF and (as a picture) the Word file alike; drawn from the figures of the report.

They read in black and white: kinds differ by pattern and by label, never by colour alone; every bar carries its number.
Colours are `currentColor` with opacity, so that a page's dark theme needs nothing. No style attribute: the panel's
policy lets none in.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_FONT = "Be Vietnam Pro, Times New Roman, Tinos, Libertinus Serif, serif"
_WIDTH = 720
_SIZE = 13
_ROW = 30
_LABEL = 250


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length, and the words of its number."""

    label: str
    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns side by side: what was planned and what was done."""

    label: str
    planned: int
    done: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its title and the words for those who cannot see it."""

    name: str
    title: str
    svg: str
    alt: str


def bars(name: str, title: str, rows: Sequence[Bar], *, most: float | None = None) -> Chart:
    """Lying bars, one a row; `most` is the value of the full length."""
    most = max(most or 0, max((r.value for r in rows), default=0)) or 1
    room = _WIDTH - _LABEL - 90
    parts = []
    for n, row in enumerate(rows):
        y = n * _ROW + 8
        length = round(room * row.value / most, 1)
        parts.append(_text(_LABEL - 10, y + 15, _cut(row.label, 34), anchor="end"))
        parts.append(_rect(_LABEL, y + 2, max(length, 0.5), 18, "currentColor", 0.75))
        parts.append(_text(_LABEL + max(length, 0.5) + 8, y + 15, row.shown, bold=True))
    parts.append(_line(_LABEL, 4, _LABEL, len(rows) * _ROW + 6))
    alt = f"{title}. " + "; ".join(f"{r.label}: {r.shown}" for r in rows) + "."
    return Chart(name, title, _svg(name, alt, parts, len(rows) * _ROW + 12), alt)


def pairs(name: str, title: str, rows: Sequence[Pair]) -> Chart:
    """Standing columns in pairs, planned (hatched) and done (solid), with their numbers on top."""
    most = max((max(r.planned, r.done) for r in rows), default=0) or 1
    height, base = 190, 226
    step = (_WIDTH - 20) / max(len(rows), 1)
    wide = min(26.0, step / 2 - 3)
    parts = [
        _rect(10, 6, 14, 14, f"url(#{name}-hatch)", 0.75),
        _text(30, 18, "Theo kế hoạch"),
        _rect(150, 6, 14, 14, "currentColor", 0.75),
        _text(170, 18, "Đã thực hiện"),
    ]
    for n, row in enumerate(rows):
        middle = 10 + step * (n + 0.5)
        for value, x, fill in (
            (row.planned, middle - wide - 1, f"url(#{name}-hatch)"),
            (row.done, middle + 1, "currentColor"),
        ):
            tall = round(height * 0.82 * value / most, 1)
            parts.append(_rect(round(x, 1), base - tall, round(wide, 1), max(tall, 0.5), fill, 0.75))
            parts.append(
                _text(round(x + wide / 2, 1), base - tall - 4, str(value), anchor="middle", size=11, bold=True)
            )
        parts.append(_text(round(middle, 1), base + 18, row.label, anchor="middle", size=12))
    parts.append(_line(10, base, _WIDTH - 10, base))
    alt = f"{title}. " + "; ".join(f"{r.label}: kế hoạch {r.planned}, thực hiện {r.done}" for r in rows) + "."
    return Chart(name, title, _svg(name, alt, parts, base + 28), alt)


def heat(name: str, title: str, first: dt.date, last: dt.date, values: Mapping[dt.date, int]) -> Chart:
    """A calendar, a row for each month and a box for each day, darker and numbered by what was aired."""
    most = max(values.values(), default=0) or 1
    left, box = 74, 20
    parts = [_text(left + box * (d - 0.5), 14, str(d), anchor="middle", size=9) for d in range(1, 32)]
    row = 0
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        y = 20 + row * 22
        parts.append(_text(left - 8, y + 14, f"T{month}/{year}", anchor="end", size=11))
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            date = dt.date(year, month, day)
            if first <= date <= last:
                parts.append(_day(left + box * (day - 1), y, values.get(date, 0), most, sunday=date.weekday() == 6))
        row += 1
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    top = max(values.values(), default=0)
    days = sum(1 for d, v in values.items() if v and first <= d <= last)
    alt = f"{title}. Có {days} ngày phát trong {(last - first).days + 1} ngày; ngày nhiều nhất {top} lượt."
    return Chart(name, title, _svg(name, alt, parts, 26 + row * 22), alt)


def _day(x: float, y: float, value: int, most: int, *, sunday: bool) -> str:
    share = value / most
    shown = _rect(x + 1, y, 18, 18, "currentColor", round(0.08 + 0.62 * share, 2) if value else 0.0, edge=True)
    if value:
        # On a dark box the number is drawn light by the page's own ground, which `fill` of the class names.
        shown += _text(x + 10, y + 13, str(value), anchor="middle", size=9, bold=True, light=share > 0.6)
    elif sunday:
        shown += _text(x + 10, y + 13, "·", anchor="middle", size=9)
    return shown


def _svg(name: str, alt: str, parts: Sequence[str], height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {_WIDTH} {height:g}" role="img" '
        f'aria-label="{escape(alt)}" font-family="{_FONT}" font-size="{_SIZE}" fill="currentColor" color="#111111">'
        f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="currentColor" fill-opacity="0.08"/>'
        '<line x1="0" y1="0" x2="0" y2="6" stroke="currentColor" stroke-width="3.2"/></pattern></defs>'
        + "".join(parts)
        + "</svg>"
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, opacity: float, *, edge: bool = False) -> str:
    stroke = ' stroke-opacity="0.35"' if edge else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" fill-opacity="{opacity:g}" '
        f'stroke="currentColor" stroke-width="0.8"{stroke}/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = _SIZE, bold: bool = False, light: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    fill = ' class="on-dark" fill="#ffffff"' if light else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"{weight}{fill}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="currentColor" stroke-width="1"/>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
