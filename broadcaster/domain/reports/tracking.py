"""How far a plan has come: months of the plan, what is due by a day, what is late, what nobody has aired yet.

A target is spread evenly over the days of the plan. The part that is due by a day is the target times the share of days
gone, rounded down: a plan of 12 over a year is not late by one on its second day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broadcaster.domain.reports.plans import LOUDSPEAKER, Campaign


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one row: how many the plan asks for and how many were done."""

    planned: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One row of the tracker: a topic on the horns, or a form over all topics."""

    code: str
    title: str
    target: int
    """Of the whole plan; 0 when the plan sets none."""
    due: int
    """Of the target, what should be done by now."""
    done: int
    months: Mapping[str, Cell] = field(default_factory=dict)
    coming: int = 0
    """What the rotation will have aired besides, by the end of the plan, if nothing changes."""

    @property
    def late(self) -> int:
        """How many are missing today."""
        return max(0, self.due - self.done)

    @property
    def gap(self) -> int:
        """How many will be missing at the end of the plan."""
        return max(0, self.target - self.done - self.coming)

    @property
    def percent(self) -> float | None:
        """Share of the target that is done, at most 100; None without a target."""
        return None if not self.target else min(100.0, 100 * self.done / self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A plan as it stands on a day."""

    title: str
    number: str
    issued_on: dt.date | None
    first: dt.date
    last: dt.date
    topics: tuple[Track, ...]
    forms: tuple[Track, ...]

    @property
    def silent(self) -> tuple[Track, ...]:
        """Topics that were never aired."""
        return tuple(t for t in self.topics if not t.done)

    @property
    def behind(self) -> tuple[Track, ...]:
        """Topics that are late today, the latest first."""
        return tuple(sorted((t for t in self.topics if t.late), key=lambda t: -t.late))

    @property
    def completion(self) -> float | None:
        """Share of what is due that is done, in percent: over topics with a target, else over topics with any airing.

        A topic aired more than its target does not make up for one that was not.
        """
        due = sum(t.due for t in self.topics)
        if due:
            return 100 * sum(min(t.done, t.due) for t in self.topics) / due
        if any(t.target for t in self.topics) or not self.topics:
            return None
        return 100 * sum(1 for t in self.topics if t.done) / len(self.topics)


def months_of(first: dt.date, last: dt.date) -> list[str]:
    """The calendar months `2026-03` that the days from `first` to `last` touch."""
    found = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        found.append(f"{year}-{month:02d}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def due_by(target: int, first: dt.date, last: dt.date, day: dt.date) -> int:
    """How much of `target` is due by the end of `day`."""
    whole = (last - first).days + 1
    gone = min(max((day - first).days + 1, 0), whole)
    return target * gone // whole


def spread(target: int, first: dt.date, last: dt.date) -> dict[str, int]:
    """The share of `target` for each month of a plan; the shares sum to the target."""
    found, before = {}, 0
    for month in months_of(first, last):
        year, number = int(month[:4]), int(month[5:])
        after = dt.date(year + number // 12, number % 12 + 1, 1)
        now = due_by(target, first, last, after - dt.timedelta(days=1))
        found[month] = now - before
        before = now
    return found


def track(
    code: str, title: str, target: int, done: Mapping[str, int], plan: Campaign, day: dt.date, *, coming: int = 0
) -> Track:
    """A row of the tracker from what was `done` in each month."""
    planned = spread(target, plan.first, plan.last)
    months = {m: Cell(planned[m], done.get(m, 0)) for m in planned}
    return Track(
        code=code,
        title=title,
        target=target,
        due=due_by(target, plan.first, plan.last, day),
        done=sum(c.done for c in months.values()),
        months=months,
        coming=coming,
    )


def progress(
    plan: Campaign,
    day: dt.date,
    *,
    aired: Mapping[str, Mapping[str, int]],
    acted: Mapping[str, Mapping[str, int]],
    titles: Mapping[str, str],
    coming: Mapping[str, int] | None = None,
) -> Progress:
    """A plan as it stands at the end of `day`.

    Args:
        plan: the plan.
        day: a station day.
        aired: full airings by topic and month, of the plan's days.
        acted: activities by form and month; the horns are left out, they are what was aired.
        titles: titles of the forms.
        coming: airings that the rotation will still make, by topic.
    """
    coming = coming or {}
    topics = tuple(
        track(t.code, t.title, plan.target(t.code), aired.get(t.code, {}), plan, day, coming=coming.get(t.code, 0))
        for t in plan.topics
    )
    on_air: dict[str, int] = {}
    for t in topics:
        for month, cell in t.months.items():
            on_air[month] = on_air.get(month, 0) + cell.done
    forms = []
    for code in plan.forms:
        target = sum(t.targets.get(code, 0) for t in plan.topics)
        done = on_air if code == LOUDSPEAKER else acted.get(code, {})
        forms.append(track(code, titles.get(code, code), target, done, plan, day))
    return Progress(
        title=plan.title,
        number=plan.number,
        issued_on=plan.issued_on,
        first=plan.first,
        last=plan.last,
        topics=topics,
        forms=tuple(forms),
    )


def fulfilment_points(percent: float | None) -> float | None:
    """The points of the self-assessment for the plan's fulfilment: 1 at 100 %, the share from 90 %, else 0."""
    if percent is None:
        return None
    return 1.0 if percent >= 100 else percent / 100 if percent >= 90 else 0.0


FULFILMENT_FORMULA = "Hoàn thành 100% kế hoạch: 1 điểm; từ 90% đến dưới 100%: tỷ lệ hoàn thành; dưới 90%: 0 điểm"


def next_due(deadlines: Sequence[tuple[str, dt.date]], day: dt.date, within: int) -> list[tuple[str, dt.date]]:
    """The deadlines that fall within `within` days from `day` (today included), the nearest first."""
    near = [(title, due) for title, due in deadlines if 0 <= (due - day).days <= within]
    return sorted(near, key=lambda pair: (pair[1], pair[0]))
