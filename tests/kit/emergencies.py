"""An emergency that needs no voice: a tone of the station, and words that were recorded."""

from __future__ import annotations

from sqlalchemy import select

from broadcaster.db.models import BroadcastRow, CueRow, Emergency
from broadcaster.domain.air.broadcasts import BroadcastKind
from broadcaster.domain.air.emergencies import Another, EmergencyRequest
from broadcaster.domain.people.roles import Actor, Role
from broadcaster.services.air import emergencies

OPERATOR = Actor("vanhanh", "Người vận hành", frozenset({Role.OPERATOR}))


def prepare(air, tone_s=0.5):
    air.sound("báo động", tone_s)
    air.sound("lời nói", 1.0, 700)
    air.zones("ap-1", "ap-2")
    sha, ms = air.sounds["báo động"]
    with air.station.db.write() as session:
        session.add(
            CueRow(name="bao-dong", kind="alert", title="Báo động", audio_sha256=sha, duration_ms=ms, licence="x")
        )
    return air


def declared(air, *, another=Another.REPLACE, **more):
    """Confirm an emergency that has a recording, so that no voice is needed; `another`: what holds its output."""
    sha, ms = air.sounds["lời nói"]
    values = {
        "title": "Lũ về",
        "text": "",
        "zones": ("ap-1",),
        "reason": "Công điện",
        "repeat_minutes": None,
        "recording_sha256": sha,
        "recording_ms": ms,
    }
    number = emergencies.draft(air.station, OPERATOR, EmergencyRequest(**(values | more)))
    emergencies.confirm(air.station, OPERATOR, number, another=another)
    return number


def rows_of(air, number):
    """The soundings of an emergency, in order of time."""
    with air.station.db.read() as session:
        query = select(BroadcastRow).where(
            BroadcastRow.emergency_id == number, BroadcastRow.kind == BroadcastKind.EMERGENCY
        )
        return list(session.scalars(query.order_by(BroadcastRow.starts_at)))


def row(air, number):
    with air.station.db.read() as session:
        return session.get_one(Emergency, number)
