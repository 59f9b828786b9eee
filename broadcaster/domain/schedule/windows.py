"""When the horns may sound: allowed windows, quiet hours and the caps of the commune's Quy chế.

A start at 3:15 in the night woke a commune in 12/2025 (a relay set to a wrong hour); here it is not a form's
check but a property of the domain: what lies outside the windows cannot be planned nor aired, unless it is a
confirmed emergency.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from broadcaster.errors import RuleError, Where


def parse_time(text: str, *, field: str | Where) -> dt.time:
    """The station time written `HH:MM` on the 24-hour clock.

    Raises:
        RuleError: the text is not such a time; `field` names where it stands.
    """
    parts = text.strip().split(":")
    try:
        hour, minute = (int(p) for p in parts) if len(parts) == 2 else (-1, -1)
        return dt.time(hour, minute)
    except ValueError:
        raise RuleError(
            f"Giờ “{text}” không hợp lệ. Hãy viết giờ theo kiểu 24 giờ, ví dụ 05:00 hoặc 17:30.", field=field
        ) from None


MIDNIGHT = dt.time(0)
DAY = dt.timedelta(days=1)
EVENING, LATEST = dt.time(18), dt.time(2)
"""A window over midnight begins no earlier than this in the evening, and ends no later than that in the night."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch in station time in which the horns may sound: [start, end), over midnight where it ends earlier.

    An end at 00:00 is the midnight that closes the day (24:00). Only a night such as New Year's goes over it: two times
    in the wrong order must not open all hours of sleep.
    """

    start: dt.time
    end: dt.time

    def __post_init__(self) -> None:
        if self.start == self.end != MIDNIGHT:
            raise RuleError(f"Khung giờ {self} phải có giờ kết thúc sau giờ bắt đầu.", field="hours.windows")
        if self.over_midnight and (self.start < EVENING or self.end > LATEST):
            raise RuleError(
                f"Khung giờ {self} phải có giờ kết thúc sau giờ bắt đầu. Khung qua nửa đêm (như đêm giao thừa) chỉ "
                f"được bắt đầu từ {EVENING:%H:%M} và kết thúc trước hoặc lúc {LATEST:%H:%M}.",
                field="hours.windows",
            )

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{'24:00' if self.end == MIDNIGHT else f'{self.end:%H:%M}'}"

    @classmethod
    def parse(cls, text: str, *, field: str | Where = "hours.windows") -> Window:
        """The window written `05:00-07:30`, `23:45-24:00` or `23:30-00:30`.

        Raises:
            RuleError: the text is not two times in order, nor a night that goes over midnight.
        """
        start, dash, end = text.partition("-")
        if not dash:
            raise RuleError(f"Khung giờ “{text}” phải viết như 05:00-07:30.", field=field)
        first = parse_time(start, field=field)
        last = MIDNIGHT if end.strip() == "24:00" else parse_time(end, field=field)
        if first == last and end.strip() != "24:00":
            raise RuleError(f"Khung giờ {text} phải có giờ kết thúc sau giờ bắt đầu.", field=field)
        return cls(first, last)

    @property
    def over_midnight(self) -> bool:
        """Whether it goes on into the next day."""
        return MIDNIGHT < self.end < self.start

    @property
    def length(self) -> dt.timedelta:
        """How long it is, at most a day."""
        minutes = dt.timedelta(hours=self.end.hour, minutes=self.end.minute)
        begin = dt.timedelta(hours=self.start.hour, minutes=self.start.minute)
        return minutes - begin if minutes > begin else minutes - begin + DAY

    def on(self, day: dt.date, tz: dt.tzinfo | None = None) -> tuple[dt.datetime, dt.datetime]:
        """When the one that starts on `day` begins and ends."""
        begin = dt.datetime.combine(day, self.start, tzinfo=tz)
        return begin, begin + self.length

    def at(self, time: dt.time) -> bool:
        """Whether a time of the day lies in it."""
        if self.over_midnight:
            return time >= self.start or time < self.end
        return self.start <= time and (self.end == MIDNIGHT or time < self.end)


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits of the Quy chế; None means no limit."""

    sessions_per_day: int | None = 3
    minutes_per_session: int | None = 45
    days_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class StationHours:
    """The allowed windows of the station. What is planned belongs, past midnight too, to the day on which it starts."""

    windows: tuple[Window, ...]

    def allows(self, start: dt.datetime, length: dt.timedelta) -> bool:
        """Whether a broadcast from local `start` of `length` lies wholly inside the windows, over midnight too."""
        room = _room(self, start.time())
        return room is not None and length <= room

    def window_at(self, local: dt.datetime) -> Window | None:
        """The window that a local moment lies in, its last moment too; of several the one that lasts longest."""
        return max(self._around(local), key=lambda found: found[1], default=(None, None))[0]

    def end_at(self, local: dt.datetime) -> dt.datetime | None:
        """When the hours end that a local moment lies in, a day later at most; None outside all of them.

        Where one window ends as the next begins, the horns need not stop.
        """
        end = None
        while (end is None or end < local + DAY) and (
            later := max((last for _, last in self._around(end or local)), default=None)
        ):
            if later == end:
                break
            end = later
        return end

    def _around(self, local: dt.datetime) -> list[tuple[Window, dt.datetime]]:
        """The windows that a local moment lies in, each with its end: of this day, or of the night before."""
        found = []
        for window in self.windows:
            for day in (local.date(), local.date() - DAY):
                begin, end = window.on(day, local.tzinfo)
                if begin <= local <= end:
                    found.append((window, end))
        return found

    def over_at(self, local: dt.datetime) -> bool:
        """Whether no window is left that starts on the day of a local moment."""
        return all(w.on(local.date(), local.tzinfo)[1] <= local for w in self.windows)

    def require(self, start: dt.datetime, length: dt.timedelta, *, field: str | Where) -> None:
        """Check that a broadcast may be planned.

        Raises:
            RuleError: it would start or end outside the allowed windows.
        """
        if not self.allows(start, length):
            minutes = math.ceil(length.total_seconds() / 60)
            raise RuleError(
                f"Buổi phát {start:%H:%M} dài tối đa {minutes} phút nằm ngoài khung giờ được phép "
                f"({self}). Hãy đổi giờ phát, rút ngắn buổi phát, hoặc sửa khung giờ ở Cài đặt, mục Giờ được phép.",
                field=field,
            )

    def __str__(self) -> str:
        return ", ".join(str(w) for w in self.windows)


class HeldSession(NamedTuple):
    """One session that stands in the plan, or was heard."""

    day: dt.date
    """Of the station."""
    words: str
    """How a sentence calls it."""


def require_session(
    caps: Caps,
    held: Mapping[str, Iterable[HeldSession]],
    day: dt.date,
    length: dt.timedelta,
    *,
    names: Mapping[str, str] | None = None,
    field: str | Where,
) -> None:
    """Check that each zone may have one more session of `length` on station day `day`.

    Args:
        caps: the limits of the Quy chế.
        held: the sessions of each zone, at least of the week of `day`.
        day: the day of the new session.
        length: its greatest length.
        names: what people call the zones.
        field: what the message points at.

    Raises:
        RuleError: it would break the Quy chế; the sentence names the limit, what is on already, and the way out.
    """
    most = caps.minutes_per_session
    if most is not None and length > dt.timedelta(minutes=most):
        raise RuleError(
            f"Buổi này dài {math.ceil(length.total_seconds() / 60)} phút, quá {most} phút mỗi buổi của Quy chế. "
            "Hãy rút ngắn, hoặc sửa minutes_per_session trong station.toml.",
            field=field,
        )
    for zone, sessions in held.items():
        name = (names or {}).get(zone, zone)
        book = list(sessions)
        that_day = [s.words for s in book if s.day == day]
        count, most = len(that_day), caps.sessions_per_day
        if most is not None and count >= most:
            raise RuleError(
                f"Ngày {day:%d/%m/%Y} cụm loa {name} đã có {count} buổi; Quy chế cho tối đa {most} buổi mỗi ngày. "
                f"Thêm buổi này thì phải mất một trong: {', '.join(that_day)}. "
                "Hãy chọn ngày khác, bỏ bớt một buổi, hoặc sửa sessions_per_day trong station.toml.",
                field=field,
            )
        week = {s.day for s in book if s.day.isocalendar()[:2] == day.isocalendar()[:2]}
        most = caps.days_per_week
        if most is not None and day not in week and len(week) >= most:
            raise RuleError(
                f"Tuần của ngày {day:%d/%m/%Y} cụm loa {name} đã phát {len(week)} ngày; Quy chế cho tối đa {most} ngày "
                "mỗi tuần. Hãy chọn ngày đã có buổi phát, bỏ bớt một ngày, hoặc sửa days_per_week trong station.toml.",
                field=field,
            )


@lru_cache(4096)
def _room(hours: StationHours, time: dt.time) -> dt.timedelta | None:
    """How long the windows go on from a time of the day, each day alike; None where they do not hold."""
    at = dt.datetime.combine(dt.date(2026, 1, 5), time)
    end = hours.end_at(at)
    return None if end is None else end - at


class CapBook:
    """The sessions of each zone as they are planned, in order of time: says which one more the Quy chế forbids."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._by_day: dict[tuple[str, dt.date], int] = {}
        self._days: dict[tuple[str, int, int], set[dt.date]] = {}

    def take(self, zone: str, day: dt.date) -> str:
        """Count one more session of `zone` on station day `day`; when that breaks a cap, count nothing and say why."""
        year, week, _ = day.isocalendar()
        held = self._by_day.get((zone, day), 0)
        days = self._days.setdefault((zone, year, week), set())
        if self._caps.sessions_per_day is not None and held >= self._caps.sessions_per_day:
            return f"Ngày {day:%d/%m/%Y}: {held + 1} buổi, quá {self._caps.sessions_per_day} buổi mỗi ngày."
        if self._caps.days_per_week is not None and day not in days and len(days) >= self._caps.days_per_week:
            most = self._caps.days_per_week
            return f"Tuần {week} năm {year}: phát {len(days) + 1} ngày, quá {most} ngày mỗi tuần."
        self._by_day[zone, day] = held + 1
        days.add(day)
        return ""


class Breach(NamedTuple):
    """A cap that is broken."""

    first: dt.date
    """The day that it is about, or the Monday of the week."""
    text: str
    """A Vietnamese sentence."""


def breaches(caps: Caps, sessions: Iterable[tuple[dt.date, float]]) -> list[Breach]:
    """Each cap that `sessions` (local day, minutes) of one zone break."""
    found: list[Breach] = []
    by_day: dict[dt.date, int] = {}
    for day, minutes in sessions:
        by_day[day] = by_day.get(day, 0) + 1
        if caps.minutes_per_session is not None and minutes > caps.minutes_per_session:
            most = caps.minutes_per_session
            words = f"Ngày {day:%d/%m/%Y}: một buổi dài {minutes:.0f} phút, quá {most} phút mỗi buổi."
            found.append(Breach(day, words))
    if caps.sessions_per_day is not None:
        found += [
            Breach(day, f"Ngày {day:%d/%m/%Y}: {count} buổi, quá {caps.sessions_per_day} buổi mỗi ngày.")
            for day, count in sorted(by_day.items())
            if count > caps.sessions_per_day
        ]
    if caps.days_per_week is not None:
        weeks: dict[tuple[int, int], int] = {}
        for day in by_day:
            year, week, _ = day.isocalendar()
            weeks[year, week] = weeks.get((year, week), 0) + 1
        found += [
            Breach(
                dt.date.fromisocalendar(year, week, 1),
                f"Tuần {week} năm {year}: phát {count} ngày, quá {caps.days_per_week} ngày mỗi tuần.",
            )
            for (year, week), count in sorted(weeks.items())
            if count > caps.days_per_week
        ]
    return found
