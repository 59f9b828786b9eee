"""The figures of a report, counted from play-log entries; every figure can be traced to the entries behind it.

How things are counted (the rule that an inspector asks for first):
- an *airing* (lượt phát) is one script item of one broadcast, however many zones heard it; it is full when at
  least one zone heard it to the end, partial when some zone heard a part and none the whole, else missed;
- a *broadcast* (buổi phát) counts when at least one of its items was heard;
- *minutes* are those of the airing, once, not times the zones: the longest that any zone heard;
- a trial (nghe thử) was heard by nobody and does not count;
- a correction replaces the entry that it points to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.domain.playlog import Entry, Outcome

TRIAL = "trial"
"""The kind of an entry that only the air-check heard."""


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

    @property
    def minutes(self) -> float:
        """Heard minutes."""
        return self.heard_ms / 60_000


@dataclass
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
    reasons: dict[str, int] = field(default_factory=dict)
    """Why items were not heard whole, by sentence."""

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Figures:
        """Rebuild figures from `as_json()`."""
        groups = {k: {g: Tally(**t) for g, t in values[k].items()} for k in values if k.startswith("by_")}
        return cls(**(values | groups | {"total": Tally(**values["total"])}))


_RANK = {Outcome.FULL: 0, Outcome.PARTIAL: 1, Outcome.FAILED: 2, Outcome.REFUSED: 3, Outcome.MISSED: 4}


@dataclass
class _Airing:
    """One item of one broadcast: the best that any zone heard of it."""

    entry: Entry
    heard_ms: int = 0

    def hear(self, e: Entry) -> None:
        if _RANK[e.outcome] < _RANK[self.entry.outcome]:
            self.entry = e
        self.heard_ms = max(self.heard_ms, e.heard_ms)


def count(entries: Iterable[Entry], zone: ZoneInfo) -> Figures:
    """Return the figures of `entries` (those of one period, in any order), months in station time `zone`."""
    figures = Figures()
    airings: dict[tuple[int | None, int, str], _Airing] = {}
    heard_broadcasts: dict[int | None, bool] = {}
    for e in _corrected(entries):
        if e.kind == TRIAL:
            continue
        figures.entries += 1
        heard = e.outcome in {Outcome.FULL, Outcome.PARTIAL} and e.heard_ms > 0
        heard_broadcasts[e.broadcast_id] = heard_broadcasts.get(e.broadcast_id, False) or heard
        if e.kind == "script":
            figures.by_zone.setdefault(e.zone, Tally()).add(e.outcome, e.heard_ms)
            airings.setdefault((e.broadcast_id, e.item_no, e.planned_at.isoformat()), _Airing(e)).hear(e)
    _count_airings(figures, airings.values(), zone)
    figures.broadcasts = sum(heard_broadcasts.values())
    figures.broadcasts_missed = len(heard_broadcasts) - figures.broadcasts
    for name in ("by_topic", "by_unit", "by_genre", "by_month", "by_zone"):
        setattr(figures, name, dict(sorted(getattr(figures, name).items())))
    return figures


def _count_airings(figures: Figures, airings: Iterable[_Airing], zone: ZoneInfo) -> None:
    scripts: set[int] = set()
    reasons: Counter[str] = Counter()
    for a in airings:
        e = a.entry
        for tally in (
            figures.total,
            figures.by_topic.setdefault(e.topic or "", Tally()),
            figures.by_unit.setdefault(e.unit or "", Tally()),
            figures.by_genre.setdefault(e.genre or "", Tally()),
            figures.by_month.setdefault(f"{e.planned_at.astimezone(zone):%Y-%m}", Tally()),
        ):
            tally.add(e.outcome, a.heard_ms)
        if e.outcome is not Outcome.FULL:
            reasons[e.reason] += 1
        elif e.script_id is not None:
            scripts.add(e.script_id)
    figures.scripts_aired = len(scripts)
    figures.reasons = dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))


def _corrected(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Return the entries that no later one corrects."""
    found = list(entries)
    corrected = {e.corrects for e in found}
    return [e for e in found if e.id not in corrected]


def share(part: float, whole: float) -> float | None:
    """Return `part` of `whole` in percent, or None when there is no whole."""
    return None if whole == 0 else 100 * part / whole
