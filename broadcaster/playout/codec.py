"""Between FLAC and WAV, through ffmpeg."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg

from broadcaster.errors import MediaError

_TIMEOUT_S = 300.0


def flac_to_wav(source: Path, target: Path) -> None:
    """Decode a sound into a WAV of 48 kHz, one channel, 16 bit.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    shape = ["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav"]
    _run(["-i", str(source), *shape, str(target)])


def wav_to_flac(source: Path, target: Path) -> None:
    """Pack a WAV as FLAC, whole or not at all.

    Raises:
        MediaError: ffmpeg is missing, fails or takes too long.
    """
    partial = target.with_suffix(".part")
    try:
        _run(["-i", str(source), "-c:a", "flac", "-f", "flac", str(partial)])
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _run(arguments: list[str]) -> None:
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    try:
        subprocess.run(
            [program, "-hide_banner", "-nostdin", "-y", "-loglevel", "error", *arguments],
            check=True,
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise MediaError(f"ffmpeg không xử lý được âm thanh: {error}.", code="ffmpeg") from None
