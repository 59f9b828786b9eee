"""Signs of life: each process says that it lives and what it does; the panel and `doctor` read it."""

from __future__ import annotations

import datetime as dt
import os
import socket
from typing import Any

from broadcaster.db.models import Heartbeat
from broadcaster.services.station import Station

ALIVE = dt.timedelta(seconds=20)
"""A process that was silent for longer is taken for dead; play-out beats each 5 s."""


def beat(station: Station, process: str, status: dict[str, Any], *, pid: int = 0) -> None:
    """Write the heartbeat of `process`; `pid` names it when another process writes for it.

    Raises:
        StationError: the database is away.
    """
    with station.db.write(lasting=False) as session:
        session.merge(
            Heartbeat(
                process=process, host=socket.gethostname(), pid=pid or os.getpid(), at=station.now(), status=status
            )
        )


def status(station: Station, process: str) -> tuple[bool, dict[str, Any]]:
    """Whether `process` is alive, and what it last said."""
    with station.db.read() as session:
        row = session.get(Heartbeat, process)
        if row is None:
            return False, {}
        return station.now() - row.at < ALIVE, row.status
