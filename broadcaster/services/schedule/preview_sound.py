"""A broadcast as it will sound: its items joined in order into one stream while it is asked for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

from broadcaster.domain.air.broadcasts import RundownItem
from broadcaster.errors import MediaError, NotFoundError
from broadcaster.media import ffmpeg
from broadcaster.sound.store import Store
from broadcaster.threads import WatchedThread

MIME = "audio/mpeg"
RELAY_S = 2.0
"""A relay has no sound to be heard beforehand: so long a silence stands for it (s)."""
_AHEAD = 16
"""Pieces of 64 KiB at most that are made before they are asked for: about two minutes of sound."""


def joined(
    store: Store, rundown: Sequence[RundownItem], *, start_ms: int = 0, most_ms: int | None = None
) -> Iterator[bytes]:
    """Yield the items one after the other as MP3 of 48 kHz, nothing between them but what the rundown has.

    Args:
        store: where the sounds are.
        rundown: the items of a broadcast.
        start_ms: begin so far into the programme (ms).
        most_ms: end there, as play-out cuts at the end of a slot (ms from the beginning of the programme).

    Raises:
        NotFoundError: there is nothing to hear from there, or a sound is gone; before the first piece.
    """
    inputs: list[str] = []
    count, at = 0, 0
    for item in rundown:
        length = item.duration_ms if item.audio_sha256 else round(RELAY_S * 1000)
        skipped, at = max(0, start_ms - at), at + length
        if skipped >= length:
            continue
        if item.audio_sha256:
            path = store.path(item.audio_sha256)
            if not path.is_file():
                raise NotFoundError(f"Tệp âm thanh của “{item.title}” không còn trong kho.", field="sound")
            inputs += ["-ss", f"{skipped / 1000:.3f}", *ffmpeg.source(path)]
        else:
            inputs += ["-f", "lavfi", "-t", f"{(length - skipped) / 1000:.3f}", "-i", "anullsrc=r=48000:cl=mono"]
        count += 1
    end = [] if most_ms is None else ["-t", f"{max(most_ms - start_ms, 0) / 1000:.3f}"]
    if not count or (most_ms is not None and most_ms <= start_ms):
        raise NotFoundError("Không có gì để nghe từ chỗ này.", field="sound")
    same = "aresample=48000,aformat=sample_fmts=s16:channel_layouts=mono"
    graph = "".join(f"[{n}:a:0]{same}[a{n}];" for n in range(count)) + "".join(f"[a{n}]" for n in range(count))
    shape = ["-filter_complex", f"{graph}concat=n={count}:v=0:a=1[out]", "-map", "[out]", *end]
    return _streamed(
        ["-loglevel", "error", *inputs, *shape, "-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3", "pipe:1"]
    )


def _streamed(arguments: list[str]) -> Iterator[bytes]:
    """Yield what ffmpeg writes; it waits for a slow listener, and dies with one that leaves."""
    pieces: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
    gone = threading.Event()

    def keep(piece: bytes | None) -> None:
        while not gone.is_set():
            with suppress(queue.Full):
                pieces.put(piece, timeout=0.2)
                return

    def work() -> None:
        with suppress(MediaError):  # the listener hears it end
            ffmpeg.run(arguments, on_stdout=keep, cancel=gone, timeout_s=4 * 3600, low_priority=True)
        keep(None)

    WatchedThread(work, "hear-through", once=True).start()
    try:
        while (piece := pieces.get()) is not None:
            yield piece
    finally:
        gone.set()
