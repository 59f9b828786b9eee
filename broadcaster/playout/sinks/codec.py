"""Packed forms of sound, through ffmpeg: files from WAV and back, and a stream while it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from broadcaster import keeping
from broadcaster.media import ffmpeg

_TIMEOUT_S = 300.0


def flac_to_wav(source: Path, target: Path) -> None:
    """Decode a sound into a WAV of 48 kHz, one channel, 16 bit.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    shape = ["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(source), *shape, f"file:{target}"], timeout_s=_TIMEOUT_S)


def flac_to_samples(source: Path) -> bytes:
    """Decode a sound into bare samples of 48 kHz, one channel, 16 bit, in memory: for a disk that is full.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    made = bytearray()
    shape = ["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", "-bitexact", "-f", "s16le", "pipe:1"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(source), *shape], on_stdout=made.extend, timeout_s=_TIMEOUT_S)
    return bytes(made)


def pack(source: Path, target: Path) -> None:
    """Pack a WAV as FLAC or Opus, by the target's ending, whole or not at all, giving way to whatever sounds.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    partial = target.with_suffix(".part")
    opus = ["-c:a", "libopus", "-b:a", "32k", "-f", "ogg", f"file:{partial}"]
    shape = opus if target.suffix == ".opus" else ["-c:a", "flac", "-f", "flac", f"file:{partial}"]
    try:
        ffmpeg.run(["-loglevel", "error", *ffmpeg.source(source), *shape], timeout_s=_TIMEOUT_S, low_priority=True)
        keeping.settle(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def pcm_to_flac(source: Path, target: Path) -> None:
    """Pack bare samples (48 kHz, one channel, signed 16-bit) as FLAC.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    shape = ["-f", "s16le", "-ar", "48000", "-ac", "1"]
    packed = ["-c:a", "flac", "-bitexact", "-map_metadata", "-1", "-f", "flac", f"file:{target}"]
    ffmpeg.run(["-loglevel", "error", *shape, "-i", f"file:{source}", *packed], timeout_s=_TIMEOUT_S)


def live_command(codec: Literal["opus", "mp3"], kbps: int) -> list[str]:
    """The command that packs bare samples as they come, with as little delay as the format allows.

    Raises:
        MediaError: ffmpeg is missing.
    """
    raw = ["-f", "s16le", "-ar", "48000", "-ac", "1", "-probesize", "32", "-analyzeduration", "0", "-i", "pipe:0"]
    brief = ["-application", "audio", "-frame_duration", "20", "-page_duration", "100000"]
    opus = ["-c:a", "libopus", *brief, "-f", "ogg"]
    mp3 = ["-c:a", "libmp3lame", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"]
    shape = opus if codec == "opus" else mp3
    return [
        *[ffmpeg.program(), "-hide_banner", "-loglevel", "error", "-fflags", "nobuffer", *raw],
        *["-b:a", f"{kbps}k", *shape, "-flush_packets", "1", "pipe:1"],
    ]
