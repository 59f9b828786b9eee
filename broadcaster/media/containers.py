"""What the structure of a sound file tells by itself: whether it ends too early, whether it is locked.

ffmpeg plays a file that breaks off without a word, and calls a locked one damaged; both are told apart here, by the
containers of WAV, MP4 (m4a, m4b, 3gp) and Ogg.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

_MOST: Final = 64 << 20
"""Bytes of a description (`moov`) that are looked through; an hour of sound has some 2 MB of it."""
_LONGEST_PAGE: Final = 27 + 255 + 255 * 255
_STREAMED: Final = 0xFFFF_F000
"""Recorders that were not told the length beforehand write none, or all ones."""


def breaks_off(path: Path) -> bool:
    """Whether a file holds less than it promises: of WAV, MP4 and Ogg; others are not judged.

    Raises:
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return _wav_breaks_off(file, size)
        if head[4:8] == b"ftyp":
            found = list(_boxes(file, size))
            return not any(kind == b"moov" for kind, _, _ in found) or any(end > size for _, _, end in found)
        return head[:4] == b"OggS" and _ogg_breaks_off(file, size)


def protected(path: Path) -> bool:
    """Whether an MP4 says that its sound is encrypted (Apple's `drms`, common encryption's `enca`).

    Raises:
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(12)[4:8] != b"ftyp":
            return False
        for kind, start, end in _boxes(file, size):
            if kind == b"moov":
                file.seek(start)
                told = file.read(min(end - start, _MOST))
                return b"drms" in told or (b"sinf" in told and b"enca" in told)
    return False


def _wav_breaks_off(file: IO[bytes], size: int) -> bool:
    while len(chunk := file.read(8)) == 8:
        length = int.from_bytes(chunk[4:], "little")
        if chunk[:4] == b"data":
            return 0 < length < _STREAMED and file.tell() + length > size + 1
        file.seek(length + length % 2, os.SEEK_CUR)
    return False


def _boxes(file: IO[bytes], size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each box at the top of an MP4; the end may lie beyond the file's."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # until the end of the file
            length = size - at
        if length < 8:
            return
        yield head[4:8], at, at + length
        at += length


def _ogg_breaks_off(file: IO[bytes], size: int) -> bool:
    """Whether the last page of an Ogg is not whole."""
    file.seek(max(0, size - _LONGEST_PAGE))
    tail = file.read()
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < 27:
        return True
    lengths = page[27 : 27 + page[26]]
    return len(page) < 27 + page[26] + sum(lengths)
