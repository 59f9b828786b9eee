"""Days on which a zone, or the whole station, has no session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from broadcaster.clock import day_start
from broadcaster.domain.schedule.matters import mark_of
from broadcaster.scheduling.conflict import Conflict, House, Kind, Planned, zones_in_words


def gaps(planned: Sequence[Planned], house: House, first: dt.date, days: int) -> Iterable[Conflict]:
    """Whole days on which a zone in use hears nothing, though others do; and days on which nobody hears anything."""
    heard: dict[dt.date, set[str]] = {first: set(house.begun)} if house.begun else {}
    for p in planned:
        if p.counts and not p.any_hour:
            heard.setdefault(p.starts_at.astimezone(house.tz).date(), set()).update(house.outputs.reach(p.zones))
    for offset in range(days):
        day = first + dt.timedelta(days=offset)
        if day in house.silent_days or (house.over and day == first):
            continue
        silent = [z for z in house.zones if z not in heard.get(day, set())]
        if heard.get(day) and silent:
            yield Conflict(
                kind=Kind.GAP,
                at=day_start(day, house.tz).astimezone(dt.UTC),
                what=f"Ngày {day:%d/%m/%Y}: {zones_in_words(silent, house)} không có buổi phát nào.",
                remedy="Thêm cụm loa vào một khung phát của ngày đó; nếu cố ý thì bấm “Để vậy”.",
                zones=tuple(silent),
                marks=(mark_of(Kind.GAP, day, silent),),
            )
    if not house.rotations:
        yield Conflict(
            kind=Kind.GAP,
            at=day_start(first, house.tz).astimezone(dt.UTC),
            what="Đài chưa có lịch phát nào đang áp dụng nên máy không tự xếp buổi phát nào.",
            remedy="Mở trang Lịch phát, mục Khung lịch, để áp dụng một lịch; hoặc chạy loa schedule apply TỆP.",
        )
        return
    for start, end in _silent_stretches(heard, house, first, days):
        when = f"Ngày {start:%d/%m/%Y}" if start == end else f"Từ ngày {start:%d/%m/%Y} đến hết ngày {end:%d/%m/%Y}"
        yield Conflict(
            kind=Kind.GAP,
            at=day_start(start, house.tz).astimezone(dt.UTC),
            what=f"{when}: cả đài không có buổi phát nào.",
            remedy="Thêm khung phát hoặc một buổi riêng cho ngày đó; nếu cố ý thì bấm “Để vậy”.",
            marks=tuple(mark_of(Kind.GAP, start + dt.timedelta(days=n)) for n in range((end - start).days + 1)),
        )


def _silent_stretches(
    heard: Mapping[dt.date, set[str]], house: House, first: dt.date, days: int
) -> Iterable[tuple[dt.date, dt.date]]:
    """Yield first and last day of each stretch without any session, but for days that the Quy chế wants silent."""
    view = [first + dt.timedelta(days=n) for n in range(days)]
    silent = [
        day
        for day in view
        if not heard.get(day)
        and day not in house.silent_days
        and not (house.over and day == first)
        and not _enough_days(day, heard, house, first, days)
    ]
    start = 0
    for n, day in enumerate(silent):
        if n + 1 == len(silent) or silent[n + 1] - day > dt.timedelta(days=1):
            yield silent[start], day
            start = n + 1


def _enough_days(day: dt.date, heard: Mapping[dt.date, set[str]], house: House, first: dt.date, days: int) -> bool:
    """Whether the week of `day` may have its days already; days out of sight count as days with a session."""
    most = house.caps.days_per_week
    if most is None:
        return False
    week = [day + dt.timedelta(days=n - day.weekday()) for n in range(7)]
    return sum(bool(heard.get(d)) or not 0 <= (d - first).days < days for d in week) >= most
