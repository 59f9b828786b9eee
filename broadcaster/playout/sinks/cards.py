"""The sound cards of this machine, by one of two ways: miniaudio where it has a wheel, else ALSA's own `aplay`.

The second way is taken where miniaudio is not installed (no wheel for 64-bit ARM on Linux), and where it finds no
card: one device of ALSA that cannot be asked hides all the others from it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from broadcaster.playout.sinks.base import Losing


class Cards(Protocol):
    """One way to the sound cards."""

    latency: float
    """Seconds from the first `write` to the first sound."""

    def missing(self) -> str:
        """A Vietnamese sentence that says what this way lacks on this machine; empty when it can be asked."""
        ...

    def names(self) -> list[str]:
        """What people call the cards; empty when there is none. What nobody can hear does not count."""
        ...

    def open(self, wanted: str) -> Losing:
        """Start the card that has this in its name, or the machine's own choice where it is empty.

        Raises:
            AirError: it refuses, or was unplugged since it was named.
        """
        ...


def ways() -> list[Cards]:
    """Every way that this machine could have, the better one first."""
    modules = ["card_miniaudio"] if find_spec("miniaudio") is not None else []
    return [import_module(f"broadcaster.playout.sinks.{name}").CARDS for name in [*modules, "card_aplay"]]


def way() -> tuple[Cards, list[str]]:
    """The first way that finds a card, with the names; where none does, the first that can be asked."""
    asked = [(one, one.names()) for one in ways()]
    return next((one for one in asked if one[1]), None) or next((o for o in asked if not o[0].missing()), asked[0])


def playback_devices() -> list[str]:
    """The names of the sound cards; empty when there is none."""
    return way()[1]
