"""What a person left out of the schedule enters the log when its time has come: until then it may return."""

from __future__ import annotations

import datetime as dt
import socket

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from broadcaster.db.models import AuditEvent, BroadcastRow
from broadcaster.db.queries.zones import zones_by_code
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.causes import Cause, Why
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
    planned, found, why = row.starts_at, [], Why(Cause.LEFT_OUT, row.verdict)
    for item in row.rundown:
        for zone in row.zones:
            sink = zones[zone].sink if zone in zones else ""
            told = {"actor": by, "host": socket.gethostname(), "sink": sink}
            found.append(
                Entry.unheard((row.id, row.title), item, zone, planned, outcome=Outcome.MISSED, why=why, **told)
            )
        planned += dt.timedelta(milliseconds=item.duration_ms)
    return found
