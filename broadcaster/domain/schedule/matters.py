"""What a person may have seen and let be, so that it is no open question any more."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum


class Matter(StrEnum):
    """What kind of thing it is."""

    BROADCAST = "broadcast"
    """A broadcast that nobody heard."""
    SLOT = "slot"
    """A slot that the plan leaves out."""
    REGULAR = "regular"
    """A regular session that the coming weeks lack."""
    SILENCE = "silence"
    """A day without a session."""
    SCRIPT = "script"
    """An approved script that nothing airs by itself."""


@dataclass(frozen=True, slots=True)
class LetBeAnswer:
    """Who let something be, and since when."""

    by: str
    """The person's name."""
    at: dt.datetime


def mark_of(*facts: object) -> str:
    """A mark of just these facts: what comes out otherwise is another question."""
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:32]
