"""What a station that was brought back holds back, in one list, and what a person decides of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, Emergency, MuteRow
from broadcaster.db.queries.one import one_of
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.zones import zone_names
from broadcaster.domain.air import shown
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.air.emergencies import EmergencyState
from broadcaster.domain.confirming import require_shown
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import NotFoundError
from broadcaster.services.air import emergencies, mutes
from broadcaster.services.audit import Trail
from broadcaster.services.schedule import leaving_out
from broadcaster.services.station import Station

RESTORER: Final = "khôi phục"
"""Who ended what a restored station holds back; no account has a name like it."""
MARK: Final = "restored.json"
"""In `run`: the station was brought back, and somebody has still to look at what it holds back."""


class Held(StrEnum):
    """What kind of thing waits."""

    EMERGENCY = "emergency"
    BROADCAST = "broadcast"
    MUTE = "mute"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]

    @property
    def go_on(self) -> str:
        """The Vietnamese words of the button that lets it go on."""
        return "Tắt tiếng lại" if self is Held.MUTE else "Cho phát"

    @property
    def permission(self) -> Permission:
        """Who decides of it."""
        return _DECIDES[self]


_LABELS = {
    Held.EMERGENCY: "Khẩn cấp đang hiệu lực lúc sao lưu",
    Held.BROADCAST: "Buổi riêng",
    Held.MUTE: "Tắt tiếng",
}
_DECIDES = {
    Held.EMERGENCY: Permission.EMERGENCY,
    Held.BROADCAST: Permission.SCHEDULE,
    Held.MUTE: Permission.OPERATE,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person; times aware UTC."""

    kind: Held
    number: int
    title: str
    at: dt.datetime | None
    """When a broadcast would begin, a mute or an emergency would end."""

    @property
    def key(self) -> str:
        """How a form or a command names it."""
        return f"{self.kind}-{self.number}"


def source(station: Station) -> str:
    """The name of the backup from which the station was brought back, until somebody has looked at all; else empty."""
    try:
        said = json.loads((station.home.run / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(said.get("archive", ""))


def waiting(station: Station) -> list[Waiting]:
    """What waits for a person, emergencies first."""
    if not source(station):
        return []
    with station.db.read() as session:
        return _waiting(session, station.now())


def deciding(station: Station, one: Waiting) -> dict[str, Any]:
    """All that would sound, or fall silent, if this went on; of an emergency its spoken words too."""
    told = {"kind": one.kind, "title": one.title, "at": one.at}
    with station.db.read() as session:
        if one.kind is Held.EMERGENCY:
            return told | emergencies.deciding(station, session, emergencies.get(session, one.number))
        if one.kind is Held.BROADCAST:
            return told | shown.deciding(broadcast_of(one_of(session, BroadcastRow, one.number)))
    return told


def let(station: Station, actor: Actor, key: str, *, seal: str | None = None) -> str:
    """Let one thing go on as it was when the backup was made; return what was done, in a Vietnamese sentence.

    `seal` is that of what was shown (`deciding`).

    Raises:
        ForbiddenError: the actor may not.
        NotAsShownError: it is no longer what was shown.
        RuleError: it does not wait, or cannot go on any more.
    """
    one = _one(station, actor, key)
    require_shown(deciding(station, one), seal, emergencies.SHOWN | shown.SHOWN | {"at": "Lúc"})
    if one.kind is Held.EMERGENCY:
        emergencies.confirm(station, actor, one.number)
        return f"Đã phát lại bản tin khẩn cấp “{one.title}”."
    if one.kind is Held.BROADCAST:
        leaving_out.take_back(station, actor, [one.number])
        return f"“{one.title}” sẽ phát như đã hẹn."
    with station.db.write() as session:
        row = one_of(session, MuteRow, one.number)
        zone, until, why = row.zone, row.until, row.why
        _decided(session, row, actor)
    mutes.mute(station, actor, zone, until=until, why=why, seen=mutes.silence(station, zone).zones)
    return f"Đã tắt tiếng lại: {one.title}."


def drop(station: Station, actor: Actor, key: str) -> str:
    """Put one thing aside for good; return what was done, in a Vietnamese sentence.

    Raises:
        ForbiddenError: the actor may not.
        RuleError: it does not wait.
    """
    one = _one(station, actor, key)
    if one.kind is Held.EMERGENCY:
        emergencies.dismiss(station, actor, one.number)
    else:
        with station.db.write() as session:
            if one.kind is Held.BROADCAST:
                row = one_of(session, BroadcastRow, one.number)
                row.verdict, row.causes = f"{actor.full_name} bỏ buổi này sau khi khôi phục đài.", (Cause.LEFT_OUT,)
                Trail(session, station.now(), actor).record("skip", "broadcast", row.id, note=row.title)
            else:
                _decided(session, one_of(session, MuteRow, one.number), actor)
    return f"Đã bỏ: {one.title}."


def seen(station: Station, actor: Actor, *, seal: str | None = None) -> None:
    """Note that a person has looked at the whole list; what still waits is put aside.

    `seal` is that of the list that was shown (`listed`).

    Raises:
        ForbiddenError: the actor may not manage the station.
        NotAsShownError: the list is no longer what was shown.
    """
    actor.require(Permission.MANAGE)
    there = waiting(station)
    require_shown(listed(there), seal, {"waiting": "Những việc còn chờ"})
    for one in there:
        drop(station, actor, one.key)
    (station.home.run / MARK).unlink(missing_ok=True)


def listed(there: list[Waiting]) -> dict[str, Any]:
    """The list of what waits, as it is shown."""
    return {"waiting": [(one.key, one.title, one.at) for one in there]}


def _one(station: Station, actor: Actor, key: str) -> Waiting:
    found = next((w for w in waiting(station) if w.key == key), None)
    if found is None:
        raise NotFoundError("Việc này không còn chờ quyết định.", field="restored")
    actor.require(found.kind.permission)
    return found


def _waiting(session: Session, now: dt.datetime) -> list[Waiting]:
    held = select(Emergency.replaced_by).where(Emergency.ended_by == RESTORER)
    drafts = select(Emergency).where(Emergency.state == EmergencyState.DRAFT, Emergency.id.in_(held))
    found = [Waiting(Held.EMERGENCY, row.id, row.title, row.expires_at) for row in session.scalars(drafts)]
    cancelled = select(BroadcastRow).where(
        BroadcastRow.kind == BroadcastKind.ONCE,
        BroadcastRow.state == BroadcastState.CANCELLED,
        BroadcastRow.starts_at > now,
    )
    rows = session.scalars(cancelled.order_by(BroadcastRow.starts_at))
    coming = [r for r in rows if Cause.RESTORED in r.causes and leaving_out.restorable(r, now)]
    found += [Waiting(Held.BROADCAST, row.id, row.title, row.starts_at) for row in coming]
    names = zone_names(session)
    off = select(MuteRow).where(MuteRow.ended_by == RESTORER, MuteRow.until > now).order_by(MuteRow.id)
    acts = {(row.zone, row.since): row for row in session.scalars(off)}
    for mute in acts.values():
        title = names.get(mute.zone, mute.zone) if mute.zone else "tất cả các cụm"
        found.append(Waiting(Held.MUTE, mute.id, title, mute.until))
    return found


def _decided(session: Session, row: MuteRow, actor: Actor) -> None:
    """Note who decided of all rows of one mute."""
    same = select(MuteRow).where(MuteRow.zone == row.zone, MuteRow.since == row.since, MuteRow.ended_by == RESTORER)
    for one in session.scalars(same):
        one.ended_by = actor.username
