"""Loudness and peaks by ITU-R BS.1770 / EBU R 128, as ffmpeg's `ebur128` filter reads them."""

from __future__ import annotations

import math
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from broadcaster.later import Later
from broadcaster.media import ffmpeg

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

FILTER: Final = "ebur128=peak=true:framelog=verbose"
"""Append to a chain to read the summary from its standard error."""
SILENT_LUFS: Final = -70.0
"""The absolute gate of BS.1770: nothing above it means silence."""

_INTEGRATED = re.compile(r"I:\s+(-?[\d.]+|-?inf|nan) LUFS")
_RANGE = re.compile(r"LRA:\s+(-?[\d.]+|nan) LU\b")
_PEAK = re.compile(r"True peak:\s+Peak:\s+(-?[\d.]+|-?inf|nan) dBFS")
_AT_48K = "aresample=48000"
"""At low rates the K-weighting bends near half the rate and reads 0.3 LU too loud."""
_LOOP_BELOW_S = 0.5
_LOOP_TO_S = 3.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """One programme's loudness."""

    integrated: float
    """Gated programme loudness (LUFS); -70 for silence."""
    range: float
    """Loudness range (LU)."""
    true_peak: float
    """Highest true peak, four times oversampled (dBTP); -inf for digital silence or when it was not read."""

    @property
    def silent(self) -> bool:
        """Whether nothing rises above the absolute gate."""
        return self.integrated <= SILENT_LUFS


@dataclass(frozen=True, slots=True)
class Edges:
    """Silence before the first and after the last sound of a file."""

    head_ms: int
    tail_ms: int


def repeats(seconds: float | None) -> list[str]:
    """Input arguments that make a sound long enough to have a programme loudness.

    BS.1770 counts blocks of 400 ms; a shorter sound has none. It is repeated until it fills 3 s, so that it is as
    loud as a listener would hear it in a row, silence around it included.
    """
    if seconds is None or seconds <= 0 or seconds >= _LOOP_BELOW_S:
        return []
    return ["-stream_loop", str(math.ceil(_LOOP_TO_S / seconds))]


def parse(stderr: str) -> Loudness:
    """The summary that `ebur128` wrote.

    Raises:
        MediaError: there is none.
    """
    summary = stderr[stderr.rfind("Summary:") :] if "Summary:" in stderr else ""
    found = [pattern.search(summary) for pattern in (_INTEGRATED, _RANGE)]
    top = _PEAK.search(summary)
    if any(m is None for m in found):
        raise ffmpeg.rubbish()
    integrated, span = (float(m[1]) for m in found if m is not None)
    peak = float(top[1]) if top is not None else math.nan
    if not math.isfinite(integrated):
        integrated = SILENT_LUFS
    return Loudness(integrated, span if math.isfinite(span) else 0.0, peak if not math.isnan(peak) else -math.inf)


def measure(path: Path, *, seconds: float | None = None, cancel: threading.Event | None = None) -> Loudness:
    """The loudness of a sound file.

    Args:
        path: any sound file.
        seconds: its length when known, so that a very short one can be repeated.
        cancel: stops the measurement.

    Raises:
        MediaError: the file cannot be read.
    """
    chain = f"{_AT_48K},{FILTER}"
    arguments = [*repeats(seconds), *ffmpeg.source(path), "-map", "0:a:0", "-af", chain, "-f", "null", "-"]
    return parse(ffmpeg.run(arguments, cancel=cancel).stderr)


def edges(path: Path, *, threshold_db: float = -50.0) -> Edges:
    """The silence at both ends of a file, in bounded memory.

    Args:
        path: any sound file.
        threshold_db: what counts as silence (dBFS of a sample).

    Raises:
        MediaError: the file cannot be read.
    """
    limit = round(32768 * 10 ** (threshold_db / 20))
    seen = 0
    first: int | None = None
    last = 0
    rest = b""

    def take(chunk: bytes) -> None:
        nonlocal seen, first, last, rest
        data = rest + chunk
        even = len(data) // 2 * 2
        rest = data[even:]
        loud = np.flatnonzero(np.abs(np.frombuffer(data[:even], "<i2").astype(np.int32)) > limit)
        if loud.size:
            first = seen + int(loud[0]) if first is None else first
            last = seen + int(loud[-1]) + 1
        seen += even // 2

    shape = ["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "-"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(path), *shape], on_stdout=take)
    head = seen if first is None else first
    return Edges(head // 48, (seen - last) // 48)
