"""`loa up`: starts play-out, worker and web, starts again what falls, stops all in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import Final

from broadcaster.clock import Clock
from broadcaster.domain.air.desk import PROCESS
from broadcaster.home import Home
from broadcaster.logs import EventLog
from broadcaster.supervise.bond import ANEW, SUPERVISED
from broadcaster.supervise.notify import Notifier
from broadcaster.supervise.panel_port import PanelPort
from broadcaster.supervise.pulse import Herald, Pulse
from broadcaster.supervise.stand_in import StandIn

log = EventLog(__name__)

ORDER = ("playout", "worker", "web")
"""Started in this order and stopped in the reverse: the sound comes first and goes last."""
BACK_OFF = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before a fallen process is started again; a run of `STEADY` seconds begins anew."""
STEADY = 120.0
_STOP_SECONDS = {"web": 10.0, "worker": 20.0, "playout": 20.0}
_FEW_ARENAS: Final = {"MALLOC_ARENA_MAX": "2"}
"""The heaps of glibc: with one for each thread, what a thread once needed stays taken for good."""
_LEAN: Final = {"worker": _FEW_ARENAS, "web": _FEW_ARENAS}
"""Play-out keeps a heap for each of its threads: none waits for another's."""
_SUPERVISED: Final = {SUPERVISED: "1"}


@dataclass
class _Child:
    name: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0
    start_at: float = field(default=0.0)


class Supervisor:
    """Keeps the three processes of one station alive."""

    def __init__(self, home: Home, clock: Clock, door: PanelPort, pulse: Pulse, herald: Herald) -> None:
        self._home = home
        self._clock = clock
        self._door = door
        self._pulse = pulse
        self._herald = herald
        self._children = [_Child(name) for name in ORDER]
        self._stand_in = StandIn(home, clock)

    def run(self, stop: threading.Event) -> None:
        """Start all and watch them until `stop` is set; then stop all in order."""
        try:
            while not stop.is_set():
                if self._home.restart_now.exists():
                    self._begin_anew()
                for child in self._children:
                    self._tend(child)
                self._stand_in.tend()
                if self._pulse.take():
                    self._herald.tell()
                    self._end_silent()
                stop.wait(0.2)
        finally:
            self._herald.stopping()
            self._stand_in.end()
            for child in reversed(self._children):
                self._end(child)
            self._door.close()

    def _begin_anew(self) -> None:
        """End all in order, to be started again at once: a person asked for it and the worker found a quiet moment."""
        log.info("restart begins")
        for child in reversed(self._children):
            self._end(child)
            child.process, child.falls, child.start_at = None, 0, 0.0
        self._door.anew()
        for path in (self._home.restart_now, self._home.restart_wish):
            path.unlink(missing_ok=True)

    def _end_silent(self) -> None:
        """Let play-out that lives and gives no sign of life fall: it is started again like any that fell."""
        for child in self._children:
            if child.name == PROCESS and child.process is not None and self._pulse.silent_s(child.started) > 0:
                log.warning("process hangs", process=child.name)
                child.process.kill()

    def _tend(self, child: _Child) -> None:
        now = self._clock.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            if now - child.started > STEADY:
                child.falls = 0
            if code == ANEW:
                child.process, child.start_at = None, now
                log.info("process begins anew", process=child.name)
            else:
                pause = BACK_OFF[min(child.falls, len(BACK_OFF) - 1)]
                child.falls += 1
                child.process, child.start_at = None, now + pause
                log.warning("process fell", process=child.name, code=code, again_in=pause)
        if now < child.start_at:
            return
        web = child.name == "web"
        if web and self._door.given_up:
            return
        if web and not self._door.open():
            child.start_at = now + BACK_OFF[min(child.falls, len(BACK_OFF) - 1)]
            child.falls += 1
        else:
            child.process = subprocess.Popen(
                [sys.executable, "-m", "broadcaster", "--home", str(self._home.root), child.name],
                stdin=subprocess.PIPE,  # never written to: it ends when this process does
                pass_fds=self._door.handles() if web else (),
                env=os.environ
                | _LEAN.get(child.name, {})
                | {SUPERVISED: "1"}
                | (self._door.environment() if web else {}),
                # Ctrl-C goes to the supervisor alone, which then stops the others in order.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
            child.started = now
            log.info("process started", process=child.name, pid=child.process.pid)

    def _end(self, child: _Child) -> None:
        process = child.process
        if process is None or process.poll() is not None:
            return
        if os.name == "posix":
            process.send_signal(signal.SIGTERM)
        elif process.stdin is not None:  # its bond: a service of Windows has no console to break from
            process.stdin.close()
        try:
            process.wait(_STOP_SECONDS[child.name])
        except subprocess.TimeoutExpired:
            log.warning("process killed", process=child.name)
            process.kill()
            process.wait()
        log.info("process stopped", process=child.name)


def watch_over(home: Home, clock: Clock, systemd: Notifier, door: PanelPort, stop: threading.Event) -> None:
    """Keep the processes of a station alive until `stop` is set, and tell systemd how it stands."""
    tz = home.settings_in_use().tz
    pulse = Pulse(home, clock)
    herald = Herald(systemd, home, pulse, clock, lambda moment: moment.astimezone(tz))
    Supervisor(home, clock, door, pulse, herald).run(stop)
