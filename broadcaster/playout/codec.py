"""Between WAV and packed forms, through ffmpeg."""

from __future__ import annotations

from pathlib import Path

from broadcaster.media import ffmpeg

_TIMEOUT_S = 300.0


def flac_to_wav(source: Path, target: Path) -> None:
    """Decode a sound into a WAV of 48 kHz, one channel, 16 bit.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    shape = ["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav"]
    ffmpeg.run(["-loglevel", "error", *ffmpeg.source(source), *shape, f"file:{target}"], timeout_s=_TIMEOUT_S)


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
        partial.replace(target)
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
