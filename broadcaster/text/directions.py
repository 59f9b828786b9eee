"""Stage directions in a script: who speaks, which sound comes in between, where music lies under the words.

A direction stands in square brackets at the beginning of a line: `[nam]`, `[nữ]`, `[ngắt]`, `[âm thanh: chuong]`,
`[nhạc nền]`, `[nhạc nền: nhac-hieu]`, `[hết nhạc]`. It is never read aloud. What else stands in brackets is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from broadcaster.text.spoken import Spoken

DEFAULT_MUSIC: Final = "nhac-hieu"
DEFAULT_SEPARATOR: Final = "ngat"

_DIRECTION: Final = re.compile(
    r"^[ \t]*(\[\s*(?:(?P<voice>nam|nữ)|(?P<gap>ngắt)|âm thanh\s*:\s*(?P<sound>[\w-]+)"
    r"|nhạc nền(?:\s*:\s*(?P<music>[\w-]+))?|(?P<end>hết nhạc))\s*\])",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction: at which character it stands, and what it asks for."""

    at: int
    kind: Literal["voice", "sound", "music", "end"]
    name: str = ""
    """`male` or `female` of a voice; the name of a station sound."""


@dataclass(frozen=True, slots=True)
class Directed:
    """A text without its directions, each character where it was, and the directions in order."""

    text: str
    directions: tuple[Direction, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens at one sentence of a spoken text."""

    gender: Literal["female", "male"] | None
    """Who speaks it; None: whoever speaks the script."""
    before: tuple[str, ...]
    """Station sounds that are heard before it."""
    music: str | None
    """The music under it."""


def read(text: str) -> Directed:
    """A text without its directions.

    A direction leaves blanks and a full stop behind, so that sentences end there and positions stay.
    """
    found = []

    def take(match: re.Match[str]) -> str:
        at = match.start(1)
        if match["voice"]:
            found.append(Direction(at, "voice", "male" if match["voice"].lower() == "nam" else "female"))
        elif match["gap"]:
            found.append(Direction(at, "sound", DEFAULT_SEPARATOR))
        elif match["sound"]:
            found.append(Direction(at, "sound", match["sound"].lower()))
        elif match["end"]:
            found.append(Direction(at, "end"))
        else:
            found.append(Direction(at, "music", (match["music"] or DEFAULT_MUSIC).lower()))
        return " " * (len(match[0]) - 1) + "."

    return Directed(_DIRECTION.sub(take, text), tuple(found))


def turns(spoken: Spoken, directions: tuple[Direction, ...]) -> tuple[Turn, ...]:
    """What happens at each sentence; sounds asked for after the last sentence are left out."""
    out = []
    waiting = list(directions)
    gender: Literal["female", "male"] | None = None
    music: str | None = None
    for sentence in spoken.sentences:
        before = []
        while waiting and waiting[0].at < sentence.end and waiting[0].at <= sentence.start:
            direction = waiting.pop(0)
            match direction.kind:
                case "voice":
                    gender = "male" if direction.name == "male" else "female"
                case "sound":
                    before.append(direction.name)
                case "music":
                    music = direction.name
                case "end":
                    music = None
        out.append(Turn(gender, tuple(before), music))
    return tuple(out)
