"""The as-run record of one broadcast: exactly one terminal entry for each item and zone, and one verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind, BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log.heard import Heard
from broadcaster.domain.log.playlog import Ending, Entry, Outcome, entry_id
from broadcaster.playout.record.journal import Journal

MACHINE = "tự động"
AS_SET = frozenset({Cause.MUTED, Cause.VOLUME_NOUGHT, Cause.TOO_SOFT, Cause.LEFT_OUT})
"""What a person set: silence by order is no fault."""
UNMEASURED = frozenset({Outcome.MISSED, Outcome.REFUSED, Outcome.FAILED, Outcome.UNKNOWN})
"""The outcomes of what never left, or of which nobody knows; the others can only be measured."""
TRIAL_ZONE = "aircheck"
"""A trial is heard nowhere; its entries carry this in place of a zone, and the kind `trial`."""


def heard_zones(broadcast: Broadcast) -> tuple[str, ...]:
    """The zones that the log will name."""
    return (TRIAL_ZONE,) if broadcast.kind is BroadcastKind.TRIAL else broadcast.zones


@dataclass
class AsRun:
    """Collects what became of each item and zone, and writes it to the journal once.

    Args:
        broadcast: what was planned.
        sinks: the sink of each zone, by name.
        besides: of each output the zones that hear what leaves it though nobody addressed them.
        known: entries that an earlier life already wrote: id -> outcome.
    """

    broadcast: Broadcast
    sinks: Mapping[str, str]
    journal: Journal
    host: str
    tz: ZoneInfo
    known: dict[str, Outcome] = field(default_factory=dict)
    reasons: list[Why] = field(default_factory=list)
    started_at: dt.datetime | None = None
    ended: bool = False
    besides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def begin(self, at: dt.datetime, bundle: Mapping[str, Any] | None = None) -> None:
        """Write that the broadcast is on air; with its `bundle`, where another life must be able to begin it anew."""
        if self.started_at is None:
            self.started_at = at
            whole = {} if bundle is None else {"bundle": bundle}
            self.journal.write("begin", {"broadcast": self.broadcast.id, "at": at.isoformat(), **whole})

    def item_coming(self, item_no: int, zones: Iterable[str], at: dt.datetime) -> None:
        """Write that an item is about to start in `zones`, before it does: after a crash it is not aired again."""
        body = {"broadcast": self.broadcast.id, "item": item_no, "zones": list(zones), "at": at.isoformat()}
        self.journal.write("coming", body)

    def item_started(self, item_no: int, zones: Iterable[str], at: dt.datetime) -> None:
        """Write that an item started in `zones`."""
        body = {"broadcast": self.broadcast.id, "item": item_no, "zones": list(zones), "at": at.isoformat()}
        self.journal.write("item", body)

    def mark(self, item_no: int, zones: Iterable[str], heard_ms: int, outlet: Outlet, output: str) -> None:
        """Write how much was taken so far, for the case that the next line is never written."""
        body = {"broadcast": self.broadcast.id, "item": item_no, "zones": list(zones), "heard_ms": heard_ms}
        body |= {"outlet": outlet.value, "output": output}
        self.journal.write("mark", body, sync=False)

    def item_heard(
        self,
        item: RundownItem,
        zones: Iterable[str],
        heard: Heard,
        why: Why,
        *,
        by: str = "",
        started_at: dt.datetime | None = None,
        ended_at: dt.datetime | None = None,
        through: Iterable[str] = (),
    ) -> None:
        """Write what was heard of an item in `zones`; what already has an outcome keeps it.

        `through` are the outputs that let something of it out: who hangs there heard it too.
        """
        also = tuple(dict.fromkeys(z for name in sorted(through) for z in self.besides.get(name, ())))
        self._over(
            item, zones, heard.outcome, why, by=by, started_at=started_at, ended_at=ended_at, heard=heard, also=also
        )

    def item_unknown(self, item: RundownItem, zones: Iterable[str], at: dt.datetime, why: Why) -> None:
        """Write that an item began, or was to begin, in `zones` at a moment, and that nobody knows what was heard."""
        self._over(item, zones, Outcome.UNKNOWN, why, by="", started_at=at, ended_at=at)

    def item_silent(self, item: RundownItem, zones: Iterable[str], outcome: Outcome, why: Why, *, by: str = "") -> None:
        """Write that an item never left in `zones`, or that nobody knows; what already has an outcome keeps it."""
        if outcome not in UNMEASURED:
            raise ValueError(f"{outcome} is measured, never said")
        self._over(item, zones, outcome, why, by=by)

    def _over(
        self,
        item: RundownItem,
        zones: Iterable[str],
        outcome: Outcome,
        why: Why,
        *,
        by: str,
        started_at: dt.datetime | None = None,
        ended_at: dt.datetime | None = None,
        heard: Heard | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        bodies = []
        for zone in zones:
            key = entry_id(self.broadcast.id, item.no, zone)
            if key in self.known:
                continue
            self.known[key] = outcome
            entry = self._entry(
                item, zone, outcome, why, by=by, started_at=started_at, ended_at=ended_at, heard=heard, also=also
            )
            bodies.append(entry.fields())
        if bodies:
            new = bool(why) and why not in self.reasons and outcome is not Outcome.FULL
            if new:
                self.reasons.append(why)
            self.journal.write("entry", *bodies)
            if new and why.yielded_to is not None:
                self.journal.write("yielded", {"broadcast": self.broadcast.id, "to": why.yielded_to})

    def rest(self, outcome: Outcome, why: Why, *, by: str = "", zones: Iterable[str] | None = None) -> None:
        """Give `outcome` to every item and zone that has none yet."""
        named = heard_zones(self.broadcast) if zones is None else tuple(zones)
        for item in self.broadcast.rundown:
            self.item_silent(item, named, outcome, why, by=by)

    def verdict(self, at: dt.datetime, *, cancelled: str = "") -> tuple[BroadcastState, str]:
        """Write and return the one verdict; every item must have its outcome by now."""
        state, sentence = self._judge()
        if cancelled and state is BroadcastState.MISSED:
            state, sentence = BroadcastState.CANCELLED, cancelled
        causes = {w.cause for w in self.reasons if w.cause is not None}
        if not self.broadcast.rundown or not heard_zones(self.broadcast):
            causes.add(Cause.EMPTY)
        yielded_to = next((w.yielded_to for w in self.reasons if w.yielded_to is not None), None)
        in_order = tuple(cause for cause in Cause if cause in causes)
        ending = Ending(state, sentence, self.started_at, at, in_order, yielded_to)
        self.ended = True
        self.journal.write("verdict", {"broadcast": self.broadcast.id, **ending.as_json()})
        return state, sentence

    def _judge(self) -> tuple[BroadcastState, str]:
        zones = heard_zones(self.broadcast)
        outcomes = [self.known[entry_id(self.broadcast.id, i.no, z)] for i in self.broadcast.rundown for z in zones]
        why = " ".join(dict.fromkeys(w.text for w in self.reasons))
        if not outcomes:
            return BroadcastState.MISSED, why or "Không phát: buổi phát không có mục nào hoặc không có cụm loa nào."
        heard = sum(o is Outcome.FULL for o in outcomes)
        where = "bản ghi kiểm thính" if zones == (TRIAL_ZONE,) else f"{len(zones)} cụm loa"
        if heard == len(outcomes):
            start = f", bắt đầu lúc {self.started_at.astimezone(self.tz):%H:%M:%S}" if self.started_at else ""
            return BroadcastState.AIRED, f"Đã phát đủ {len(self.broadcast.rundown)} mục tới {where}{start}."
        if heard or Outcome.PARTIAL in outcomes:
            return BroadcastState.PARTIAL, f"Phát dở: {heard} trong {len(outcomes)} lượt mục phát đủ. {why}".strip()
        if Outcome.UNKNOWN in outcomes:
            return BroadcastState.UNKNOWN, f"Không rõ có phát hay không: {why}"
        if Outcome.UNHEARD in outcomes:
            return BroadcastState.UNHEARD, f"Không ra loa: {why}"
        if all(o is Outcome.REFUSED for o in outcomes):
            return BroadcastState.REFUSED, f"Từ chối phát: {why}"
        return BroadcastState.MISSED, f"Không phát: {why}"

    def _entry(
        self,
        item: RundownItem,
        zone: str,
        outcome: Outcome,
        why: Why,
        *,
        by: str,
        started_at: dt.datetime | None,
        ended_at: dt.datetime | None,
        heard: Heard | None,
        also: tuple[str, ...],
    ) -> Entry:
        before = sum(i.duration_ms for i in self.broadcast.rundown if i.no < item.no)
        b = self.broadcast
        planned = b.starts_at + dt.timedelta(milliseconds=before)
        told = {"actor": by or MACHINE, "host": self.host, "sink": self.sinks.get(zone, "")}
        entry = Entry.unheard((b.id, b.title), item, zone, planned, outcome=outcome, why=why, **told)
        return replace(
            entry,
            kind=ItemKind.TRIAL if b.kind is BroadcastKind.TRIAL else item.kind,
            started_at=started_at,
            ended_at=ended_at,
            heard_ms=heard.ms if heard else 0,
            outlet=heard.outlet if heard else None,
            also=also if heard and heard.ms else (),
        )
