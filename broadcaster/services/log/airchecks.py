"""Air-checks found again: the recording that holds an entry of the play log, and where in it to listen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, PlayLogEntry
from broadcaster.domain.log.playlog import Outcome
from broadcaster.services.log.proofs import of_entries, recording_file
from broadcaster.services.station import Station


@dataclass(frozen=True, slots=True)
class ClipPlace:
    """Where to listen: from `start_s` (s) into the file, for `length_s`."""

    path: Path
    start_s: float
    length_s: float


def of_entry(station: Station, session: Session, entry: PlayLogEntry) -> ClipPlace | None:
    """The recording of an item in a zone, or None when nothing was recorded or it is gone.

    What no horn carried was recorded all the same, and is how one hears what would have been said. The proof of
    airing names it exactly; without a proof the file is known by its broadcast, and the place in it by the moments
    of the log.
    """
    length = _recorded(entry).total_seconds()
    if not length:
        return None
    proof = of_entries(session, [entry.id]).get(entry.id)
    if proof is not None and (name := recording_file(station.home, proof)) is not None:
        return ClipPlace(station.home.airchecks / name, (proof.offset_ms or 0) / 1000, length)
    broadcast = session.get(BroadcastRow, entry.broadcast_id) if entry.broadcast_id is not None else None
    began = broadcast.started_at if broadcast is not None else None
    if began is None or entry.started_at is None:
        return None
    folders = [station.home.airchecks / f"{day:%Y-%m-%d}" for day in {began.date(), station.local(began).date()}]
    found = sorted(
        p
        for folder in folders
        for p in folder.glob(f"*-{entry.broadcast_id}-*")
        if p.suffix in {".flac", ".wav", ".opus"}
    )
    own = [p for p in found if p.stem.split("-", 2)[2].startswith((entry.sink, "aircheck"))]
    if not own:
        return None
    return ClipPlace(own[0], max(0.0, (entry.started_at - began).total_seconds()), length)


def _recorded(entry: PlayLogEntry) -> dt.timedelta:
    """How long an item sounded into a recording, whoever heard it."""
    if entry.outcome is Outcome.UNHEARD and entry.started_at is not None and entry.ended_at is not None:
        return min(entry.ended_at - entry.started_at, dt.timedelta(milliseconds=entry.duration_ms))
    return dt.timedelta(milliseconds=entry.heard_ms)
