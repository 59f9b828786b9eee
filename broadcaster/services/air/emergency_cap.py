"""A CAP 1.2 message becomes the draft of an emergency: filled in, to be read and confirmed by a person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster import apart
from broadcaster.db.models import Emergency
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.air import emergencies
from broadcaster.services.station import Station
from broadcaster.text.ingest.cap import CapAlert, read_cap
from broadcaster.text.ingest.cap_elements import ELEMENTS

_SLOWEST_S = 20.0
_HOLDS = (EmergencyState.DRAFT, EmergencyState.ACTIVE)
"""A message that was dropped, or is over, may be taken again: a person decides, and nothing is locked out."""


class AlreadyTakenError(RuleError):
    """Raised when a message was taken before and waits, or is in force."""

    def __init__(self, number: int, state: EmergencyState, name: str) -> None:
        waits = state is EmergencyState.DRAFT
        how = (
            f"đang chờ xác nhận. Phát tiếp: loa emergency --confirm {number}; bỏ: loa emergency --drop {number}; "
            "hoặc mở trang Khẩn cấp."
            if waits
            else f"đang hiệu lực. Muốn phát lại thì kết thúc nó trước: loa emergency --cancel {number}."
        )
        super().__init__(f"Bản tin CAP này đã nhập trước đó, là bản tin khẩn cấp số {number}, {how}", field=name)
        self.number = number
        self.waits = waits


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDraft:
    """What a message asks for, read and found fit to be kept; nothing is kept yet."""

    wish: EmergencyRequest
    source: dict[str, Any]
    identifier: str
    asks: tuple[int, ...] = ()
    """It says that something is over and does not name what of these emergencies in force: a person has to."""


def wish_from_cap(station: Station, data: bytes, name: str) -> CapDraft:
    """What a message asks for.

    A warning leaves the zones to be chosen, as the message names areas in its own words. One that says that it is over
    ends what it refers to, and is read once in the zones of that, without the alarm.

    Raises:
        AlreadyTakenError: it waits as a draft or is in force.
        RuleError: the message is malformed, not meant to be aired, expired, or cancels what the station does not air.
    """
    alert = apart.done(_SLOWEST_S, read_cap, data, name=name)
    _check(alert, name)
    alert, remarks = _in_force(station, alert, name)
    with station.db.read() as session:
        _take_once(session, alert, name)
        held = emergencies.active(session, station.now())
        ends = tuple(row.id for row in held if (_source(row, "sender"), row.cap_identifier) in _referred(alert))
        others = tuple(row.id for row in held)
        zones = tuple(dict.fromkeys(z for row in held if row.id in ends for z in row.zones)) if alert.over else ()
        cancelled = "; ".join(row.title for row in held if row.id in ends)
        waiting = _waiting(session, alert)
    if alert.kind == "Cancel" and not others:
        raise RuleError(_nothing_to_cancel(waiting), field=name)
    wish = EmergencyRequest(
        title=_title(alert, cancelled),
        text=_text(alert, cancelled),
        zones=zones,
        reason=_reason(station, alert),
        repeat_minutes=None if alert.over else station.settings.emergency.repeat_minutes,
        expires_at=None if alert.over else alert.expires,
        over=alert.over,
        ends=ends,
    )
    return CapDraft(
        wish=wish,
        source=_kept_facts(alert, remarks),
        identifier=_kept(alert.identifier),
        asks=others if alert.over and not ends else (),
    )


def keep(station: Station, actor: Actor, found: CapDraft, wish: EmergencyRequest) -> int:
    """Keep the draft that a message makes, as `wish` completes it, and return its number; nothing sounds yet."""
    return emergencies.draft(station, actor, wish, source=found.source, cap_identifier=found.identifier)


def draft_from_cap(station: Station, actor: Actor, data: bytes, name: str) -> int:
    """Keep the draft that a message makes, and return its number; nothing sounds before somebody confirms it.

    Raises:
        ForbiddenError: the actor may not.
        RuleError: as for `wish_from_cap`.
    """
    actor.require(Permission.EMERGENCY)
    found = wish_from_cap(station, data, name)
    return keep(station, actor, found, found.wish)


def _check(alert: CapAlert, name: str) -> None:
    for path, value in (("alert/status", alert.status), ("alert/msgType", alert.kind)):
        if why := ELEMENTS[path].refused.get(value):
            raise RuleError(f"Bản tin CAP này là {why} ({value}), không phát lên loa.", field=name)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What a person is told of a message beside what it says."""

    warnings: list[str] = field(default_factory=list)
    """What to do something about before it is aired."""
    notes: list[str] = field(default_factory=list)
    """What was left out or put right, for whoever asks."""


def _in_force(station: Station, alert: CapAlert, name: str) -> tuple[CapAlert, Remarks]:
    """The message without those parts whose time is over, and what a person should know of the others."""
    now, remarks = station.now(), Remarks()
    past = [i for i in alert.infos if i.expires is not None and i.expires <= now]
    if past and len(past) == len(alert.infos) and alert.kind != "Cancel":
        over = station.local(max(i.expires for i in past if i.expires))
        raise RuleError(f"Bản tin CAP này đã hết hiệu lực lúc {over:%H:%M %d/%m/%Y}.", field=name)
    if alert.kind != "Cancel":
        remarks.notes.extend(f"Không đọc phần “{i.title}”: đã hết hiệu lực." for i in past)
        alert = replace(alert, infos=tuple(i for i in alert.infos if i not in past))
    if alert.foreign:
        remarks.warnings.append(f"Bản tin viết bằng “{alert.language}”, không phải tiếng Việt. Hãy dịch rồi mới phát.")
    remarks.notes.extend(f"Không đọc phần “{words}”." for words in alert.left_out)
    if not alert.over:
        remarks.warnings.extend(
            f"Phần “{i.title}” báo đã qua, phần khác thì chưa: vẫn phát như cảnh báo." for i in alert.infos if i.over
        )
    ends = sorted({i.expires for i in alert.infos if i.expires})
    if len(ends) > 1:
        remarks.notes.append(
            "Các phần hết hiệu lực khác giờ nhau; bản tin dừng lúc phần đầu tiên hết hiệu lực. Còn cần thì kéo dài."
        )
    scope = alert.shown.get("alert/scope", ())
    if scope and scope != ("Public",):
        remarks.warnings.append("Bản tin không gửi cho mọi người; hãy hỏi nơi gửi trước khi phát lên loa.")
    if alert.deviations:
        broken = "; ".join(alert.deviations)
        remarks.notes.append(f"Đọc được nhưng sai chuẩn ở {broken}. Vẫn dùng làm bản nháp, hãy xem kỹ.")
    return alert, remarks


def _take_once(session: Session, alert: CapAlert, name: str) -> None:
    alike = session.scalars(
        select(Emergency).where(Emergency.cap_identifier == _kept(alert.identifier), Emergency.state.in_(_HOLDS))
    ).all()
    # An identifier is its sender's own: two offices may both begin with 1.
    known = next((row for row in alike if _source(row, "sender") == alert.sender), None)
    if known is not None:
        raise AlreadyTakenError(known.id, known.state, name)


def _waiting(session: Session, alert: CapAlert) -> int | None:
    """The draft that a message refers to."""
    drafts = session.scalars(select(Emergency).where(Emergency.state == EmergencyState.DRAFT))
    return next((d.id for d in drafts if (_source(d, "sender"), d.cap_identifier) in _referred(alert)), None)


def _nothing_to_cancel(waiting: int | None) -> str:
    if waiting is None:
        return "Bản tin CAP này hủy một bản tin mà đài không phát; không cần làm gì."
    return (
        f"Bản tin CAP này hủy bản nháp số {waiting}, chưa phát. Hãy bỏ bản nháp ấy: loa emergency --drop {waiting}, "
        "hoặc ở trang Khẩn cấp."
    )


def _title(alert: CapAlert, cancelled: str) -> str:
    title = alert.title or (f"Hủy: {cancelled}" if alert.kind == "Cancel" and cancelled else "")
    if alert.status == "Exercise":
        return f"DIỄN TẬP: {title}"
    return title


def _text(alert: CapAlert, cancelled: str) -> str:
    """What is read. A cancellation mostly repeats the warning that it cancels: that is not read again."""
    text = alert.text
    if alert.kind == "Cancel" and not all(i.over for i in alert.infos):
        what = alert.title or cancelled
        about = f"“{what}”" if what else "đã phát"
        text = f"{alert.sender_name} đã hủy bản tin {about}. {alert.note}".strip()
    elif alert.kind == "Cancel" and not text:
        text = f"{alert.sender_name} đã hủy bản tin “{cancelled}”." if cancelled else ""
    return f"Đây là tin diễn tập. {text}" if alert.status == "Exercise" and text else text


def _reason(station: Station, alert: CapAlert) -> str:
    sent = station.local(alert.sent)
    return f"Bản tin CAP {alert.identifier} của {alert.sender_name}, gửi lúc {sent:%H:%M %d/%m/%Y}."


def _kept_facts(alert: CapAlert, remarks: Remarks) -> dict[str, Any]:
    return {
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sender_name": alert.sender_name,
        "sent": alert.sent.isoformat(),
        "status": alert.status,
        "kind": alert.kind,
        "language": alert.language,
        "foreign": alert.foreign,
        "expires": alert.expires and alert.expires.isoformat(),
        "areas": list(alert.areas),
        "references": [list(pair) for pair in alert.references],
        "shown": {path: list(values) for path, values in alert.shown.items()},
        "ignored": list(alert.ignored),
        "warnings": remarks.warnings,
        "notes": remarks.notes,
    }


def _referred(alert: CapAlert) -> set[tuple[str, str]]:
    return {(sender, _kept(identifier)) for sender, identifier in alert.references}


def _source(row: Emergency, name: str) -> str:
    return str((row.source or {}).get(name, ""))


def _kept(identifier: str) -> str:
    """As much of an identifier as its column holds."""
    return identifier[:300]
