"""What a withdrawal does not reach any more: play-out checked it half a minute ahead, and airs it as it stood."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.services.scripts.approving import refusal
from broadcaster.services.scripts.correcting import holds
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class InHand:
    """A broadcast that play-out has claimed, or that sounds."""

    number: int
    words: str
    """That it still airs, in a Vietnamese sentence."""


def with_script(station: Station, script_id: int) -> InHand | None:
    """The broadcast in play-out's hands that will say a script; asked before its approval is taken away."""
    with station.db.read() as session:
        return _first(station, [r for r in _claimed(session) if _says(station, session, r, script_id)])


def in_zone(station: Station, zone: str) -> InHand | None:
    """The broadcast in play-out's hands that a zone hears."""
    with station.db.read() as session:
        return _first(station, [r for r in _claimed(session) if zone in r.zones])


def _claimed(session: Session) -> list[BroadcastRow]:
    query = select(BroadcastRow).where(
        BroadcastRow.state.in_([BroadcastState.CUED, BroadcastState.AIRING]), BroadcastRow.kind != BroadcastKind.TRIAL
    )
    return list(session.scalars(query.order_by(BroadcastRow.starts_at)))


def _says(station: Station, session: Session, row: BroadcastRow, script_id: int) -> bool:
    day = station.local(row.starts_at).date()
    return holds(row, script_id) and any(
        i.script_id == script_id and refusal(session, script_id, i.spoken_sha256, i.audio_sha256, day) is None
        for i in row.rundown
    )


def _first(station: Station, rows: list[BroadcastRow]) -> InHand | None:
    if not rows:
        return None
    row = rows[0]
    left = round((row.starts_at - station.now()).total_seconds())
    when = "đang phát" if row.state is BroadcastState.AIRING else f"sắp phát trong {max(left, 0)} giây"
    at = f"{station.local(row.starts_at):%H:%M}"
    return InHand(row.id, f"Buổi “{row.title}” {when}: lần phát {at} này vẫn phát nếu không dừng luôn.")
