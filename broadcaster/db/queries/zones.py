"""Reads of what a station stands on: zones, groups, station sounds, reports, jobs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broadcaster.db.models import (
    CueRow,
    PlayLogEntry,
    ZoneGroup,
    ZoneNote,
    ZoneRow,
)
from broadcaster.db.queries.one import one_of
from broadcaster.domain.log.playlog import Outcome
from broadcaster.domain.schedule.candidates import CueSound
from broadcaster.domain.setup.zones import Correction, Zone, ZoneMap, parse_bands


def zones(session: Session) -> Sequence[ZoneRow]:
    """All zones in their order."""
    return session.scalars(select(ZoneRow).order_by(ZoneRow.position, ZoneRow.code)).all()


def zone(session: Session, code: str) -> ZoneRow:
    """One zone.

    Raises:
        NotFoundError: there is none of that code.
    """
    return one_of(session, ZoneRow, code)


def zone_names(session: Session) -> dict[str, str]:
    """The name of each zone by its code, in their order."""
    rows = session.execute(select(ZoneRow.code, ZoneRow.name).order_by(ZoneRow.position, ZoneRow.code))
    return {row.code: row.name for row in rows}


def groups(session: Session) -> Sequence[ZoneGroup]:
    """The groups of zones."""
    return session.scalars(select(ZoneGroup).order_by(ZoneGroup.code)).all()


def notes(session: Session, code: str) -> Sequence[ZoneNote]:
    """What was noted of a zone: what is open first, then the newest."""
    query = select(ZoneNote).where(ZoneNote.zone == code)
    return session.scalars(query.order_by(ZoneNote.closed_at.is_not(None), ZoneNote.at.desc()).limit(200)).all()


def open_notes(session: Session) -> dict[str, dict[str, int]]:
    """How many notes of each kind are open, by zone."""
    query = select(ZoneNote.zone, ZoneNote.kind, func.count()).where(ZoneNote.closed_at.is_(None))
    found: dict[str, dict[str, int]] = {}
    for zone, kind, count in session.execute(query.group_by(ZoneNote.zone, ZoneNote.kind)):
        found.setdefault(zone, {})[kind] = count
    return found


def last_heard(session: Session) -> dict[str, PlayLogEntry]:
    """The last entry of each zone that was heard in full."""
    last = (  # asked zone by zone, each is one step down an index; grouped, it would walk the whole log
        select(func.max(PlayLogEntry.seq))
        .where(PlayLogEntry.zone == ZoneRow.code, PlayLogEntry.outcome == Outcome.FULL)
        .scalar_subquery()
    )
    newest = [seq for seq in session.scalars(select(last).select_from(ZoneRow)) if seq is not None]
    return {e.zone: e for e in session.scalars(select(PlayLogEntry).where(PlayLogEntry.seq.in_(newest)))}


def cues(session: Session) -> Sequence[CueRow]:
    """The station sounds."""
    return session.scalars(select(CueRow).order_by(CueRow.kind, CueRow.name)).all()


def cue(session: Session, name: str) -> CueRow:
    """One station sound.

    Raises:
        NotFoundError: there is none of that name.
    """
    return one_of(session, CueRow, name)


NEVER_SCHEDULED = frozenset({"alert", "line_up"})
"""Kinds of sound that no slot may hold: the alarm of emergencies, and the tone that horns are set by."""


def zone_map(session: Session) -> ZoneMap:
    """All zones and groups."""
    return ZoneMap(zones_by_code(session), {g.code: tuple(g.members) for g in session.scalars(select(ZoneGroup))})


def cue_sounds(session: Session) -> dict[str, CueSound]:
    """The station sounds by name."""
    return {
        c.name: CueSound(c.name, c.title, c.audio_sha256, c.duration_ms)
        for c in session.scalars(select(CueRow).order_by(CueRow.name))
    }


def cues_for_slots(session: Session) -> dict[str, CueSound]:
    """The station sounds that a slot may hold, by name."""
    unfit = set(session.scalars(select(CueRow.name).where(CueRow.kind.in_(NEVER_SCHEDULED))))
    return {name: cue for name, cue in cue_sounds(session).items() if name not in unfit}


def zone_of(row: ZoneRow) -> Zone:
    """A zone as the domain knows it, with its sound's correction: the one place where a row becomes a zone."""
    return Zone(
        code=row.code,
        name=row.name,
        place=row.place,
        sink=row.sink,
        volume=row.volume,
        enabled=row.enabled,
        bands=parse_bands(row.volume_bands),
        correction=Correction(row.bass, row.treble, row.gain),
    )


def zones_by_code(session: Session) -> dict[str, Zone]:
    """All zones by code, in their order."""
    return {row.code: zone_of(row) for row in zones(session)}
