"""The stops of this machine's outputs, on play-out's own disk, so that one survives a crash and a desk that is away."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable
from pathlib import Path

from broadcaster import keeping
from broadcaster.domain.air.stops import Stop, Stops

log = logging.getLogger(__name__)


class StopBook:
    """Keeps the stops in `file`, replaced whole. Safe to call from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._now = self._remembered()

    @property
    def now(self) -> Stops:
        """The last stop of each output."""
        return self._now

    def note(self, outputs: Iterable[str], stop: Stop) -> None:
        """These outputs are stopped: from this moment on, and on the disk as soon as it takes that."""
        self.learn(Stops(dict.fromkeys(outputs, stop)))

    def learn(self, stops: Stops) -> None:
        """Take in stops that the desk knows, or a person just ordered."""
        with self._lock:
            joined = self._now.joined(stops)
            if joined == self._now:
                return
            self._now = joined

    def save(self) -> None:
        """Bring them to the disk; a full one keeps them in memory, and in the journal."""
        with self._lock:
            try:
                keeping.keep(self._file, json.dumps(self._now.as_json(), ensure_ascii=False))
            except OSError as error:
                log.warning("stops not kept: %s", error)

    def _remembered(self) -> Stops:
        try:
            return Stops.from_json(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Stops()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("stops not read: %s", error)
            return Stops()
