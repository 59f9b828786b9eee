"""Whether this machine may play at all: where several share one station, one plays and the others stand by."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
from pathlib import Path

from broadcaster import keeping
from broadcaster.clock import Clock
from broadcaster.domain.air.desk import Desk, DeskAwayError, Status

log = logging.getLogger(__name__)


class Lease:
    """Keeps the right of a play-out to play, which its desk gives for a short time with each sign of life.

    While the desk is away nothing can be asked. A machine that never met another goes on playing; one that knows of
    another stops when its right has run out, for that is when the other begins.

    Args:
        desk: gives the right.
        clock: how long it has held.
        seconds: how long it lasts.
        file: where a rival is remembered over a restart.
    """

    def __init__(self, desk: Desk, clock: Clock, seconds: float, file: Path) -> None:
        self.heir_since: dt.datetime | None = None
        """Broadcasts that start later than this may be taken over from the machine that played before."""
        self._desk = desk
        self._clock = clock
        self._seconds = seconds
        self._file = file
        self._rival = self._remembered()
        self._held_until: float | None = None
        self._other = ""

    @property
    def hold(self) -> str:
        """Why this machine must not begin anything now, in Vietnamese; empty when it may."""
        if self._other:
            return (
                f"Máy “{self._other}” đang giữ quyền phát. Máy này chờ sẵn, tự phát thay khi máy kia ngừng quá "
                f"{self._seconds:.0f} giây."
            )
        alone = not self._rival
        if alone or (self._held_until is not None and self._clock.monotonic() < self._held_until):
            return ""
        return (
            f"Chưa hỏi được cơ sở dữ liệu, mà máy “{self._rival}” có thể đang phát. Máy này tạm ngừng để không phát "
            "hai lần."
        )

    def renew(self, status: Status) -> None:
        """Give a sign of life; take or keep the right.

        Raises:
            DeskAwayError: the desk is away.
        """
        asked = self._clock.monotonic()
        turn = self._desk.beat(status)
        if turn.heir_since is not None:
            self.heir_since = turn.heir_since
        if turn.may_play:
            self._held_until, self._other = asked + self._seconds, ""
        else:
            self._held_until, self._other = None, turn.other or "khác"
        if turn.other or turn.alone:
            self._remember(turn.other)

    def end(self, status: Status) -> None:
        """Let the right go, so that another machine begins at once."""
        if not self._other:
            with contextlib.suppress(DeskAwayError):
                self._desk.beat({**status, "leaving": True})

    def _remember(self, rival: str) -> None:
        if rival == self._rival:
            return
        self._rival = rival
        try:
            keeping.keep(self._file, json.dumps({"rival": rival}))
        except OSError as error:
            log.warning("rival not remembered: %s", error)

    def _remembered(self) -> str:
        try:
            return str(json.loads(self._file.read_text(encoding="utf-8"))["rival"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
