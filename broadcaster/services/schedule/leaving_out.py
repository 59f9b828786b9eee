"""One act: a broadcast that is planned is left out, or taken back, by a change of its row and of nothing else.

Play-out finds the row changed and leaves it; the log gets its entries when the time has come (`log.left_out`), so that
until then it can be taken back. What play-out has claimed is not planned any more: that is stopped, and never comes
back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.one import one_of
from broadcaster.db.session import changed
from broadcaster.domain.air.broadcasts import BroadcastState, Origin
from broadcaster.domain.air.causes import Cause
from broadcaster.domain.people.roles import Actor, Permission
from broadcaster.errors import RuleError
from broadcaster.services.audit import Trail
from broadcaster.services.schedule.coming import HANDS_OFF
from broadcaster.services.schedule.places import require_place
from broadcaster.services.schedule.undoing import keeping
from broadcaster.services.station import Station

LEFT_OUT = "skip"
"""The word of the trail for the act."""


def restorable(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether a broadcast that was left out may be taken back: its time has not come, and nothing was logged of it."""
    left_out = row.state is BroadcastState.CANCELLED and bool({Cause.LEFT_OUT, Cause.RESTORED} & set(row.causes))
    return left_out and row.started_at is None and row.finished_at is None and row.starts_at > now + HANDS_OFF


def leave_out(station: Station, actor: Actor, numbers: Sequence[int]) -> list[int]:
    """Leave planned broadcasts out, whoever may operate; return the numbers left out.

    What play-out has claimed already is not among them.
    """
    actor.require(Permission.OPERATE)
    with station.db.write() as session:
        rows = [one_of(session, BroadcastRow, n) for n in numbers]
        with keeping(station, session, actor, LEFT_OUT, [r.id for r in rows]):
            return [r.id for r in rows if _leave_out(station, session, actor, r)]


def _leave_out(station: Station, session: Session, actor: Actor, row: BroadcastRow) -> bool:
    """Leave one broadcast out if it is still planned: of two, this and play-out's claim, exactly one succeeds."""
    query = update(BroadcastRow).where(BroadcastRow.id == row.id, BroadcastRow.state == BroadcastState.PLANNED)
    said = {"verdict": f"{actor.full_name} bỏ qua buổi này.", "causes": (Cause.LEFT_OUT,)}
    if changed(session, query.values(state=BroadcastState.CANCELLED, **said)) != 1:
        return False
    session.refresh(row)
    Trail(session, station.now(), actor).record(LEFT_OUT, "broadcast", row.id, note=row.title)
    return True


def take_back(station: Station, actor: Actor, numbers: Sequence[int]) -> list[int]:
    """Plan again what was left out, where its time has not come and its place is free; return the numbers.

    Raises:
        ForbiddenError: the actor may not operate.
        RuleError: it was moved elsewhere, or its place is taken.
    """
    actor.require(Permission.OPERATE)
    with station.db.write() as session, keeping(station, session, actor, "unskip", list(numbers)):
        back = []
        for row in (one_of(session, BroadcastRow, n) for n in numbers):
            moved = select(BroadcastRow.id).where(BroadcastRow.origin == Origin.MOVED, BroadcastRow.origin_id == row.id)
            if session.scalars(moved).first() is not None:
                raise RuleError(
                    "Buổi này đã dời sang giờ khác. Hãy mở buổi đã dời rồi dời lại về giờ cũ.", field="broadcast"
                )
            if not restorable(row, station.now()):
                continue
            require_place(station, session, row, row.starts_at, row.zones, besides=row.id)
            row.state, row.verdict, row.causes = BroadcastState.PLANNED, "", ()
            Trail(session, station.now(), actor).record("unskip", "broadcast", row.id, note=row.title)
            back.append(row.id)
        return back
