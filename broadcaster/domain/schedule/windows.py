"""When the horns may sound: allowed windows and quiet hours.

A start at 3:15 in the night woke a commune in 12/2025 (a relay set to a wrong hour); here it is not a form's
check but a property of the domain: what lies outside the windows cannot be planned nor aired, unless it is a
confirmed emergency.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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


NIGHT_FROM, NIGHT_TO = dt.time(21), dt.time(6)
"""The hours of sleep, as the noise standard has them; to open more of them is no one person's to decide."""


@dataclass(frozen=True, slots=True)
class StationHours:
    """The allowed windows of the station. What is planned belongs, past midnight too, to the day on which it starts."""

    windows: tuple[Window, ...]

    def opens_night(self, before: StationHours) -> bool:
        """Whether a minute of the night is allowed that was not."""
        minutes = (dt.time(m // 60, m % 60) for m in range(24 * 60))
        return any(
            any(w.at(m) for w in self.windows) and not any(w.at(m) for w in before.windows)
            for m in minutes
            if m >= NIGHT_FROM or m < NIGHT_TO
        )

    def as_json(self) -> dict[str, Any]:
        """What play-out is told: every rule that stands above."""
        return {"windows": [str(w) for w in self.windows]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> StationHours:
        """The reverse of `as_json`."""
        return cls(tuple(Window.parse(w) for w in fields["windows"]))

    def allows(self, start: dt.datetime, length: dt.timedelta) -> bool:
        """Whether a broadcast from local `start` of `length` lies wholly inside the windows, over midnight too."""
        begin = start.replace(tzinfo=None)
        end = _end_at(self, begin)
        return end is not None and begin + length <= end

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


@lru_cache(4096)
def _end_at(hours: StationHours, local: dt.datetime) -> dt.datetime | None:
    """When the hours end: a plan of a year asks for the same moments again and again."""
    return hours.end_at(local)
