"""Slots filled one after another, in order of time: what is the same for many audiences is worked out once.

A commune's zones mostly hear the same things at the same hours. Two audiences that heard the same have the same
`mark`, and for the same slot at the same time they get the same rundown; a hundred zones then cost little more than
one. What comes out is to the letter what `fill` gives each of them (`tests/domain/test_rundown_cache.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from broadcaster.domain.schedule.asked_airings import UNKNOWN, Chances
from broadcaster.domain.schedule.candidates import Candidate, CueSound
from broadcaster.domain.schedule.rotations import Slot, Step
from broadcaster.domain.schedule.rundown import Filled, History, fill

_Key = tuple[int, int, dt.timedelta, dt.date, Chances]


class Filler:
    """Fills slots whose histories change through it alone; call it in order of time."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        cues: Mapping[str, CueSound],
        targets: Mapping[str, int] | None = None,
    ) -> None:
        self._candidates, self._cues, self._targets = candidates, cues, targets
        self._at: dt.datetime | None = None
        self._filled: dict[_Key, Filled] = {}
        self._next: dict[tuple[int, tuple[int, ...], bool], int] = {}
        """From a mark, by what was placed at this moment, to the mark that follows."""
        self._marks: dict[int, tuple[History, int]] = {}
        """Mark of each history, by its identity; the history is held so that the identity stays its own."""
        self._contents: dict[object, int] = {}
        self._steps: dict[tuple[Step, ...], int] = {}
        self._known_steps: dict[int, tuple[tuple[Step, ...], int]] = {}
        self._last = 0

    def fill(
        self,
        slot: Slot,
        starts_at: dt.datetime,
        day: dt.date,
        history: History,
        also: Sequence[History] = (),
        partly: Sequence[History] = (),
        chances: Chances = UNKNOWN,
    ) -> Filled:
        """The rundown of `slot`, as `bulletins.fill` would, and place it in the histories."""
        if starts_at != self._at:  # nothing of an earlier moment can come again
            self._at = starts_at
            self._filled.clear()
            self._next.clear()
        mark = self._mark(history)
        key = (mark, self._number(slot.steps), slot.max_length, day, chances)
        others = [(h, self._mark(h), True) for h in also] + [(h, self._mark(h), False) for h in partly]
        filled = self._filled.get(key)
        if filled is None:
            filled = self._filled[key] = fill(
                slot,
                starts_at,
                day,
                self._candidates,
                self._cues,
                history,
                targets=self._targets,
                also=also,
                partly=partly,
                chances=chances,
            )
        else:
            for heard, _, whole in ((history, mark, True), *others):
                for candidate in filled.placed:
                    heard.place(candidate, starts_at, whole=whole)
        if filled.placed:
            placed = tuple(c.script_id for c in filled.placed)
            asked = any(c.wanted for c in filled.placed)
            for heard, old, whole in ((history, mark, True), *others):
                step = (old, placed, whole or not asked)
                if step not in self._next:
                    self._last += 1
                    self._next[step] = self._last
                self._marks[id(heard)] = (heard, self._next[step])
        return filled

    def _mark(self, history: History) -> int:
        if (known := self._marks.get(id(history))) is not None:
            return known[1]
        content = tuple(frozenset(d.items()) for d in (history.last, history.counts, history.topic_counts))
        if content not in self._contents:
            self._last += 1
            self._contents[content] = self._last
        self._marks[id(history)] = (history, self._contents[content])
        return self._contents[content]

    def _number(self, steps: tuple[Step, ...]) -> int:
        """A number that equal templates share; templates are long to compare, so each is compared once."""
        known = self._known_steps.get(id(steps))
        if known is None:
            known = self._known_steps[id(steps)] = (steps, self._steps.setdefault(steps, len(self._steps)))
        return known[1]
