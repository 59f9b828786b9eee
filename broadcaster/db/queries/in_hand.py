"""Reads of what play-out has in hand: broadcasts that it has claimed or that sound, by script and by zone."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import Approval, BroadcastRow, PlayLogEntry
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.db.queries.stops import known
from broadcaster.db.queries.zones import zone_names
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, RundownItem
from broadcaster.domain.air.in_hand import InHand, StillAirs, StillAirsError
from broadcaster.domain.air.stops import wanted_since
from broadcaster.domain.scripts.scripts import Decision
from broadcaster.domain.setup.outputs import Outputs


def with_script(session: Session, script_id: int, outputs: Outputs, now: dt.datetime) -> list[InHand]:
    """The broadcasts that will still say a script as it is approved now, or are saying it."""
    query = select(Approval).where(Approval.script_id == script_id).order_by(Approval.id.desc()).limit(1)
    approved = session.scalars(query).first()
    if approved is None or approved.decision is not Decision.APPROVED:
        return []
    found = []
    for row in _claimed(session, outputs):
        said = [i for i in row.rundown if i.script_id == script_id and i.audio_sha256 == approved.audio_sha256]
        left = [i for i in said if not _over(session, row, i)]
        if left:
            before = sum(i.duration_ms for i in row.rundown if i.no < left[0].no)
            found.append(_of(session, row, outputs, now, before, items=tuple(i.no for i in left)))
    return found


def in_zone(session: Session, zone: str, outputs: Outputs, now: dt.datetime) -> list[InHand]:
    """The broadcasts that a zone is to hear, or hears."""
    return [_of(session, row, outputs, now, zones=(zone,)) for row in _claimed(session, outputs) if zone in row.zones]


def require_choice(found: list[InHand], still: StillAirs | None) -> None:
    """Refuse a withdrawal that reaches into play-out's hands while nobody said what becomes of that.

    Raises:
        StillAirsError: it does.
    """
    if found and still is None:
        raise StillAirsError(found)


def _claimed(session: Session, outputs: Outputs) -> list[BroadcastRow]:
    """What no stop holds back: that is looked at anew before it airs."""
    stops = known(session)
    query = select(BroadcastRow).where(
        BroadcastRow.state.in_([BroadcastState.CUED, BroadcastState.AIRING]), BroadcastRow.kind != BroadcastKind.TRIAL
    )
    rows = session.scalars(query.order_by(BroadcastRow.starts_at))
    return [r for r in rows if stops.held(wanted_since(broadcast_of(r)), outputs.of_zones(r.zones)) is None]


def _over(session: Session, row: BroadcastRow, item: RundownItem) -> bool:
    """Whether an item has its outcome in each zone."""
    query = select(PlayLogEntry.zone).where(
        PlayLogEntry.broadcast_id == row.id, PlayLogEntry.item_no == item.no, PlayLogEntry.corrects.is_(None)
    )
    return set(row.zones) <= set(session.scalars(query))


def _of(
    session: Session,
    row: BroadcastRow,
    outputs: Outputs,
    now: dt.datetime,
    before_ms: int = 0,
    *,
    items: tuple[int, ...] = (),
    zones: tuple[str, ...] = (),
) -> InHand:
    begins = (row.started_at or row.starts_at) + dt.timedelta(milliseconds=before_ms)
    seconds = max(round((begins - now).total_seconds()), 0)
    if row.state is not BroadcastState.AIRING:
        seconds = max(seconds, 1)  # it does not sound yet, whatever its time
    names = zone_names(session)
    where = tuple(names.get(z, z) for z in outputs.reach(zones or row.zones))
    return InHand(row.id, row.title, seconds, where, items, zones)
