"""Quiet hours: when people sleep, and only what is urgent wakes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from broadcaster.domain.schedule.windows import parse_time
from broadcaster.errors import RuleError


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A stretch in station time, [start, end), over midnight where it ends earlier; none where both are the same."""

    start: dt.time
    end: dt.time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """The hours written `22:00-05:00`; nothing written: none.

        Raises:
            RuleError: they are written otherwise.
        """
        if not text.strip():
            return cls(dt.time(0), dt.time(0))
        start, dash, end = text.partition("-")
        if not dash:
            raise RuleError("Giờ yên tĩnh viết như 22:00-05:00; bỏ trống là không có.", field="quiet")
        return cls(parse_time(start, field="quiet"), parse_time(end, field="quiet"))

    def covers(self, at: dt.time) -> bool:
        """Whether people sleep at this station time."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    def __str__(self) -> str:
        return "" if self.start == self.end else f"{self.start:%H:%M}-{self.end:%H:%M}"
