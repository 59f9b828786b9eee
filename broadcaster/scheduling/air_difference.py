"""What a change takes off the air and puts on it: two plans of the same days held against each other, in words.

One function for every door: a rotation, a day, the hours, a zone. A session that is heard no more, in part or nowhere,
is named with its hour and its days; so is one that gets shorter, gives way to another at its hour, or moves.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from broadcaster.domain.setup.zones import names_in_words

_FEW = 4
"""So many days are named one by one."""
_NEAR_THE_END = dt.timedelta(days=31)
"""What is so near the end of what was looked at goes on after it, as far as anybody can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirSession:
    """One session of a plan, in the time of the station."""

    rotation: str
    rotation_title: str
    slot: str
    title: str
    at: dt.datetime
    length: dt.timedelta
    zones: frozenset[str]

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.title} ({self.at:%H:%M})"

    def same_programme(self, other: AirSession) -> bool:
        """Whether people would say that it is the same session."""
        return self.slot == other.slot or self.title == other.title


@dataclass(frozen=True, slots=True, kw_only=True)
class AirPlan:
    """What will be on the air in some days."""

    airings: tuple[AirSession, ...]
    rulers: Mapping[dt.date, tuple[str, str]] = field(default_factory=dict)
    """Code and title of the rotation that rules each day."""
    last: dt.date
    """The last of these days."""


class Fate(StrEnum):
    """What becomes of a session, the gravest first."""

    LOST = "lost"
    SHORTER = "shorter"
    REPLACED = "replaced"
    MOVED = "moved"
    ADDED = "added"

    @property
    def grave(self) -> bool:
        """Whether less is heard than before."""
        return self in {Fate.LOST, Fate.SHORTER}


@dataclass(frozen=True, slots=True)
class AirChange:
    """One session and what becomes of it in some zones."""

    fate: Fate
    airing: AirSession
    zones: frozenset[str]
    now: AirSession | None = None
    """What is there instead, where something is."""
    ruler: str = ""
    """The title of the rotation that rules its day now, where another did."""


@dataclass(frozen=True, slots=True)
class AirDifference:
    """All that a change does to the air."""

    changes: tuple[AirChange, ...]
    before: AirPlan
    last: dt.date

    @property
    def silences(self) -> bool:
        """Whether something is heard no more, or shorter: then a person must agree."""
        return any(c.fate.grave for c in self.changes)

    @property
    def mark(self) -> str:
        """A mark of what is silenced, by which agreement to just this is known."""
        told = sorted(
            f"{c.fate} {c.airing.rotation}/{c.airing.slot} {c.airing.at:%Y%m%d%H%M} {sorted(c.zones)}"
            for c in self.changes
            if c.fate.grave
        )
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:20]

    def lines(self, names: Mapping[str, str]) -> list[str]:
        """The difference in Vietnamese sentences, the gravest first; `names` are those of the zones."""
        lots: dict[tuple[object, ...], list[AirChange]] = {}
        for change in self.changes:
            lots.setdefault(_lot(change), []).append(change)
        order = sorted(lots.values(), key=lambda lot: (list(Fate).index(lot[0].fate), lot[0].airing.at))
        return [self._sentence(lot, names) for lot in order]

    def _sentence(self, lot: Sequence[AirChange], names: Mapping[str, str]) -> str:
        one, count = lot[0], len(lot)
        now = one.now or one.airing
        sessions = ", ".join(dict.fromkeys(c.airing.name for c in lot))
        there = names_in_words([names.get(z, z) for z in sorted(one.zones)])
        tail = ("" if one.zones == one.airing.zones else f" ở {there}") + (
            f", tất cả {count} buổi." if count > 1 else "."
        )
        head = f"Lịch “{one.airing.rotation_title}” {self._span(lot)}: {sessions}"
        match one.fate:
            case Fate.LOST:
                return (f"Lịch “{one.ruler}” THAY l{head[1:]}" if one.ruler else head) + f" sẽ không phát{tail}"
            case Fate.SHORTER:
                return f"{head} chỉ còn {_minutes(now)} phút thay vì {_minutes(one.airing)}{tail}"
            case Fate.REPLACED:
                return f"{head} nhường giờ cho {now.name}{tail}"
            case Fate.MOVED:
                return f"{head} dời sang {now.at:%H:%M}{tail}"
            case Fate.ADDED:
                return f"Phát thêm {self._span(lot)}: {sessions}{tail}"

    def _span(self, lot: Sequence[AirChange]) -> str:
        """The days of a lot; those in between that keep the session are not claimed."""
        days = sorted({c.airing.at.date() for c in lot})
        first, last = days[0], days[-1]
        if len(days) <= _FEW and (len(days) == 1 or last - first >= dt.timedelta(days=len(days))):
            return f"ngày {', '.join(f'{d:%d/%m/%Y}' for d in days)}"
        slots = {(c.airing.rotation, c.airing.slot) for c in lot}
        had = {
            a.at.date() for a in self.before.airings if (a.rotation, a.slot) in slots and first <= a.at.date() <= last
        }
        words = "từ" if lot[0].fate is Fate.ADDED or had <= set(days) else "vào một số ngày từ"
        if last >= self.last - _NEAR_THE_END:
            return f"{words} {first:%d/%m/%Y} trở đi"
        return f"{words} {first:%d/%m/%Y} đến hết {last:%d/%m/%Y}"


def air_difference(before: AirPlan, after: AirPlan) -> AirDifference:
    """What `after` does to the air that `before` would have had, over the same days.

    In each zone a session of `after` stands for one of `before` at most: first for its own slot on that day, then for
    what was there at its hour. So where nothing is lost or shorter, no zone hears less than it did.
    """
    by_slot = {(a.rotation, a.slot, a.at.date()): a for a in after.airings}
    by_time: dict[dt.datetime, list[AirSession]] = {}
    for a in after.airings:
        by_time.setdefault(a.at, []).append(a)
    free = {a: a.zones for a in after.airings}
    left = {airing: airing.zones for airing in before.airings}
    changes: list[AirChange] = []

    def match(airing: AirSession, now: AirSession) -> None:
        if both := left[airing] & free[now]:
            left[airing] -= both
            free[now] -= both
            changes.extend(AirChange(fate, airing, both, now) for fate in _fates(airing, now))

    for airing in before.airings:
        if same := by_slot.get((airing.rotation, airing.slot, airing.at.date())):
            match(airing, same)
    for airing in before.airings:
        for now in sorted(by_time.get(airing.at, ()), key=lambda a: not a.same_programme(airing)):
            match(airing, now)
    changes += [AirChange(Fate.LOST, a, zones, None, _ruler(a, before, after)) for a, zones in left.items() if zones]
    changes += [AirChange(Fate.ADDED, a, zones) for a, zones in free.items() if zones]
    return AirDifference(tuple(changes), before, after.last)


def _fates(airing: AirSession, now: AirSession) -> list[Fate]:
    """What it is for a session that another stands for it now."""
    found = [Fate.SHORTER] if now.length < airing.length else []
    if now.at != airing.at:
        return [*found, Fate.MOVED]
    same = (now.rotation, now.slot) == (airing.rotation, airing.slot) or now.same_programme(airing)
    return found if same else [*found, Fate.REPLACED]


def collisions(
    air: AirPlan, meeting: Mapping[str, frozenset[str]], fresh: Iterable[AirSession]
) -> list[tuple[AirSession, AirSession]]:
    """Each session of `fresh` with another that would sound through the same output at once; zone to its outputs."""
    new = set(fresh)
    found: list[tuple[AirSession, AirSession]] = []
    running: list[AirSession] = []
    for airing in sorted(air.airings, key=lambda a: (a.at, a.slot)):
        running = [a for a in running if a.at + a.length > airing.at]
        outputs = {o for z in airing.zones for o in meeting.get(z, ())}
        found += [
            (airing, a)
            for a in running
            if (airing in new or a in new) and outputs & {o for z in a.zones for o in meeting.get(z, ())}
        ]
        running.append(airing)
    return found


def _ruler(airing: AirSession, before: AirPlan, after: AirPlan) -> str:
    day = airing.at.date()
    was, now = before.rulers.get(day, ("", "")), after.rulers.get(day, ("", ""))
    return now[1] if was[0] == airing.rotation != now[0] else ""


def _lot(change: AirChange) -> tuple[object, ...]:
    """What changes have in common that are told in one sentence."""
    airing, now = change.airing, change.now
    where = change.zones if change.zones != airing.zones else None
    common = (change.fate, airing.rotation if change.fate is not Fate.ADDED else "", change.ruler, where)
    if change.fate in {Fate.LOST, Fate.ADDED} or now is None:
        return common
    return (*common, airing.slot, airing.at.time(), now.title, now.at.time(), now.length, airing.length)


def _minutes(airing: AirSession) -> str:
    return f"{airing.length.total_seconds() / 60:g}"
