"""What offices asked for, against what was heard and is planned: counted zone by zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, RundownItem
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.schedule.candidates import Candidate
from broadcaster.scheduling.wishes import RequestedAiring
from broadcaster.services.schedule.planned_rows import Draft
from broadcaster.services.station import Station

FARTHEST = dt.timedelta(days=31)
"""What expires later is not worked out yet: much will be approved until then."""
_COUNTS = (BroadcastState.PLANNED, BroadcastState.CUED, BroadcastState.AIRING, BroadcastState.AIRED)
"""A broadcast in such a state was heard or will be."""
Planned = tuple[int, Sequence[str], Sequence[RundownItem], dt.datetime]
"""Number, zones, rundown and start of a broadcast."""
Heard = dict[int, dict[str, set[int]]]
"""Of each script whose office asked for some airings: the broadcasts that count for each zone."""


def heard_of_asked(station: Station, session: Session, candidates: Iterable[Candidate], near: dt.timedelta) -> Heard:
    """What aired since each script became valid, what is on or starts so `near`, what people planned by hand."""
    asked = {c.script_id: c for c in candidates if c.wanted}
    if not asked:
        return {}
    found: Heard = {number: {} for number in asked}
    now = station.now()
    corrected = select(PlayLogEntry.corrects).where(PlayLogEntry.corrects.is_not(None))
    heard = session.execute(
        select(PlayLogEntry.script_id, PlayLogEntry.zone, PlayLogEntry.broadcast_id, func.max(PlayLogEntry.planned_at))
        .where(
            PlayLogEntry.script_id.in_(asked),
            PlayLogEntry.outcome == Outcome.FULL,
            PlayLogEntry.broadcast_id.is_not(None),
            PlayLogEntry.id.not_in(corrected),
        )
        .group_by(PlayLogEntry.script_id, PlayLogEntry.zone, PlayLogEntry.broadcast_id)
    )
    for script, zone, broadcast, at in heard:
        _count(station, found, asked[script or 0], [zone], broadcast or 0, at)
    ahead = session.execute(
        select(BroadcastRow.id, BroadcastRow.zones, BroadcastRow.rundown, BroadcastRow.starts_at).where(
            BroadcastRow.starts_at > now - dt.timedelta(hours=12),
            BroadcastRow.state.in_(_COUNTS),
            BroadcastRow.kind.in_([BroadcastKind.ROTATION, BroadcastKind.ONCE]),
            or_(
                BroadcastRow.starts_at <= now + near,
                BroadcastRow.by_hand,
                BroadcastRow.kind == BroadcastKind.ONCE,
            ),
        )
    )
    _count_all(station, found, asked, ((number, zones, items, at) for number, zones, items, at in ahead))
    return found


def wishes(
    station: Station,
    session: Session,
    candidates: Iterable[Candidate],
    rows: Iterable[BroadcastRow],
    drafts: Sequence[Draft],
    near: dt.timedelta,
) -> list[RequestedAiring]:
    """For each script that was asked for and expires soon how often each zone will have heard it by then.

    Args:
        station: the station.
        session: an open transaction.
        candidates: what is approved.
        rows: what is planned and open.
        drafts: what is not written yet, as far as `FARTHEST`.
        near: as `heard_of_asked` has it.
    """
    asked = {c.script_id: c for c in expiring(candidates, station.today())}
    found = heard_of_asked(station, session, asked.values(), near)
    _count_all(station, found, asked, ((r.id, r.zones, r.rundown, r.starts_at) for r in rows))
    later = ((-n, d.zones, d.filled.items, d.occurrence.starts_at) for n, d in enumerate(drafts, 1))
    _count_all(station, found, asked, later)
    return [
        RequestedAiring(
            c.script_id, c.title, c.wanted, c.valid_to, {zone: len(b) for zone, b in found[c.script_id].items()}
        )
        for c in asked.values()
        if c.valid_to is not None
    ]


def expiring(candidates: Iterable[Candidate], today: dt.date) -> list[Candidate]:
    """The scripts that were asked for and whose last day is near enough to be worked out."""
    return [c for c in candidates if c.wanted and c.valid_to is not None and today <= c.valid_to < today + FARTHEST]


def _count_all(station: Station, found: Heard, asked: Mapping[int, Candidate], broadcasts: Iterable[Planned]) -> None:
    for number, zones, items, at in broadcasts:
        scripts = {i.script_id for i in items}
        for script, candidate in asked.items():
            if script in scripts:
                _count(station, found, candidate, zones, number, at)


def _count(
    station: Station, found: Heard, candidate: Candidate, zones: Sequence[str], broadcast: int, at: dt.datetime
) -> None:
    if candidate.valid_on(station.local(at).date()):
        for zone in zones:
            found[candidate.script_id].setdefault(zone, set()).add(broadcast)
