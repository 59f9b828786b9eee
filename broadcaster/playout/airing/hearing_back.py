"""What ears behind the outputs say of the items that are over: it comes seconds later, and the log waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from broadcaster.domain.air.causes import Cause, Why
from broadcaster.domain.log.proof import Match
from broadcaster.playout.monitor.comparator import LAG_S
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sound.events import Ended
from broadcaster.playout.sound.player import Lane

TELLING_S = 5
"""An item shorter than this is too short for an ear behind the output to deny it (s)."""
SILENT_BEHIND = Why(Cause.NO_HORN, "Nghe lại sau đường ra không thấy tiếng nào.")


class HearingBack:
    """Keeps the ends of items until an ear behind their output has told of them."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Lane, Ended]] = []

    def keeps(self, lane: Lane, event: Ended) -> bool:
        """Whether an end is to wait, and does so from now on."""
        waits = lane.hears_back and event.heard >= RATE * TELLING_S
        if waits:
            self._waiting.append((lane, event))
        return waits

    def told(self, *, last: bool = False, patient: bool = True) -> Iterator[tuple[Lane, Ended]]:
        """Yield the ends of which is told by now; at `last` all of them, after waiting a little when `patient`."""
        for lane, event in list(self._waiting):
            if lane.ear is None:
                continue
            if last and patient:
                lane.ear.join(LAG_S + 2)  # it heard as much as it will
            finding = lane.ear.findings.get(event.item_no)
            if finding is not None or last:
                self._waiting.remove((lane, event))
                silent = finding is not None and finding.heard is Match.NOTHING
                yield lane, replace(event, silent=silent)
