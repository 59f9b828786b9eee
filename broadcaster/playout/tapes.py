"""Tapes: approved sounds made ready to play, on play-out's own disk, so that air time needs no decoder.

The store's file is checked against its pinned hash each time. A decoded tape is kept by that hash and trusted only
while its samples agree with the MD5 of the samples that FLAC itself carries: what plays is bit for bit what was
approved.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from broadcaster.errors import MediaError
from broadcaster.playout.codec import flac_to_wav
from broadcaster.playout.sinks.base import RATE

log = logging.getLogger(__name__)

KEEP_BYTES = 2 * 1024**3
_EMPTY_MD5 = bytes(16)

Decode = Callable[[Path, Path], None]


@dataclass(frozen=True, slots=True)
class Tape:
    """Samples ready to play: mono, signed 16-bit little-endian, 48 kHz, mapped from the disk."""

    audio_sha256: str
    pcm: memoryview

    @property
    def samples(self) -> int:
        """Number of samples."""
        return len(self.pcm) // 2

    @property
    def live(self) -> bool:
        """Say that it is not: it was recorded."""
        return False

    @property
    def why(self) -> str:
        """Say nothing: a tape never ends before its length."""
        return ""

    def read(self, at: int, n: int) -> memoryview:
        """Return the `n` samples from sample `at`."""
        return self.pcm[at * 2 : (at + n) * 2]


class TapeRoom:
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
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def source(self, audio_sha256: str) -> Path:
        """Return where the store keeps this sound."""
        return self.store / audio_sha256[:2] / f"{audio_sha256}.flac"

    def cue(self, audio_sha256: str) -> Tape:
        """Return the sound, checked and decoded.

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
            return self._tape(source, audio_sha256)

    def _tape(self, source: Path, audio_sha256: str) -> Tape:
        target = self._folder / f"{audio_sha256}.wav"
        promise = _promised_md5(source)
        if target.is_file() and promise is not None:
            try:
                tape = Tape(audio_sha256, _samples(target))
                if hashlib.md5(tape.pcm, usedforsecurity=False).digest() == promise:
                    os.utime(target)
                    return tape
            except MediaError:
                pass
            log.warning("tape %s was damaged and is made anew", target.name)
        partial = target.with_suffix(f".{os.getpid()}.part.wav")
        try:
            self._decode(source, partial)
            partial.replace(target)  # before it is mapped: Windows moves no mapped file
            tape = Tape(audio_sha256, _samples(target))
            if promise is not None and hashlib.md5(tape.pcm, usedforsecurity=False).digest() != promise:
                raise MediaError("Âm thanh giải mã ra không khớp với bản gốc.", code="decode", field=source.name)
        except OSError as error:
            raise MediaError(f"Không chuẩn bị được âm thanh: {error.strerror}.", field=target.name) from None
        finally:
            partial.unlink(missing_ok=True)
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
                except OSError:  # Windows keeps a mapped file; next time
                    continue
                total -= size


def _promised_md5(path: Path) -> bytes | None:
    """Return the MD5 of the samples that a 48 kHz mono 16-bit FLAC carries (RFC 9639, 8.2), else None."""
    with path.open("rb") as file:
        head = file.read(42)
    if len(head) < 42 or head[:4] != b"fLaC" or head[4] & 0x7F != 0:
        return None
    packed = int.from_bytes(head[18:26], "big")
    rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
    if (rate, channels, bits) != (RATE, 1, 16) or head[26:42] == _EMPTY_MD5:
        return None
    return head[26:42]


def _samples(path: Path) -> memoryview:
    """Map the samples of a WAV in the house format.

    Raises:
        MediaError: it is something else.
    """
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):
        raise MediaError("Không đọc được âm thanh đã chuẩn bị.", field=path.name) from None
    at = 12
    house = False
    riff = bytes(whole[:4]) == b"RIFF"
    while riff and at + 8 <= len(whole):
        size = int.from_bytes(whole[at + 4 : at + 8], "little")
        name = bytes(whole[at : at + 4])
        if name == b"fmt ":
            fmt = bytes(whole[at + 8 : at + 24])
            house = fmt[2:4] == b"\1\0" and int.from_bytes(fmt[4:8], "little") == RATE and fmt[14:16] == b"\20\0"
        elif name == b"data" and house:
            pcm = whole[at + 8 : at + 8 + size]
            return pcm[: len(pcm) // 2 * 2]
        at += 8 + size + size % 2
    raise MediaError("Âm thanh đã chuẩn bị không đúng định dạng 48 kHz, một kênh, 16 bit.", field=path.name)
