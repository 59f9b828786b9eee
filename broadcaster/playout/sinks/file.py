"""The air-check: what was aired, as a recording, one file for each broadcast.

A WAV whose header is mended each second, so that a crash leaves a file that plays; turned into FLAC afterwards on a
thread of its own, so that the playing thread never waits for it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import queue
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from pydantic import Field

from broadcaster.domain.air.outlets import Outlet
from broadcaster.errors import AirError, StationError
from broadcaster.floor import NEAR, DiskRoom, said
from broadcaster.playout.sinks.base import RATE, Feed, Pcm, Site
from broadcaster.playout.sinks.codec import pack
from broadcaster.plugins import PluginOptions
from broadcaster.threads import WatchedThread

log = logging.getLogger(__name__)

_ENDINGS = {".wav", ".flac", ".opus", ".part"}


class FileOptions(PluginOptions):
    """Bản thu kiểm thính: mỗi buổi phát một tệp âm thanh."""

    folder: str = Field("", description="Thư mục của bản thu; bỏ trống: audio/aircheck trong thư mục đài.")
    flac: bool = Field(True, description="Nén bản thu đã xong thành FLAC; tắt cả opus thì để nguyên WAV.")
    opus: bool = Field(False, description="Nén thành Opus, nhỏ bằng một phần mười.")
    keep_days: int = Field(60, ge=0, description="Xóa bản thu cũ hơn bấy nhiêu ngày; 0: giữ hết.")
    keep_gb: float = Field(50.0, ge=0, description="Xóa bản thu cũ nhất khi tất cả chiếm quá bấy nhiêu GB; 0: tùy ý.")


class FileSink:
    """Records each broadcast under `folder/YYYY-MM-DD/HHMMSS-<broadcast>-<sink>.wav`."""

    Options = FileOptions
    kind = "file"
    outlet = Outlet.RECORDING
    paced = False
    exclusive = False
    latency = 0.0

    def __init__(self, name: str, options: FileOptions, site: Site) -> None:
        self.name = name
        self.folder = Path(options.folder) if options.folder else site.airchecks
        self.where = f"bản thu trong {self.folder}"
        self.trouble = ""
        """Why the disk refused last; empty once a recording can be begun again."""
        self._keep_days = options.keep_days
        self._keep_bytes = round(options.keep_gb * 1e9)
        self._floor = site.floor
        self._clock = site.clock
        self._converter = Converter(".opus" if options.opus else ".flac") if options.flac or options.opus else None

    def check(self) -> str:
        """Say whether the folder can be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f".{self.name}.probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            return f"Không ghi được vào thư mục bản ghi kiểm thính: {error.strerror}."
        return ""

    def open(self, feed: Feed) -> Recording:
        """Begin a recording.

        Raises:
            AirError: the disk refuses, or is down to its floor.
        """
        day = self.folder / f"{feed.starts_at:%Y-%m-%d}"
        stem = f"{feed.starts_at:%H%M%S}-{feed.broadcast_id}-{self.name}"
        try:
            day.mkdir(parents=True, exist_ok=True)
            self._require_room()
            path = next(
                p
                for n in range(1, 1000)
                if not (p := day / (f"{stem}.wav" if n == 1 else f"{stem}-{n}.wav")).exists()
                and not any(p.with_suffix(ending).exists() for ending in (".flac", ".opus"))
            )
            recording = Recording(path, self._converter, self._tell, self._require_room)
        except OSError as error:
            self.trouble = f"Không ghi được bản ghi kiểm thính: {error.strerror}."
            raise AirError(self.trouble, field=str(day)) from None
        self.trouble = ""
        return recording

    def _require_room(self) -> None:
        """Record nothing below the disk's floor; what is aired goes on without.

        Raises:
            AirError: the disk is down to it.
            OSError: it does not answer.
        """
        if why := DiskRoom.at(self.folder, self._floor).shut:
            self.trouble = f"Ngừng ghi bản kiểm thính. {why}"
            raise AirError(self.trouble, field=str(self.folder))

    def _tell(self, why: str) -> None:
        self.trouble = why

    def start(self) -> None:
        """Turn recordings that a crash left as WAV into FLAC."""
        for path in sorted(self.folder.glob("????-??-??/*.wav")):
            if self._converter is not None:
                self._converter.put(path)

    def tend(self) -> str:
        """Remove recordings past their days, and the oldest ones when all, or the disk's others, take too much.

        Those of today stay, and so do all where both bounds are 0. Return Vietnamese sentences of what went, so that it
        is on record.
        """
        days = self._days()
        past = [d for d in days if self._keep_days and self._age(d) > self._keep_days]
        words = [self._let_go([p for d in past for p in self._recordings(d)], f"quá {self._keep_days} ngày")]
        sizes = {p: p.stat().st_size for d in days if d not in past for p in self._recordings(d)}
        over = sum(sizes.values()) - self._keep_bytes if self._keep_bytes else 0
        words.append(self._let_go(self._oldest(sizes, over), f"vì tất cả chiếm quá {said(self._keep_bytes)}"))
        room = DiskRoom.at(self.folder, self._floor) if self._days() else None
        if room is not None and room.closed and (self._keep_days or self._keep_bytes):
            sizes = {p: size for p, size in sizes.items() if p.exists()}
            short = NEAR * room.floor - room.left
            words.append(self._let_go(self._oldest(sizes, short), "vì ổ đĩa gần hết chỗ"))
        return " ".join(filter(None, words))

    def _oldest(self, sizes: Mapping[Path, int], over: int) -> list[Path]:
        """The oldest recordings that make up so many bytes, none of today's."""
        found: list[Path] = []
        for path, size in sizes.items():
            if over <= 0 or self._age(dt.date.fromisoformat(path.parent.name)) <= 0:
                break
            found.append(path)
            over -= size
        return found

    def _let_go(self, paths: Sequence[Path], why: str) -> str:
        """Remove recordings; return the words about it, none when there were none."""
        sizes = {path: path.stat().st_size for path in paths}
        gone = self._remove(paths)
        if not gone:
            return ""
        size, last = said(sum(sizes[p] for p in gone)), dt.date.fromisoformat(gone[-1].parent.name)
        log.info("air-checks removed: %d, %s, up to %s", len(gone), size, last)
        return f"Đã bỏ {len(gone)} bản thu kiểm thính {why}, {size}, tới ngày {last:%d/%m/%Y}."

    def _days(self) -> list[dt.date]:
        """The days that have recordings, oldest first."""
        found = []
        for folder in sorted(self.folder.glob("????-??-??")):
            with contextlib.suppress(ValueError):
                found.append(dt.date.fromisoformat(folder.name))
        return found

    def _age(self, day: dt.date) -> int:
        return (self._clock.now().date() - day).days

    def _recordings(self, day: dt.date) -> list[Path]:
        return sorted(p for p in (self.folder / day.isoformat()).iterdir() if p.suffix in _ENDINGS and p.is_file())

    def _remove(self, paths: Sequence[Path]) -> list[Path]:
        """Remove recordings, and the folders of days that are left empty; return those that went."""
        gone: list[Path] = []
        for path in paths:
            try:
                path.unlink(missing_ok=True)
                gone.append(path)
            except OSError as error:
                log.warning("air-check %s could not be removed: %s", path, error)
        for folder in {path.parent for path in paths}:
            with contextlib.suppress(OSError):  # something else lies there too
                folder.rmdir()
        return gone

    def finish(self) -> None:
        """Wait until every finished recording is FLAC; for a stop in order."""
        if self._converter is not None:
            self._converter.join()


class Recording:
    """One WAV being written."""

    def __init__(
        self,
        path: Path,
        converter: Converter | None,
        tell: Callable[[str], None] = lambda _why: None,
        require_room: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self._tell = tell
        self._converter = converter
        self._require_room = require_room
        self._bytes = 0
        self._mended = 0
        self._file: BinaryIO = path.open("xb", buffering=0)
        self._file.write(_header(0))

    def write(self, pcm: Pcm) -> None:
        """Write samples; mend the header and look at the disk once a second.

        Raises:
            AirError: the disk refuses, or is down to its floor.
        """
        try:
            view = memoryview(pcm)
            while view:
                view = view[self._file.write(view) or 0 :]
            self._bytes += len(pcm)
            if self._bytes - self._mended >= RATE * 2:
                self._mend()
                self._require_room()
        except OSError as error:
            why = f"Không ghi được bản ghi kiểm thính: {error.strerror}."
            self._tell(why)
            raise AirError(why, field=str(self.path)) from None

    @property
    def place(self) -> tuple[str, int]:
        """Where the recording stands: `YYYY-MM-DD/name` and samples."""
        return f"{self.path.parent.name}/{self.path.stem}", self._bytes // 2

    def drop(self) -> None:
        """Do nothing: what was written is heard."""

    def close(self) -> None:
        """Mend the header for good and hand the file over to be made FLAC."""
        try:
            self._mend()
        except OSError as error:
            log.warning("air-check %s: %s", self.path, error)
        finally:
            self._file.close()
        if self._bytes == 0:
            self.path.unlink(missing_ok=True)
        elif self._converter is not None:
            self._converter.put(self.path)

    def _mend(self) -> None:
        self._file.seek(0)
        self._file.write(_header(self._bytes))
        self._file.seek(0, 2)
        self._mended = self._bytes


class Converter:
    """Packs WAVs, one at a time, on a thread that lives while there is work."""

    def __init__(self, ending: str = ".flac") -> None:
        self._ending = ending
        self._queue: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: WatchedThread | None = None

    def put(self, path: Path) -> None:
        """Have `path` converted; the WAV is removed when the FLAC is whole."""
        with self._lock:
            self._queue.put(path)
            if self._thread is None:
                self._thread = WatchedThread(self._work, "aircheck-flac")
                self._thread.start()

    def join(self) -> None:
        """Wait until nothing is left to convert."""
        if (thread := self._thread) is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._queue.empty():
                    self._thread = None
                    return
            path = self._queue.get()
            try:
                pack(path, path.with_suffix(self._ending))
                path.unlink(missing_ok=True)
            except (StationError, OSError) as error:
                log.warning("air-check %s stays a WAV: %s", path, error)


def _header(size: int) -> bytes:
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", min(size + 36, 0xFFFFFFFF), b"WAVE") + fmt + struct.pack("<4sI", b"data", size)
    )
