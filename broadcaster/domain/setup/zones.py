"""Zones (cụm loa) and groups of zones: where they are, what they are, how loud they may be at which hour."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Any, Self

from broadcaster.domain.log.proof import SILENT_DBFS
from broadcaster.domain.schedule.windows import Window
from broadcaster.errors import RuleError, Where

ALL = "all"


class _Worded(StrEnum):
    """A word of the machine with the Vietnamese one beside it."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_, member.label = value, label
        return member


class Device(_Worded):
    """What hangs on the pole."""

    HORN = "horn", "Loa phóng thanh có dây"
    COLUMN = "column", "Loa cột"
    WIRELESS = "wireless", "Loa không dây (FM)"
    SMART = "smart", "Loa thông minh (IP, 4G)"
    INDOOR = "indoor", "Loa trong nhà"


class HornCondition(_Worded):
    """In what state a zone's horns are, by those who looked."""

    GOOD = "good", "Tốt"
    WEAK = "weak", "Kêu nhỏ hoặc rè"
    BROKEN = "broken", "Hỏng"
    REPAIR = "repair", "Đang sửa"


class ZoneState(_Worded):
    """What a zone does at this moment."""

    AIR = "air", "đang phát"
    REST = "rest", "chờ phát"
    MUTED = "muted", "tắt tiếng"
    BAD = "bad", "không ra loa"
    """Nothing that goes to its sinks is heard."""
    OFF = "off", "ngừng dùng"
    """Not in use."""
    LOST = "lost", "không rõ"
    """Play-out does not run."""


@dataclass(frozen=True, slots=True)
class VolumeBand:
    """A stretch of the day with a volume of its own (percent)."""

    window: Window
    volume: int

    @classmethod
    def parse(cls, text: str, *, field: str = "volume_bands") -> VolumeBand:
        """The band written `05:00-06:00 60`.

        Raises:
            RuleError: it is not a window and a volume from 0 to 100.
        """
        hours, _, percent = text.strip().partition(" ")
        percent = percent.strip().removesuffix("%").strip()
        if not percent.isdecimal() or int(percent) > 100:
            raise RuleError(f"“{text.strip()}”: hãy viết như 05:00-06:00 60 (âm lượng 0 đến 100).", field=field)
        return cls(Window.parse(hours, field=field), int(percent))

    def __str__(self) -> str:
        return f"{self.window} {self.volume}"


def least_audible(loudness: float) -> int:
    """Percent of full volume below which nobody is said to have heard what is made `loudness` (LUFS) loud.

    What leaves softer than `SILENT_DBFS` is what the station's own listener calls silence.
    """
    return math.ceil(100 * 10 ** ((SILENT_DBFS - loudness) / 20))


def parse_bands(lines: Iterable[str], *, field: str = "volume_bands") -> tuple[VolumeBand, ...]:
    """The bands written one a line, in order of the day.

    Raises:
        RuleError: a line is not a band, or two overlap.
    """
    bands = sorted(
        (VolumeBand.parse(line, field=field) for line in lines if line.strip()), key=lambda b: b.window.start
    )
    for one, two in combinations(bands, 2):
        if one.window.at(two.window.start) or two.window.at(one.window.start):
            raise RuleError(f"Hai khung {one.window} và {two.window} chồng giờ nhau.", field=field)
    return tuple(bands)


def volume_at(volume: int, bands: Sequence[VolumeBand], time: dt.time) -> int:
    """The volume (percent) at a station time: that of the band it lies in, else the zone's own."""
    return next((b.volume for b in bands if b.window.at(time)), volume)


BOOST_DB = 6.0
CUT_DB = -12.0
"""How far a zone's sound may be put right: a horn that needs more needs a technician."""


@dataclass(frozen=True, slots=True)
class Correction:
    """How a zone's sound differs from that of the others, in dB; nothing by itself."""

    bass: float = 0.0
    """Below about 300 Hz."""
    treble: float = 0.0
    """Above about 3 kHz."""
    gain: float = 0.0
    """Of the whole."""

    def check(self) -> None:
        """Refuse what no horn needs.

        Raises:
            RuleError: a value is no number from -12 to 6 (gain: to 0, because the programme is as loud as it may be).
        """
        for name, most in (("bass", BOOST_DB), ("treble", BOOST_DB), ("gain", 0.0)):
            if not CUT_DB <= getattr(self, name) <= most:
                raise RuleError(
                    f"{_CORRECTIONS[name]} phải từ {CUT_DB:g} đến {most:g} dB.".replace("-", "−"), field=name
                )


_CORRECTIONS = {"bass": "Tiếng trầm", "treble": "Tiếng bổng", "gain": "Độ to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One addressable cluster of horns and the sinks that reach it."""

    code: str
    name: str
    place: str = ""
    sink: str = "main"
    volume: int = 100
    """Percent of full level, 0 to 100."""
    enabled: bool = True
    bands: tuple[VolumeBand, ...] = ()
    """Volumes of their own at some hours: lower at dawn, say."""
    correction: Correction = Correction()

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return asdict(self) | {"bands": [str(b) for b in self.bands]}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Zone:
        """Rebuild a zone from `as_json()`, also of an older release."""
        bands = parse_bands(fields.get("bands") or ())
        return cls(**{**fields, "bands": bands, "correction": Correction(**fields.get("correction") or {})})


def names_in_words(names: Sequence[str]) -> str:
    """The names of zones; of many the first three and how many more."""
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} và {len(names) - 3} cụm khác"


def strictest(corrections: Iterable[Correction]) -> Correction:
    """The correction of a sink that several zones hear: of each value the least."""
    found = list(corrections) or [Correction()]
    return Correction(min(c.bass for c in found), min(c.treble for c in found), min(c.gain for c in found))


@dataclass(frozen=True, slots=True)
class ZoneMap:
    """All zones and groups; a group is a set of zones, never of groups."""

    zones: Mapping[str, Zone]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def expand(self, names: Iterable[str], *, where: str | Where) -> tuple[str, ...]:
        """The codes of the enabled zones that `names` (zones, groups or "all") mean, in map order.

        Raises:
            RuleError: a name is neither a zone nor a group.
        """
        wanted: set[str] = set()
        for name in names:
            if name == ALL:
                wanted.update(self.zones)
            elif name in self.zones:
                wanted.add(name)
            elif name in self.groups:
                wanted.update(self.groups[name])
            else:
                raise RuleError(
                    f"Không có cụm loa hay nhóm cụm loa nào mang mã “{name}”. "
                    f"Các mã đang có: {', '.join([ALL, *self.groups, *self.zones])}.",
                    field=where,
                )
        return tuple(code for code, zone in self.zones.items() if code in wanted and zone.enabled)
