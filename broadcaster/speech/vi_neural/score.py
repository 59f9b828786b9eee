"""From a sentence to a score: the symbols, their lengths and the pitch that the model is to sing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from broadcaster.speech.vi_neural import tones
from broadcaster.speech.vi_neural.accents import Accent, Part, Segment, segments
from broadcaster.speech.vi_neural.g2p import Syllable, Tone
from broadcaster.speech.vi_neural.spelling import digits_of, syllables_of
from broadcaster.speech.vi_neural.timing import FRAME_MS, Timing, frames, lengths
from broadcaster.speech.vi_neural.tones import ToneSet

MAX_SYLLABLES: Final = 36
"""Syllables in one piece: at most 7 symbols each, and the model takes 510; memory grows with the piece's length."""
STEPS: Final = 2
"""Pitch values in one frame (12.5 ms each)."""

_WORD: Final = re.compile(r"[^\W\d_]+|\d+|[,;:.!?…–—()\"“”/-]")
_PAUSE: Final = {
    ",": 1.0,
    ";": 1.25,
    ":": 1.25,
    ".": 1.6,
    "!": 1.6,
    "?": 1.6,
    "…": 1.6,
    "–": 1.0,
    "—": 1.0,
    "(": 0.6,
    ")": 0.6,
}


@dataclass(frozen=True, slots=True)
class Note:
    """One symbol for the model: how long, and which syllable it belongs to (-1: none)."""

    symbol: str
    ms: float
    syllable: int = -1
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What the model speaks in one call: notes, and the syllables they point to."""

    notes: tuple[Note, ...]
    syllables: tuple[Syllable, ...]
    last: tuple[bool, ...]
    """Whether each syllable stands before a pause."""


def phrases_of(sentence: str) -> list[tuple[list[Syllable], str]]:
    """Return the sentence's phrases, each with the mark that ends it."""
    phrases: list[tuple[list[Syllable], str]] = []
    current: list[Syllable] = []
    for match in _WORD.finditer(unicodedata.normalize("NFC", sentence)):
        token = match.group()
        if token in _PAUSE:
            if current:
                phrases.append((current, token))
                current = []
        elif token[0].isalpha():
            current += syllables_of(token)
        elif token[0].isdigit():
            current += digits_of(token)
    if current:
        phrases.append((current, "."))
    return phrases


def pieces_of(sentence: str, accent: Accent, timing: Timing) -> list[Piece]:
    """Return the pieces of a sentence, cut at its pauses where the model's limit asks for it."""
    pieces: list[Piece] = []
    notes: list[Note] = []
    said: list[Syllable] = []
    last: list[bool] = []

    def close() -> None:
        if said:
            pieces.append(Piece(tuple(notes), tuple(said), tuple(last)))
            notes.clear(), said.clear(), last.clear()

    for syllables, mark in phrases_of(sentence):
        for begin in range(0, len(syllables), MAX_SYLLABLES):
            part = syllables[begin : begin + MAX_SYLLABLES]
            if said and len(said) + len(part) > MAX_SYLLABLES:
                close()
            for index, syllable in enumerate(part):
                final = index == len(part) - 1
                if notes and notes[-1].syllable >= 0:
                    notes.append(Note(" ", timing.gap))
                parts = segments(syllable, accent)
                notes += [
                    Note(s.symbol, ms, len(said), s)
                    for s, ms in zip(parts, lengths(syllable, parts, timing, last=final), strict=True)
                ]
                said.append(syllable)
                last.append(final)
            notes.append(Note(mark if mark in ",.!?;:" else ",", timing.comma * _PAUSE[mark]))
    close()
    return pieces


def pitch_of(
    piece: Piece, counts: Sequence[int], accent: Accent, toneset: ToneSet
) -> tuple[list[float | None], list[float]]:
    """Return the pitch of each step (semitones over the speaker's middle; None: leave it to the model) and its gain.

    Args:
        piece: what is said.
        counts: frames of each note.
        accent: the region, for tones that have merged.
        toneset: the region's contours.
    """
    starts = [0]
    for count in counts:
        starts.append(starts[-1] + count)
    total = starts[-1] * STEPS
    pitch: list[float | None] = [None] * total
    gain = [0.0] * total
    count = len(piece.syllables)
    end_before: tuple[int, float] | None = None
    for index, syllable in enumerate(piece.syllables):
        places = [n for n, note in enumerate(piece.notes) if note.syllable == index]
        rime = [n for n in places if (s := piece.notes[n].segment) and s.part is not Part.ONSET and s.voiced]
        begin, end = starts[rime[0]] * STEPS, starts[rime[-1] + 1] * STEPS
        tone = accent.tones.get(syllable.tone, syllable.tone)
        contour = toneset.contour(tone, stopped=syllable.stopped)
        base = toneset.fall * (0.5 - index / max(count - 1, 1)) if count > 1 else 0.0
        for step in range(begin, end):
            place = (step - begin + 0.5) / (end - begin)
            pitch[step] = base + tones.at(contour, place)
        if tone in toneset.breaks and not syllable.stopped:
            first, final, depth = toneset.breaks[tone]
            for step in range(begin, end):
                place = (step - begin + 0.5) / (end - begin)
                if first <= place <= final:
                    gain[step] = depth
        onset = [n for n in places if (s := piece.notes[n].segment) and s.part is Part.ONSET]
        if onset and all((s := piece.notes[n].segment) and s.voiced for n in onset):
            start = starts[onset[0]] * STEPS
            target = pitch[begin] or 0.0
            joined = end_before is not None and end_before[0] >= start - STEPS
            source = end_before[1] if joined and end_before else target
            for step in range(start, begin):
                share = (step - start + 1) / (begin - start + 1)
                pitch[step] = source + (target - source) * share
        end_before = (end, pitch[end - 1] or 0.0)
    return pitch, gain


def floor_of(piece: Piece, counts: Sequence[int], floor: float) -> list[float]:
    """Return the least energy of each step: `floor` in a vowel, none elsewhere."""
    result: list[float] = []
    for note, count in zip(piece.notes, counts, strict=True):
        vowel = note.segment is not None and note.segment.part is Part.NUCLEUS
        result += [floor if vowel else -inf] * (count * STEPS)
    return result


def frames_of(piece: Piece, timing: Timing, own: Sequence[float] | None = None) -> tuple[int, ...]:
    """Return the frames of each note; `own` are the model's own, mixed in by `timing.own`."""
    ms = [note.ms for note in piece.notes]
    if own is not None and timing.own < 1:
        ms = [
            m if note.segment is None else timing.own * m + (1 - timing.own) * o * FRAME_MS
            for note, m, o in zip(piece.notes, ms, own, strict=True)
        ]
    return frames(ms)
