"""A long sound as raw samples on disk, read and written a stretch at a time by several threads."""

from __future__ import annotations

import contextlib
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from broadcaster.later import Later
from broadcaster.media import ffmpeg
from broadcaster.media.probe import probe
from broadcaster.sound.analysis import RATE
from broadcaster.sound.matrix import Floats

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

_FULL: Final = 32_768
_MAY_OVERSHOOT: Final = frozenset({"mp3", "aac", "opus", "vorbis", "ac3", "wmav2"})
"""Codecs whose decoder may answer with more than full scale."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Mono samples at 48 kHz in a file: signed 16-bit little-endian, 1 standing for `scale`."""

    path: Path
    count: int
    scale: float = 1.0
    offset: int = 0
    """Bytes before the first sample."""

    def around(self, first: int, last: int) -> Floats:
        """The samples from `first` to `last`, silence where there are none."""
        begin, end = max(0, first), max(0, min(last, self.count))
        out = np.zeros(last - first, np.float32)
        if end > begin:
            with self.path.open("rb") as file:
                file.seek(self.offset + 2 * begin)
                found = np.frombuffer(file.read(2 * (end - begin)), "<i2")
            out[begin - first : begin - first + found.size] = found * np.float32(self.scale / _FULL)
        return out

    @staticmethod
    @contextlib.contextmanager
    def made(path: Path, count: int, scale: float = 1.0) -> Iterator[Writer]:
        """Lend a writer of `count` samples at `path`.

        Raises:
            OSError: the disk refuses.
        """
        with path.open("wb") as file:
            yield Writer(path, count, scale, file, threading.Lock())


@dataclass(frozen=True, slots=True)
class Writer:
    """Takes stretches of samples in any order."""

    path: Path
    count: int
    scale: float
    file: IO[bytes]
    lock: threading.Lock

    def put(self, first: int, samples: Floats) -> None:
        """Write samples from `first` on; what stands beyond the end is left out."""
        kept = samples[: self.count - first]
        data = np.round(np.clip(kept * np.float32(_FULL / self.scale), -_FULL, _FULL - 1)).astype("<i2").tobytes()
        with self.lock:
            self.file.seek(2 * first)
            self.file.write(data)

    def samples(self) -> Samples:
        """What was written."""
        self.file.flush()
        return Samples(self.path, self.count, self.scale)


def decode(
    source: Path,
    target: Path,
    *,
    longest_s: float | None = None,
    cancel: threading.Event | None = None,
    low_priority: bool = True,
) -> Samples:
    """Any sound file as samples at 48 kHz, mono, no more than `longest_s` seconds of it.

    They are written to `target`, unless the file holds them as they are: then it is read itself, and MUST be left alone
    for as long as the samples are used.

    Raises:
        MediaError: the file cannot be read, the disk is full, or the work was cancelled.
    """
    if (there := _as_they_are(source, longest_s)) is not None:
        return there
    scale = 2.0 if probe(source, cancel=cancel).codec in _MAY_OVERSHOOT else 1.0
    chain = f"aresample={RATE}:dither_method=none,aformat=sample_fmts=flt:channel_layouts=mono,volume={1 / scale}"
    limit = [] if longest_s is None else ["-t", f"{longest_s:g}"]
    shape = ["-map", "0:a:0", *limit, "-af", chain, "-c:a", "pcm_s16le", "-f", "s16le", f"file:{target}"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(source), *shape], cancel=cancel, low_priority=low_priority)
    if not target.is_file():
        raise ffmpeg.rubbish()
    return Samples(target, target.stat().st_size // 2, scale)


def _as_they_are(source: Path, longest_s: float | None) -> Samples | None:
    """The samples of a whole WAV file at 48 kHz, mono, 16 bit; None for any other."""
    with contextlib.suppress(OSError, EOFError, wave.Error), source.open("rb") as file:
        header = wave.open(file)  # noqa: SIM115 - it closes nothing that it did not open
        count, start = header.getnframes(), file.tell()
        house = (header.getframerate(), header.getnchannels(), header.getsampwidth()) == (RATE, 1, 2)
        if house and start + 2 * count <= source.stat().st_size:
            return Samples(source, count if longest_s is None else min(count, round(longest_s * RATE)), 1.0, start)
    return None
