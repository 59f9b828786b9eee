"""What a person may have shaped of a script's sound: whoever shaped any of it is a contributor, and no other eye."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HUMAN: Final = "human"
"""The voice of a rendition that a person spoke."""


class Shaped(StrEnum):
    """One part of what will be heard."""

    WORDS = "words"
    TITLE = "title"
    KEPT = "kept"
    READING = "reading"
    LEXICON = "lexicon"
    NAMES = "names"
    SETTINGS = "settings"
    VOICE = "voice"
    RATE = "rate"
    RECORDING = "recording"
    MACHINE = "machine"

    @property
    def label(self) -> str:
        """The Vietnamese words."""
        return _LABELS[self]


_LABELS = {
    Shaped.WORDS: "lời văn",
    Shaped.TITLE: "tên bài",
    Shaped.KEPT: "phần bỏ đi hoặc giữ lại",
    Shaped.READING: "cách đọc riêng của bài",
    Shaped.LEXICON: "từ điển của đài",
    Shaped.NAMES: "tên của đài",
    Shaped.SETTINGS: "cài đặt giọng đọc, âm thanh",
    Shaped.VOICE: "giọng đọc",
    Shaped.RATE: "tốc độ đọc",
    Shaped.RECORDING: "bản ghi âm",
    Shaped.MACHINE: "cho máy đọc thay bản ghi âm",
}
FIELDS: Final = {"title": Shaped.TITLE, "kept": Shaped.KEPT, "voice": Shaped.VOICE, "rate": Shaped.RATE}
"""The columns of a script that shape what is heard; the others say where and when."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person, and what that person shaped since the last approval."""

    username: str
    parts: tuple[Shaped, ...]

    @property
    def told(self) -> str:
        """The parts in words."""
        return ", ".join(part.label for part in self.parts)
