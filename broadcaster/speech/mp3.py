"""The MP3s of online voices as samples, without what the codec itself put before and after the speech."""

from __future__ import annotations

from typing import Final

import numpy as np

from broadcaster.errors import EngineError, MediaError
from broadcaster.media import ffmpeg
from broadcaster.speech.engine import Clip

RATE: Final = 24_000
"""Of every clip returned (Hz)."""

_DELAY: Final = 576 + 529
"""Samples that stand before the first one encoded: 576 by the encoder (LAME's `ENCDELAY`; 576 is also the least that
the format allows) and 529 by any decoder. The encoder's pre-echo lies in them, up to -30 dB below a sharp onset, so
that a search for the first loud sample alone stops too early, by how much depending on the release of LAME."""
_HEADERS: Final = (b"Xing", b"Info")
_WRITERS: Final = (b"LAME", b"Lavf", b"Lavc")
_WRITER_AT: Final = 120
"""Bytes from the header's mark to the name of the encoder, after which the delay is written."""
_SEARCHED: Final = 4096
_SILENCE: Final = 60
"""Samples up to this (-55 dBFS) are padding, not speech."""
_KEEP: Final = RATE // 200


def clip_of(mp3: bytes, *, tempo: float = 1.0, service: str, code: str) -> Clip:
    """The speech in an MP3, mono, the padding of the codec cut to the sample and silence down to 5 ms.

    Args:
        mp3: the whole stream.
        tempo: how much faster it shall be, 0.5 to 2.
        service: whose answer this is, for the errors.
        code: of the errors.

    Raises:
        EngineError: not an MP3, or nothing to be heard in it; another attempt may help.
    """
    filters = [] if _says_its_delay(mp3) else [f"atrim=start_sample={_DELAY}", "asetpts=N/SR/TB"]
    if tempo != 1.0:
        filters.append(f"atempo={min(max(tempo, 0.5), 2.0):.4f}")
    chain = ["-af", ",".join(filters)] if filters else []
    shape = ["-ac", "1", "-ar", str(RATE), "-f", "s16le", "-bitexact", "pipe:1"]
    arguments = ["-loglevel", "error", "-f", "mp3", "-i", "pipe:0", *chain, *shape]
    try:
        pcm = ffmpeg.run(arguments, data=mp3, timeout_s=60).stdout
    except MediaError as error:
        raise EngineError(f"{service} trả về âm thanh hỏng. {error.message}", transient=True, code=code) from None
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SILENCE)
    if not loud.size:
        raise EngineError(f"{service} trả về âm thanh rỗng.", transient=True, code=code)
    return Clip(samples[max(0, int(loud[0]) - _KEEP) : int(loud[-1]) + 1 + _KEEP].tobytes(), RATE)


def _says_its_delay(mp3: bytes) -> bool:
    """Tell whether the first frame carries the encoder's delay, which ffmpeg then cuts by itself."""
    start = mp3[:_SEARCHED]
    return any(
        (at := start.find(mark)) >= 0 and start[at + _WRITER_AT : at + _WRITER_AT + 4] in _WRITERS for mark in _HEADERS
    )
