"""Broadcasts (buổi phát): one dated airing with its pinned rundown, and the states it passes through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from broadcaster.domain.air.lateness import LatePolicy

LEAD = dt.timedelta(seconds=12)
"""From the wish to the first sound: play-out checks and loads a broadcast before its time."""


class BroadcastState(StrEnum):
    """A broadcast ends in exactly one terminal state."""

    PLANNED = "planned"
    CUED = "cued"
    AIRING = "airing"
    AIRED = "aired"
    PARTIAL = "partial"
    MISSED = "missed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNHEARD = "unheard"
    """It ran, and no horn carried it."""
    UNKNOWN = "unknown"
    """It began, and nobody could write down what was heard of it."""

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _STATES[self]

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return self not in {BroadcastState.PLANNED, BroadcastState.CUED, BroadcastState.AIRING}


_STATES = {
    BroadcastState.PLANNED: "Chờ phát",
    BroadcastState.CUED: "Sẵn sàng",
    BroadcastState.AIRING: "Đang phát",
    BroadcastState.AIRED: "Đã phát",
    BroadcastState.PARTIAL: "Phát dở",
    BroadcastState.MISSED: "Không phát",
    BroadcastState.REFUSED: "Từ chối phát",
    BroadcastState.CANCELLED: "Đã hủy",
    BroadcastState.UNHEARD: "Không ra loa",
    BroadcastState.UNKNOWN: "Không rõ đã phát",
}


class BroadcastKind(StrEnum):
    """Why there is a broadcast."""

    ROTATION = "rotation"
    ONCE = "once"
    TRIAL = "trial"
    """Heard on the air-check only, never on a horn, so that it may run at any hour."""
    EMERGENCY = "emergency"


class Origin(StrEnum):
    """What a broadcast came from; each has its one constructor in `db.models.origins`."""

    ROTATION = "rotation"
    ONCE = "once"
    MOVED = "moved"
    """A broadcast of the rotation at another time; where it stood it is cancelled."""
    COPIED = "copied"
    STOPPED_REST = "stopped_rest"
    """What was not heard of a broadcast that a person stopped."""
    EMERGENCY_REST = "emergency_rest"
    """What was not heard of a broadcast that an emergency interrupted."""
    EMERGENCY = "emergency"
    TRIAL = "trial"
    TONE = "tone"
    """A tone that tries a horn."""
    TALK = "talk"
    """A person at the microphone."""

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _ORIGINS[self]


_ORIGINS = {
    Origin.ROTATION: "Theo lịch",
    Origin.ONCE: "Buổi riêng",
    Origin.MOVED: "Dời giờ",
    Origin.COPIED: "Phát thêm",
    Origin.STOPPED_REST: "Phần còn lại",
    Origin.EMERGENCY_REST: "Phần bị phát khẩn cấp ngắt",
    Origin.EMERGENCY: "Khẩn cấp",
    Origin.TRIAL: "Nghe thử",
    Origin.TONE: "Thử loa",
    Origin.TALK: "Nói trực tiếp",
}
SESSION_KINDS = (BroadcastKind.ROTATION, BroadcastKind.ONCE)
"""What the session caps of the Quy chế bind: no trial, which no horn carries, and no emergency."""
NO_SESSION = frozenset({Origin.EMERGENCY_REST, Origin.STOPPED_REST, Origin.TONE, Origin.TALK})
"""What is no session of its own in the sense of the Quy chế: the rest of one that was interrupted, a tone that tries a
horn, a person at the microphone."""
UNHEARD = frozenset({BroadcastState.MISSED, BroadcastState.REFUSED, BroadcastState.CANCELLED})
"""Ends in which nobody heard anything: no session was held."""
OPEN_STATES = (BroadcastState.PLANNED, BroadcastState.CUED, BroadcastState.AIRING)


class Phase(StrEnum):
    """How far play-out is with a broadcast."""

    CUE = "cue"
    """Being checked and loaded."""
    WARM = "warm"
    """Its sinks are being opened."""
    AIR = "air"
    OVER = "over"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _PHASES[self]


_PHASES = {Phase.CUE: "Đang kiểm tra", Phase.WARM: "Sắp phát", Phase.AIR: "Đang phát", Phase.OVER: "Đã xong"}


class ItemKind(StrEnum):
    """What sounds as one item."""

    CUE = "cue"
    """A sound of the station; it needs no approval."""
    SCRIPT = "script"
    EMERGENCY = "emergency"
    """Words that were confirmed as an emergency."""
    LIVE = "live"
    RELAY = "relay"
    TRIAL = "trial"
    """In the log alone: whatever was heard of a trial."""

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _ITEM_KINDS[self]


_ITEM_KINDS = {
    ItemKind.CUE: "Âm thanh của đài",
    ItemKind.SCRIPT: "Bài phát",
    ItemKind.EMERGENCY: "Bản tin khẩn cấp",
    ItemKind.LIVE: "Nói trực tiếp",
    ItemKind.RELAY: "Tiếp âm",
    ItemKind.TRIAL: "Nghe thử",
}


class Overrun(StrEnum):
    """What to do when the sound is longer than the slot."""

    CUT = "cut"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class RundownItem:
    """One piece of sound in a broadcast, pinned by hash. Scripts carry what was approved; cues do not need it."""

    no: int
    kind: ItemKind
    title: str
    audio_sha256: str
    duration_ms: int
    script_id: int | None = None
    revision: int | None = None
    spoken_sha256: str | None = None
    topic: str | None = None
    unit: str | None = None
    genre: str | None = None
    voice: str | None = None
    relay: str | None = None
    """The relay's name in the settings; `duration_ms` is then the most it may last, and it has no sound pinned."""

    def as_json(self) -> dict[str, Any]:
        """The item as JSON-able fields."""
        return {name: getattr(self, name) for name in _ITEM}  # not `asdict`, whose deep copies take ten times as long

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> RundownItem:
        """Rebuild an item from `as_json()`."""
        return cls(**{**fields, "kind": ItemKind(fields["kind"])})


_ITEM = tuple(RundownItem.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """What play-out needs to know of one broadcast; times aware UTC."""

    id: int
    title: str
    kind: BroadcastKind
    starts_at: dt.datetime
    ends_at: dt.datetime
    """The latest end: start plus the slot's maximum length."""
    zones: tuple[str, ...]
    rundown: tuple[RundownItem, ...]
    late: LatePolicy = LatePolicy.SKIP
    grace: dt.timedelta = dt.timedelta(minutes=2)
    overrun: Overrun = Overrun.CUT
    confirmed_by: str = ""
    """Who confirmed that an emergency may pass the quiet hours; empty for everything else."""
    ordered_at: dt.datetime | None = None
    """When a person ordered it; None where the rotation did."""
    continues: bool = False
    """Whether it goes on with what was ordered or due earlier: a sounding of an emergency, the rest that one cut."""
    begun_at: dt.datetime | None = None
    """When it began, as far as the desk knows: in an earlier life of play-out, or on another machine."""

    @property
    def any_hour(self) -> bool:
        """Whether the allowed hours do not bind it: no horn carries a trial, a confirmed emergency must not wait."""
        return self.kind is BroadcastKind.TRIAL or (self.kind is BroadcastKind.EMERGENCY and bool(self.confirmed_by))

    @property
    def asked_for(self) -> bool:
        """Whether a person answers for it and wants it heard now: a confirmed emergency, or speaking live."""
        return bool(self.confirmed_by) and (
            self.kind is BroadcastKind.EMERGENCY or any(i.kind is ItemKind.LIVE for i in self.rundown)
        )

    @property
    def sound_ms(self) -> int:
        """Length of all items, joined without gaps."""
        return sum(i.duration_ms for i in self.rundown)

    def as_json(self) -> dict[str, Any]:
        """The broadcast as JSON-able fields, for play-out's own disk."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind.value,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "zones": list(self.zones),
            "rundown": [i.as_json() for i in self.rundown],
            "late": self.late.value,
            "grace": self.grace.total_seconds(),
            "overrun": self.overrun.value,
            "confirmed_by": self.confirmed_by,
            "ordered_at": self.ordered_at and self.ordered_at.isoformat(),
            "continues": self.continues,
            "begun_at": self.begun_at and self.begun_at.isoformat(),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Broadcast:
        """Rebuild a broadcast from `as_json()`."""
        ordered_at, begun_at = fields.get("ordered_at"), fields.get("begun_at")
        return cls(
            id=fields["id"],
            title=fields["title"],
            kind=BroadcastKind(fields["kind"]),
            starts_at=dt.datetime.fromisoformat(fields["starts_at"]),
            ends_at=dt.datetime.fromisoformat(fields["ends_at"]),
            zones=tuple(fields["zones"]),
            rundown=tuple(RundownItem.from_json(i) for i in fields["rundown"]),
            late=LatePolicy(fields["late"]),
            grace=dt.timedelta(seconds=fields["grace"]),
            overrun=Overrun(fields["overrun"]),
            confirmed_by=fields.get("confirmed_by", ""),
            ordered_at=ordered_at and dt.datetime.fromisoformat(ordered_at),
            continues=fields.get("continues", False),
            begun_at=begun_at and dt.datetime.fromisoformat(begun_at),
        )
