"""What to do with a broadcast whose time has come or gone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.domain.air.causes import Cause, Why


class LatePolicy(StrEnum):
    """The three words of the trade: none, next-item (air), time-sync (join)."""

    SKIP = "skip"
    """Play only at its time; a late one is not played."""
    AIR = "air"
    """Within the grace, play it whole from its first item."""
    JOIN = "join"
    """Join in progress, at the place where it would be now."""


# A start is on time while within this; the system's own jitter stays far below.
ON_TIME = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet due; `seconds` are left."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Air:
    """Play from the beginning; `late` seconds after the planned start."""

    late: float


@dataclass(frozen=True, slots=True)
class Join:
    """Play from `offset` seconds into the programme."""

    offset: float


@dataclass(frozen=True, slots=True)
class Skip:
    """Do not play; `why` is for the log."""

    why: Why


Decision = Wait | Air | Join | Skip


def decide(
    now: dt.datetime, starts_at: dt.datetime, ends_at: dt.datetime, policy: LatePolicy, grace: dt.timedelta
) -> Decision:
    """What to do at `now` with a broadcast planned for [starts_at, ends_at).

    A missed session is never aired long after its time: people would hear the morning's bulletin at noon.
    """
    late = now - starts_at
    if late < dt.timedelta(0):
        return Wait(-late.total_seconds())
    if late <= ON_TIME:
        return Air(late.total_seconds())
    minutes = _words(late)
    if now >= ends_at:
        return _too_late(f"Máy phát không hoạt động lúc đến giờ; đã qua giờ kết thúc ({minutes} sau giờ hẹn).")
    if policy is LatePolicy.AIR and late <= grace:
        return Air(late.total_seconds())
    if policy is LatePolicy.JOIN and late <= grace:
        return Join(late.total_seconds())
    if policy is LatePolicy.SKIP:
        return _too_late(f"Trễ {minutes}; buổi này quy định không phát trễ.")
    return _too_late(f"Trễ {minutes}, quá thời gian cho phép trễ ({_words(grace)}).")


def _too_late(sentence: str) -> Skip:
    return Skip(Why(Cause.TOO_LATE, sentence))


def _words(span: dt.timedelta) -> str:
    seconds = int(span.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(hours, "giờ"), (minutes, "phút"), (seconds, "giây")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or "0 giây"
