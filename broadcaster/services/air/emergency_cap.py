"""A CAP 1.2 message becomes the draft of an emergency: filled in, to be read and confirmed by a person."""

from __future__ import annotations

from dataclasses import asdict

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


def draft_from_cap(station: Station, actor: Actor, data: bytes, name: str) -> int:
    """Keep the draft that a message makes, and return its number; nothing sounds before somebody confirms it.

    Zones stay to be chosen: the message names areas in its own words.

    Raises:
        ForbiddenError: the actor may not.
        RuleError: the message is malformed, not meant to be aired, over, known already, or cancels another; in the
            last case the sentence names the emergency to end.
    """
    actor.require(Permission.EMERGENCY)
    alert = read_cap(data, name=name)
    _check(station, alert, name)
    title = alert.headline or alert.event
    if alert.status == "Exercise":
        title = f"DIỄN TẬP: {title}"
    text = f"Đây là tin diễn tập. {alert.text}" if alert.status == "Exercise" else alert.text
    sent = station.local(alert.sent)
    reason = f"Bản tin CAP {alert.identifier} của {alert.sender_name}, gửi lúc {sent:%H:%M %d/%m/%Y}."
    wish = EmergencyRequest(
        title=title, text=text, zones=(), reason=reason, repeat_minutes=station.settings.emergency.repeat_minutes
    )
    facts = asdict(alert) | {"sent": alert.sent.isoformat(), "expires": alert.expires and alert.expires.isoformat()}
    source = facts | {"areas": list(alert.areas), "replaces": list(alert.replaces)}
    return emergencies.draft(station, actor, wish, source=source, cap_identifier=_kept(alert.identifier))


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
            select(Emergency).where(
                Emergency.cap_identifier == _kept(alert.identifier), Emergency.state != EmergencyState.DISMISSED
            )
        ).all()
        meant = session.scalars(
            select(Emergency).where(
                Emergency.cap_identifier.in_(map(_kept, alert.replaces)), Emergency.state == EmergencyState.ACTIVE
            )
        ).first()
    # An identifier is its sender's own: two offices may both begin with 1.
    known = next((row for row in alike if (row.source or {}).get("sender") == alert.sender), None)
    if known is not None:
        raise RuleError(f"Bản tin CAP này đã nhập trước đó, là bản tin khẩn cấp số {known.id}.", field=name)
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
