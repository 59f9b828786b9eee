"""The caps of the commune's Quy chế: how many sessions a zone may hear. What shares its output is heard there too."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from broadcaster.domain.setup.outputs import Outputs
from broadcaster.errors import RuleError, Where

SHARED_WORDS = " (nghe chung âm ly)"
"""What is said of a session that was meant for others on the same output."""
SHARED = " (kể cả buổi nghe chung âm ly)"
"""What is said of a count that holds some."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits of the Quy chế; None means no limit."""

    sessions_per_day: int | None = 3
    minutes_per_session: int | None = 45
    days_per_week: int | None = None


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


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


class CapBook:
    """The sessions that each zone hears, in order of time: says which one more the Quy chế forbids."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._by_day: dict[tuple[str, dt.date], int] = {}
        self._days: dict[tuple[str, dt.date], set[dt.date]] = {}
        """The days of each zone with a session, by the Monday of their week."""
        self._shared: set[tuple[str, dt.date]] = set()

    def refusal(self, zone: str, day: dt.date) -> str:
        """Why `zone` may hear no further session on station day `day`; empty when it may."""
        held = self._by_day.get((zone, day), 0)
        if self._caps.sessions_per_day is not None and held >= self._caps.sessions_per_day:
            shared = SHARED if (zone, day) in self._shared else ""
            return f"Ngày {day:%d/%m/%Y}: {held + 1} buổi{shared}, quá {self._caps.sessions_per_day} buổi mỗi ngày."
        most = self._caps.days_per_week
        if most is not None and not held and len(days := self._days.get((zone, _monday(day)), set())) >= most:
            year, week, _ = day.isocalendar()
            return f"Tuần {week} năm {year}: phát {len(days) + 1} ngày, quá {most} ngày mỗi tuần."
        return ""

    def take(self, zone: str, day: dt.date, *, shared: bool = False) -> None:
        """Count one more session of `zone` on a day; `shared`: it only shares an output with who is meant."""
        self._by_day[zone, day] = self._by_day.get((zone, day), 0) + 1
        if self._caps.days_per_week is not None:
            self._days.setdefault((zone, _monday(day)), set()).add(day)
        if shared:
            self._shared.add((zone, day))

    def take_heard(self, codes: Iterable[str], day: dt.date, outputs: Outputs) -> None:
        """Count a session for `codes` in every zone that hears it."""
        meant = tuple(codes)
        for zone in outputs.reach(meant):
            self.take(zone, day, shared=zone not in meant)

    def admit(self, codes: Iterable[str], day: dt.date, outputs: Outputs) -> dict[str, list[str]]:
        """Count one more session where none of those that hear it has had its share; else the zones by reason."""
        over: dict[str, list[str]] = {}
        left: list[str] = []
        known: dict[frozenset[str], str] = {}
        for code in codes:
            own = outputs.of_zones((code,))
            if own not in known:
                known[own] = next((why for z in outputs.reach((code,)) if (why := self.refusal(z, day))), "")
            if known[own]:
                over.setdefault(known[own], []).append(code)
            else:
                left.append(code)
        if left:
            self.take_heard(left, day, outputs)
        return over


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
