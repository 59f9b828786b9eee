"""What a rendition says when: WebVTT for players, words with times for a page, the outline of the sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from broadcaster.errors import RuleError
from broadcaster.sound.vtt import web_vtt
from broadcaster.sound.words import words


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


def timed_words(cues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each sentence with its words as plain data: text, start and end in ms."""
    return [
        {
            **cue,
            "words": [
                {"text": w.text, "start_ms": w.start_ms, "end_ms": w.end_ms}
                for w in words(cue["text"], cue["start_ms"], cue["end_ms"])
            ],
        }
        for cue in cues
    ]
