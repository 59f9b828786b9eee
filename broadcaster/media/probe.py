"""What a sound file is: length, rate, channels, codec."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broadcaster.errors import MediaError
from broadcaster.media import containers, ffmpeg

_DURATION: Final = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_AUDIO: Final = re.compile(r"Stream #0:\d+.*?: Audio: ([\w]+).*?, (\d+) Hz, ([^,]+)")
_FILM: Final = re.compile(r"Stream #0:\d+.*?: Video: (?!.*attached pic)")
_PROTECTED: Final = re.compile(r"\((?:drms|enca|encv) /|is encrypted")
_TIMEOUT_S: Final = 30.0
_CHANNELS: Final = {"mono": 1, "stereo": 2, "2.1": 3, "quad": 4, "5.0": 5, "5.1": 6, "7.1": 8}


@dataclass(frozen=True, slots=True)
class Probe:
    """The facts in a file's header."""

    seconds: float | None
    """Length (s), None when the header does not tell."""
    rate: int
    """Samples per second (Hz)."""
    channels: int
    codec: str
    film: bool = False
    """There are moving pictures too; a cover does not count."""


def probe(path: Path, *, cancel: threading.Event | None = None) -> Probe:
    """What the header of a sound file says.

    Raises:
        MediaError: the file is missing, empty, not a sound, protected, or of a kind that is not accepted; or ffmpeg is
            missing, was killed, or talks rubbish.
    """
    if not path.is_file():
        raise MediaError("Không tìm thấy tệp âm thanh.", code="missing", field=str(path))
    if path.stat().st_size == 0:
        raise MediaError("Tệp âm thanh rỗng (0 byte). Hãy chép lại tệp.", code="empty", field=path.name)
    answer = ffmpeg.run(ffmpeg.source(path), timeout_s=_TIMEOUT_S, cancel=cancel, check=False)
    stderr = answer.stderr
    if answer.code == 0:  # asked for no output, ffmpeg ends with an error
        raise ffmpeg.rubbish()
    if answer.code < 0 or not stderr.strip():
        raise ffmpeg.failure(answer.code, stderr)
    found = _AUDIO.search(stderr)
    if _PROTECTED.search(stderr) or containers.protected(path):
        raise MediaError(
            "Tệp này bị khóa bản quyền nên không đọc được. Hãy dùng bản ghi âm của chính đài.",
            code="protected",
            field=path.name,
        )
    if found is None and containers.breaks_off(path):
        raise broken_off(path)
    if found is None:
        raise MediaError(
            "Tệp này không phải âm thanh đọc được. Hãy dùng wav, mp3, m4a, ogg, flac hoặc opus.",
            code="not-audio",
            field=path.name,
        )
    codec, rate, layout = found.groups()
    length = _DURATION.search(stderr)
    seconds = None
    if length is not None:
        hours, minutes, rest = length.groups()
        seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return Probe(seconds, int(rate), _channels(layout.strip()), codec, film=_FILM.search(stderr) is not None)


def broken_off(path: Path) -> MediaError:
    """The error of a file that ends too early."""
    return MediaError("Tệp bị cắt cụt, thiếu phần cuối. Hãy chép lại tệp.", code="truncated", field=path.name)


def _channels(layout: str) -> int:
    name = layout.partition("(")[0].strip()
    if name in _CHANNELS:
        return _CHANNELS[name]
    number = re.match(r"\d+", name)
    return int(number[0]) if number else 1
