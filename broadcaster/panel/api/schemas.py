"""What the API takes and gives, as OpenAPI describes it. Moments are ISO 8601 with the station's offset."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, create_model

from broadcaster.domain.air.desk import OrderOutcome
from broadcaster.domain.air.emergencies import LONGEST_REPEAT, MAX_TEXT, SHORTEST_REPEAT, Another, EmergencyState
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.scripts.fields import DEFAULTS, About, Face, shown_on
from broadcaster.domain.scripts.scripts import ScriptState
from broadcaster.domain.setup.fields import ZoneFields

PAGE = 100
_FIRST, _LAST = dt.date(2000, 1, 1), dt.date(2200, 12, 31)


def _sane(day: dt.date) -> dt.date:
    if not _FIRST <= day <= _LAST:
        raise ValueError("ngày nằm ngoài khoảng 2000 đến 2200")
    return day


Day = Annotated[dt.date, AfterValidator(_sane)]


Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Words, and not blanks alone."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Why nothing was done."""

    code: str = Field(description="Mã máy đọc, giữ nguyên qua các phiên bản.")
    message: str = Field(description="Một câu tiếng Việt cho người đọc.")
    field: str | None = Field(None, description="Trường hoặc mục sai, nếu có.")


class Paged(_Strict):
    """A part of a long list."""

    offset: int = Field(0, ge=0, le=10_000_000)
    limit: int = Field(50, ge=1, le=PAGE)


def _shown(about: About) -> tuple[Any, Any]:
    kind = about.kind | None if about.kind is dt.date else about.kind
    return kind, Field(description=about.help or None)


def _given(name: str, about: About) -> tuple[Any, Any]:
    told: dict[str, Any] = {"description": about.help or None}
    if about.kind is str:
        told |= {"max_length": int(about.most or 0), "min_length": 1 if name in {"title", "body"} else None}
    elif about.most is not None:
        told |= {"ge": about.least, "le": about.most}
    kind = Day | None if about.kind is dt.date else about.kind
    return kind, Field(DEFAULTS.get(name, ...), **told)


_exported: dict[str, Any] = {name: _shown(about) for name, about in shown_on(Face.EXPORT).items()}
_handed_in: dict[str, Any] = {name: _given(name, about) for name, about in shown_on(Face.API).items()}
_ScriptShown = create_model("_ScriptShown", **_exported)
_ScriptGiven = create_model("_ScriptGiven", __base__=_Strict, **_handed_in)


class ScriptsQuery(Paged):
    """Which scripts."""

    q: str = Field("", max_length=200, description="Từ cần tìm, có dấu hay không dấu.")
    state: ScriptState | None = None
    topic: str = Field("", max_length=64)
    unit: str = Field("", max_length=32)


class ScriptSummary(_ScriptShown):
    """A script without its words."""

    id: int
    state: ScriptState
    revision: int
    body_sha256: str
    audio_sha256: str | None = Field(description="Âm thanh đã duyệt; trống khi chưa duyệt.")
    approved_at: AwareDatetime | None
    updated_at: AwareDatetime


class ScriptWhole(ScriptSummary):
    """A script with its newest words."""

    body: str


class ScriptPage(BaseModel):
    """Scripts, last changed first."""

    total: int
    rows: list[ScriptSummary]


class ScriptIn(_ScriptGiven):
    """A script that another system hands in; it still passes through reading aloud, listening and approval."""


class Made(BaseModel):
    """What was made."""

    id: int


class DaysQuery(_Strict):
    """From the first day to the last, both included, in station time; by default today."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")


class ScheduleQuery(DaysQuery):
    """Which broadcasts; at most 62 days."""

    zone: str = Field("", max_length=32)


class Item(BaseModel):
    """One item of a rundown."""

    no: int
    kind: str
    title: str
    script_id: int | None
    duration_ms: int
    audio_sha256: str | None


class BroadcastOut(BaseModel):
    """One dated airing."""

    id: int
    title: str
    kind: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    zones: list[str]
    state: str
    verdict: str
    sound_ms: int
    items: list[Item]


class Schedule(BaseModel):
    """Broadcasts in order of time."""

    rows: list[BroadcastOut]


class LogQuery(_Strict):
    """Entries after a place in the chain; ask again with the last `seq` for more."""

    after: int = Field(0, ge=0, le=2**62, description="Số thứ tự cuối cùng đã nhận.")
    limit: int = Field(500, ge=1, le=1000)
    zone: str = Field("", max_length=32)
    outcome: Outcome | None = None


class LogEntry(BaseModel):
    """One item in one zone, as it was planned and heard."""

    seq: int
    id: str
    broadcast_id: int | None
    broadcast_title: str
    item_no: int
    zone: str
    kind: str
    title: str
    script_id: int | None
    topic: str | None
    unit: str | None
    planned_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    duration_ms: int
    heard_ms: int
    outcome: Outcome
    reason: str
    corrects: str | None
    hash: str
    cause: str | None = Field(description="Mã của lý do.")
    also: list[str] = Field(description="Cũng nghe thấy ở các cụm này, vì chung âm ly.")


class LogPage(BaseModel):
    """Entries in the order of the chain."""

    rows: list[LogEntry]
    last_seq: int = Field(description="Số thứ tự để hỏi tiếp.")


_zone: dict[str, Any] = {name: (about.kind, ...) for name, about in shown_on(Face.EXPORT, ZoneFields).items()}
_ZoneShown = create_model("_ZoneShown", code=(str, ...), **_zone)


class ZoneOut(_ZoneShown):
    """A cluster of horns, and what the station knows of it."""

    muted: bool = Field(description="Mọi đường ra của cụm đang tắt tiếng; bản tin khẩn cấp vẫn ra loa.")
    playout_alive: bool
    airing_broadcast_id: int | None
    airing_title: str | None
    last_heard_at: AwareDatetime | None
    muted_until: AwareDatetime | None = Field(description="Lúc tự bật tiếng lại.")
    shares_output_with: list[str] = Field(description="Các cụm chung âm ly: cùng kêu, cùng im, cùng nhỏ.")


class Zones(BaseModel):
    """All zones in their order."""

    rows: list[ZoneOut]


class OnAirItem(BaseModel):
    """One broadcast on air."""

    broadcast_id: int
    title: str
    trial: bool
    zones: list[str]
    also: list[str] = Field(description="Cũng nghe thấy ở các cụm này, vì chung âm ly.")
    started_at: AwareDatetime
    item_no: int
    item_count: int
    item_title: str


class ComingAnswer(BaseModel):
    """The next broadcast."""

    id: int
    title: str
    starts_at: AwareDatetime
    zones: list[str]


class MuteOut(BaseModel):
    """What a person turned off for a while."""

    output: str
    zones: list[str] = Field(description="Các cụm mắc vào đường ra này.")
    since: AwareDatetime
    until: AwareDatetime
    by: str
    why: str


class SilenceOut(BaseModel):
    """What turning a zone off comes to."""

    outputs: list[str]
    zones: list[str] = Field(description="Mọi cụm sẽ im, kể cả cụm được nêu; gửi lại danh sách này trong “seen”.")
    until: AwareDatetime = Field(description="Tự bật tiếng lại lúc này nếu không ghi giờ khác.")
    title: str = Field(description="Buổi phát mà giờ ấy đi theo; trống: hết khung giờ được phép của hôm nay.")


class MuteIn(_Strict):
    """Until when an output is turned off, and what its sender knows of it."""

    seen: list[str] = Field(
        [], max_length=500, description="Các cụm mà bên gửi biết là sẽ im; thiếu một cụm thì không tắt."
    )
    until: AwareDatetime | None = Field(None, description="Tự bật tiếng lại lúc này; không quá 7 ngày.")
    why: str = Field("", max_length=300)


class TurnedOut(BaseModel):
    """What turning something off or on came to."""

    zones: list[str] = Field(description="Các cụm nay im, hoặc nay nghe lại được.")
    until: AwareDatetime | None
    outcome: OrderOutcome | None = Field(description="Máy phát đáp gì; trống: chưa trả lời.")
    said: str = Field(description="Như trang quản lý nói với người bấm.")


class OnAirAnswer(BaseModel):
    """The present moment."""

    now: AwareDatetime
    alive: bool = Field(description="Máy phát còn hoạt động.")
    airing: list[OnAirItem]
    coming: ComingAnswer | None
    muted: list[str] = Field(description="Các cụm không nghe thấy gì vì đang tắt tiếng.")
    mutes: list[MuteOut]
    hold: str = Field(description="Vì sao tạm không phát; trống khi bình thường.")
    troubles: list[str]


class StationOut(BaseModel):
    """Which station this is."""

    name: str
    commune: str
    province: str
    timezone: str
    now: AwareDatetime
    version: str


class FiguresQuery(_Strict):
    """Which period: 2026-Q3, 2026-H1, 2026-9M, 2026-Y, 2026-M03, 2026-03, 2026-W10, or 2026-01-01..2026-03-31."""

    period: str = Field(min_length=6, max_length=30)


class FiguresOut(BaseModel):
    """Figures as the report counts them, drawn now."""

    period: str
    title: str
    first: dt.date
    last: dt.date
    figures: dict[str, Any]


class ExportQuery(DaysQuery):
    """The form of a neutral table, and the days of schedule and log (by default the last 31)."""

    format: Literal["json", "csv"] = "json"


class EmergencyIn(_Strict):
    """An emergency to be confirmed."""

    text: Said = Field(max_length=MAX_TEXT)
    zones: list[str] = Field(min_length=1, max_length=500, description="Mã cụm loa hoặc nhóm; “all” là tất cả.")
    reason: Said = Field(max_length=1000)
    title: str = Field("", max_length=300)
    repeat_minutes: int | None = Field(None, ge=SHORTEST_REPEAT, le=LONGEST_REPEAT)
    expires_at: AwareDatetime | None = Field(
        None, description="Tự hết hiệu lực lúc này; trống: sau số giờ ghi ở [emergency] lasts_hours."
    )


class ConfirmIn(_Strict):
    """What was seen of a draft, and what becomes of the emergencies that hold on the same outputs."""

    seal: str = Field(max_length=2000, description="`seal` của bản nháp vừa xem (GET); khác đi thì bị từ chối.")
    another: Another = Field(Another.REPLACE, description="; ".join(f"{a.value}: {a.label}" for a in Another) + ".")


class CancelIn(_Strict):
    """Why an emergency ends."""

    reason: Said = Field(max_length=1000)


class ProlongIn(_Strict):
    """Until when an emergency holds."""

    until: AwareDatetime = Field(description="Muộn hơn giờ hết hiệu lực đang có.")


class EmergencyOut(BaseModel):
    """One emergency and where it stands."""

    id: int
    title: str
    text: str
    spoken: str = Field(description="Lời máy sẽ đọc, đủ từng chữ; trống khi là bản ghi âm.")
    seal: str = Field(description="Dấu của mọi điều quyết định tiếng phát ra; gửi lại khi xác nhận. Chỉ có ở bản nháp.")
    zones: list[str]
    reason: str
    repeat_minutes: int | None
    expires_at: AwareDatetime | None = Field(description="Tự hết hiệu lực lúc này; của bản nháp có thể trống.")
    over: bool = Field(description="Báo một việc đã qua: đọc một lần, không báo động, không lặp.")
    ends: list[int] = Field(description="Số các bản tin khẩn cấp mà bản tin này kết thúc.")
    beside: list[int] = Field(
        description="Số các bản tin khẩn cấp đang hiệu lực ở cùng âm ly; khi xác nhận, “another” chọn thay hay giữ."
    )
    replaced: list[int] = Field(description="Số các bản tin mà bản tin này đã thay hoặc kết thúc.")
    state: EmergencyState
    created_by: str
    created_at: AwareDatetime
    confirmed_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    end_reason: str
    trouble: str = Field(description="Vì sao không giọng nào đọc được; trống khi bình thường.")


class Emergencies(BaseModel):
    """Emergencies, newest first."""

    rows: list[EmergencyOut]
