"""Rotations: rules that say what airs when and where; pure, without dates worked out.

The TOML form in `schedules/` is an import and export form of these; `scheduling.rotation_toml` reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from broadcaster.domain.air.broadcasts import Overrun
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.air.relays import RelaySource
from broadcaster.domain.schedule.caps import Caps
from broadcaster.domain.schedule.recurrence import EVERY_DAY, MonthDays
from broadcaster.domain.schedule.windows import StationHours
from broadcaster.domain.setup.outputs import SEPARATE, Outputs
from broadcaster.domain.setup.zones import ZoneMap
from broadcaster.errors import Code, RuleError, Where

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_LABELS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


NO_CAPS = Caps(None, None, None)
_SOME_DAY, _CYCLE = dt.date(2026, 1, 1), dt.timedelta(days=20 * 366)
"""Days of the month, of the moon's calendar and of the week meet within so long, if they ever do."""


class DayKind(StrEnum):
    """What kind of day it is; a rotation rules one kind."""

    ORDINARY = "ordinary"
    TET = "tet"
    HOLIDAY = "holiday"
    MOURNING = "mourning"
    STORM = "storm"

    @property
    def label(self) -> str:
        """The Vietnamese word."""
        return _DAY_KINDS[self]

    @property
    def inline(self) -> str:
        """The word inside a sentence: Tết is a name, and keeps its capital."""
        return self.label if self is DayKind.TET else self.label.lower()


_DAY_KINDS = {
    DayKind.ORDINARY: "Ngày thường",
    DayKind.TET: "Tết",
    DayKind.HOLIDAY: "Ngày lễ",
    DayKind.MOURNING: "Quốc tang",
    DayKind.STORM: "Mưa bão",
}


@dataclass(frozen=True, slots=True)
class CueStep:
    """A station sound."""

    cue: str


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """The newest approved script of a genre, or one script by its number."""

    genre: str | None = None
    script_id: int | None = None


@dataclass(frozen=True, slots=True)
class FillStep:
    """Items that the rotation chooses."""

    topics: tuple[str, ...] = ("*",)
    genres: tuple[str, ...] = ("bulletin", "column", "notice")
    max_items: int = 6
    separator: str | None = None
    repeat_notices: int = 0
    """How many more times a notice is read after the first (đọc lại)."""
    separation: dt.timedelta = dt.timedelta(0)
    """At least this long lies between two airings of the same script in the same zones."""


@dataclass(frozen=True, slots=True)
class RelayStep:
    """A programme of another station (tiếp âm), for at most so long; local content follows when it fails."""

    relay: str
    title: str
    max_length: dt.timedelta


Step = CueStep | ScriptStep | FillStep | RelayStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the day. It belongs to the day on which it starts, also where it ends after midnight."""

    code: str
    title: str
    start: dt.time
    """Station time."""
    max_length: dt.timedelta
    weekdays: frozenset[int]
    """0 is Monday."""
    zones: tuple[str, ...]
    steps: tuple[Step, ...]
    late: LatePolicy = LatePolicy.SKIP
    grace: dt.timedelta = dt.timedelta(minutes=2)
    overrun: Overrun = Overrun.CUT
    valid_from: dt.date | None = None
    """Its first day, where it does not hold as long as its rotation."""
    valid_to: dt.date | None = None
    """Its last day."""
    month_days: MonthDays = EVERY_DAY
    """Where it falls on some days of the month alone, of those weekdays."""

    def on(self, day: dt.date) -> bool:
        """Whether the slot has its place on `day`."""
        return (
            day.weekday() in self.weekdays
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
            and self.month_days.on(day)
        )

    def clashes(self, other: Slot, zones: ZoneMap, outputs: Outputs = SEPARATE) -> tuple[str, ...]:
        """The zones of this slot where both would sound at once on some day, through one output."""
        if not any(self._overlaps(other, later) and self._meets(other, later) for later in (-1, 0, 1)):
            return ()
        there = zones.expand(other.zones, where=("slot", Code(other.code), "zones"))
        return outputs.meeting(zones.expand(self.zones, where=("slot", Code(self.code), "zones")), there)

    def _overlaps(self, other: Slot, later: int) -> bool:
        """Whether both would sound at once where the other's day comes so many days `later`."""
        mine = dt.timedelta(minutes=_minutes(self.start))
        theirs = dt.timedelta(days=later, minutes=_minutes(other.start))
        return mine < theirs + other.max_length and theirs < mine + self.max_length

    def _meets(self, other: Slot, later: int) -> bool:
        """Whether this has a day of which the other has the one so many days `later`."""
        ahead = dt.timedelta(days=later)
        first = max((d for d in (self.valid_from, other.valid_from and other.valid_from - ahead) if d), default=None)
        last = min((d for d in (self.valid_to, other.valid_to and other.valid_to - ahead) if d), default=None)
        long = first is None or last is None or (last - first).days >= 6
        if long and not (self.month_days or other.month_days):
            return bool(self.weekdays & {(d - later) % 7 for d in other.weekdays})
        begin = first or (last - _CYCLE if last else _SOME_DAY)
        count = min((last or begin + _CYCLE) - begin, _CYCLE).days + 1
        days = (begin + dt.timedelta(days=n) for n in range(count))
        return any(self.on(day) and other.on(day + ahead) for day in days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A set of slots that rules the days of one kind between two dates."""

    code: str
    title: str
    days: DayKind
    slots: tuple[Slot, ...]
    valid_from: dt.date
    valid_to: dt.date | None = None
    priority: int = 0
    joins: bool = False
    """Whether its slots stand beside those of the rotation that rules the day, instead of in their place."""

    def rules(self, day: dt.date, kind: DayKind) -> bool:
        """Whether this rotation may rule `day` of `kind`."""
        return kind is self.days and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def check(
        self,
        *,
        zones: ZoneMap,
        hours: StationHours,
        cues: Mapping[str, object],
        outputs: Outputs = SEPARATE,
        caps: Caps = NO_CAPS,
        relays: Mapping[str, RelaySource] | None = None,
    ) -> None:
        """Check what one rotation alone can break.

        Raises:
            RuleError: a slot lies outside the windows, is longer than the Quy chế allows, overlaps another on some
                output, names an unknown zone or sound, or relays at a wrong hour; `field` names the slot.
        """
        any_day = dt.date(2024, 1, 1)
        seen: set[str] = set()
        for number, slot in enumerate(self.slots, 1):
            where = ("slot", number, Code(slot.code))
            if slot.code in seen:
                raise RuleError(
                    f"Mã khung phát “{slot.code}” bị trùng. Mỗi khung phát cần một mã riêng.", field=(*where, "code")
                )
            seen.add(slot.code)
            if not zones.expand(slot.zones, where=(*where, "zones")):
                raise RuleError("Khung phát này không có cụm loa nào đang hoạt động.", field=(*where, "zones"))
            hours.require(dt.datetime.combine(any_day, slot.start), slot.max_length, field=(*where, "start"))
            _check_relays(slot, cues, relays or {}, where)
            minutes = slot.max_length.total_seconds() / 60
            if caps.minutes_per_session is not None and minutes > caps.minutes_per_session:
                raise RuleError(
                    f"Khung phát dài tối đa {minutes:.0f} phút, quá {caps.minutes_per_session} phút mỗi buổi của Quy "
                    "chế. Hãy rút ngắn, hoặc sửa số phút mỗi buổi ở Cài đặt, mục Giờ được phép.",
                    field=(*where, "max_minutes"),
                )
            for step_number, step in enumerate(slot.steps, 1):
                for cue in _cues_of(step):
                    if cue not in cues:
                        raise RuleError(
                            f"Không có âm thanh “{cue}” để xếp vào khung phát. Hãy chọn: {', '.join(sorted(cues))}.",
                            field=(*where, "item", step_number, "cue"),
                        )
        for (first, one), (second, two) in combinations(enumerate(self.slots, 1), 2):
            if both := one.clashes(two, zones, outputs):
                raise RuleError(
                    f"Khung phát “{one.title}” ({one.start:%H:%M}) và “{two.title}” ({two.start:%H:%M}) chồng giờ nhau "
                    f"ở cụm loa {', '.join(both)}. Hãy dời giờ hoặc rút ngắn một khung.",
                    field=("slot", first, Code(one.code), "slot", second, Code(two.code), "start"),
                )


def ruling(rotations: Sequence[Rotation], day: dt.date, kind: DayKind) -> Rotation | None:
    """The one rotation that rules `day`: the highest priority, then the latest to begin, then by code."""
    candidates = [r for r in rotations if r.rules(day, kind) and not r.joins]
    return max(candidates, key=lambda r: (r.priority, r.valid_from, r.code), default=None)


def in_use(rotations: Sequence[Rotation], day: dt.date, kind: DayKind) -> tuple[Rotation | None, list[Rotation]]:
    """The rotation that rules `day` of `kind`, and those that join it.

    A day of a kind that no rotation rules falls back to the ordinary one; but on a day of mourning without a rotation
    of its own nothing airs.
    """
    kinds = {kind}
    rotation = ruling(rotations, day, kind)
    if rotation is None and kind is not DayKind.MOURNING:
        rotation = ruling(rotations, day, DayKind.ORDINARY)
        kinds.add(DayKind.ORDINARY)
    return rotation, [r for r in rotations if r.joins and any(r.rules(day, k) for k in kinds)]


def _check_relays(slot: Slot, cues: Mapping[str, object], relays: Mapping[str, RelaySource], where: Where) -> None:
    """Check each relay of a slot at the earliest minute in which it can begin."""
    before_ms = 0
    for number, step in enumerate(slot.steps, 1):
        place = (*where, "item", number)
        if isinstance(step, CueStep):
            before_ms += int(getattr(cues.get(step.cue), "duration_ms", 0))
        if not isinstance(step, RelayStep):
            continue
        source = relays.get(step.relay)
        if source is None:
            known = ", ".join(sorted(relays)) or "chưa có nguồn nào"
            raise RuleError(
                f"Không có nguồn tiếp âm nào tên “{step.relay}” ở [relay] trong station.toml ({known}).",
                field=(*place, "relay"),
            )
        if step.max_length > slot.max_length:
            raise RuleError("Phần tiếp âm dài hơn cả khung phát.", field=(*place, "max_minutes"))
        if all(isinstance(later, RelayStep) for later in slot.steps[number:]):
            raise RuleError(
                "Sau phần tiếp âm cần có nội dung của đài, để phát khi nguồn tiếp âm mất tiếng.", field=place
            )
        start = dt.datetime.combine(dt.date(2024, 1, 1), slot.start) + dt.timedelta(milliseconds=before_ms)
        # seconds of chime before it may push it past the end of its hours, which then cuts it
        source.require(start.replace(second=0, microsecond=0), step.max_length, field=(*place, "relay"))
        before_ms += int(step.max_length.total_seconds() * 1000)


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _cues_of(step: Step) -> tuple[str, ...]:
    match step:
        case CueStep(cue):
            return (cue,)
        case FillStep(separator=separator) if separator:
            return (separator,)
        case _:
            return ()
