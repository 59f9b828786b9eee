"""Subtitles of a rendition: WebVTT, a cue for each sentence, with the time of every word in it."""

from __future__ import annotations

import html
from collections.abc import Iterable

from broadcaster.sound.words import words


def web_vtt(cues: Iterable[tuple[str, int, int]]) -> str:
    """A WebVTT file for (sentence, start ms, end ms); sentences without sound are left out."""
    blocks = ["WEBVTT"]
    for number, (text, start, end) in enumerate((c for c in cues if c[2] > c[1]), 1):
        timed = [f"<{_clock(w.start_ms)}>{html.escape(w.text, quote=False)}" for w in words(text, start, end)]
        first = html.escape(text.split()[0], quote=False) if text.split() else ""
        body = " ".join([first, *timed[1:]]) if timed else html.escape(text, quote=False)
        blocks.append(f"{number}\n{_clock(start)} --> {_clock(end)}\n{body}")
    return "\n\n".join(blocks) + "\n"


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
