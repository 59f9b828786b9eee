"""Whether this machine may play at all: where several share one database, one plays and the others stand by."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
from pathlib import Path

from broadcaster.errors import StationError
from broadcaster.services.air import leases
from broadcaster.services.station import Station

log = logging.getLogger(__name__)


class Tenure:
    """Keeps the lease of a play-out. On SQLite, which one machine alone can open, it is always this one's turn.

    While the database is away nothing can be asked. A machine that never met another goes on playing; one that knows
    of another stops when its lease has run out, for that is when the other begins.

    Args:
        station: the open station.
        owner: this machine's name for itself.
        seconds: how long a lease lasts.
        file: where a rival is remembered over a restart.
    """

    def __init__(self, station: Station, owner: str, seconds: float, file: Path) -> None:
        self.heir_since: dt.datetime | None = None
        """Broadcasts that start later than this may be taken over from the machine that played before."""
        self._station = station
        self._owner = owner
        self._seconds = seconds
        self._file = file
        self._shared = not station.db.is_sqlite
        self._rival = self._remembered() if self._shared else ""
        self._held_until: float | None = None
        self._other = ""

    @property
    def hold(self) -> str:
        """Why this machine must not begin anything now, in Vietnamese; empty when it may."""
        if not self._shared:
            return ""
        if self._other:
            return (
                f"Máy “{self._other}” đang giữ quyền phát. Máy này chờ sẵn, tự phát thay khi máy kia ngừng quá "
                f"{self._seconds:.0f} giây."
            )
        alone = not self._rival
        if alone or (self._held_until is not None and self._station.clock.monotonic() < self._held_until):
            return ""
        return (
            f"Chưa hỏi được cơ sở dữ liệu, mà máy “{self._rival}” có thể đang phát. Máy này tạm ngừng để không phát "
            "hai lần."
        )

    def renew(self) -> None:
        """Ask for the lease, or keep it.

        Raises:
            StationError: the database is away.
        """
        if not self._shared:
            return
        asked = self._station.clock.monotonic()
        held = leases.hold(self._station, self._owner, self._seconds)
        if held.since is not None:
            log.warning("lease taken over from %s", held.rival)
            self.heir_since = held.since
        if held.mine:
            self._held_until, self._other = asked + self._seconds, ""
            if held.rival:
                self._remember(held.rival)
        else:
            self._held_until, self._other = None, held.owner or "khác"
            if held.owner:
                self._remember(held.owner)

    def end(self) -> None:
        """Let the lease go, so that another machine begins at once."""
        if self._shared and not self._other:
            with contextlib.suppress(StationError):
                leases.give_up(self._station, self._owner)

    def _remember(self, rival: str) -> None:
        if rival == self._rival:
            return
        self._rival = rival
        try:
            self._file.write_text(json.dumps({"rival": rival}), encoding="utf-8")
        except OSError as error:
            log.warning("rival not remembered: %s", error)

    def _remembered(self) -> str:
        try:
            return str(json.loads(self._file.read_text(encoding="utf-8"))["rival"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
