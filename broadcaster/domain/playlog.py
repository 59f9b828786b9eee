"""The vocabulary of the play log: what may have become of an item, in words that an inspector reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
