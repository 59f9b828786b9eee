"""Sentences spoken before: one WAV for each, found by engine, version, voice, rate and text."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import wave
from pathlib import Path
from typing import Final

from broadcaster import keeping
from broadcaster.speech.engine import Clip

_PRUNE_TO: Final = 0.9
_CHECK_EVERY: Final = 16
"""The folder is measured after this share (1/n) of the limit was written."""


def key_of(engine: str, version: str, voice: str, rate: float, text: str) -> str:
    """The name of a sentence in the cache: a SHA-256 over all that makes its sound."""
    parts = json.dumps([engine, version, voice, round(rate, 4), text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()


def user_cache() -> Path:
    """Where sentences are kept that are spoken without a station."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(base or Path.home() / ".cache") / "loa-xa" / "clips"


class ClipCache:
    """A folder of clips that may be deleted at any time; finished sounds never need it.

    A disk that refuses makes the cache useless, not the station: nothing here raises for want of space.

    Args:
        root: the folder; made when needed.
        max_bytes: the least recently used clips are removed above this.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._max = max_bytes
        self._unmeasured = max_bytes  # measure at the first write

    def turn_of(self, engine: str) -> Path:
        """The file by which the processes that share this cache take turns with an engine."""
        return self._root / f"{engine}.lock"

    def get(self, key: str) -> Clip | None:
        """The clip, or None; a damaged one counts as absent."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            with wave.open(io.BytesIO(data)) as reader:
                count, rate = reader.getnframes(), reader.getframerate()
                pcm = reader.readframes(count)
                whole = reader.getnchannels() == 1 and reader.getsampwidth() == 2 and len(pcm) == 2 * count
        except (OSError, EOFError, wave.Error):
            return None
        if not whole:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return Clip(pcm, rate)

    def put(self, key: str, clip: Clip) -> bool:
        """Keep a clip whole or not at all; return whether the disk took it."""
        path = self._path(key)
        data = io.BytesIO()
        with wave.open(data, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(clip.rate)
            writer.writeframes(clip.pcm)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            keeping.keep(path, data.getvalue())
        except OSError:
            return False
        self._unmeasured += len(clip.pcm)
        if self._unmeasured * _CHECK_EVERY >= self._max:
            self.prune()
        return True

    def prune(self) -> int:
        """Remove the least recently used clips while the folder is above its limit; return how many."""
        self._unmeasured = 0
        found = []
        for path in self._root.glob("*/*"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime_ns, stat.st_size, path))
        total = sum(size for _, size, _ in found)
        if total <= self._max:
            return 0
        removed = 0
        for _, size, path in sorted(found):
            if total <= self._max * _PRUNE_TO:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
                removed += 1
        return removed

    def _path(self, key: str) -> Path:
        return self._root / key[:2] / f"{key}.wav"
