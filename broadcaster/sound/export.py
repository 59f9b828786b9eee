"""A finished programme as a file that people pass on: MP3, WAV, FLAC or Opus, with title, unit and cover.

A lossy code adds to the peaks, so what was encoded is decoded and measured again, and turned down until its true peak
is under the ceiling.
"""

from __future__ import annotations

import base64
import contextlib
import struct
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broadcaster.errors import RuleError
from broadcaster.media import ffmpeg
from broadcaster.sound import meter
from broadcaster.sound.meter import Loudness
from broadcaster.sound.store import settle

TRUE_PEAK: Final = -1.0
"""Highest true peak after decoding (dBTP)."""

_EXACT: Final = ("-fflags", "+bitexact", "-flags:a", "+bitexact")
_CODES: Final = {
    ".mp3": ("-c:a", "libmp3lame", "-b:a", "128k", "-id3v2_version", "3", "-f", "mp3"),
    ".wav": ("-c:a", "pcm_s16le", "-f", "wav"),
    ".flac": ("-c:a", "flac", "-compression_level", "8", "-f", "flac"),
    ".opus": ("-c:a", "libopus", "-b:a", "64k", "-application", "voip", "-f", "opus"),
}
FORMATS: Final = tuple(_CODES)
_LOSSY: Final = frozenset({".mp3", ".opus"})
_TRIES: Final = 4
_STEP_DB: Final = 0.05
_CLOSE_LU: Final = 0.15
_MAX_COVER: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says of itself."""

    title: str = ""
    unit: str = ""
    """The office that speaks; players show it as the artist."""
    voice: str = ""
    cover: Path | None = None
    """A JPEG or PNG."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written whole."""

    path: Path
    loudness: float
    """Programme loudness after decoding (LUFS)."""
    true_peak: float
    """Highest true peak after decoding (dBTP)."""
    notes: tuple[str, ...]
    """Vietnamese sentences: what the format cannot hold."""


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a file that cannot be written, before any work is done.

    Raises:
        RuleError: the format is unknown, the folder is missing, or the file exists and may not be replaced.
    """
    if target.suffix.lower() not in _CODES:
        raise RuleError(f"Chưa hỗ trợ định dạng “{target.suffix}”. Hãy dùng: {', '.join(FORMATS)}.", field=str(target))
    if not target.parent.is_dir():
        raise RuleError("Thư mục để ghi không tồn tại. Hãy tạo thư mục trước.", field=str(target.parent))
    if target.is_dir():
        raise RuleError("Đây là một thư mục, không phải tệp âm thanh.", field=str(target))
    if target.exists() and not overwrite:
        raise RuleError("Tệp đã có. Hãy đặt tên khác, hoặc thêm --overwrite để ghi đè.", field=str(target))


def check_cover(cover: Path) -> str:
    """The MIME type of a cover picture.

    Raises:
        RuleError: it is missing, too large, or neither JPEG nor PNG by its content.
    """
    try:
        size = cover.stat().st_size
        with cover.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise RuleError(f"Không đọc được ảnh bìa ({error.strerror}).", field=str(cover)) from None
    if size > _MAX_COVER:
        raise RuleError("Ảnh bìa lớn hơn 2 MB. Hãy dùng ảnh nhỏ hơn.", field=str(cover))
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    raise RuleError("Ảnh bìa phải là tệp JPEG hoặc PNG.", field=str(cover))


def export(source: Path, target: Path, tags: Tags, *, overwrite: bool = False, low_priority: bool = False) -> Exported:
    """Write `source` (a mastered FLAC) to `target`, whole or not at all; same input, same bytes.

    Raises:
        RuleError: as `check_target` and `check_cover`.
        MediaError: the disk is full or refuses, or ffmpeg fails.
    """
    check_target(target, overwrite=overwrite)
    kind = target.suffix.lower()
    notes = []
    if tags.cover is not None and kind == ".wav":
        notes.append("Tệp WAV không chứa được ảnh bìa.")
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}{kind}")
    try:
        gain, wanted = 0.0, meter.measure(source).integrated if kind in _LOSSY else 0.0
        for _ in range(_TRIES):
            _encode(source, partial, kind, tags, gain, low_priority=low_priority)
            found = meter.measure(partial)
            if kind not in _LOSSY:
                break
            # An encoder may change the level (LAME takes half a decibel off): bring it back as far as peaks allow.
            change = min(wanted - found.integrated, TRUE_PEAK - _STEP_DB - found.true_peak)
            if found.true_peak <= TRUE_PEAK and abs(change) <= _CLOSE_LU:
                break
            gain += change
        settle(partial, target, overwrite=overwrite)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return _exported(target, found, notes)


def _exported(target: Path, found: Loudness, notes: list[str]) -> Exported:
    return Exported(target, found.integrated, found.true_peak, tuple(notes))


def _encode(source: Path, target: Path, kind: str, tags: Tags, gain: float, *, low_priority: bool) -> None:
    picture: list[str] = []
    words = {"title": tags.title, "artist": tags.unit, "comment": tags.voice}
    if tags.cover is not None:
        mime = check_cover(tags.cover)
        if kind in {".mp3", ".flac"}:
            picture = ["-f", "jpeg_pipe" if mime == "image/jpeg" else "png_pipe", "-i", f"file:{tags.cover}"]
        elif kind == ".opus":
            words["METADATA_BLOCK_PICTURE"] = _picture_block(tags.cover, mime)
    place = ["-map", "0:a:0"]
    if picture:
        place += ["-map", "1:v:0", "-c:v", "copy", "-disposition:v", "attached_pic"]
        place += ["-metadata:s:v", "title=Bìa", "-metadata:s:v", "comment=Cover (front)"]
    said = [part for key, value in words.items() if value for part in ("-metadata", f"{key}={value}")]
    level = ["-af", f"volume={gain:.3f}dB:precision=float,aresample=osf=s16:dither_method=none"] if gain else []
    ffmpeg.run(
        [
            *["-loglevel", "error", *ffmpeg.source(source), *picture, *place, "-map_metadata", "-1", *said],
            *[*level, *_EXACT, *_CODES[kind], f"file:{target}"],
        ],
        low_priority=low_priority,
    )


def _picture_block(cover: Path, mime: str) -> str:
    """A cover as the comment that Ogg files carry (the picture block of FLAC in base 64)."""
    data = cover.read_bytes()
    name = mime.encode()
    block = struct.pack(">II", 3, len(name)) + name + struct.pack(">IIIIII", 0, 0, 0, 0, 0, len(data)) + data
    return base64.b64encode(block).decode()
