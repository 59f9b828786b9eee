"""How moments, lengths and numbers are written: station time, 24 hours, the weekday, dots and commas as in Viet Nam."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from broadcaster.boot.remedy import TURN_ON
from broadcaster.domain.schedule.recurrence import parse_month_days
from broadcaster.domain.schedule.rotations import WEEKDAY_LABELS, WEEKDAYS
from broadcaster.domain.setup.zones import names_in_words
from broadcaster.panel.web import differences
from broadcaster.services.lexicon.reading import filled
from broadcaster.services.setup.voices import label
from broadcaster.services.station import Station

UNITS = _DAYS, _HOURS, _MINUTES, _SECONDS = "ngày", "giờ", "phút", "giây"
"""Units of time, which the page hands to its scripts."""
_SHORT_DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def number(value: float, places: int = 0) -> str:
    """1.234,5 for 1234.5 with one place."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def begun(text: str) -> str:
    """A text with a large first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def mmss(milliseconds: int | None) -> str:
    """`12:05`, or `1:02:05` from an hour on."""
    if milliseconds is None:
        return "–"
    total = round(milliseconds / 1000)
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def span(milliseconds: int | None) -> str:
    """A length in words: `45 giây`, `12 phút 5 giây`, `1 giờ 2 phút`."""
    if milliseconds is None:
        return "chưa rõ"
    total = round(milliseconds / 1000)
    if total < 60:
        return f"{total} {_SECONDS}"
    if total < 3600:
        return f"{total // 60} {_MINUTES}" + (f" {total % 60} {_SECONDS}" if total % 60 else "")
    minutes = f" {total % 3600 // 60} {_MINUTES}" if total % 3600 >= 60 else ""
    return f"{number(total // 3600)} {_HOURS}{minutes}"


def remaining(left: dt.timedelta) -> str:
    """How long is left: `3 ngày`, `1 giờ 12 phút`, `4 phút`, `35 giây`."""
    total = max(0, int(left.total_seconds()))
    if total >= 172_800:
        return f"{total // 86_400} {_DAYS}"
    if total >= 3600:
        return f"{total // 3600} {_HOURS} {total % 3600 // 60} {_MINUTES}"
    return f"{total // 60} {_MINUTES}" if total >= 120 else f"{total} {_SECONDS}"


def day(value: dt.date) -> str:
    """`Thứ ba, 24/11/2026`."""
    return f"{WEEKDAY_LABELS[value.weekday()]}, {value:%d/%m/%Y}"


def weekday(value: dt.date) -> str:
    """`Thứ ba`."""
    return WEEKDAY_LABELS[value.weekday()]


def short_day(value: dt.date) -> str:
    """`T3 24/11`."""
    return f"{_SHORT_DAYS[value.weekday()]} {value:%d/%m}"


def date(value: dt.date | str | None) -> str:
    """`24/11/2026` for a date or its ISO text."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value)
    return f"{value:%d/%m/%Y}" if value else "–"


def weekday_words(codes: Sequence[str]) -> str:
    """Weekdays in words: `cả tuần`, `thứ hai đến thứ sáu`, `thứ hai, chủ nhật`."""
    places = sorted(WEEKDAYS.index(code) for code in codes)
    if len(places) in {0, 7}:
        return "cả tuần"
    names = [WEEKDAY_LABELS[p].lower() for p in places]
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{names[0]} đến {names[-1]}"
    return ", ".join(names)


def month_day_words(slot: Mapping[str, Any]) -> str:
    """The days of the month of a slot in words: `ngày 25 hằng tháng; rằm âm lịch`."""
    return parse_month_days(slot.get("monthdays", ()), slot.get("lunardays", ()), field="slot").words()


def browser(agent: str) -> str:
    """A browser's own words short: `Chrome, Windows`; unknown ones as they are."""
    names = (
        ("Edg/", "Edge"),
        ("coc_coc", "Cốc Cốc"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((words for mark, words in table if mark in agent), "") for table in (names, systems)]
    return ", ".join(w for w in found if w) or agent[:60] or "Trình duyệt không rõ"


def coordinate(value: float) -> str:
    """Degrees as maps take them: `10.3512`."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs; what looks like HTML stays text."""
    blocks = [b.strip() for b in text.replace("\r\n", "\n").split("\n\n")]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in b.split("\n"))) for b in blocks if b
    )


def zone_list(codes: Iterable[str], names: dict[str, str], everything: int) -> str:
    """The zones in words: `Tất cả 12 cụm loa`, else their names, shortened from the fifth on."""
    listed = [names.get(c, c) for c in codes]
    if everything and len(listed) >= everything:
        return f"Tất cả {everything} cụm loa"
    return names_in_words(listed) or "Không có cụm loa nào"


def init(app: Flask, station: Station) -> None:
    """Give the templates of `app` these filters, and those that need the station's time zone."""

    def clock(moment: dt.datetime | None) -> str:
        return f"{station.local(moment):%H:%M}" if moment else "–"

    def clock_s(moment: dt.datetime | None) -> str:
        return f"{station.local(moment):%H:%M:%S}" if moment else "–"

    def moment_words(moment: dt.datetime | None) -> str:
        return f"{station.local(moment):%H:%M} {day(station.local(moment)).lower()}" if moment else "–"

    def moment_short(moment: dt.datetime | None) -> str:
        return f"{station.local(moment):%H:%M} {short_day(station.local(moment))}" if moment else "–"

    def local_day(moment: dt.datetime) -> dt.date:
        return station.local(moment).date()

    def named(text: str) -> str:
        return filled(station, text)

    def stamp(moment: dt.datetime) -> str:
        return f"{station.local(moment):%Y-%m-%dT%H:%M}"

    def near_day(moment: dt.datetime) -> str:
        value = station.local(moment).date()
        names = {-1: "hôm qua", 0: "hôm nay", 1: "ngày mai"}
        return names.get((value - station.today()).days, day(value).lower())

    app.jinja_env.filters.update(
        number=number,
        named=named,
        begun=begun,
        mmss=mmss,
        span=span,
        remaining=remaining,
        day=day,
        weekday=weekday,
        short_day=short_day,
        date=date,
        paragraphs=paragraphs,
        clock=clock,
        clock_s=clock_s,
        moment=moment_words,
        moment_short=moment_short,
        local_day=local_day,
        near_day=near_day,
        stamp=stamp,
        coordinate=coordinate,
        browser=browser,
    )
    app.jinja_env.globals.update(
        zone_list=zone_list,
        weekday_words=weekday_words,
        month_day_words=month_day_words,
        word_difference=differences.difference,
        voice_label=label,
        time_units=" ".join(UNITS),
        turn_on=TURN_ON,
    )
