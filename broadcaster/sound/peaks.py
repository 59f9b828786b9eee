"""The outline of a sound, for drawing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from broadcaster.later import Later
from broadcaster.media import ffmpeg

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

POINTS: Final = 800
_FINE: Final = 480
"""Samples (10 ms) of which the highest is kept while reading, so that memory stays at 100 numbers a second."""


def peaks(path: Path, points: int = POINTS) -> tuple[int, ...]:
    """The outline as `points` numbers from 0 (silence) to 127 (full scale), or fewer for a very short sound.

    Raises:
        MediaError: the file cannot be read.
    """
    fine: list[np.ndarray[tuple[int], np.dtype[np.int32]]] = []
    rest = b""

    def take(chunk: bytes) -> None:
        nonlocal rest
        data = rest + chunk
        whole = len(data) // (2 * _FINE) * 2 * _FINE
        rest = data[whole:]
        if whole:
            samples = np.frombuffer(data[:whole], "<i2").astype(np.int32)
            fine.append(np.abs(samples).reshape(-1, _FINE).max(axis=1))

    shape = ["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(path), *shape], on_stdout=take)
    if (tail := np.frombuffer(rest[: len(rest) // 2 * 2], "<i2")).size:
        fine.append(np.abs(tail.astype(np.int32)).max(keepdims=True))
    if not fine:
        return ()
    curve = np.concatenate(fine)
    count = min(points, curve.size)
    starts = np.arange(count) * curve.size // count
    return tuple(int(v) for v in np.minimum(np.maximum.reduceat(curve, starts) // 258, 127))
