"""A storm at the door is an incident: opened while there are many wrong tries and refusals, closed when they end."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from broadcaster.db.models import Incident
from broadcaster.domain.people.security import MANY
from broadcaster.services.air.broadcasts import report_incident
from broadcaster.services.people import security
from broadcaster.services.station import Station

_WHAT: Final = "security"


def watch(station: Station) -> None:
    """Open or close the incident, as what happened in the last ten minutes has it.

    Raises:
        StationError: the database is away.
    """
    now = station.now()
    with station.db.read() as session:
        many = security.many(session, now)
        told = session.scalar(select(Incident.id).where(Incident.what == _WHAT, Incident.ended_at.is_(None)).limit(1))
    if many == (told is not None):
        return
    words = (
        f"Trong mười phút có từ {MANY} lần đăng nhập sai hoặc bị từ chối. "
        "Quản trị và lãnh đạo xem ở Nhật ký hệ thống, mục An ninh."
    )
    with station.db.write() as session:
        report_incident(session, _WHAT, words, now, over=not many)
