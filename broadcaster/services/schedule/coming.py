"""What the rotations ask for in the coming days, held against the windows, the caps and what people left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.clock import day_start
from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries.zones import zone_map
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState, Origin
from broadcaster.domain.schedule.caps import CapBook
from broadcaster.domain.setup.outputs import Outputs
from broadcaster.domain.setup.zones import ZoneMap
from broadcaster.scheduling.expand import Occurrence, Place
from broadcaster.services.station import Station

HANDS_OFF = dt.timedelta(seconds=60)
"""A broadcast this near is play-out's: it is being checked and loaded, and planning leaves it alone."""


@dataclass(frozen=True, slots=True)
class PlanNote:
    """What planning has to say of one occurrence of a slot."""

    occurrence: Occurrence
    text: str
    """A Vietnamese sentence."""
    lost: tuple[str, ...] = ()
    """The zones that will not hear it; none where it is only shorter than the rotation says."""


def editable(row: BroadcastRow, now: dt.datetime) -> bool:
    """Whether people may still change a broadcast: planned, and not about to start."""
    return row.state is BroadcastState.PLANNED and row.starts_at > now + HANDS_OFF


def book_of(station: Station, session: Session, first: dt.date, after: dt.datetime, outputs: Outputs) -> CapBook:
    """The caps with the regular sessions since the week began.

    What people added is no part of it: it was held against the caps when it was added, and takes no regular slot away.
    """
    book = CapBook(station.settings.caps)
    monday = first - dt.timedelta(days=first.weekday())
    rows = session.execute(
        select(BroadcastRow.starts_at, BroadcastRow.zones)
        .where(
            BroadcastRow.starts_at >= day_start(monday, station.settings.tz),
            BroadcastRow.starts_at <= after,
            BroadcastRow.state != BroadcastState.CANCELLED,
            BroadcastRow.kind == BroadcastKind.ROTATION,
        )
        .order_by(BroadcastRow.starts_at)
    )
    for starts_at, codes in rows:
        book.take_heard(codes, station.local(starts_at).date(), outputs)
    return book


def left_out(session: Session, now: dt.datetime) -> set[Place]:
    """What people left out or moved elsewhere: it is no session where it stood."""
    rows = session.execute(
        select(BroadcastRow.rotation_code, BroadcastRow.slot_code, BroadcastRow.starts_at).where(
            BroadcastRow.starts_at > now,
            BroadcastRow.state == BroadcastState.CANCELLED,
            BroadcastRow.origin == Origin.ROTATION,
        )
    )
    return {Place(*row) for row in rows}


def allowed_of(
    station: Station,
    session: Session,
    wanted: Iterable[Occurrence],
    first: dt.date,
    notes: list[PlanNote],
    zones: ZoneMap | None = None,
) -> Iterator[tuple[Occurrence, tuple[str, ...]]]:
    """Yield what windows and caps allow from `first` on, with its zones: both may have narrowed since it was applied.

    A zone that has heard its sessions of the day is left out of the next one; a slot longer than a session may be is
    cut. What is about to start is play-out's and is not asked about; what people left out takes nobody's place.
    """
    settings = station.settings  # asked once: there are as many occurrences as in a year
    after, zones, tz = station.now() + HANDS_OFF, zones or zone_map(session), settings.tz
    outputs = Outputs.of(zones.zones.values(), settings.several)
    book, gone = book_of(station, session, first, after, outputs), left_out(session, station.now())
    hours, caps = settings.station_hours, settings.caps
    longest = None if caps.minutes_per_session is None else dt.timedelta(minutes=caps.minutes_per_session)
    expanded: dict[tuple[str, ...], tuple[str, ...]] = {}
    for occurrence in wanted:
        if occurrence.starts_at <= after:
            continue
        slot = occurrence.slot
        local = occurrence.starts_at.astimezone(tz)
        if slot.zones not in expanded:
            expanded[slot.zones] = zones.expand(slot.zones, where=(f"{occurrence.rotation}/{slot.code}", "zones"))
        if longest is not None and slot.max_length > longest:
            words = (
                f"{local:%H:%M %d/%m/%Y}: khung “{slot.title}” dài hơn {caps.minutes_per_session} phút mỗi buổi "
                "nên chỉ xếp đủ số phút đó."
            )
            notes.append(PlanNote(occurrence, words))
            occurrence = replace(occurrence, slot=replace(slot, max_length=longest))  # noqa: PLW2901
        if not hours.allows(local.replace(tzinfo=None), occurrence.slot.max_length):
            words = f"{local:%H:%M %d/%m/%Y}: khung “{slot.title}” nằm ngoài giờ được phép nên không lên lịch."
            notes.append(PlanNote(occurrence, words, expanded[slot.zones]))
            continue
        if occurrence.place in gone:
            yield occurrence, expanded[slot.zones]
            continue
        over = book.admit(expanded[slot.zones], occurrence.day, outputs)
        for why, codes in over.items():
            words = f"{why} Khung “{slot.title}” {local:%H:%M %d/%m} không xếp cho cụm loa {', '.join(codes)}."
            notes.append(PlanNote(occurrence, words, tuple(codes)))
        lost = {code for codes in over.values() for code in codes}
        left = expanded[slot.zones] if not lost else tuple(c for c in expanded[slot.zones] if c not in lost)
        if left or not lost:
            yield occurrence, left
