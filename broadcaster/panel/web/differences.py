"""What changed between two texts, and what was changed for the voice: as pieces that a template can mark."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadcaster.text import Notice
from broadcaster.text.readings import ReadingSpan as TextPiece
from broadcaster.text.readings import SideBySide

_WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A stretch of text, in both texts unless it was added or removed."""

    text: str
    added: bool = False
    removed: bool = False


def difference(old: str, new: str) -> list[DiffPiece]:
    """The words of both texts in order, marked by what became of them."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    pieces: list[DiffPiece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(DiffPiece("".join(a[i:j])))
            continue
        if i < j:
            pieces.append(DiffPiece("".join(a[i:j]), removed=True))
        if k < m:
            pieces.append(DiffPiece("".join(b[k:m]), added=True))
    return pieces


@dataclass(frozen=True, slots=True)
class Side:
    """One paragraph: what is written, and its sentences as spoken; `start_ms` is None where no sound says it."""

    written: tuple[TextPiece, ...]
    spoken: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """One spoken sentence and where it sounds."""

    pieces: tuple[TextPiece, ...]
    start_ms: int | None
    end_ms: int | None


def sides(found: Sequence[SideBySide], cues: Sequence[Mapping[str, Any]]) -> list[Side]:
    """The text paragraph by paragraph, written beside spoken, with the times of a sound that says just this."""
    said = ["".join(p.text for p in line.spoken) for line in found]
    heard = list(cues) if [c["text"] for c in cues] == said else [{"start_ms": None, "end_ms": None}] * len(found)
    blocks: dict[int, list[tuple[SideBySide, Mapping[str, Any]]]] = {}
    for line, cue in zip(found, heard, strict=True):
        blocks.setdefault(line.paragraph, []).append((line, cue))
    return [
        Side(
            tuple(p for n, (line, _) in enumerate(block) for p in ((TextPiece(" "),) if n else ()) + line.written),
            tuple(Spot(line.spoken, cue["start_ms"], cue["end_ms"]) for line, cue in block),
        )
        for block in blocks.values()
    ]


def messages(warnings: Sequence[Notice]) -> list[str]:
    """The sentences of the warnings, each once."""
    return list(dict.fromkeys(n.message for n in warnings))


def as_chosen(field: Any, value: Any) -> str:
    """A field's value as its form shows it: the words of a choice, yes or no, a day, else the value itself."""
    words = {str(c.value): str(c.label) for c in getattr(field, "choices", None) or ()}
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, (list, tuple)):
        return "; ".join(words.get(str(v), str(v)) for v in value) or "(bỏ trống)"
    if isinstance(value, dt.datetime):
        return f"{value:%H:%M %d/%m/%Y}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    told = "" if value is None else str(value)
    return words.get(told, told or "(bỏ trống)")
