"""The journal: what happened, on play-out's own disk first, so that a dead database loses nothing.

Append-only lines `crc32 json`, written with one system call each, so that a killed process leaves whole lines; a torn
last line (power cut) fails its check and is left out. Segments turn over only when all is replayed and nothing airs,
so a broadcast that was cut short by a crash always lies in the last segment.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadcaster import keeping
from broadcaster.clock import Clock
from broadcaster.domain.air.desk import Record

log = logging.getLogger(__name__)

SEGMENT_BYTES = 8 * 1024 * 1024
KEEP_SEGMENTS = 60
SYNC_S = 1.0
"""Progress marks are forced to the disk at most this often; everything else at once."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the journal: everything before it is in the database."""

    segment: str
    offset: int


class Journal:
    """Writes and reads the journal in `folder`. Safe to call from several threads.

    Args:
        folder: play-out's own folder; made when missing.
        clock: gives each line its time.
        durable: force lines to the disk; only simulations pass False.
    """

    def __init__(self, folder: Path, clock: Clock, *, durable: bool = True) -> None:
        self._folder = folder
        self._clock = clock
        self._durable = durable
        self._lock = threading.Lock()
        self._held: list[bytes] = []
        self._torn = False
        self._synced_at = clock.monotonic()
        keeping.make_folder(folder)
        segments = self.segments()
        self._path = segments[-1] if segments else self._new_path()
        self._forget_lost()
        self._file = self._open(self._path)
        self.trouble = ""
        """Why the disk refuses just now; empty when all is written."""
        self.doubtful = False
        """Whether the clock cannot be believed: what is written meanwhile says nothing of how late it is."""

    def segments(self) -> list[Path]:
        """The segments, oldest first."""
        return sorted(self._folder.glob("journal-*.jsonl"))

    def write(self, kind: str, *bodies: dict[str, Any], sync: bool = True) -> None:
        """Append one line for each body; on a full or broken disk they are held in memory and tried again later."""
        at = self._clock.now()
        lines = [_line(Record(kind, at, body, self.doubtful)) for body in bodies]
        with self._lock:
            self._held += lines
            self._flush(sync=sync)

    def retry(self) -> None:
        """Try again to write what a full disk refused."""
        with self._lock:
            if self._held:
                self._flush(sync=True)

    def _flush(self, *, sync: bool) -> None:
        try:
            data = (b"\n" if self._torn else b"") + b"".join(self._held)
            self._torn = True  # until all is down, the last line may not be whole
            done = os.write(self._file, data)
            while done < len(data):
                done += os.write(self._file, data[done:])
            self._torn = False
            self._held.clear()
            now = self._clock.monotonic()
            if self._durable and (sync or now - self._synced_at >= SYNC_S):
                os.fsync(self._file)
                self._synced_at = now
            self.trouble = ""
        except OSError as error:
            if not self.trouble:
                log.error("journal: %s", error)  # noqa: TRY400 - the sentence is enough, the disk is named
            self.trouble = error.strerror or str(error)

    def last_time(self) -> dt.datetime | None:
        """The latest time written, by a clock that was believed, in the last segment that has one; or None."""
        for path in reversed(self.segments()):
            times = [record.at for record, _ in _read(path, 0) if not record.doubtful]
            if times:
                return max(times)
        return None

    def last_segment(self) -> Iterator[Record]:
        """Yield the records of the segment being written."""
        for record, _ in _read(self._path, 0):
            yield record

    def unreplayed(self, most: int = 2000) -> tuple[list[Record], Position]:
        """At most `most` records that are not in the database yet, and the place after them."""
        start = self._position()
        records: list[Record] = []
        position = start
        for path in self.segments():
            if path.name < start.segment:
                continue
            offset = start.offset if path.name == start.segment else 0
            position = Position(path.name, offset)
            for record, end in _read(path, offset):
                records.append(record)
                position = Position(path.name, end)
                if len(records) >= most:
                    return records, position
        return records, position

    def replayed(self, position: Position) -> None:
        """Remember that everything before `position` is in the database. Losing this only costs time."""
        target = self._folder / "replayed.json"
        try:
            keeping.keep(target, json.dumps([position.segment, position.offset]), lasting=False)
        except OSError as error:
            log.warning("journal position not kept: %s", error)

    def turn_over(self) -> None:
        """Begin a new segment when this one is large and all of it is replayed; drop the oldest ones.

        Call only while nothing airs.
        """
        with self._lock:
            if self._held or self._path.stat().st_size < SEGMENT_BYTES:
                return
            if self._position() != Position(self._path.name, self._path.stat().st_size):
                return
            path = self._new_path()
            fresh = self._open(path)
            os.close(self._file)
            self._file, self._path = fresh, path
        for old in self.segments()[:-KEEP_SEGMENTS]:
            old.unlink(missing_ok=True)

    def close(self) -> None:
        """Force all to the disk and close."""
        with self._lock:
            self._flush(sync=True)
            os.close(self._file)
            self._file = -1  # a late writer must not hit whatever file gets this number next

    def _position(self) -> Position:
        try:
            segment, offset = json.loads((self._folder / "replayed.json").read_text(encoding="ascii"))
            return Position(str(segment), int(offset))
        except (OSError, ValueError, TypeError):
            return Position("", 0)

    def _forget_lost(self) -> None:
        """Replay all where lines before the kept position were lost in a power cut: others come in their place."""
        position = self._position()
        path = self._folder / position.segment
        if position.segment and (not path.is_file() or path.stat().st_size < position.offset):
            (self._folder / "replayed.json").unlink(missing_ok=True)

    def _new_path(self) -> Path:
        numbers = [int(p.stem.removeprefix("journal-")) for p in self.segments()]
        return self._folder / f"journal-{max(numbers, default=0) + 1:08d}.jsonl"

    def _open(self, path: Path) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags, 0o600)
        if size := os.fstat(handle).st_size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            self._torn = os.read(handle, 1) != b"\n"
        elif self._durable:
            keeping.sync_folder(self._folder)  # the name of a new one, or its lines are lost with it
        return handle


def _line(record: Record) -> bytes:
    body = json.dumps(record.as_json(), ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _read(path: Path, offset: int) -> Iterator[tuple[Record, int]]:
    """Yield whole, unharmed records from `offset`, each with the offset after it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        for line in file:
            offset += len(line)
            if not line.endswith(b"\n"):
                return  # being written, or torn by a power cut
            crc, _, body = line.rstrip(b"\n").partition(b" ")
            if crc != b"%08x" % zlib.crc32(body):
                if line.strip():
                    log.warning("journal: a damaged line in %s was left out", path.name)
                continue
            yield Record.from_json(json.loads(body)), offset
