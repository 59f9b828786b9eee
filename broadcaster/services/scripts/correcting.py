"""A correction that was approved takes the place of the old sound in what is planned already.

An approval says what is to be heard from now on; a broadcast that was planned with the sound before it would be refused
at its time, for that sound is approved no more (ADR 6). So the planned rows name the new sound from that moment on, and
what was approved, to the byte, is still what airs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow
from broadcaster.domain.air.broadcasts import BroadcastState, Origin, Overrun, RundownItem
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.domain.schedule.rundown import script_item


def renew(row: BroadcastRow, approved: Mapping[int, Candidate]) -> bool:
    """Let a broadcast name the sound of its scripts that is `approved` now; return whether that changed it."""
    items = tuple(_renewed(i, approved) for i in row.rundown)
    if items == tuple(row.rundown):
        return False
    row.rundown, row.sound_ms = items, sum(i.duration_ms for i in items)
    if row.overrun is Overrun.FINISH:
        row.ends_at = max(row.ends_at, row.starts_at + dt.timedelta(milliseconds=row.sound_ms))
    return True


def renew_planned(
    session: Session, now: dt.datetime, approved: Mapping[int, Candidate], script_id: int | None = None
) -> list[BroadcastRow]:
    """Renew what is planned from `now` on; return the broadcasts that changed, in order.

    Of one script all of them; else those that people made or changed, for planning itself fills the others anew.
    """
    query = select(BroadcastRow).where(BroadcastRow.state == BroadcastState.PLANNED, BroadcastRow.starts_at > now)
    if script_id is None:
        query = query.where(or_(BroadcastRow.by_hand, BroadcastRow.origin != Origin.ROTATION))
    found = session.scalars(query.order_by(BroadcastRow.starts_at)).all()
    return [r for r in found if (script_id is None or holds(r, script_id)) and renew(r, approved)]


def holds(row: BroadcastRow, script_id: int) -> bool:
    """Whether a broadcast holds a script."""
    return any(i.script_id == script_id for i in row.rundown)


def _renewed(item: RundownItem, approved: Mapping[int, Candidate]) -> RundownItem:
    found = approved.get(item.script_id) if item.script_id is not None else None
    if found is None or (found.spoken_sha256, found.audio_sha256) == (item.spoken_sha256, item.audio_sha256):
        return item
    return script_item(found, item.no)
