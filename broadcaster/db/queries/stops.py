"""Reads of the stops: when each output was stopped last, and what waits since then for a person to let it go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcaster.db.models import BroadcastRow, OutputStop
from broadcaster.db.queries.schedule import broadcast_of
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.domain.air.stops import READY, Stop, Stops, wanted_since
from broadcaster.domain.setup.outputs import Outputs


@dataclass(frozen=True, slots=True)
class HeldNow:
    """What a stop holds back: a broadcast, or with all its soundings an emergency."""

    number: int
    urgent: bool
    """Whether the number is that of an emergency."""
    title: str
    zones: tuple[str, ...]
    """Where it is held back."""
    starts_at: dt.datetime | None
    """When it was to begin; an emergency has no one moment."""
    stop: Stop

    @property
    def kind(self) -> str:
        """What the number is of, as an address says it."""
        return "emergency" if self.urgent else "broadcast"


def known(session: Session) -> Stops:
    """The last stop of each output."""
    return Stops({row.output: Stop(row.at, row.by) for row in session.scalars(select(OutputStop))})


def held(session: Session, outputs: Outputs, stops: Stops, now: dt.datetime) -> tuple[HeldNow, ...]:
    """The broadcasts that wait for a person; emergencies are told by their messages."""
    if not stops.by_output:
        return ()
    waiting = session.scalars(
        select(BroadcastRow)
        .where(
            BroadcastRow.state.in_([BroadcastState.PLANNED, BroadcastState.CUED]),
            BroadcastRow.kind.not_in([BroadcastKind.TRIAL, BroadcastKind.EMERGENCY]),
            BroadcastRow.starts_at <= now + READY,
        )
        .order_by(BroadcastRow.starts_at, BroadcastRow.id)
    )
    return tuple(h for row in waiting if (h := _broadcast(row, stops, outputs)) is not None)


def _broadcast(row: BroadcastRow, stops: Stops, outputs: Outputs) -> HeldNow | None:
    zones = outputs.in_use(row.zones)
    stop = stops.held(wanted_since(broadcast_of(row)), outputs.of_zones(zones))
    return HeldNow(row.id, False, row.title, zones, row.starts_at, stop) if stop is not None else None
