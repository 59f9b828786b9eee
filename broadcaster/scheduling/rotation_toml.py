"""The TOML form of rotations, zones and exception days: validated at the door, faults named by table and key.

The form is described in `schedules/README.md` and, for editors with completion, by the JSON Schemas beside it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from broadcaster import errors, faults, handwritten
from broadcaster.domain.air.broadcasts import Overrun
from broadcaster.domain.air.lateness import LatePolicy
from broadcaster.domain.fold import nfc
from broadcaster.domain.schedule.recurrence import parse_month_days
from broadcaster.domain.schedule.rotations import (
    WEEKDAYS,
    CueStep,
    DayKind,
    FillStep,
    RelayStep,
    Rotation,
    ScriptStep,
    Slot,
    Step,
)
from broadcaster.domain.schedule.windows import parse_time
from broadcaster.domain.scripts.fields import About, Face, shown_on
from broadcaster.domain.setup.fields import DEFAULTS, ZoneFields
from broadcaster.errors import RuleError, Where, place

F = TypeVar("F", bound=BaseModel)
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Coded(_Table):
    code: Code


class _Item(_Table):
    kind: Literal["cue", "script", "fill", "relay"]
    cue: str | None = None
    genre: str | None = None
    script: int | None = Field(None, ge=1)
    topics: list[str] = Field(["*"], min_length=1)
    genres: list[str] = Field(["bulletin", "column", "notice"], min_length=1)
    max_items: int = Field(6, ge=1, le=50)
    separator: str | None = None
    repeat_notices: int = Field(0, ge=0, le=5)
    relay: str | None = None
    title: str | None = None
    max_minutes: int | None = Field(None, ge=1, le=120)
    separation_hours: float = Field(0, ge=0, le=24 * 31)

    def step(self, where: Where) -> Step:
        match self.kind:
            case "cue":
                if not self.cue:
                    raise RuleError("Mục kiểu cue cần khóa “cue” ghi tên âm thanh.", field=(*where, "cue"))
                return CueStep(self.cue)
            case "script":
                if (self.genre is None) == (self.script is None):
                    raise RuleError("Mục kiểu script cần đúng một trong hai khóa “genre” hoặc “script”.", field=where)
                return ScriptStep(self.genre, self.script)
            case "relay":
                if not self.relay or self.max_minutes is None:
                    raise RuleError(
                        "Mục kiểu relay cần khóa “relay” ghi tên nguồn tiếp âm và “max_minutes” ghi số phút tối đa.",
                        field=where,
                    )
                title = self.title or f"Tiếp âm {self.relay}"
                return RelayStep(self.relay, title, dt.timedelta(minutes=self.max_minutes))
            case "fill":
                return FillStep(
                    tuple(self.topics),
                    tuple(self.genres),
                    self.max_items,
                    self.separator,
                    self.repeat_notices,
                    dt.timedelta(hours=self.separation_hours),
                )


class _Slot(_Table):
    code: Code
    title: str = Field(min_length=1)
    start: str | dt.time
    max_minutes: int = Field(ge=1, le=240)
    weekdays: list[Weekday] = Field(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], min_length=1)
    monthdays: list[int | str] = Field([], max_length=31)
    lunardays: list[int | str] = Field([], max_length=31)
    zones: list[str] = Field(["all"], min_length=1)
    late: LatePolicy = LatePolicy.SKIP
    grace_seconds: int = Field(120, ge=0, le=1800)
    overrun: Overrun = Overrun.CUT
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    item: list[_Item] = Field(min_length=1)


class _Rotation(_Table):
    code: Code
    title: str = Field(min_length=1)
    days: DayKind = DayKind.ORDINARY
    valid_from: dt.date
    valid_to: dt.date | None = None
    priority: int = 0
    joins: bool = False


class _RotationFile(_Table):
    rotation: _Rotation
    slot: list[_Slot] = Field(min_length=1)


def _written(name: str, about: About) -> tuple[Any, Any]:
    if about.kind is int:
        return int, Field(DEFAULTS[name], ge=about.least, le=about.most)
    return about.kind, DEFAULTS[name] if name in DEFAULTS else Field(min_length=1)


_zone: dict[str, Any] = {name: _written(name, about) for name, about in shown_on(Face.HEAD, ZoneFields).items()}
ZoneTable = create_model("ZoneTable", __base__=_Coded, __doc__="One zone of `zones.toml`.", **_zone)


class GroupTable(_Coded):
    """One group of `zones.toml`."""

    name: str = Field(min_length=1)
    zones: list[str] = Field(min_length=1)


class ZonesForm(_Table):
    """The whole of `zones.toml`."""

    zone: list[ZoneTable] = Field(min_length=1)
    group: list[GroupTable] = []


class ExceptionForm(_Table):
    """One exception day, or a run of them, of the sun's calendar or the moon's."""

    day: dt.date | None = None
    to: dt.date | None = None
    lunar: int | str | None = None
    lunar_to: int | str | None = None
    kind: DayKind = DayKind.ORDINARY
    title: str
    leave_out: list[Code] = []


class ExceptionsForm(_Table):
    """The whole of `exceptions.toml`, or of one year's file."""

    year: int | None = Field(None, ge=2000, le=2199)
    exception: list[ExceptionForm]


def read_toml(text: str, *, name: str) -> dict[str, Any]:
    """The table in NFC.

    Raises:
        RuleError: it is not TOML; the sentence names the line.
    """
    return handwritten.table(nfc(text), field=name)


def parse_form(form: type[F], table: dict[str, Any], *, name: str) -> F:
    """`table` checked against `form`.

    Raises:
        RuleError: keys or values are wrong; all faults at once, each with its place.
    """
    try:
        return form.model_validate(table)
    except ValidationError as error:
        found = faults.read(form, error.errors(include_url=False))
        raise RuleError(" ".join(fault.sentence(": ") for fault in found), field=name) from None


def check_step(table: dict[str, Any], *, name: str) -> None:
    """Check the form of one step of a slot.

    Raises:
        RuleError: keys or values are wrong.
    """
    parse_form(_Item, table, name=name).step(place(name))


def parse_rotation(table: dict[str, Any], *, name: str) -> Rotation:
    """The rotation that a table of a rotation file means.

    Raises:
        RuleError: as `parse_form`, or a time is not on the 24-hour clock.
    """
    form = parse_form(_RotationFile, table, name=name)
    slots = []
    for number, s in enumerate(form.slot, 1):
        where = (name, "slot", number, errors.Code(s.code))
        start = s.start if isinstance(s.start, dt.time) else parse_time(s.start, field=(*where, "start"))
        if s.valid_from and s.valid_to and s.valid_to < s.valid_from:
            raise RuleError("Ngày cuối của khung phát phải bằng hoặc sau ngày đầu.", field=(*where, "valid_to"))
        slots.append(
            Slot(
                code=s.code,
                title=s.title,
                start=start,
                max_length=dt.timedelta(minutes=s.max_minutes),
                weekdays=frozenset(WEEKDAYS.index(d) for d in s.weekdays),
                zones=tuple(s.zones),
                steps=tuple(item.step((*where, "item", n)) for n, item in enumerate(s.item, 1)),
                late=s.late,
                grace=dt.timedelta(seconds=s.grace_seconds),
                overrun=s.overrun,
                valid_from=s.valid_from,
                valid_to=s.valid_to,
                month_days=parse_month_days(s.monthdays, s.lunardays, field=where),
            )
        )
    r = form.rotation
    if r.valid_to is not None and r.valid_to < r.valid_from:
        raise RuleError("Ngày hết hiệu lực phải sau ngày bắt đầu.", field=(name, "rotation", "valid_to"))
    return Rotation(
        code=r.code,
        title=r.title,
        days=r.days,
        slots=tuple(slots),
        valid_from=r.valid_from,
        valid_to=r.valid_to,
        priority=r.priority,
        joins=r.joins,
    )


def plain(value: Any) -> Any:
    """A TOML table with its dates and times as ISO text, so that it can be kept as JSON."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, dt.date) else value
