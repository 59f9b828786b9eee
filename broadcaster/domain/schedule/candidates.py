"""What a rotation may choose from: approved scripts with their sound, and the station's own sounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.domain.scripts.scripts import Genre, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An approved script with its sound, as the rotation sees it."""

    script_id: int
    revision: int
    title: str
    topic: str
    unit: str
    genre: Genre
    priority: Priority
    valid_from: dt.date | None
    valid_to: dt.date | None
    approved_at: dt.datetime
    spoken_sha256: str
    audio_sha256: str
    duration_ms: int
    voice: str
    wanted: int = 0
    """How many airings its office asked for while it is valid, spread over that time; 0: as the turn comes."""

    def valid_on(self, day: dt.date) -> bool:
        """Whether the script may air on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class CueSound:
    """A station sound."""

    name: str
    title: str
    audio_sha256: str
    duration_ms: int


def newest(candidates: Iterable[Candidate], genre: str | None, script_id: int | None) -> Candidate | None:
    """What a fixed step takes: that script, or else the script of the genre that was approved last."""
    fitting = (c for c in candidates if (c.script_id == script_id if script_id is not None else c.genre == genre))
    return max(fitting, key=lambda c: (c.approved_at, c.script_id), default=None)
