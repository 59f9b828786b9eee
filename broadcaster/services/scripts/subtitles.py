"""What a rendition says when: WebVTT for players, words with times for a page, the outline of the sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from broadcaster.errors import RuleError
from broadcaster.sound.vtt import web_vtt


def subtitles(detail: Mapping[str, Any]) -> str:
    """WebVTT for a script as `script_detail` gives it.

    Raises:
        RuleError: it was not spoken yet.
    """
    rendition = detail["rendition"]
    if rendition is None:
        raise RuleError("Kịch bản chưa có bản đọc. Hãy tạo bản đọc trước.", field="rendition")
    return rendition_captions(rendition["cues"])


def rendition_captions(cues: Iterable[Mapping[str, Any]]) -> str:
    """WebVTT for the cues of a rendition."""
    return web_vtt((c["text"], c["start_ms"], c["end_ms"]) for c in cues)
