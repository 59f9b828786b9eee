"""Sounds laid over a spoken programme: chimes and separators between its parts, music under it that gives way to it."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from broadcaster.later import Later
from broadcaster.media.probe import probe
from broadcaster.sound import analysis, meter
from broadcaster.sound.analysis import RATE
from broadcaster.sound.matrix import Floats
from broadcaster.sound.samples import Samples, decode

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Later("numpy")

UNDER_DB: Final = -20.0
"""Music under speech, against the speech (dB): heard in a pause, no obstacle to a word."""
ALONE_DB: Final = -8.0
"""Music where nobody speaks."""
_GONE_DB: Final = -60.0
_DOWN_MS: Final = 400
_UP_MS: Final = 900
_GAP_MS: Final = 1600
"""A pause shorter than this does not bring the music up."""
_ENDS_MS: Final = 1500
_SEAM: Final = RATE // 20


Floats64: TypeAlias = "npt.NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class Layer:
    """One sound laid over a programme."""

    path: Path
    start_ms: int
    end_ms: int | None = None
    """Where it ends; it is repeated until there. None: it sounds once, to its own end."""
    points: tuple[tuple[int, float], ...] = ()
    """Its level against the programme's loudness: (ms in the programme, dB), straight lines between. Empty: as loud."""


def music(path: Path, start_ms: int, end_ms: int, spoken: Sequence[tuple[int, int]]) -> Layer:
    """Music from `start_ms` to `end_ms` that goes down ahead of every stretch of speech and up after it.

    Args:
        path: the music.
        start_ms: where it begins.
        end_ms: where it has faded out.
        spoken: (start, end) of each sentence in ms, in order.
    """
    inside = [(max(a, start_ms), min(b, end_ms)) for a, b in spoken if b > start_ms and a < end_ms]
    stretches: list[list[int]] = []
    for a, b in inside:
        if stretches and a - stretches[-1][1] < _GAP_MS:
            stretches[-1][1] = b
        else:
            stretches.append([a, b])
    ducked: list[tuple[int, float]] = [(start_ms, ALONE_DB)] if not stretches else []
    for a, b in stretches:
        ducked += [(a - _DOWN_MS, ALONE_DB), (a, UNDER_DB), (b, UNDER_DB), (b + _UP_MS, ALONE_DB)]
    coming = [(start_ms, _GONE_DB), (start_ms + _ENDS_MS // 3, ALONE_DB)]
    going = [(end_ms - _ENDS_MS, ALONE_DB), (end_ms, _GONE_DB)]
    return Layer(path, start_ms, end_ms, _lowest([ducked, coming, going]))


def _lowest(curves: Sequence[Sequence[tuple[int, float]]]) -> tuple[tuple[int, float], ...]:
    """The lowest of several curves of straight lines, each held before its first and after its last point.

    Speech may begin before music has faded in, and end after it began to fade out: never must it come up between.
    """
    places = np.array(sorted({at for curve in curves for at, _ in curve}))

    def levels(at: Floats64) -> list[Floats64]:
        return [np.asarray(np.interp(at, [t for t, _ in c], [level for _, level in c])) for c in curves]

    crossings = []
    for one, other in itertools.combinations(levels(places), 2):
        apart = one - other
        for n in np.flatnonzero(apart[:-1] * apart[1:] < 0):
            share = apart[n] / (apart[n] - apart[n + 1])
            crossings.append(round(places[n] + share * (places[n + 1] - places[n])))
    whole = np.array(sorted({*places.tolist(), *crossings}))
    return tuple((int(at), float(level)) for at, level in zip(whole, np.min(levels(whole), axis=0), strict=True))


@dataclass(frozen=True, slots=True)
class _Open:
    layer: Layer
    sound: Samples
    factor: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mixer:
    """The sum of all layers."""

    parts: tuple[_Open, ...] = field(default=())

    @property
    def count(self) -> int:
        """Samples until the last layer has ended."""
        return max((p.last for p in self.parts), default=0)

    @classmethod
    @contextlib.contextmanager
    def opened(
        cls,
        layers: Sequence[Layer],
        folder: Path,
        loudness: float,
        *,
        cancel: threading.Event | None = None,
        low_priority: bool = True,
    ) -> Iterator[Mixer]:
        """Lend the layers, decoded into `folder`, each at `loudness` (LUFS).

        Raises:
            MediaError: a layer cannot be read.
        """
        known: dict[Path, tuple[Samples, float]] = {}
        parts = []
        for layer in layers:
            if layer.path not in known:
                target = folder / f"layer{len(known)}.pcm"
                sound = decode(layer.path, target, cancel=cancel, low_priority=low_priority)
                level = meter.measure(layer.path, seconds=probe(layer.path).seconds, cancel=cancel).integrated
                known[layer.path] = sound, 10 ** ((loudness - max(level, analysis.SILENT_LUFS + 20)) / 20)
            sound, factor = known[layer.path]
            first = layer.start_ms * RATE // 1000
            last = first + sound.count if layer.end_ms is None else layer.end_ms * RATE // 1000
            parts.append(_Open(layer, sound, factor, first, max(first, last)))
        yield cls(tuple(parts))

    def around(self, first: int, last: int) -> Floats:
        """The sum of all layers from sample `first` to `last`."""
        out = np.zeros(last - first, np.float32)
        for part in self.parts:
            begin, end = max(first, part.first), min(last, part.last)
            if end <= begin or not part.sound.count:
                continue
            piece = _looped(part.sound, begin - part.first, end - part.first) * np.float32(part.factor)
            if part.layer.points:
                at, level = zip(*part.layer.points, strict=True)
                times = np.arange(begin, end, dtype=np.float64) * 1000 / RATE
                piece *= (10 ** (np.interp(times, at, level) / 20)).astype(np.float32)
            out[begin - first : end - first] += piece
        return out


def _looped(sound: Samples, first: int, last: int) -> Floats:
    """A stretch of a sound that is played over and over, its seams faded."""
    if last <= sound.count:
        return sound.around(first, last)
    pieces = []
    while first < last:
        start = first % sound.count
        stop = min(sound.count, start + last - first)
        piece = sound.around(start, stop)
        places = np.arange(start, stop)
        edge = np.minimum(places, sound.count - 1 - places) / _SEAM
        pieces.append(piece * np.minimum(1.0, edge).astype(np.float32))
        first += stop - start
    return np.concatenate(pieces)
