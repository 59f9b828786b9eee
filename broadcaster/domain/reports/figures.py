"""The figures of a report, counted from play-log entries; every figure can be traced to the entries behind it.

How things are counted (the rule that an inspector asks for first):
- an *airing* (lượt phát) is one script item of one broadcast, however many zones heard it; it is full when at
  least one zone heard it to the end, partial when some zone heard a part and none the whole, else missed;
- a *broadcast* (buổi phát) counts when at least one of its items, whatever it is, was heard; a zone was *reached* when
  it heard any of them; the broadcast belongs to the period in which its first item was planned, so that no split of a
  year counts it twice;
- *minutes* are those of the airing, once, not times the zones: the longest that any zone heard;
- *relay* (tiếp âm), emergencies and talks at the microphone are counted apart from the scripts, each in the same way;
- a trial (nghe thử) was heard by nobody and does not count;
- a correction replaces the entry that it points to.

`airings` and `count` say it for entries in memory. For millions of entries the database does what `airings` does, and
both go through `tally`; a test holds the two equal.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.domain.air.broadcasts import ItemKind
from broadcaster.domain.log.playlog import Entry, Outcome


@dataclass(frozen=True, slots=True)
class CountedAiring:
    """One item of one broadcast, over all its zones: the best that any of them heard. Moments are aware UTC."""

    broadcast_id: int | None
    item_no: int
    planned_at: dt.datetime
    kind: str
    title: str
    broadcast_title: str
    script_id: int | None
    topic: str | None
    unit: str | None
    genre: str | None
    outcome: Outcome
    heard_ms: int
    reason: str
    zones: int
    """Zones that it was meant for."""
    zones_full: int
    """Zones that heard it to the end."""


@dataclass
class Tally:
    """Counts of one group: airings by outcome, and heard milliseconds."""

    full: int = 0
    partial: int = 0
    missed: int = 0
    heard_ms: int = 0

    def add(self, outcome: Outcome, heard_ms: int) -> None:
        """Count one airing."""
        if outcome is Outcome.FULL:
            self.full += 1
        elif outcome is Outcome.PARTIAL:
            self.partial += 1
        else:
            self.missed += 1
        self.heard_ms += heard_ms

    def add_many(self, outcome: Outcome, many: int, heard_ms: int) -> None:
        """Count `many` airings of one outcome with the sum of what was heard."""
        self.add(outcome, heard_ms)
        self.full += (many - 1) * (outcome is Outcome.FULL)
        self.partial += (many - 1) * (outcome is Outcome.PARTIAL)
        self.missed += (many - 1) * (outcome not in {Outcome.FULL, Outcome.PARTIAL})

    @property
    def minutes(self) -> float:
        """Heard minutes."""
        return self.heard_ms / 60_000


@dataclass(kw_only=True)
class Figures:
    """All figures of one period."""

    entries: int = 0
    broadcasts: int = 0
    broadcasts_missed: int = 0
    scripts_aired: int = 0
    total: Tally = field(default_factory=Tally)
    by_topic: dict[str, Tally] = field(default_factory=dict)
    by_unit: dict[str, Tally] = field(default_factory=dict)
    by_genre: dict[str, Tally] = field(default_factory=dict)
    by_month: dict[str, Tally] = field(default_factory=dict)
    """Calendar months `2026-03` in station time."""
    by_zone: dict[str, Tally] = field(default_factory=dict)
    by_day: dict[str, Tally] = field(default_factory=dict)
    """Station days `2026-03-14`."""
    by_topic_month: dict[str, Tally] = field(default_factory=dict)
    """`topic 2026-03`."""
    relay: Tally = field(default_factory=Tally)
    """What was carried live from another station, once however many zones."""
    urgent: Tally = field(default_factory=Tally)
    """Words of emergencies."""
    live: Tally = field(default_factory=Tally)
    """Talks at the microphone."""
    zones_heard: tuple[str, ...] | None = None
    """Zones that heard anything; None in a report that was kept before this was counted."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Why items were not heard whole, by sentence."""

    def as_json(self) -> dict[str, Any]:
        """The figures as JSON-able values."""
        return asdict(self) | ({} if self.zones_heard is None else {"zones_heard": list(self.zones_heard)})

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Figures:
        """Rebuild figures from `as_json()`, also of an older version that lacked some."""
        groups = {k: {g: Tally(**t) for g, t in values[k].items()} for k in values if k.startswith("by_")}
        tallies = {k: Tally(**values[k]) for k in ("total", "relay", "urgent", "live") if k in values}
        reached = {"zones_heard": tuple(zones)} if (zones := values.get("zones_heard")) is not None else {}
        return cls(**(values | groups | tallies | reached))


_HEARD = frozenset({Outcome.FULL, Outcome.PARTIAL})
RANKED = tuple(Outcome)
"""Outcomes from the best heard to the least."""


OWN_AND_RELAYED = frozenset({ItemKind.SCRIPT, ItemKind.RELAY})
SPOKEN_APART = frozenset({ItemKind.EMERGENCY, ItemKind.LIVE})


def airings(entries: Iterable[Entry], kinds: Collection[ItemKind] = OWN_AND_RELAYED) -> list[CountedAiring]:
    """The airings and relays that `entries` make, in order of time; corrected entries are left out."""
    together: dict[tuple[int | None, int, dt.datetime, str], list[Entry]] = {}
    for e in _corrected(entries):
        if e.kind in kinds:
            together.setdefault((e.broadcast_id, e.item_no, e.planned_at, e.kind), []).append(e)
    found = [_airing(group) for group in together.values()]
    return sorted(
        found, key=lambda a: (a.planned_at, -1 if a.broadcast_id is None else a.broadcast_id, a.item_no, a.kind)
    )


def _airing(group: list[Entry]) -> CountedAiring:
    outcome = min((e.outcome for e in group), key=RANKED.index)
    first = group[0]
    return CountedAiring(
        broadcast_id=first.broadcast_id,
        item_no=first.item_no,
        planned_at=first.planned_at,
        kind=first.kind,
        title=min(e.title for e in group),
        broadcast_title=min(e.broadcast_title for e in group),
        script_id=min((e.script_id for e in group if e.script_id is not None), default=None),
        topic=_least(e.topic for e in group),
        unit=_least(e.unit for e in group),
        genre=_least(e.genre for e in group),
        outcome=outcome,
        heard_ms=max(e.heard_ms for e in group),
        reason=min(e.reason for e in group if e.outcome is outcome),
        zones=len(group),
        zones_full=sum(e.outcome is Outcome.FULL for e in group),
    )


def _least(values: Iterable[str | None]) -> str | None:
    return min((v for v in values if v is not None), default=None)


def count(
    entries: Iterable[Entry],
    zone: ZoneInfo,
    *,
    begun_before: Collection[int] = (),
    heard_after: Collection[int] = (),
) -> Figures:
    """The figures of `entries` (those of one period, in any order), months in station time `zone`.

    `begun_before` are broadcasts that began before the period and are counted there; `heard_after` those that were
    heard only after its end.
    """
    figures = Figures()
    kept = [e for e in _corrected(entries) if e.kind != ItemKind.TRIAL]
    heard: dict[int | None, bool] = {}
    for e in kept:
        figures.entries += 1
        was = e.outcome in _HEARD and e.heard_ms > 0
        heard[e.broadcast_id] = heard.get(e.broadcast_id, False) or was
        if e.kind == ItemKind.SCRIPT:
            figures.by_zone.setdefault(e.zone, Tally()).add(e.outcome, e.heard_ms)
    own = {b: was or b in heard_after for b, was in heard.items() if b is None or b not in begun_before}
    figures.broadcasts = sum(own.values())
    figures.broadcasts_missed = len(own) - figures.broadcasts
    figures.zones_heard = tuple(sorted({e.zone for e in kept if e.outcome in _HEARD and e.heard_ms > 0}))
    tally_apart(figures, airings(kept, SPOKEN_APART))
    tally(figures, airings(kept), zone)
    return figures


def tally_apart(figures: Figures, found: Iterable[CountedAiring]) -> None:
    """Add emergencies and talks to figures."""
    for a in found:
        (figures.urgent if a.kind == ItemKind.EMERGENCY else figures.live).add(a.outcome, a.heard_ms)


def tally(figures: Figures, found: Iterable[CountedAiring], zone: ZoneInfo) -> None:
    """Add airings and relays to figures, and put every group in order."""
    scripts: set[int] = set()
    reasons: Counter[str] = Counter()
    for a in found:
        if a.kind == ItemKind.RELAY:
            figures.relay.add(a.outcome, a.heard_ms)
            continue
        day = a.planned_at.astimezone(zone)
        month = f"{day:%Y-%m}"
        for group in (
            figures.total,
            figures.by_topic.setdefault(a.topic or "", Tally()),
            figures.by_unit.setdefault(a.unit or "", Tally()),
            figures.by_genre.setdefault(a.genre or "", Tally()),
            figures.by_month.setdefault(month, Tally()),
            figures.by_day.setdefault(f"{day:%Y-%m-%d}", Tally()),
            figures.by_topic_month.setdefault(f"{a.topic or ''} {month}", Tally()),
        ):
            group.add(a.outcome, a.heard_ms)
        if a.outcome is not Outcome.FULL:
            reasons[a.reason] += 1
        elif a.script_id is not None:
            scripts.add(a.script_id)
    figures.scripts_aired = len(scripts)
    figures.reasons = dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
    for name in GROUPS:
        setattr(figures, name, dict(sorted(getattr(figures, name).items())))


GROUPS = ("by_topic", "by_unit", "by_genre", "by_month", "by_zone", "by_day", "by_topic_month")


def _corrected(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that no later one corrects."""
    found = list(entries)
    corrected = {e.corrects for e in found}
    return [e for e in found if e.id not in corrected]


def share(part: float, whole: float) -> float | None:
    """`part` of `whole` in percent, or None when there is no whole."""
    return None if whole == 0 else 100 * part / whole
