"""The vocabulary of the play log: what may have become of an item, in words that an inspector reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from broadcaster.domain.broadcasts import BroadcastState


class Outcome(StrEnum):
    """What became of one item in one zone; terminal."""

    FULL = "full"
    PARTIAL = "partial"
    MISSED = "missed"
    REFUSED = "refused"
    FAILED = "failed"

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
}


class Verdict(StrEnum):
    """The one word that a planned broadcast ends with."""

    AIRED = "aired"
    LATE = "late"
    JOINED = "joined"
    CUT = "cut"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.AIRED: "Phát đúng giờ",
    Verdict.LATE: "Phát trễ",
    Verdict.JOINED: "Vào giữa chừng",
    Verdict.CUT: "Bị cắt",
    Verdict.SKIPPED: "Bỏ",
    Verdict.REFUSED: "Từ chối",
    Verdict.FAILED: "Lỗi",
}
LATE_S = 1.0
"""A start is on time within this (s)."""


def verdict_word(
    state: BroadcastState, outcomes: Mapping[Outcome, int], *, late_s: float, joined: bool
) -> Verdict | None:
    """Return the one word for a broadcast that ended so; None while it has not ended.

    Args:
        state: its terminal state.
        outcomes: how many entries ended how.
        late_s: from the planned to the real start (s).
        joined: whether it began in the middle because it was late.
    """
    match state:
        case BroadcastState.AIRED:
            return Verdict.LATE if late_s > LATE_S else Verdict.AIRED
        case BroadcastState.PARTIAL:
            return Verdict.JOINED if joined else Verdict.CUT
        case BroadcastState.REFUSED:
            return Verdict.REFUSED
        case BroadcastState.MISSED:
            failed = outcomes.get(Outcome.FAILED, 0)
            return Verdict.FAILED if failed and failed >= outcomes.get(Outcome.MISSED, 0) else Verdict.SKIPPED
        case BroadcastState.CANCELLED:
            return Verdict.SKIPPED
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item in one zone, as it was planned and as it was heard. Times are aware UTC, lengths milliseconds."""

    id: str
    broadcast_id: int | None
    broadcast_title: str
    item_no: int
    zone: str
    kind: str
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

    def fields(self) -> dict[str, Any]:
        """Return the fields that the hash covers, JSON-able: datetimes as ISO UTC with microseconds."""
        fields: dict[str, Any] = {}
        for name in _NAMES:  # not `asdict`, whose deep copies take ten times as long over millions of entries
            value = getattr(self, name)
            if isinstance(value, dt.datetime):
                moment = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
                value = moment.isoformat(timespec="microseconds")
            fields[name] = value
        return fields

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Entry:
        """Rebuild an entry from `fields()`."""
        values = dict(fields)
        for name in ("planned_at", "started_at", "ended_at"):
            if values[name] is not None:
                values[name] = dt.datetime.fromisoformat(values[name])
        values["outcome"] = Outcome(values["outcome"])
        return cls(**values)


_NAMES = tuple(Entry.__dataclass_fields__)
