"""Relay (tiếp âm): a programme of another station, at fixed hours only.

In 12/2025 a relay set to a wrong hour woke a commune at 3:15. Here a source carries the hours in which it may sound;
a slot outside them cannot be put into force, and play-out asks again before every second of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from broadcaster.domain.schedule.windows import StationHours, Window
from broadcaster.errors import RuleError, Where
from broadcaster.secret import Address

NONE = dt.timedelta(0)


@dataclass(frozen=True, slots=True)
class RelaySource:
    """A programme that may be relayed: a stream, or whatever a capture command takes in."""

    name: str
    title: str
    windows: tuple[Window, ...]
    url: Address = field(default_factory=Address)
    capture: tuple[str, ...] = field(default=(), repr=False)
    """The command that writes samples (signed 16-bit, 48 kHz, one channel) of a tuner or a sound card."""
    silence_s: float = 8.0
    """After so much silence, or nothing at all, local content takes over (s)."""

    @property
    def hours(self) -> str:
        """The allowed hours in words."""
        return ", ".join(str(w) for w in self.windows)

    def allowed(self, local: dt.datetime) -> dt.timedelta:
        """For how long it may sound from a local moment on; nothing outside its hours."""
        end = StationHours(self.windows).end_at(local)
        return end - local if end else NONE

    def refusal(self, local: dt.datetime) -> str:
        """Why it may not begin at a local moment; nothing when it may."""
        if self.allowed(local) > NONE:
            return ""
        return f"Lúc {local:%H:%M} nằm ngoài giờ được tiếp âm “{self.title}” ({self.hours})."

    def require(self, start: dt.datetime, length: dt.timedelta, *, field: str | Where) -> None:
        """Check that it may be planned from local `start` for `length`.

        Raises:
            RuleError: it lies outside the source's hours.
        """
        if not StationHours(self.windows).allows(start, length):
            minutes = int(length.total_seconds() // 60)
            raise RuleError(
                f"Tiếp âm “{self.title}” lúc {start:%H:%M}, dài {minutes} phút, nằm ngoài giờ được tiếp âm "
                f"({self.hours}). "
                "Hãy đổi giờ, rút ngắn, hoặc sửa giờ của nguồn này ở [relay] trong station.toml.",
                field=field,
            )
