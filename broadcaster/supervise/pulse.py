"""Whether play-out beats, by its own word, and what systemd is told because of it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from broadcaster.clock import Clock
from broadcaster.domain.air.desk import PORT_FILE
from broadcaster.home import Home
from broadcaster.services.air import ear
from broadcaster.supervise import bond
from broadcaster.supervise.desk_link import LIMITS_S
from broadcaster.supervise.notify import Notifier

ASK_S: Final = 5.0
"""Play-out is asked so often."""
SILENT_S: Final = 45.0
"""Play-out that lives and did not beat for so long is ended and started again; systemd, where it looks, comes first."""
BEGINS_S: Final = 120.0
"""So long it may take to begin."""
LONGEST_ROUND_S: Final = sum(LIMITS_S.values())
"""A round of its work that takes longer does not wait for a database that is away: it hangs."""
_ADDRESS: Final = 8192
"""Bytes that an address takes on the disk, at most."""
ALONE_S: Final = 60.0
"""So long the start waits for what is not play-out; then the station counts as started without."""


class Pulse:
    """Asks play-out for signs of life.

    Args:
        home: of which station.
        clock: when to ask.
    """

    def __init__(self, home: Home, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._asked = float("-inf")
        self.beats = False
        """Whether the last answer was a sign of life, or the full disk keeps it from being asked."""
        self.last = float("-inf")
        """When the last sign of life came (monotonic s)."""

    def take(self) -> bool:
        """Ask, when it is time to; return whether that was now."""
        now = self._clock.monotonic()
        if now - self._asked < ASK_S:
            return False
        self._asked = now
        age = ear.round_age(self._home)
        self.beats = age < LONGEST_ROUND_S if age is not None else self._nowhere()
        if self.beats:
            self.last = self._clock.monotonic()
        return True

    def _nowhere(self) -> bool:
        """Whether nobody can ask it because the disk has no room for its address: a new start finds none either."""
        try:
            return not (self._home.run / PORT_FILE).exists() and shutil.disk_usage(self._home.run).free < _ADDRESS
        except OSError:
            return False

    def silent_s(self, started: float) -> float:
        """How much longer than it may play-out that was started then has not beaten (s); below 0: it is in time."""
        now = self._clock.monotonic()
        return now - started - BEGINS_S if self.last < started else now - self.last - SILENT_S


class Herald:
    """Tells systemd when the station is ready, that it lives while play-out beats, and how it stands.

    Args:
        line: to systemd.
        home: of which station.
        pulse: of its play-out.
        clock: how long it has gone.
        local: a moment in station time.
    """

    def __init__(
        self, line: Notifier, home: Home, pulse: Pulse, clock: Clock, local: Callable[[dt.datetime], dt.datetime]
    ) -> None:
        self._line = line
        self._home = home
        self._pulse = pulse
        self._clock = clock
        self._local = local
        self._ready = False
        self._first_beat: float | None = None

    def tell(self) -> None:
        """Say how it stands, after play-out was asked."""
        alive = bond.living(self._home)
        down = [called for name, called in bond.NAMES.items() if name not in alive]
        words: dict[str, object] = {"STATUS": self._sentence(down)}
        now = self._clock.monotonic()
        if self._pulse.beats:
            self._first_beat = now if self._first_beat is None else self._first_beat
            if not self._ready and (not down or now - self._first_beat > ALONE_S):
                self._ready, words["READY"] = True, 1
            words["WATCHDOG"] = 1
        self._line.say(**words)
        if not self._ready:
            self._line.longer()

    def stopping(self) -> None:
        """Say that the station ends in order."""
        self._line.say(STOPPING=1, STATUS="Đài đang tắt.")

    def _sentence(self, down: Collection[str]) -> str:
        lines = [] if self._pulse.beats else ["Máy phát chưa trả lời."]
        if self._pulse.beats and (said := ear.word(self._home).said) is not None:
            lines.append(self._of_playout(said))
        lines += [f"Chưa chạy: {called}." for called in down]
        return " ".join(lines)

    def _of_playout(self, said: Mapping[str, Any]) -> str:
        if said.get("hold"):
            return str(said["hold"])
        if on_air := said.get("on_air"):
            return f"Đang phát “{on_air[0]['title']}”."
        if (coming := said.get("next")) is not None:
            at = self._local(dt.datetime.fromisoformat(coming["starts_at"]))
            return f"Máy phát chạy; buổi tới “{coming['title']}” lúc {at:%H:%M %d/%m/%Y}."
        return "Máy phát chạy; chưa có buổi nào được hẹn."
