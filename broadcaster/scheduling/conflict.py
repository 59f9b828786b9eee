"""What a conflict is, what it is about, and what the coming days are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.schedule.matters import LetBeAnswer, Matter
from broadcaster.domain.schedule.windows import StationHours
from broadcaster.domain.setup.outputs import SEPARATE, Outputs
from broadcaster.domain.setup.zones import names_in_words


class Kind(StrEnum):
    """What kind of thing is wrong, worst first."""

    LOST = "lost"
    """A broadcast whose time has come and that nobody heard."""
    UNSURE = "unsure"
    """One that began, and nobody knows whether it was heard."""
    DROPPED = "dropped"
    """A slot that the rotation asks for and the plan leaves out."""
    SILENCED = "silenced"
    """A regular session of the last weeks that the coming ones lack."""
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    CAP = "cap"
    ITEM = "item"
    EMPTY = "empty"
    GAP = "gap"
    OVERLONG = "overlong"
    ASKED = "asked"
    ZONE = "zone"
    SHORT = "short"
    IDLE = "idle"
    """A rotation that rules no day."""

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _LABELS[self]

    @property
    def grave(self) -> bool:
        """Whether something will not be heard, or will be where it must not, unless a person acts."""
        return self not in {Kind.SHORT, Kind.ZONE, Kind.OVERLONG, Kind.ASKED, Kind.IDLE}

    @property
    def matter(self) -> Matter | None:
        """What it is to a person who lets it be; None: nobody may."""
        return _MATTERS.get(self)

    @property
    def ahead(self) -> bool:
        """Whether it stands before all others, however far off: people were promised something that is gone."""
        return self in {Kind.LOST, Kind.UNSURE, Kind.DROPPED, Kind.SILENCED}


_LABELS = {
    Kind.LOST: "Buổi chưa được nghe",
    Kind.UNSURE: "Buổi không rõ đã phát",
    Kind.DROPPED: "Buổi bị bỏ",
    Kind.SILENCED: "Buổi thôi phát",
    Kind.OVERLAP: "Trùng giờ",
    Kind.OUTSIDE: "Ngoài giờ được phép",
    Kind.CAP: "Quá mức Quy chế",
    Kind.ITEM: "Bài không phát được",
    Kind.EMPTY: "Buổi trống",
    Kind.GAP: "Thiếu buổi",
    Kind.OVERLONG: "Dài quá khung",
    Kind.ASKED: "Thiếu lượt phát",
    Kind.ZONE: "Cụm loa",
    Kind.SHORT: "Buổi quá ngắn",
    Kind.IDLE: "Lịch không dùng đến",
}
_MATTERS = {
    Kind.LOST: Matter.BROADCAST,
    Kind.UNSURE: Matter.BROADCAST,
    Kind.DROPPED: Matter.SLOT,
    Kind.SILENCED: Matter.REGULAR,
    Kind.GAP: Matter.SILENCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One broadcast as the search sees it; times aware UTC."""

    id: int
    """0 for one that is not written yet."""
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    sound_ms: int
    zones: tuple[str, ...]
    scripts: int = 0
    """Items that are no station sounds."""
    faults: tuple[str, ...] = ()
    """Why single items will not air."""
    fault_remedy: str = "Duyệt lại hoặc gia hạn bài, hay bấm “Lập lại lịch” để máy thay bài khác."
    """What helps against the first of them."""
    any_hour: bool = False
    """A trial or a confirmed emergency."""
    counts: bool = True
    """Whether it is a session in the sense of the Quy chế."""
    relay: bool = False
    """Whether other sound than its items fills it."""
    relay_fault: str = ""
    """Why a relay of it will not be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing that is wrong."""

    kind: Kind
    at: dt.datetime
    what: str
    remedy: str
    broadcasts: tuple[int, ...] = ()
    zones: tuple[str, ...] = ()
    script: int = 0
    """The script that it is about; 0: it is about broadcasts."""
    again: bool = False
    """Whether the broadcast that it is about can be planned once more by one press."""
    about: str = ""
    """What several conflicts of one kind may have in common, so that they are told together; "": nothing."""
    marks: tuple[str, ...] = ()
    """Of what it tells; a person may let it be. None: it cannot be meant so."""
    answer: LetBeAnswer | None = None
    """Who let it be."""

    def answered(self, known: Mapping[str, LetBeAnswer]) -> Conflict:
        """It with the last answer, where there is one to each mark."""
        found = [known[mark] for mark in self.marks if mark in known]
        return replace(self, answer=max(found, key=lambda a: a.at)) if found and len(found) == len(self.marks) else self


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the broadcasts are held against."""

    hours: StationHours
    caps: Caps
    tz: ZoneInfo
    zones: Mapping[str, str] = field(default_factory=dict)
    """Name of each zone in use."""
    off: Mapping[str, str] = field(default_factory=dict)
    """Name of each zone that is switched off or broken, which hears nothing."""
    muted: Mapping[str, dt.datetime] = field(default_factory=dict)
    """Until when each zone is turned off by a person."""
    outputs: Outputs = SEPARATE
    """Which zones can only sound together."""
    silent_days: frozenset[dt.date] = frozenset()
    """Days on which nothing should air (mourning)."""
    begun: frozenset[str] = frozenset()
    """Zones that heard a session on the first day already."""
    over: bool = False
    """Whether the first day's last allowed hour has passed: what it lacks can no longer be mended."""
    rotations: bool = True
    """Whether any rotation is in force."""


def by_time(found: Iterable[Conflict]) -> list[Conflict]:
    """Conflicts in order of time, the worst of a moment first; before all what people were promised."""
    return sorted(found, key=lambda c: (not c.kind.ahead, c.at, list(Kind).index(c.kind), c.broadcasts, c.what))


def zones_in_words(zones: Sequence[str], house: House) -> str:
    """The names of zones; of many the first three and how many more."""
    if house.zones and len(zones) > 3 and len(zones) >= len(house.zones):
        return f"tất cả {len(zones)} cụm loa"
    named = [house.zones.get(z) or house.off.get(z) or z for z in zones]
    return names_in_words(named)
