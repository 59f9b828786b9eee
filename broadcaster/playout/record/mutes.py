"""The mutes that hold, on play-out's own disk, so that they outlive its fall and a database that is away."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from broadcaster import keeping
from broadcaster.clock import Clock
from broadcaster.domain.air.mutes import Mute, silenced

log = logging.getLogger(__name__)


class KeptMutes:
    """The mutes as the desk last told them, in one file that is replaced whole. Read by every player at each piece."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._mutes: tuple[Mute, ...] = ()
        try:
            self._mutes = tuple(Mute.from_json(m) for m in json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("mutes not read: %s", error)

    def take(self, mutes: Iterable[Mute]) -> bool:
        """Keep what holds from now on; return whether that changed. A full disk keeps it in memory only."""
        told = tuple(mutes)
        if told == self._mutes:
            return False
        self._mutes = told
        try:
            keeping.keep(self._path, json.dumps([m.as_json() for m in told], ensure_ascii=False))
        except OSError as error:
            log.warning("mutes not kept: %s", error)
        return True

    def now(self) -> dict[str, Mute]:
        """What holds at this moment, by output."""
        return silenced(self._mutes, self._clock.now())

    def of(self, output: str) -> Mute | None:
        """The mute that silences an output at this moment."""
        return self.now().get(output) if self._mutes else None
