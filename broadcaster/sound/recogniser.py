"""The contract of a recogniser: a stretch of sound in, the words that were understood out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

import numpy as np
import numpy.typing as npt

RATE: Final = 16_000
"""Of what is heard (Hz)."""

Wave = npt.NDArray[np.float64]


class Recogniser(ABC):
    """A speech recogniser behind an entry point of the group `broadcaster.recognisers`.

    It is made without arguments, in a process of its own (`recogniser_process`): what it loads may be large, and
    whatever happens to it, the station goes on.
    """

    @classmethod
    def missing(cls) -> str | None:
        """None when it can be used on this machine, else what to do, in Vietnamese. MUST NOT load a model."""
        return None

    @abstractmethod
    def text(self, sound: Wave) -> str:
        """What was understood of a sound at `RATE`, within -1 to 1, with half a second of silence around."""
