"""What a player tells while it plays: of each item, in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from broadcaster.domain.air.causes import NOTHING, Why
from broadcaster.domain.air.outlets import Outlet


@dataclass(frozen=True, slots=True)
class AboutToStart:
    """An item is about to start: the journal knows of it before the first ear does."""

    item_no: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Started:
    """The first sample of an item left."""

    item_no: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class PlayProgress:
    """So much of an item was heard so far."""

    item_no: int
    heard: int
    """Samples."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An item is over."""

    item_no: int
    started_at: dt.datetime
    ended_at: dt.datetime
    heard: int
    """Samples that the output took and let sound: not those while muted, or while it was broken."""
    whole: bool
    """Whether every sample of the tape was heard."""
    why: Why
    """Why not, or why nobody heard it; nothing when it was heard whole."""
    by: str
    outlet: Outlet
    """What the output is."""
    note: Why = NOTHING
    """What is to be said of it though it was heard whole."""
    silent: bool = False
    """Whether an ear behind the output heard nothing of it."""


Event = AboutToStart | Started | PlayProgress | Ended
