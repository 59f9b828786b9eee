"""Sounds made ready as soon as they are pinned: at their time a full disk, or a busy machine, is no hindrance."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from broadcaster.errors import MediaError
from broadcaster.playout.sound.decoded import DecodedCache
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)


class Ahead:
    """Decodes what is wanted, the soonest first, on a thread of its own.

    Args:
        cache: makes and keeps the tapes.
        room: whether the disk has room for what is not needed yet.
    """

    def __init__(self, cache: DecodedCache, room: Callable[[], bool]) -> None:
        self._cache = cache
        self._room = room
        self._wanted: tuple[str, ...] = ()
        self._done: set[str] = set()
        self._change = threading.Condition()
        self._thread: WatchedThread | None = None
        self._closed = False

    def want(self, hashes: Iterable[str]) -> None:
        """Say what will be due, in its order; what is not among it any more is not made."""
        with self._change:
            self._wanted = tuple(dict.fromkeys(hashes))
            self._done &= set(self._wanted)
            if self._thread is None and not self._closed:
                self._thread = WatchedThread(self._run, "ahead")
                self._thread.start()
            self._change.notify()

    def close(self) -> None:
        """Make nothing more."""
        with self._change:
            self._closed = True
            self._change.notify()

    def _run(self) -> None:
        while (sha256 := self._next()) is not None:
            if self._room():
                try:
                    self._cache.cue(sha256)
                except MediaError as error:  # said when its time comes, by whoever wants to play it
                    log.warning("not made ready: %s", error)
            with self._change:
                self._done.add(sha256)

    def _next(self) -> str | None:
        with self._change:
            while not self._closed:
                if found := next((one for one in self._wanted if one not in self._done), None):
                    return found
                self._change.wait()
            return None
