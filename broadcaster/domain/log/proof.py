"""Proof of airing: what the output was heard to carry, beside what was approved. Levels in dBFS, RMS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

SILENT_DBFS = -40.0
"""An output below this, where speech is due, is silence: the alarm of the trade."""
MATCH = 0.6
"""Least correlation of the outlines of two sounds that are taken for the same; other speech stays below 0.45."""
ENOUGH = 0.9
"""Share of an item that must have been heard for its proof to hold."""


class Match(StrEnum):
    """What the proof says."""

    WHOLE = "whole"
    PART = "part"
    NOTHING = "nothing"
    UNKNOWN = "unknown"
    UNHEARD = "unheard"
    """It went into a recording or nowhere: there was no horn to listen to."""

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]


_LABELS = {
    Match.WHOLE: "Đã nghe thấy đủ",
    Match.PART: "Nghe thấy một phần",
    Match.NOTHING: "Không nghe thấy",
    Match.UNKNOWN: "Chưa đo được",
    Match.UNHEARD: "Không ra loa",
}


class CapturePoint(StrEnum):
    """Where the sound was caught."""

    SENT = "sent"
    """As it was handed to the sink: the sink itself offers no way to listen."""
    RECORDED = "recorded"
    """As it was handed to a sink that no horn hangs on."""
    RETURN = "return"
    """Behind the sink: the stream as its listeners hear it, a monitor, a microphone before the horn."""


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """What was heard of one item on one sink."""

    ear: CapturePoint
    heard_share: float | None
    """Share of the due sound that was heard, 0 to 1; None when nothing could be caught."""
    level_dbfs: float | None
    """Level of what was heard where sound was due."""
    expected_dbfs: float | None
    """Level of what was approved, with the volume of the zone; None when no sound was due."""
    gap_ms: int
    """The longest hole."""
    match: float | None
    """Likeness to what was approved, -1 to 1; None when too short or too plain to tell."""
    lag_ms: int | None
    """How much later it was heard than sent."""

    @property
    def heard(self) -> Match:
        """The judgement."""
        if self.ear is CapturePoint.RECORDED:
            return Match.UNHEARD
        if self.heard_share is None:
            return Match.UNKNOWN
        if self.heard_share >= ENOUGH:
            return Match.WHOLE
        return Match.PART if self.heard_share > 0.02 else Match.NOTHING

    @property
    def sentence(self) -> str:
        """The judgement in a Vietnamese sentence."""
        if self.ear is CapturePoint.RECORDED:
            share = "" if self.heard_share is None else f"; bản thu có {self.heard_share:.0%} nội dung"
            return f"Không ra loa{share}."
        where = "nghe lại ở đầu ra" if self.ear is CapturePoint.RETURN else "đo ở lối vào đường ra"
        if self.heard_share is None and self.expected_dbfs is None:
            return "Không có tiếng nào phải nghe (tắt tiếng, hoặc mục chỉ có khoảng lặng)."
        if self.heard_share is None:
            return "Không nghe lại được đầu ra nên chưa chứng minh được."
        words = f"{self.heard.label} ({self.heard_share:.0%}, {where}"
        if self.level_dbfs is not None:
            words += f", mức {self.level_dbfs:.0f} dBFS"
        if self.gap_ms >= 200:
            words += f", hụt lâu nhất {self.gap_ms / 1000:.1f} giây"
        return words + ")."


@dataclass(frozen=True, slots=True)
class Proof:
    """A finding bound to its entry in the play log, and to the recording."""

    entry_id: str
    finding: ItemFinding
    recording: str | None
    """The air-check that holds it, as `YYYY-MM-DD/HHMMSS-<broadcast>-<sink>` without ending."""
    offset_ms: int | None
    """Where in the recording the item begins."""
    at: dt.datetime

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        fields = asdict(self)
        return {**fields.pop("finding"), **fields, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Proof:
        """Rebuild a proof from `as_json()`."""
        finding = ItemFinding(
            CapturePoint(fields["ear"]),
            *(fields[k] for k in ("heard_share", "level_dbfs", "expected_dbfs", "gap_ms", "match", "lag_ms")),
        )
        at = dt.datetime.fromisoformat(fields["at"])
        return cls(fields["entry_id"], finding, fields["recording"], fields["offset_ms"], at)
