"""Airings that an office asked for, spread over the time in which its script may air: pure and deterministic.

Ten airings asked for within thirty days are heard about every third day, at changing hours of the day, and not on the
first three days. The next one is due when the time that is left, shared evenly by what is still to be aired, has passed
since the last one; so what comes late, or was missed, closes up by itself. When the places that are left become few,
each of them is taken: a script never gets fewer airings by waiting than it would by pushing.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from broadcaster.domain.schedule.candidates import Candidate, CueSound, newest
from broadcaster.domain.schedule.rotations import CueStep, FillStep, RelayStep, ScriptStep, Slot, Step

_DAY = dt.timedelta(days=1)


class RequestProgress(IntEnum):
    """Where a script stands with what its office asked for; a smaller one goes first."""

    LAST_PLACES = 0
    """No more places are left than airings: each is taken."""
    DUE = 1
    """The time for the next airing has come."""
    FREE = 2
    """Nothing was asked for, or it was given and no end is set: it takes its turn."""
    EARLY = 3
    """The time for the next airing has not come, or all were given: others go first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The pace of one script at one moment."""

    pace: RequestProgress
    next_at: dt.datetime | None = None
    """EARLY: about when the next airing should be (aware UTC); None: there is none to come."""
    gap: dt.timedelta = _DAY
    """How far apart the airings lie now."""
    places: int = 0
    """LAST_PLACES: how many are left, this one counted."""
    spare: float = 1.0
    """Places left beyond what is needed, as a share of it, up to 1."""

    @property
    def turn(self) -> float:
        """The smaller, the sooner: by pace, and of two that are due the one whose places are scarcer goes first."""
        return self.pace.value + self.spare / 2


FREE = Asked(RequestProgress.FREE)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What places alike have in common; the same shape is the same object."""

    room_ms: int
    """What the fixed parts of the slot leave."""
    fills: tuple[FillStep, ...]


class OpenPlace(NamedTuple):
    """A coming slot that the rotation may fill."""

    starts_at: dt.datetime
    """Aware UTC."""
    shape: Shape


class Chances:
    """The coming places of one audience, in order of time, as far as `until`."""

    def __init__(self, places: Sequence[OpenPlace] = (), until: dt.datetime | None = None) -> None:
        self._places, self._until = places, until
        self._starts: dict[int, list[dt.datetime]] = {}

    def starts(self, candidate: Candidate) -> list[dt.datetime]:
        """When the places begin whose steps take the candidate and have room for it alone."""
        known = self._starts.get(candidate.script_id)
        if known is None:
            known = self._starts[candidate.script_id] = [
                p.starts_at
                for p in self._places
                if candidate.duration_ms <= p.shape.room_ms and any(takes(step, candidate) for step in p.shape.fills)
            ]
        return known

    def reach(self, end: dt.datetime) -> bool:
        """Whether all places before `end` (aware UTC) are known."""
        return self._until is not None and end <= self._until


UNKNOWN = Chances()
"""Nothing is known of what is to come."""


def takes(step: FillStep, candidate: Candidate) -> bool:
    """Whether a fill step takes scripts of this genre and topic."""
    return candidate.genre in step.genres and ("*" in step.topics or candidate.topic in step.topics)


def pace(
    candidate: Candidate,
    times: int,
    last: dt.datetime | None,
    at: dt.datetime,
    span: tuple[dt.datetime | None, dt.datetime | None],
    separation: dt.timedelta = dt.timedelta(0),
    chances: Chances = UNKNOWN,
) -> Asked:
    """Where `candidate` stands at `at`.

    Without an end there is nothing to spread over: it is due until it has its share, and free after that. The first
    airing is due at once. From the second on the places of the day are taken in turn, so that those who listen in the
    morning and those who listen in the evening both hear it, as long as that shifts an airing by no more than a third
    of the way to the next.

    Args:
        candidate: the script; `wanted` is more than 0.
        times: how often it aired, and is planned, in its time.
        last: when it aired or is planned last; None: never.
        at: when the broadcast that is filled begins.
        span: when the script's time begins and ends; None: open.
        separation: the least time between two airings.
        chances: the places that are still to come.
    """
    begin, end = span
    left = candidate.wanted - times
    if end is None:
        return Asked(RequestProgress.DUE) if left > 0 else FREE
    if left <= 0:
        return Asked(RequestProgress.EARLY)
    starts, spare = chances.starts(candidate), 1.0
    if chances.reach(end):
        places = _places(starts, at, end, separation, 2 * left)
        spare = places / left - 1
        if places <= left:
            return Asked(RequestProgress.LAST_PLACES, places=places, spare=spare)
    if last is None or (begin is not None and last < begin):
        return Asked(RequestProgress.DUE, spare=spare)
    gap = (end - last) / (left + 1)
    due = last + gap
    low, high = bisect_left(starts, due), bisect_left(starts, min(due + min(gap / 3, _DAY), end))
    if low < high:
        due = starts[low + times % (high - low)]
    if at >= due:
        return Asked(RequestProgress.DUE, gap=gap, spare=spare)
    return Asked(RequestProgress.EARLY, starts[bisect_left(starts, due)] if starts and due <= starts[-1] else due, gap)


def _places(
    starts: Sequence[dt.datetime], at: dt.datetime, end: dt.datetime, separation: dt.timedelta, most: int
) -> int:
    """How many places a script can have, from the one at `at` on and before `end`; no more than `most`."""
    if not separation:
        return min(1 + bisect_left(starts, end) - bisect_right(starts, at), most)
    count = 1
    while count < most:
        nearest = bisect_left(starts, at + separation)
        if nearest == len(starts) or starts[nearest] >= end:
            break
        at = starts[nearest]
        count += 1
    return count


class PlacesAhead:
    """The coming places of every audience; audiences whose places are alike share them."""

    def __init__(
        self,
        slots: Iterable[tuple[tuple[str, ...], dt.datetime, Slot]],
        candidates: Sequence[Candidate],
        cues: Mapping[str, CueSound],
        until: dt.datetime,
    ) -> None:
        """Take the slots in order of time, each with the zones that hear it.

        Args:
            slots: zones, start (aware UTC) and slot of each occurrence.
            candidates: what may stand in the fixed parts.
            cues: station sounds by name.
            until: there are no slots but these before then (aware UTC).
        """
        self._until = until
        shapes: dict[tuple[int, tuple[FillStep, ...]], Shape] = {}
        seen: dict[tuple[int, dt.timedelta], tuple[tuple[Step, ...], Shape]] = {}
        by_zones: dict[tuple[str, ...], list[OpenPlace]] = {}
        for zones, at, slot in slots:
            key = (id(slot.steps), slot.max_length)  # templates are long to compare, so each is looked at once
            if key not in seen:
                room_ms = _room_ms(slot, candidates, cues)
                fills = tuple(s for s in slot.steps if isinstance(s, FillStep))
                shape = shapes.setdefault((room_ms, fills), Shape(room_ms, fills))
                seen[key] = (slot.steps, shape)  # the template is held so that its identity stays its own
            shape = seen[key][1]
            if shape.fills:
                by_zones.setdefault(zones, []).append(OpenPlace(at, shape))
        self._chances: dict[tuple[str, ...], Chances] = {}
        alike: dict[tuple[OpenPlace, ...], Chances] = {}
        for zones, found in by_zones.items():
            content = tuple(found)
            if content not in alike:
                alike[content] = Chances(content, until)
            self._chances[zones] = alike[content]

    def of(self, zones: tuple[str, ...]) -> Chances:
        """The places that exactly these zones have to come."""
        if zones not in self._chances:
            self._chances[zones] = Chances((), self._until)
        return self._chances[zones]


def _room_ms(slot: Slot, candidates: Sequence[Candidate], cues: Mapping[str, CueSound]) -> int:
    """About how much a slot's fixed parts leave: which script stands there may change until then."""
    room = int(slot.max_length.total_seconds() * 1000)
    for step in slot.steps:
        match step:
            case CueStep(cue):
                room -= cues[cue].duration_ms
            case RelayStep(max_length=length):
                room -= int(length.total_seconds() * 1000)
            case ScriptStep(genre, script_id):
                found = newest(candidates, genre, script_id)
                room -= found.duration_ms if found else 0
            case FillStep():
                pass
    return room


def in_words(candidate: Candidate, times: int, asked: Asked, next_local: dt.datetime | None) -> str:
    """In Vietnamese what was asked, what of it was given, and what follows.

    Args:
        candidate: the script.
        times: how often it aired, and is planned, in its time.
        asked: its pace.
        next_local: `asked.next_at` in station time.
    """
    if candidate.valid_to is None:
        return f"Đơn vị yêu cầu phát {candidate.wanted} lượt, mới phát và xếp {times}."
    wish = f"Đơn vị yêu cầu {candidate.wanted} lượt đến hết {candidate.valid_to:%d/%m}; đã phát và xếp"
    match asked.pace:
        case RequestProgress.LAST_PLACES:
            return f"{wish} {times}, chỉ còn {asked.places} buổi có chỗ nên buổi nào cũng lấy."
        case RequestProgress.EARLY if next_local is None:
            return f"{wish} đủ."
        case RequestProgress.EARLY:
            when = f"{next_local:%d/%m}" if asked.gap >= _DAY else f"{next_local:%H:%M} ngày {next_local:%d/%m}"
            return f"{wish} {times}, lượt sau nên vào khoảng {when}."
        case _:
            return f"{wish} {times}, nay đến hẹn lượt {times + 1}."
