"""Zones changed by people: name, place, volume, in use or not."""

from __future__ import annotations

from broadcaster.db.models import ZoneRow
from broadcaster.domain.fold import nfc
from broadcaster.domain.roles import Actor, Permission
from broadcaster.errors import NotFoundError, RuleError
from broadcaster.services import audit
from broadcaster.services.station import Station


def edit_zone(station: Station, actor: Actor, code: str, *, name: str, place: str, volume: int, enabled: bool) -> None:
    """Change a zone; `volume` in percent. Planned broadcasts follow at the next planning.

    Raises:
        ForbiddenError: the actor may not change the schedule.
        NotFoundError: there is no such zone.
        RuleError: the name is empty or the volume out of range.
    """
    actor.require(Permission.SCHEDULE)
    name, place = " ".join(nfc(name).split()), " ".join(nfc(place).split())
    if not name:
        raise RuleError("Cụm loa phải có tên.", field="name")
    if not 0 <= volume <= 100:
        raise RuleError("Âm lượng phải từ 0 đến 100.", field="volume")
    with station.db.write() as session:
        row = session.get(ZoneRow, code)
        if row is None:
            raise NotFoundError(f"Không có cụm loa nào mang mã “{code}”.", field="zone")
        fields = {"name": name, "place": place, "volume": volume, "enabled": enabled}
        before = {key: getattr(row, key) for key in fields}
        if before == fields:
            return
        for key, value in fields.items():
            setattr(row, key, value)
        audit.record(session, station.now(), actor, "edit", "zone", code, before=before, after=fields)
