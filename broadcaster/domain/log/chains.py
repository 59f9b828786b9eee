"""What is chained: the play log, and of the panel's rows those that say who answers for what was heard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Chain(StrEnum):
    """A chain of the record; the word is the name of its table."""

    LOG = "play_log"
    AUDIT = "audit_events"
    APPROVALS = "approvals"
    REVISIONS = "revisions"
    RENDITIONS = "renditions"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]

    @property
    def head(self) -> int:
        """The number of the row that holds its end."""
        return _HEADS[self]


_LABELS = {
    Chain.LOG: "Nhật ký phát thanh",
    Chain.AUDIT: "Nhật ký hệ thống",
    Chain.APPROVALS: "Phê duyệt",
    Chain.REVISIONS: "Lời bài",
    Chain.RENDITIONS: "Bản đọc",
}
_HEADS = {Chain.LOG: 1, Chain.AUDIT: 2, Chain.APPROVALS: 3, Chain.REVISIONS: 4, Chain.RENDITIONS: 5}
_FIRST = {
    Chain.AUDIT: "id at actor verb object_kind object_id note before after",
    Chain.APPROVALS: (
        "id script_id revision_id rendition_id decision by own_work behalf comment spoken_sha256 audio_sha256 at"
    ),
    Chain.REVISIONS: "id script_id number body body_sha256 author created_at",
    Chain.RENDITIONS: (
        "id revision_id spoken_text spoken_sha256 lexicon_version voice rate engine_version audio_sha256 duration_ms "
        "lufs dbtp cues notes by created_at"
    ),
}
COVERED: dict[Chain, dict[int, tuple[str, ...]]] = {chain: {1: tuple(names.split())} for chain, names in _FIRST.items()}
"""What the hash of a row covers, by its version. A version is never changed: rows of years ago must verify."""


def newest(chain: Chain) -> int:
    """The version in which a row of the chain is written today."""
    return max(COVERED[chain])


def covered(chain: Chain, version: int, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of a row that the hash of its version covers, JSON-able."""
    return {name: plain(row[name]) for name in COVERED[chain][version]}


def plain(value: Any) -> Any:
    """A value as the hash takes it: a moment as ISO UTC with microseconds."""
    if isinstance(value, dt.datetime):
        moment = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
        return moment.isoformat(timespec="microseconds")
    return value
