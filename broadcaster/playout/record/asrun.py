"""The as-run record of one broadcast: exactly one terminal entry for each item and zone, and one verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.domain.broadcasts import Broadcast, BroadcastKind, BroadcastState, RundownItem
from broadcaster.domain.playlog import Entry, Outcome
from broadcaster.playout.record.journal import Journal

MACHINE = "tự động"
TRIAL_ZONE = "aircheck"
"""A trial is heard nowhere; its entries carry this in place of a zone, and the kind `trial`."""


def entry_id(broadcast_id: int, item_no: int, zone: str) -> str:
    """Return the one id that an item of a broadcast can have in a zone."""
    return f"b{broadcast_id}-{item_no}-{zone}"


def heard_zones(broadcast: Broadcast) -> tuple[str, ...]:
    """Return the zones that the log will name."""
    return (TRIAL_ZONE,) if broadcast.kind is BroadcastKind.TRIAL else broadcast.zones


@dataclass
class AsRun:
    """Collects what became of each item and zone, and writes it to the journal once.

    Args:
        broadcast: what was planned.
        sinks: the sink of each zone, by name.
        known: entries that an earlier life already wrote: id -> outcome.
    """

    broadcast: Broadcast
    sinks: Mapping[str, str]
    journal: Journal
    host: str
    tz: ZoneInfo
    known: dict[str, Outcome] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    started_at: dt.datetime | None = None
    ended: bool = False

    def begin(self, at: dt.datetime) -> None:
        """Write that the broadcast is on air."""
        if self.started_at is None:
            self.started_at = at
            self.journal.write("begin", {"broadcast": self.broadcast.id, "at": at.isoformat()})

    def item_coming(self, item_no: int, zones: Iterable[str], at: dt.datetime) -> None:
        """Write that an item is about to start in `zones`, before it does: after a crash it is not aired again."""
        body = {"broadcast": self.broadcast.id, "item": item_no, "zones": list(zones), "at": at.isoformat()}
        self.journal.write("coming", body)

    def item_started(self, item_no: int, zones: Iterable[str], at: dt.datetime) -> None:
        """Write that an item started in `zones`."""
        body = {"broadcast": self.broadcast.id, "item": item_no, "zones": list(zones), "at": at.isoformat()}
        self.journal.write("item", body)

    def mark(self, item_no: int, zones: Iterable[str], heard_ms: int) -> None:
        """Write how much was heard so far, for the case that the next line is never written."""
        body = {"broadcast": self.broadcast.id, "item": item_no, "zones": list(zones), "heard_ms": heard_ms}
        self.journal.write("mark", body, sync=False)

    def item_over(
        self,
        item: RundownItem,
        zones: Iterable[str],
        outcome: Outcome,
        reason: str,
        *,
        by: str = "",
        started_at: dt.datetime | None = None,
        ended_at: dt.datetime | None = None,
        heard_ms: int = 0,
    ) -> None:
        """Write the terminal outcome of an item in `zones`; what already has one keeps it."""
        bodies = []
        for zone in zones:
            key = entry_id(self.broadcast.id, item.no, zone)
            if key in self.known:
                continue
            self.known[key] = outcome
            heard = item.duration_ms if outcome is Outcome.FULL else max(0, min(heard_ms, item.duration_ms))
            entry = self._entry(key, item, zone, outcome, reason, by, started_at, ended_at, heard)
            bodies.append(entry.fields())
        if bodies:
            if reason and reason not in self.reasons:
                self.reasons.append(reason)
            self.journal.write("entry", *bodies)

    def rest(self, outcome: Outcome, reason: str, *, by: str = "", zones: Iterable[str] | None = None) -> None:
        """Give `outcome` to every item and zone that has none yet."""
        named = heard_zones(self.broadcast) if zones is None else tuple(zones)
        for item in self.broadcast.rundown:
            self.item_over(item, named, outcome, reason, by=by)

    def verdict(self, at: dt.datetime, *, cancelled: str = "") -> tuple[BroadcastState, str]:
        """Write and return the one verdict; every item must have its outcome by now."""
        state, sentence = self._judge()
        if cancelled and state is BroadcastState.MISSED:
            state, sentence = BroadcastState.CANCELLED, cancelled
        self.ended = True
        self.journal.write(
            "verdict",
            {
                "broadcast": self.broadcast.id,
                "state": state.value,
                "verdict": sentence,
                "started_at": self.started_at.isoformat() if self.started_at else None,
                "finished_at": at.isoformat(),
            },
        )
        return state, sentence

    def _judge(self) -> tuple[BroadcastState, str]:
        zones = heard_zones(self.broadcast)
        outcomes = [self.known[entry_id(self.broadcast.id, i.no, z)] for i in self.broadcast.rundown for z in zones]
        why = " ".join(self.reasons)
        if not outcomes:
            return BroadcastState.MISSED, why or "Không phát: buổi phát không có mục nào hoặc không có cụm loa nào."
        heard = sum(o is Outcome.FULL for o in outcomes)
        where = "bản ghi kiểm thính" if zones == (TRIAL_ZONE,) else f"{len(zones)} cụm loa"
        if heard == len(outcomes):
            start = f", bắt đầu lúc {self.started_at.astimezone(self.tz):%H:%M:%S}" if self.started_at else ""
            return BroadcastState.AIRED, f"Đã phát đủ {len(self.broadcast.rundown)} mục tới {where}{start}."
        if heard or Outcome.PARTIAL in outcomes:
            return BroadcastState.PARTIAL, f"Phát dở: {heard} trong {len(outcomes)} lượt mục phát đủ. {why}".strip()
        if all(o is Outcome.REFUSED for o in outcomes):
            return BroadcastState.REFUSED, f"Từ chối phát: {why}"
        return BroadcastState.MISSED, f"Không phát: {why}"

    def _entry(
        self,
        key: str,
        item: RundownItem,
        zone: str,
        outcome: Outcome,
        reason: str,
        by: str,
        started_at: dt.datetime | None,
        ended_at: dt.datetime | None,
        heard_ms: int,
    ) -> Entry:
        before = sum(i.duration_ms for i in self.broadcast.rundown if i.no < item.no)
        return Entry(
            id=key,
            broadcast_id=self.broadcast.id,
            broadcast_title=self.broadcast.title[:300],
            item_no=item.no,
            zone=zone,
            kind=BroadcastKind.TRIAL.value if self.broadcast.kind is BroadcastKind.TRIAL else item.kind,
            title=item.title[:300],
            script_id=item.script_id,
            revision=item.revision,
            topic=item.topic,
            unit=item.unit,
            genre=item.genre,
            audio_sha256=item.audio_sha256 or None,
            planned_at=self.broadcast.starts_at + dt.timedelta(milliseconds=before),
            started_at=started_at,
            ended_at=ended_at,
            duration_ms=item.duration_ms,
            heard_ms=heard_ms,
            outcome=outcome,
            reason=reason,
            actor=(by or MACHINE)[:64],
            host=self.host[:120],
            sink=self.sinks.get(zone, "")[:64],
            voice=item.voice,
        )


def verdict_of(body: Mapping[str, Any]) -> tuple[BroadcastState, str, dt.datetime | None, dt.datetime]:
    """Return state, sentence, start and end of a journal's verdict."""
    started = dt.datetime.fromisoformat(body["started_at"]) if body["started_at"] else None
    return BroadcastState(body["state"]), body["verdict"], started, dt.datetime.fromisoformat(body["finished_at"])
