"""Sentences for breath: where to stop, for how long, and how to cut what is too long for one breath."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadcaster.text.spoken import Sentence, Spoken

SYLLABLES_PER_BREATH = 50
"""About twelve seconds at 4.2 syllables a second, an announcer's pace on horns."""

PAUSES_MS = {".": 450, "!": 450, "?": 450, ";": 320, ":": 320, ",": 200, "": 90}
PARAGRAPH_MS = 700
HEADING_MS = 800

_SPACE_BEFORE = re.compile(r" ([,.;:!?])")
_COMMAS = re.compile(r"([,;:])(?: ?,)+")
_COMMA_STOP = re.compile(r",(?= ?[.;:!?])")
_STOPS = re.compile(r"([.!?;:])(?: ?[,;:])+")
_DOUBLE_STOP = re.compile(r"([.:;])(?: ?\.)+")
_CLAUSE = re.compile(r"[,;:](?= )")
_JOINTS = frozenset(
    [
        "và",
        "để",
        "nhằm",
        "về",
        "theo",
        "của",
        "trong",
        "đối",
        "do",
        "đến",
        "hoặc",
        "hay",
        "nhưng",
        "mà",
        "khi",
        "nếu",
        "thì",
        "tại",
        "từ",
        "qua",
        "với",
        "cho",
        "bằng",
        "trên",
        "góp",
        "là",
        "như",
        "vì",
        "nên",
    ]
)


def tidy(text: str) -> str:
    """Single-spaced text in which no mark stands twice or after a blank."""
    text = " ".join(text.split())
    if _MARK.search(text):
        text = _SPACE_BEFORE.sub(r"\1", text)
        text = _COMMAS.sub(r"\1", text)
        text = _COMMA_STOP.sub("", text)
        text = _STOPS.sub(r"\1", text)
        text = _DOUBLE_STOP.sub(r"\1", text)
    return text.lstrip(",;:.!? ")


_MARK = re.compile(r" [,.;:!?]|[,.;:!?] ?[,.;:]|^[,;:.!?]")


def syllables(text: str) -> int:
    """How many syllables are spoken: words, and the parts of hyphenated ones."""
    return sum(len([p for p in word.split("-") if any(c.isalnum() for c in p)]) for word in text.split())


def cut(text: str) -> list[str]:
    """The sentence in units of at most `SYLLABLES_PER_BREATH` syllables, cut at clauses where there are any."""
    if text.count(" ") + text.count("-") < SYLLABLES_PER_BREATH:
        return [text]
    units: list[str] = []
    current, size = "", 0
    for clause in _clauses(text):
        count = syllables(clause)
        if current and size + count > SYLLABLES_PER_BREATH:
            units.append(current)
            current, size = "", 0
        if count > SYLLABLES_PER_BREATH:
            *whole, clause = _by_joints(clause)
            units += whole
            count = syllables(clause)
        current = f"{current} {clause}" if current else clause
        size += count
    if current:
        units.append(current)
    if len(units) > 1 and syllables(units[-1]) < 4 and syllables(units[-2]) + 4 <= SYLLABLES_PER_BREATH + 6:
        units[-2:] = [f"{units[-2]} {units[-1]}"]
    return units


def _clauses(text: str) -> Iterator[str]:
    start = 0
    for m in _CLAUSE.finditer(text):
        yield text[start : m.end()].strip()
        start = m.end()
    rest = text[start:].strip()
    if rest:
        yield rest


def _by_joints(clause: str) -> list[str]:
    """A clause too long for one breath, cut before a joining word near the middle of what remains."""
    words = clause.split()
    parts: list[str] = []
    while len(words) > SYLLABLES_PER_BREATH or syllables(" ".join(words)) > SYLLABLES_PER_BREATH:
        target = min(SYLLABLES_PER_BREATH, max(12, len(words) // 2 + 4))
        place = next((i for i in range(target, 8, -1) if i < len(words) and words[i].lower() in _JOINTS), 0)
        place = place or min(target, max(1, len(words) - 1))
        while place > 1 and syllables(" ".join(words[:place])) > SYLLABLES_PER_BREATH:
            place //= 2
        if place >= len(words):
            break
        parts.append(" ".join(words[:place]))
        words = words[place:]
    return [*parts, " ".join(words)]


def pause_after(text: str, *, ends_paragraph: bool) -> int:
    """Milliseconds of silence after a unit, by its last mark and its place."""
    last = text[-1:]
    mark = PAUSES_MS.get(last, PAUSES_MS[""])
    if not ends_paragraph:
        return mark
    return HEADING_MS if last.isalnum() else max(mark, PARAGRAPH_MS)


def estimate_seconds(spoken: Spoken, syllables_per_second: float) -> float:
    """How long the text will last in seconds, pauses included, for a voice of the given pace."""
    total = 0.0
    for sentence in spoken.sentences:
        inner = sum(PAUSES_MS[c] for c in sentence.text[:-1] if c in ",;:") / 1000
        total += syllables(sentence.text) / syllables_per_second + inner + sentence.pause_ms / 1000
    return total


__all__ = ["Sentence", "cut", "estimate_seconds", "pause_after", "syllables", "tidy"]
