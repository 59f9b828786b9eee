"""A mute: a person turned an output off for a while. It belongs to the output, and ends by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from broadcaster.domain.air.causes import Cause, Why

LONGEST = dt.timedelta(days=7)
"""What is to be silent for longer is no mute: its zone is taken out of use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """One output that is to be silent for a while."""

    id: int
    output: str
    zone: str
    """The zone that was meant; empty: all of them."""
    since: dt.datetime
    """Aware UTC."""
    until: dt.datetime
    by: str
    why: str

    def holds(self, at: dt.datetime) -> bool:
        """Whether the output is to be silent at a moment."""
        return self.since <= at < self.until

    @property
    def told(self) -> Why:
        """Why something was not heard, as the log tells it."""
        because = f": {self.why.rstrip('.')}" if self.why else ""
        return Why(Cause.MUTED, f"Tắt tiếng theo lệnh của {self.by}{because}.")

    @property
    def overruled(self) -> Why:
        """What the log says of an emergency that was heard all the same."""
        return Why(Cause.HEARD_THROUGH_MUTE, f"Phát khẩn cấp dù {self.by} đang tắt tiếng ở đó.")

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return asdict(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Rebuild a mute from `as_json()`."""
        moments = {name: dt.datetime.fromisoformat(fields[name]) for name in ("since", "until")}
        return cls(**{**fields, **moments})


def silenced(mutes: Iterable[Mute], at: dt.datetime) -> dict[str, Mute]:
    """What holds at a moment, by output; of two on one output the one that lasts longer."""
    held = sorted((m for m in mutes if m.holds(at)), key=lambda m: m.until)
    return {m.output: m for m in held}
