"""Emergencies ended, or held longer, by a person."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from broadcaster.db.models import Emergency
from broadcaster.db.queries.one import one_of
from broadcaster.domain.air.emergencies import EmergencyState, may_prolong, state_at
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.air import ear, emergency_soundings
from broadcaster.services.audit import Trail
from broadcaster.services.station import Station


def cancel(station: Station, actor: Actor, number: int, reason: str) -> None:
    """End an emergency: what sounds is cut, what was to be repeated is not.

    Raises:
        RuleError: it is not active, or no reason is given.
    """
    actor.require(Permission.EMERGENCY)
    reason = reason.strip()
    if not reason:
        raise RuleError("Hãy ghi lý do kết thúc.", field="reason")
    with station.db.write() as session:
        row = held(session, number, station.now())
        emergency_soundings.close(session, row, EmergencyState.CANCELLED, station.now(), actor, reason)
    ear.ring(station.home)


def prolong(station: Station, actor: Actor, number: int, until: dt.datetime) -> None:
    """Let an emergency hold longer than it would: its repeats go on.

    Raises:
        RuleError: it is not active, or `until` is no later end.
    """
    actor.require(Permission.EMERGENCY)
    with station.db.write() as session:
        now = station.now()
        row = held(session, number, now)
        may_prolong(row.expires_at, until, now)
        before, row.expires_at = row.expires_at, until
        emergency_soundings.prolonged(station, session, row, now)
        Trail(session, now, actor).record(
            "prolong",
            "emergency",
            number,
            note=f"Kéo dài tới {station.local(until):%H:%M %d/%m/%Y}.",
            before={"expires_at": before and before.isoformat()},
            after={"expires_at": until.isoformat()},
        )
    ear.ring(station.home)


def held(session: Session, number: int, now: dt.datetime) -> Emergency:
    """One that is in force at `now`.

    Raises:
        NotFoundError: there is none of that number.
        RuleError: it is a draft, or over.
    """
    row = one_of(session, Emergency, number)
    if row.state is EmergencyState.DRAFT:
        raise RuleError(
            f"Bản tin khẩn cấp số {number} là bản nháp, chưa phát. Bỏ: loa emergency --drop {number}, hoặc nút “Bỏ, "
            "không phát” ở trang Khẩn cấp.",
            field="emergency",
        )
    state = state_at(row.state, row.expires_at, now)
    if state is not EmergencyState.ACTIVE:
        raise RuleError(f"Bản tin khẩn cấp số {number} không còn hiệu lực ({state.label.lower()}).", field="emergency")
    return row
