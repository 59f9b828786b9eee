"""Outlets: where the sound of a way out ends, and whether anybody hears it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Outlet(StrEnum):
    """What a way out is; each kind of sink declares its own."""

    LOUDSPEAKER = "loudspeaker"
    STREAM = "stream"
    """A server from which horns, or listeners, take the sound."""
    RECORDING = "recording"
    STAND_IN = "stand_in"
    """A recording that takes the place of a loudspeaker that is away."""
    NOWHERE = "nowhere"

    @property
    def heard(self) -> bool:
        """Whether somebody hears what goes there."""
        return self in {Outlet.LOUDSPEAKER, Outlet.STREAM}

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]


_LABELS = {
    Outlet.LOUDSPEAKER: "ra loa",
    Outlet.STREAM: "ra luồng mạng",
    Outlet.RECORDING: "ghi vào tệp, không ra loa",
    Outlet.STAND_IN: "ghi vào tệp thay cho loa, không ra loa",
    Outlet.NOWHERE: "không ra đâu cả",
}


def unheard(status: Mapping[str, Any], outputs: Iterable[str]) -> dict[str, str]:
    """Which of these outputs nobody hears, by play-out's own word, each with a Vietnamese sentence that says why."""
    sinks, kinds = status.get("sinks") or {}, status.get("outlets") or {}
    found = {}
    for name in sorted(outputs):
        outlet = Outlet(kinds.get(name, Outlet.LOUDSPEAKER))
        if name not in sinks:
            found[name] = f"Đường ra “{name}” không có trong cài đặt."
        elif (why := str(sinks[name])) != "ok":
            found[name] = f"Đường ra “{name}”: {why}"
        elif not outlet.heard:
            found[name] = f"Đường ra “{name}” {outlet.label}."
    return found
