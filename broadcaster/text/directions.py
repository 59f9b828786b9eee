"""Stage directions in a script: who speaks, which sound comes in between, where music lies under the words.

A direction stands in square brackets at the beginning of a line, or where a sentence has ended: `[nam]`, `[nữ]`,
`[ngắt]`, `[âm thanh: chuong]`, `[nhạc nền]`, `[nhạc nền: nhac-hieu]`, `[hết nhạc]`; several may follow one another. It
is never read aloud. Whatever else stands in brackets at the beginning of a line is a mistyped direction and a fault,
with the nearest known one named; so is a direction inside a sentence. Other brackets inside a sentence are text.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final, Literal

from broadcaster.domain.fold import fold
from broadcaster.text.spoken import Notice, Spoken

DEFAULT_MUSIC: Final = "nhac-hieu"
DEFAULT_SEPARATOR: Final = "ngat"

_BRACKET: Final = re.compile(r"\[([^\[\]\n]*)(\]?)")
_DIRECTION: Final = re.compile(
    r"(?:(?P<voice>nam|nữ)|(?P<gap>ngắt)|âm thanh\s*:\s*(?P<sound>[\w-]+)"
    r"|nhạc nền(?:\s*:\s*(?P<music>[\w-]+))?|(?P<end>hết nhạc))",
    re.IGNORECASE,
)
_KNOWN: Final = {fold(k): k for k in ("nam", "nữ", "ngắt", "nhạc nền", "hết nhạc", "âm thanh")}
_NAMED: Final = frozenset(map(fold, ("âm thanh", "nhạc nền")))
_LISTED: Final = ", ".join(f"[{k}]" for k in ("nam", "nữ", "ngắt", "âm thanh: chuong", "nhạc nền", "hết nhạc"))
_CLOSED: Final = re.compile(r"[.!?…][\"'”’)\]]*[ \t]*\Z")
_NAME: Final = re.compile(r"[^:]*:\s*([\w-]+)\s*\Z")


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction: at which character it stands, and what it asks for."""

    at: int
    kind: Literal["voice", "sound", "music", "end"]
    name: str = ""
    """`male` or `female` of a voice; the name of a station sound."""

    @property
    def sound(self) -> str:
        """The station sound that it calls, or empty."""
        return self.name if self.kind in {"sound", "music"} else ""


@dataclass(frozen=True, slots=True)
class Directed:
    """A text without its directions, each character where it was, and the directions in order."""

    text: str
    directions: tuple[Direction, ...]
    faults: tuple[Notice, ...] = ()
    """Mistyped and misplaced directions, which are not read either."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens at one sentence of a spoken text."""

    gender: Literal["female", "male"] | None
    """Who speaks it; None: whoever speaks the script."""
    before: tuple[str, ...]
    """Station sounds that are heard before it."""
    music: str | None
    """The music under it."""


def read(text: str, *, keep_unknown: bool = False) -> Directed:
    """A text without its directions.

    A direction leaves blanks and a full stop behind, so that sentences end there and positions stay.

    Args:
        text: in NFC.
        keep_unknown: leave what is no direction to be read, where no word may be lost and nobody can be asked.
    """
    found: list[Direction] = []
    faults: list[Notice] = []
    pieces: list[str] = []
    done = begun = 0
    for match in _BRACKET.finditer(text):
        start, end = match.span()
        content = match[1].strip()
        begun = text.rfind("\n", begun, start) + 1 or begun
        before = text[begun:start] if done <= begun else text[done:start]
        leads = not before.strip()
        if not any(c.isalpha() for c in content):
            continue
        known = _DIRECTION.fullmatch(content) if match[2] else None
        if not leads and not (_CLOSED.search(before) and _resembles(content)):
            if known is None and not (match[2] and fold(content) in _KNOWN):
                continue
            faults.append(Notice("direction.inside", _inside(content), start, end))
        elif known is not None:
            found.append(_direction(known, start))
        else:
            faults.append(Notice("direction.unknown", _unknown(content, closed=bool(match[2])), start, end))
            if keep_unknown and not _resembles(content):
                continue
        pieces += (text[done:start], " " * (end - start - 1), ".")
        done = end
    pieces.append(text[done:])
    return Directed("".join(pieces), tuple(found), tuple(faults))


def begins(line: str) -> bool:
    """Whether a line begins with a direction, rightly typed or nearly."""
    match = _BRACKET.match(line.lstrip())
    return match is not None and _resembles(match[1].strip())


def nearest(content: str) -> str:
    """The known direction that is most like what was typed, or empty."""
    typed = " ".join(fold(content).replace(":", " : ").split())
    head = typed.partition(" : ")[0].strip(" :")
    likely = next((k for k in _KNOWN if k == head), "")
    likely = likely or next((k for k in sorted(_KNOWN, key=len, reverse=True) if f" {k} " in f" {head} "), "")
    likely = likely or next((k for k in _KNOWN if k.startswith(f"{head} ")), "")
    likely = likely or next(iter(difflib.get_close_matches(head, _KNOWN, n=1, cutoff=0.6)), "")
    if not likely:
        return ""
    name = _NAME.search(content)
    given = "-".join((fold(name[1]) if name else head.partition(likely)[2]).split())
    if _KNOWN[likely] == "âm thanh":
        given = given or "chuong"
    return f"{_KNOWN[likely]}: {given}" if given and likely in _NAMED else _KNOWN[likely]


def _resembles(content: str) -> bool:
    """Whether a bracket's words are those of a direction, but for marks or a letter."""
    head = " ".join(fold(content).partition(":")[0].split())
    return bool(head) and bool(difflib.get_close_matches(head, _KNOWN, n=1, cutoff=0.75))


def _direction(match: re.Match[str], at: int) -> Direction:
    if match["voice"]:
        return Direction(at, "voice", "male" if match["voice"].lower() == "nam" else "female")
    if match["gap"]:
        return Direction(at, "sound", DEFAULT_SEPARATOR)
    if match["sound"]:
        return Direction(at, "sound", match["sound"].lower())
    if match["end"]:
        return Direction(at, "end")
    return Direction(at, "music", (match["music"] or DEFAULT_MUSIC).lower())


def _unknown(content: str, *, closed: bool) -> str:
    shown = content if len(content) <= 40 else f"{content[:40].rstrip()}…"
    wrong = f"Không có lời dặn nào là “[{shown}]”" if closed else f"Lời dặn “[{shown}” thiếu dấu ngoặc vuông đóng"
    near = nearest(content)
    meant = f"ý là [{near}]?" if near else f"các lời dặn là {_LISTED}."
    return f"{wrong}; {meant} Nếu là chữ cần đọc thì bỏ dấu ngoặc vuông."


def _inside(content: str) -> str:
    return f"Lời dặn “[{content}]” nằm giữa câu; đưa xuống đầu một dòng. Nếu là chữ cần đọc thì bỏ dấu ngoặc vuông."


def turns(spoken: Spoken, directions: tuple[Direction, ...]) -> tuple[Turn, ...]:
    """What happens at each sentence."""
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


def after(spoken: Spoken, directions: tuple[Direction, ...]) -> tuple[str, ...]:
    """The station sounds that are heard after the last sentence."""
    last = spoken.sentences[-1].start if spoken.sentences else -1
    return tuple(d.name for d in directions if d.kind == "sound" and d.at > last)
