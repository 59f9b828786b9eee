"""The watch that stands in: people are told also while the worker, whose task that is, is dead or hangs.

It costs memory only then. The worker's watch shows that it lives by a file whose time changes with each of its rounds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

from broadcaster.clock import Clock
from broadcaster.home import Home
from broadcaster.logs import EventLog
from broadcaster.supervise.bond import SUPERVISED

log = EventLog(__name__)
SILENT_S: Final = 45.0
"""The worker's watch beats each three seconds, and may hang over a database or a start for a while."""
_END_S: Final = 5.0


class StandIn:
    """Starts and ends the watch that stands in."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._beat: int | None = None
        self._changed_at = clock.monotonic()
        self._process: subprocess.Popen[bytes] | None = None

    def tend(self) -> None:
        """Look whether the worker's watch lives, and act on it."""
        now, beat = self._clock.monotonic(), self._read()
        if beat != self._beat:
            self._beat, self._changed_at = beat, now
        silent = now - self._changed_at > SILENT_S
        if self._process is not None and self._process.poll() is not None:
            self.end()
            self._changed_at = now  # it fell: not begun again at once
        elif silent and self._process is None:
            command = [sys.executable, "-m", "broadcaster", "--home", str(self._home.root), "alerts", "watch"]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # never written to: it ends when this process does
                env=os.environ | {SUPERVISED: "1"},
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
            log.warning("the worker's watch is silent: another stands in", pid=self._process.pid)
        elif not silent and self._process is not None:
            self.end()

    def end(self) -> None:
        """End it, if there is one."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def _read(self) -> int | None:
        try:
            return self._home.alerts_beat.stat().st_mtime_ns
        except OSError:
            return None
