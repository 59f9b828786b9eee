"""Tapes: approved sounds made ready to play, on play-out's own disk, so that air time needs no decoder.

The store's file is checked against its pinned hash each time. A decoded tape is kept by that hash and trusted only
while its samples agree with the MD5 of the samples that FLAC itself carries: what plays is bit for bit what was
approved.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import struct
import threading
import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import BinaryIO

from broadcaster import keeping
from broadcaster.disks import FULL
from broadcaster.domain.air.causes import NOTHING, Cause, Why
from broadcaster.errors import MediaError
from broadcaster.playout.sinks.base import RATE
from broadcaster.playout.sinks.codec import flac_to_samples, flac_to_wav

log = logging.getLogger(__name__)

KEEP_BYTES = 2 * 1024**3
BLOCK = RATE * 2
"""Bytes that are marked, and read, at once: a second."""
ALTERED = Why(Cause.SOUND_BROKEN, "Tệp âm thanh đã chuẩn bị bị hỏng hoặc bị thay đổi sau khi kiểm tra.")
_EMPTY_MD5 = bytes(16)

Decode = Callable[[Path, Path], None]


class Tape:
    """Samples ready to play: mono, signed 16-bit little-endian, 48 kHz, read from the disk as they are due.

    Each second was marked when the whole was checked, and must still agree when it is read: what was altered or lost
    between the check and its moment is not aired. Read and not mapped, for a bad sector of a mapped file ends the
    process.

    Args:
        audio_sha256: of the approved sound.
        path: the file that holds the samples.
        start: their first byte.
        size: how many bytes.
        marks: CRC-32 of each block of `BLOCK` bytes.
    """

    live = False

    def __init__(self, audio_sha256: str, path: Path, start: int, size: int, marks: Sequence[int]) -> None:
        self.audio_sha256 = audio_sha256
        self.samples = size // 2
        self.why = NOTHING
        """Why it ended before its length; nothing when it did not."""
        self._path, self._start, self._size, self._marks = path, start, size, marks
        self._lock = threading.Lock()
        self._held = (0, b"")

    def read(self, at: int, n: int) -> bytes | None:
        """The `n` samples from sample `at`; None when they are no longer what was checked."""
        first, last = at * 2, min((at + n) * 2, self._size)
        with self._lock:
            begin, held = self._held
            if not begin <= first <= last <= begin + len(held):
                begin = first // BLOCK * BLOCK
                found = self._blocks(begin, last)
                if found is None:
                    self.why = ALTERED
                    return None
                held = found
                self._held = (begin, held if len(held) <= 2 * BLOCK else b"")
            return held[first - begin : last - begin]

    def _blocks(self, begin: int, end: int) -> bytes | None:
        end = min(self._size, -(-end // BLOCK) * BLOCK)
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(self._start + begin)
                data = file.read(end - begin)
        except OSError as error:
            log.warning("tape %s: %s", self._path.name, error)
            return None
        marks = self._marks[begin // BLOCK :]
        if len(data) < end - begin or any(m != marks[k] for k, m in enumerate(_marks(data))):
            log.warning("tape %s was altered after its check", self._path.name)
            return None
        return data


class HeldTape:
    """Samples ready to play that the disk had no room for, in memory; read as a `Tape` is."""

    live = False

    def __init__(self, audio_sha256: str, pcm: bytes) -> None:
        self.audio_sha256 = audio_sha256
        self.samples = len(pcm) // 2
        self.why = NOTHING
        self._pcm = pcm

    def read(self, at: int, n: int) -> bytes:
        """The `n` samples from sample `at`."""
        return self._pcm[at * 2 : (at + n) * 2]


class DecodedCache:
    """Makes and keeps tapes.

    Args:
        store: the content-addressed store (`ab/abcd….flac`).
        folder: where decoded tapes are kept.
        decode: makes a WAV (48 kHz, mono, 16 bit) of a sound file.
    """

    def __init__(self, store: Path, folder: Path, decode: Decode = flac_to_wav) -> None:
        self.store = store
        """The content-addressed store."""
        self._folder = folder
        self._decode = decode
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def source(self, audio_sha256: str) -> Path:
        """Where the store keeps this sound."""
        return self.store / audio_sha256[:2] / f"{audio_sha256}.flac"

    def cue(self, audio_sha256: str) -> Tape | HeldTape:
        """The sound, checked and decoded; in memory where the disk has no room for it.

        Raises:
            MediaError: the file is missing, was altered, or cannot be decoded.
        """
        source = self.source(audio_sha256)
        try:
            with source.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise MediaError(
                "Tệp âm thanh không còn trong kho hoặc không đọc được.", code="missing", field=source.name
            ) from None
        if found != audio_sha256:
            raise MediaError("Tệp âm thanh đã bị thay đổi so với bản được duyệt.", code="altered", field=source.name)
        with self._lock:
            own = self._locks.setdefault(audio_sha256, threading.Lock())
        with own:
            return self._tape(source, audio_sha256)

    def _tape(self, source: Path, audio_sha256: str) -> Tape | HeldTape:
        target = self._folder / f"{audio_sha256}.wav"
        promise = _promised_md5(source)
        if target.is_file() and promise is not None:
            try:
                tape, found = _checked(audio_sha256, target)
                if found == promise:
                    os.utime(target)
                    return tape
            except MediaError:
                pass
            log.warning("tape %s was damaged and is made anew", target.name)
        try:
            return self._decoded(source, audio_sha256, target, promise)
        except OSError as error:
            if error.errno not in FULL:
                raise MediaError(f"Không chuẩn bị được âm thanh: {error.strerror}.", field=target.name) from None
        except MediaError as error:
            if error.code != "disk-full":
                raise
        return _held(source, audio_sha256, promise)

    def _decoded(self, source: Path, audio_sha256: str, target: Path, promise: bytes | None) -> Tape:
        partial = target.with_suffix(f".{os.getpid()}.part.wav")
        try:
            self._decode(source, partial)
            keeping.settle(partial, target, lasting=False)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        tape, found = _checked(audio_sha256, target)
        if promise is not None and found != promise:
            raise MediaError("Âm thanh giải mã ra không khớp với bản gốc.", code="decode", field=source.name)
        return tape

    def prune(self, keep: Collection[str], most: int = KEEP_BYTES) -> None:
        """Remove the tapes used longest ago, except those in `keep`, until they take at most `most` bytes."""
        tapes = sorted(((p.stat().st_mtime, p.stat().st_size, p) for p in self._folder.glob("*.wav")), reverse=True)
        total = 0
        for _, size, path in tapes:
            total += size
            if total > most and path.stem not in keep:
                try:
                    path.unlink(missing_ok=True)
                except OSError:  # Windows keeps a file that is being read; next time
                    continue
                total -= size


def _held(source: Path, audio_sha256: str, promise: bytes | None) -> HeldTape:
    """The sound decoded in memory: the disk has no room for it, and it is to be heard.

    Raises:
        MediaError: it cannot be decoded, or comes out otherwise than it was packed.
    """
    log.warning("tape %s is held in memory: the disk is full", source.name)
    pcm = flac_to_samples(source)
    if not pcm or (promise is not None and hashlib.md5(pcm, usedforsecurity=False).digest() != promise):
        raise MediaError("Âm thanh giải mã ra không khớp với bản gốc.", code="decode", field=source.name)
    return HeldTape(audio_sha256, pcm)


def _promised_md5(path: Path) -> bytes | None:
    """The MD5 of the samples that a 48 kHz mono 16-bit FLAC carries (RFC 9639, 8.2), else None."""
    with path.open("rb") as file:
        head = file.read(42)
    if len(head) < 42 or head[:4] != b"fLaC" or head[4] & 0x7F != 0:
        return None
    packed = int.from_bytes(head[18:26], "big")
    rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
    if (rate, channels, bits) != (RATE, 1, 16) or head[26:42] == _EMPTY_MD5:
        return None
    return head[26:42]


def _marks(data: bytes) -> list[int]:
    view = memoryview(data)
    return [zlib.crc32(view[k : k + BLOCK]) for k in range(0, len(data), BLOCK)]


def _checked(audio_sha256: str, path: Path) -> tuple[Tape, bytes]:
    """The tape in a WAV in the house format, and the MD5 of its samples.

    Raises:
        MediaError: it is something else, or the disk refuses.
    """
    md5, marks = hashlib.md5(usedforsecurity=False), []
    try:
        with path.open("rb") as file:
            start, size = _place(file, path.stat().st_size)
            file.seek(start)
            left = size
            while left and (data := file.read(min(left, BLOCK))):
                md5.update(data)
                marks += _marks(data)
                left -= len(data)
    except (OSError, struct.error):
        raise MediaError("Không đọc được âm thanh đã chuẩn bị.", field=path.name) from None
    if not size:
        raise MediaError("Âm thanh đã chuẩn bị không đúng định dạng 48 kHz, một kênh, 16 bit.", field=path.name)
    return Tape(audio_sha256, path, start, size, marks), md5.digest()


def _place(file: BinaryIO, length: int) -> tuple[int, int]:
    """Where the samples of a WAV begin and how many bytes they are: 0 when it is not in the house format."""
    house = False
    at = 12 if file.read(4) == b"RIFF" else length
    while at + 8 <= length:
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        if name == b"fmt ":
            fmt = file.read(16)
            house = fmt[2:4] == b"\1\0" and int.from_bytes(fmt[4:8], "little") == RATE and fmt[14:16] == b"\20\0"
        elif name == b"data":
            size = min(size, length - at - 8)
            return at + 8, size // 2 * 2 if house else 0
        at += 8 + size + size % 2
    return 0, 0
