"""A CAP 1.2 message becomes the draft of an emergency: filled in, to be read and confirmed by a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from broadcaster.db.models import Emergency
from broadcaster.domain.air.emergencies import EmergencyRequest, EmergencyState
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.air import emergencies
from broadcaster.services.station import Station
from broadcaster.text.ingest.cap import CapAlert, read_cap

_NOT_FOR_AIR = {
    "System": "tin kỹ thuật giữa các hệ thống",
    "Test": "tin thử kỹ thuật",
    "Draft": "bản nháp chưa phát hành",
}
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


def wish_from_cap(station: Station, data: bytes, name: str) -> CapDraft:
    """What a message asks for; zones stay to be chosen, as the message names areas in its own words.

    Raises:
        AlreadyTakenError: it waits as a draft or is in force.
        RuleError: the message is malformed, not meant to be aired, over, or cancels another; in the last case the
            sentence names the emergency to end.
    """
    alert = read_cap(data, name=name)
    _check(station, alert, name)
    title = alert.headline or alert.event
    if alert.status == "Exercise":
        title = f"DIỄN TẬP: {title}"
    text = f"Đây là tin diễn tập. {alert.text}" if alert.status == "Exercise" else alert.text
    sent = station.local(alert.sent)
    reason = f"Bản tin CAP {alert.identifier} của {alert.sender_name}, gửi lúc {sent:%H:%M %d/%m/%Y}."
    wish = EmergencyRequest(
        title=title,
        text=text,
        zones=(),
        reason=reason,
        repeat_minutes=station.settings.emergency.repeat_minutes,
        expires_at=alert.expires,
    )
    facts = asdict(alert) | {"sent": alert.sent.isoformat(), "expires": alert.expires and alert.expires.isoformat()}
    source = facts | {"areas": list(alert.areas), "replaces": list(alert.replaces)}
    return CapDraft(wish=wish, source=source, identifier=_kept(alert.identifier))


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


def _check(station: Station, alert: CapAlert, name: str) -> None:
    if why := _NOT_FOR_AIR.get(alert.status):
        raise RuleError(f"Bản tin CAP này là {why} ({alert.status}), không phát lên loa.", field=name)
    if alert.kind in {"Ack", "Error"}:
        raise RuleError(f"Bản tin CAP này chỉ là hồi đáp ({alert.kind}), không có gì để phát.", field=name)
    if alert.expires is not None and alert.expires <= station.now():
        over = station.local(alert.expires)
        raise RuleError(f"Bản tin CAP này đã hết hiệu lực lúc {over:%H:%M %d/%m/%Y}.", field=name)
    with station.db.read() as session:
        alike = session.scalars(
            select(Emergency).where(Emergency.cap_identifier == _kept(alert.identifier), Emergency.state.in_(_HOLDS))
        ).all()
        meant = session.scalars(
            select(Emergency).where(
                Emergency.cap_identifier.in_(map(_kept, alert.replaces)), Emergency.state == EmergencyState.ACTIVE
            )
        ).first()
    # An identifier is its sender's own: two offices may both begin with 1.
    known = next((row for row in alike if (row.source or {}).get("sender") == alert.sender), None)
    if known is not None:
        raise AlreadyTakenError(known.id, known.state, name)
    if alert.kind == "Cancel":
        if meant is None:
            raise RuleError("Bản tin CAP này hủy một bản tin mà đài không phát; không cần làm gì.", field=name)
        raise RuleError(
            f"Bản tin CAP này báo hủy. Hãy kết thúc bản tin khẩn cấp số {meant.id} “{meant.title}” đang lặp.",
            field=name,
        )


def _kept(identifier: str) -> str:
    """As much of an identifier as its column holds."""
    return identifier[:300]
