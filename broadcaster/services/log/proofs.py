"""Proofs of airing in the database: written by play-out's journal, read beside the play log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from broadcaster.db.models import AiringProof
from broadcaster.domain.log.proof import CapturePoint, ItemFinding, Proof
from broadcaster.home import Home

_TABLE = cast(Table, AiringProof.__table__)
_BATCH = 500
_ENDINGS = (".flac", ".opus", ".wav")


def append(session: Session, proofs: Iterable[Proof]) -> int:
    """Add the proofs that are not there yet and return how many; idempotent by entry, the first one stays."""
    wanted = {p.entry_id: p for p in reversed(list(proofs))}
    ids = list(wanted)
    for start in range(0, len(ids), _BATCH):
        for known in session.scalars(
            select(AiringProof.entry_id).where(AiringProof.entry_id.in_(ids[start : start + _BATCH]))
        ):
            del wanted[known]
    if wanted:
        session.execute(insert(_TABLE), [{**p.as_json(), "at": p.at} for p in wanted.values()])
    return len(wanted)


def of_entries(session: Session, entry_ids: Sequence[str]) -> Mapping[str, Proof]:
    """The proofs of these entries by entry id; a correction shares the proof of what it corrects."""
    first = {entry_id: entry_id.partition("+")[0] for entry_id in entry_ids}
    found: dict[str, Proof] = {}
    ids = sorted(set(first.values()))
    for start in range(0, len(ids), _BATCH):
        query = select(AiringProof).where(AiringProof.entry_id.in_(ids[start : start + _BATCH]))
        found |= {row.entry_id: _proof(row) for row in session.scalars(query)}
    return {entry_id: found[own] for entry_id, own in first.items() if own in found}


def recording_file(home: Home, proof: Proof) -> str | None:
    """The air-check's path that holds an item, relative to the air-check folder; None when it is gone."""
    if proof.recording is None:
        return None
    return next((proof.recording + e for e in _ENDINGS if (home.airchecks / (proof.recording + e)).is_file()), None)


def _proof(row: AiringProof) -> Proof:
    finding = ItemFinding(
        CapturePoint(row.ear), row.heard_share, row.level_dbfs, row.expected_dbfs, row.gap_ms, row.match, row.lag_ms
    )
    return Proof(row.entry_id, finding, row.recording, row.offset_ms, row.at)
