"""What a person left out of the schedule enters the log when its time has come: until then it may return."""

from __future__ import annotations

import datetime as dt
import socket

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from broadcaster.db.models import AuditEvent, BroadcastRow
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, RundownItem
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.log.playlog import Entry, Outcome
from broadcaster.services.log import playlog
from broadcaster.services.schedule.leaving_out import LEFT_OUT
from broadcaster.services.station import Station

_BACK = dt.timedelta(days=7)
"""So far back the log is made up, where the station was off."""


def settle(station: Station) -> int:
    """Write into the log what was left out and whose time has come; return how many broadcasts that were.

    Called in each round of play-out's desk and by the worker; costs one small read when there is nothing.
    """
    now = station.now()
    with station.db.read() as session:
        if not any(Cause.LEFT_OUT in row.causes for row in session.scalars(_due(now))):
            return 0
    with station.db.write() as session:
        rows = [row for row in session.scalars(_due(now).with_for_update()) if Cause.LEFT_OUT in row.causes]
        for row in rows:
            playlog.append(session, _entries(session, row), now)
            row.finished_at = now
        return len(rows)


def _due(now: dt.datetime) -> Select[BroadcastRow]:
    return select(BroadcastRow).where(
        BroadcastRow.state == BroadcastState.CANCELLED,
        BroadcastRow.finished_at.is_(None),
        BroadcastRow.started_at.is_(None),
        BroadcastRow.starts_at <= now,
        BroadcastRow.starts_at > now - _BACK,
        BroadcastRow.kind != BroadcastKind.TRIAL,
    )


def _entries(session: Session, row: BroadcastRow) -> list[Entry]:
    query = select(AuditEvent.actor).where(
        AuditEvent.object_kind == "broadcast", AuditEvent.object_id == str(row.id), AuditEvent.verb == LEFT_OUT
    )
    by = session.scalars(query.order_by(AuditEvent.id.desc()).limit(1)).first() or ""
    zones = zones_by_code(session)
    planned, found = row.starts_at, []
    for item in row.rundown:
        found += [_entry(row, item, z, zones[z].sink if z in zones else "", planned, by) for z in row.zones]
        planned += dt.timedelta(milliseconds=item.duration_ms)
    return found


def _entry(row: BroadcastRow, item: RundownItem, zone: str, sink: str, planned: dt.datetime, by: str) -> Entry:
    return Entry(
        id=f"b{row.id}-{item.no}-{zone}",
        broadcast_id=row.id,
        broadcast_title=row.title[:300],
        item_no=item.no,
        zone=zone,
        kind=item.kind,
        title=item.title[:300],
        script_id=item.script_id,
        revision=item.revision,
        topic=item.topic,
        unit=item.unit,
        genre=item.genre,
        audio_sha256=item.audio_sha256 or None,
        planned_at=planned,
        started_at=None,
        ended_at=None,
        duration_ms=item.duration_ms,
        heard_ms=0,
        outcome=Outcome.MISSED,
        reason=row.verdict,
        cause=Cause.LEFT_OUT,
        actor=by[:64],
        host=socket.gethostname()[:120],
        sink=sink[:64],
        voice=item.voice,
    )
