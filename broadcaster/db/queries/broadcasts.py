"""Reads of broadcasts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow
from broadcaster.errors import NotFoundError


def broadcasts_between(session: Session, start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    """Return the broadcasts that start in [start, end), in order of time, as plain rows."""
    rows = session.scalars(
        select(BroadcastRow)
        .where(BroadcastRow.starts_at >= start, BroadcastRow.starts_at < end)
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    )
    return [row_of(r) for r in rows]


def broadcast_detail(session: Session, number: int) -> dict[str, Any]:
    """Return one broadcast with the reasons behind its rundown.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = session.get(BroadcastRow, number)
    if row is None:
        raise NotFoundError(f"Không có buổi phát số {number}.", field="broadcast")
    return row_of(row) | {"reasons": row.reasons}


def row_of(r: BroadcastRow) -> dict[str, Any]:
    """Return a broadcast as a plain row."""
    return {
        "id": r.id,
        "slot_key": r.slot_key,
        "kind": r.kind.value,
        "title": r.title,
        "starts_at": r.starts_at,
        "ends_at": r.ends_at,
        "zones": r.zones,
        "rundown": r.rundown,
        "sound_ms": r.sound_ms,
        "late": r.late,
        "state": r.state.value,
        "state_label": r.state.label,
        "verdict": r.verdict,
        "started_at": r.started_at,
        "finished_at": r.finished_at,
    }
