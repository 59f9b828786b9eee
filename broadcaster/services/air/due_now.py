"""What is due at this very moment and is not heard: a broadcast that has not begun, and one that carries no sound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from broadcaster.db.models import BroadcastRow
from broadcaster.db.queries import stops
from broadcaster.db.queries.air import by_broadcast
from broadcaster.domain.air.broadcasts import BroadcastKind, BroadcastState
from broadcaster.services.air.broadcasts import UNBEGUN
from broadcaster.services.station import Station

LATE_AFTER: Final = dt.timedelta(seconds=5)
QUIET_AFTER_S: Final = 10.0


def late(station: Station, said: Mapping[str, Any]) -> Sequence[BroadcastRow]:
    """The broadcasts whose time has come `LATE_AFTER` ago, and that nothing but a fault keeps from beginning.

    One that a person's stop holds back, or that waits for its turn behind what sounds on its horns, is not late.

    Args:
        station: whose rows are read.
        said: what play-out said last; what it has on the air has begun, whatever its row tells.

    Raises:
        DatabaseUnavailableError: the database is away.
    """
    now, on_air = station.now(), by_broadcast(said.get("on_air"))
    with station.db.read() as session:
        rows = session.scalars(
            select(BroadcastRow)
            .where(BroadcastRow.state.in_(UNBEGUN), BroadcastRow.kind != BroadcastKind.TRIAL)
            .where(BroadcastRow.starts_at <= now - LATE_AFTER, BroadcastRow.ends_at > now)
            .where(BroadcastRow.id.not_in(on_air))
            .order_by(BroadcastRow.starts_at, BroadcastRow.id)
        ).all()
        if not rows:
            return ()
        outputs = station.outputs(session)
        sounding = [list(one.get("zones") or ()) for one in on_air.values()]
        sounding += session.scalars(select(BroadcastRow.zones).where(BroadcastRow.state == BroadcastState.AIRING))
        held = {one.number for one in stops.held(session, outputs, stops.known(session), now) if not one.urgent}
    return [
        row for row in rows if row.id not in held and not any(outputs.collide(row.zones, zones) for zones in sounding)
    ]


def quiet(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Title and output of what is on the air and has carried no sound for `QUIET_AFTER_S`, by play-out's own word."""
    for one in by_broadcast(said.get("on_air")).values():
        for output, seconds in (one.get("quiet_s") or {}).items():
            if seconds > QUIET_AFTER_S:
                yield str(one.get("title", "")), output
