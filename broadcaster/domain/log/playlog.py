"""The vocabulary of the play log: what may have become of an item, in words that an inspector reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from broadcaster.domain.air.broadcasts import BroadcastState, ItemKind, RundownItem
from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.air.outlets import Outlet
from broadcaster.domain.log import older
from broadcaster.domain.log.chains import plain


class Outcome(StrEnum):
    """What became of one item in one zone. From the best heard to the least: an airing has its best zone's."""

    FULL = "full"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    """It was to sound at the moment of a crash, or what sounded could not be written down: nobody knows."""
    UNHEARD = "unheard"
    """It ran, into a recording or nowhere: no horn carried it."""
    FAILED = "failed"
    REFUSED = "refused"
    MISSED = "missed"

    @property
    def label(self) -> str:
        """The Vietnamese word of the log book."""
        return _OUTCOME_TITLES[self]


_OUTCOME_TITLES = {
    Outcome.FULL: "Phát đủ",
    Outcome.PARTIAL: "Dừng giữa chừng",
    Outcome.MISSED: "Không phát",
    Outcome.REFUSED: "Từ chối phát",
    Outcome.FAILED: "Lỗi",
    Outcome.UNHEARD: "Không ra loa",
    Outcome.UNKNOWN: "Không rõ đã phát",
}


class Punctuality(StrEnum):
    """The one word that inspectors read of a planned broadcast: whether it kept its time."""

    AIRED = "aired"
    LATE = "late"
    JOINED = "joined"
    CUT = "cut"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"
    UNHEARD = "unheard"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _PUNCTUALITIES[self]


_PUNCTUALITIES = {
    Punctuality.AIRED: "Phát đúng giờ",
    Punctuality.LATE: "Phát trễ",
    Punctuality.JOINED: "Vào giữa chừng",
    Punctuality.CUT: "Bị cắt",
    Punctuality.SKIPPED: "Bỏ",
    Punctuality.REFUSED: "Từ chối",
    Punctuality.FAILED: "Lỗi",
    Punctuality.UNHEARD: "Không ra loa",
    Punctuality.UNKNOWN: "Không rõ đã phát",
}
LATE_S = 1.0
"""A start is on time within this (s)."""


def punctuality_of(
    state: BroadcastState, outcomes: Mapping[Outcome, int], *, late_s: float, joined: bool
) -> Punctuality | None:
    """The one word for a broadcast that ended so; None while it has not ended.

    Args:
        state: its terminal state.
        outcomes: how many entries ended how.
        late_s: from the planned to the real start (s).
        joined: whether it began in the middle because it was late.
    """
    match state:
        case BroadcastState.AIRED:
            return Punctuality.LATE if late_s > LATE_S else Punctuality.AIRED
        case BroadcastState.PARTIAL:
            return Punctuality.JOINED if joined else Punctuality.CUT
        case BroadcastState.REFUSED:
            return Punctuality.REFUSED
        case BroadcastState.MISSED:
            failed = outcomes.get(Outcome.FAILED, 0)
            return Punctuality.FAILED if failed and failed >= outcomes.get(Outcome.MISSED, 0) else Punctuality.SKIPPED
        case BroadcastState.UNHEARD:
            return Punctuality.UNHEARD
        case BroadcastState.UNKNOWN:
            return Punctuality.UNKNOWN
        case BroadcastState.CANCELLED:
            return Punctuality.SKIPPED
        case _:
            return None


_V1 = (
    "id broadcast_id broadcast_title item_no zone kind title script_id revision topic unit genre audio_sha256 "
    "planned_at started_at ended_at duration_ms heard_ms outcome reason actor host sink voice corrects"
)
_V2 = (*_V1.split(), "cause", "version")
_V3 = (*_V2, "also")
_V4 = (*_V3, "outlet")
FIELDS = {1: tuple(_V1.split()), 2: _V2, 3: _V3, 4: _V4, 5: (*_V4, "recorded_at")}
"""What the hash of an entry covers, by its version. A version is never changed: the log of years ago must verify."""
NEWEST = max(FIELDS)


def entry_id(broadcast_id: int, item_no: int, zone: str) -> str:
    """The one id that an item of a broadcast can have in a zone."""
    return f"b{broadcast_id}-{item_no}-{zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item in one zone, as it was planned and as it was heard. Times are aware UTC, lengths milliseconds."""

    id: str
    broadcast_id: int | None
    broadcast_title: str
    item_no: int
    zone: str
    kind: ItemKind
    title: str
    script_id: int | None
    revision: int | None
    topic: str | None
    unit: str | None
    genre: str | None
    audio_sha256: str | None
    planned_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    duration_ms: int
    heard_ms: int
    outcome: Outcome
    reason: str
    actor: str
    host: str
    sink: str
    voice: str | None = None
    corrects: str | None = None
    cause: Cause | None = None
    """Why it was not heard whole."""
    also: tuple[str, ...] = ()
    """Zones that nobody addressed and that heard it all the same, because they share an output with its zone."""
    outlet: Outlet | None = None
    """What its output was; None where nothing went out, and before version 4."""
    recorded_at: dt.datetime | None = field(default=None, compare=False)
    """When the log took it; None before that. Before version 5 the hash does not cover it."""
    version: int = NEWEST
    """Which fields the hash covers; what is written today is of the newest."""

    @classmethod
    def unheard(
        cls,
        broadcast: tuple[int, str],
        item: RundownItem,
        zone: str,
        planned_at: dt.datetime,
        *,
        outcome: Outcome,
        why: Why,
        actor: str,
        host: str,
        sink: str,
    ) -> Entry:
        """The entry of an item of a broadcast (number and title) that a zone heard nothing of."""
        number, title = broadcast
        return cls(
            id=entry_id(number, item.no, zone),
            broadcast_id=number,
            broadcast_title=title[:300],
            item_no=item.no,
            zone=zone,
            kind=item.kind,
            title=item.title[:300],
            script_id=item.script_id,
            revision=item.revision,
            topic=item.topic,
            unit=item.unit,
            genre=item.genre,
            audio_sha256=item.audio_sha256 or None,
            planned_at=planned_at,
            started_at=None,
            ended_at=None,
            duration_ms=item.duration_ms,
            heard_ms=0,
            outcome=outcome,
            reason=why.text,
            cause=why.cause,
            actor=actor[:64],
            host=host[:120],
            sink=sink[:64],
            voice=item.voice,
        )

    @property
    def because(self) -> Cause | None:
        """The cause, which an entry of version 1 has in its sentence alone."""
        return older.cause_of(self.reason) if self.version == 1 else self.cause

    def fields(self) -> dict[str, Any]:
        """The fields that the hash of its version covers, JSON-able: datetimes as ISO UTC with microseconds."""
        fields: dict[str, Any] = {}
        for name in FIELDS[self.version]:  # not `asdict`, whose deep copies take ten times as long over millions
            fields[name] = plain(getattr(self, name))
        return fields

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Entry:
        """Rebuild an entry from `fields()`; one that names no version is of the first."""
        values = {"version": 1, **fields}
        for name in ("planned_at", "started_at", "ended_at", "recorded_at"):
            if values.get(name) is not None:
                values[name] = dt.datetime.fromisoformat(values[name])
        values["kind"], values["outcome"] = ItemKind(values["kind"]), Outcome(values["outcome"])
        values["also"] = tuple(values.get("also") or ())
        values["cause"] = Cause(values["cause"]) if values.get("cause") else None
        values["outlet"] = Outlet(values["outlet"]) if values.get("outlet") else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a broadcast ended."""

    state: BroadcastState
    verdict: str
    """A Vietnamese sentence."""
    started_at: dt.datetime | None
    finished_at: dt.datetime
    causes: tuple[Cause, ...] = ()
    """What kept it from being heard whole and at its time, in the order of `Cause`."""
    yielded_to: int | None = None
    """The broadcast that took its horns."""

    def as_json(self) -> dict[str, Any]:
        """The ending as JSON-able fields, for the journal."""
        return {
            "state": self.state.value,
            "verdict": self.verdict,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "finished_at": self.finished_at.isoformat(),
            "causes": [cause.value for cause in self.causes],
            "yielded_to": self.yielded_to,
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Ending:
        """Rebuild an ending; one that an older play-out wrote has its causes in its sentence alone."""
        state, verdict, words = BroadcastState(fields["state"]), str(fields["verdict"]), fields.get("causes")
        return cls(
            state,
            verdict,
            dt.datetime.fromisoformat(fields["started_at"]) if fields["started_at"] else None,
            dt.datetime.fromisoformat(fields["finished_at"]),
            older.causes_of(verdict, state) if words is None else tuple(Cause(word) for word in words),
            fields.get("yielded_to"),
        )
