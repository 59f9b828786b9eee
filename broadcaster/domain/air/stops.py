"""STOP as a state of an output: what had wanted its sound before stays held back until a person orders it anew.

A stop needs no lifting. It is a moment on an output; whatever has wanted that output since before the moment does not
sound there any more, and what is ordered or comes due later is free. Letting something go is a new order for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from broadcaster.domain.air.broadcasts import Broadcast, BroadcastKind
from broadcaster.domain.air.causes import Cause, Why

READY = dt.timedelta(seconds=30)
"""So long before its time a planned broadcast is claimed and made ready: a stop holds it back from then on."""
KEPT = dt.timedelta(hours=2)
"""A programme is kept back so long after its time; then it is no longer news, and is written down as not aired."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The last STOP of one output."""

    at: dt.datetime
    by: str

    @property
    def why(self) -> Why:
        """Why something was cut, or is not heard."""
        return Why(Cause.PERSON_STOPPED, f"{self.by or 'Người vận hành'} bấm dừng phát.")


@dataclass(frozen=True, slots=True)
class Stops:
    """The last STOP of each output that ever was stopped."""

    by_output: Mapping[str, Stop] = field(default_factory=dict)

    def joined(self, other: Stops) -> Stops:
        """These and others; of two on an output the later counts, whichever is heard of first."""
        found = dict(self.by_output)
        for name, stop in other.by_output.items():
            if name not in found or found[name].at < stop.at:
                found[name] = stop
        return Stops(found)

    def against(self, wanted: dt.datetime, outputs: Iterable[str]) -> dict[str, Stop]:
        """Those of `outputs` that stay silent for what has wanted them since `wanted`, each with its stop."""
        known = self.by_output
        return {name: known[name] for name in outputs if name in known and wanted <= known[name].at}

    def after(self, now: dt.datetime, outputs: Iterable[str]) -> dt.datetime:
        """When what is ordered now counts as ordered: after every stop of these outputs, though the clock went back."""
        known = self.by_output
        return max([now, *(known[n].at + dt.timedelta(microseconds=1) for n in outputs if n in known)])

    def held(self, wanted: dt.datetime, outputs: Iterable[str]) -> Stop | None:
        """The latest stop that leaves none of `outputs` to what has wanted them since `wanted`; None when one is free.

        A broadcast that a stop leaves some outputs is heard there; the others stay silent.
        """
        named = set(outputs)
        stopped = self.against(wanted, named)
        return max(stopped.values(), key=lambda s: s.at) if named and len(stopped) == len(named) else None

    def as_json(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {name: [stop.at.isoformat(), stop.by] for name, stop in self.by_output.items()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Stops:
        """Rebuild the stops from `as_json()`."""
        return cls({name: Stop(dt.datetime.fromisoformat(at), str(by)) for name, (at, by) in fields.items()})


def wanted_since(b: Broadcast, ordered_at: dt.datetime | None = None) -> dt.datetime:
    """Since when a broadcast has wanted its outputs: what is ordered or due before a stop is held back by it.

    What a person wants at once has wanted them since the order (`ordered_at`, when this very airing was ordered); the
    later soundings of an emergency since that was confirmed, and what it interrupted since before it; what is planned
    since it is made ready, or since it was planned, whichever is later.
    """
    if ordered_at is not None:
        return ordered_at
    ready = b.starts_at - READY
    if b.ordered_at is None:
        return ready
    return b.ordered_at if b.continues else max(b.ordered_at, ready)


def kept_until(b: Broadcast) -> dt.datetime:
    """How long a broadcast that is held back may still be let go; a sounding of an emergency has its own short time."""
    return b.ends_at if b.kind is BroadcastKind.EMERGENCY else max(b.ends_at, b.starts_at + KEPT)
