"""From a sentence to a score: the symbols, their lengths and the pitch that the model is to sing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from broadcaster.speech.vi_neural import tones
from broadcaster.speech.vi_neural.accents import Accent, Phone, SyllablePart, segments
from broadcaster.speech.vi_neural.g2p import Syllable, Tone
from broadcaster.speech.vi_neural.spelling import digits_of, syllables_of
from broadcaster.speech.vi_neural.timing import Timing, lengths
from broadcaster.speech.vi_neural.tones import ToneSet

MAX_SYLLABLES: Final = 36
"""Syllables in one piece: at most 7 symbols each, and the model takes 510; memory grows with the piece's length."""
FIRST_SYLLABLES: Final = 14
"""A sentence longer than this is cut at its first pause: its beginning is heard while the rest is still made."""
_FIRST_LEAST: Final = 3
"""Syllables that such a first piece has at least."""
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
class ScoreNote:
    """One symbol for the model: how long, and which syllable it belongs to (-1: none)."""

    symbol: str
    ms: float
    syllable: int = -1
    segment: Phone | None = None


@dataclass(frozen=True, slots=True)
class ModelCall:
    """What the model speaks in one call: notes, and the syllables they point to."""

    notes: tuple[ScoreNote, ...]
    syllables: tuple[Syllable, ...]
    last: tuple[bool, ...]
    """Whether each syllable stands before a pause."""


VOWEL_ENERGY: Final = 8.0
"""Least energy of a vowel, in the model's own unit: about -9 for silence, 8 for a clear vowel."""
SONORANT_ENERGY: Final = 0.0
"""Least energy of a voiced consonant before the vowel."""
BROKEN: Final = 0.45
"""Share of an open nặng in which the voice breaks off, the glottal stop of that tone (Kirby 2011)."""
BREAK_ENERGY: Final = 12.0
"""By how much the energy falls there."""
HELD_STEPS: Final = 2
"""Steps for which the voice goes on after a syllable: 20.8 % word errors with 2, 24.2 % with none."""


def phrases_of(sentence: str) -> list[tuple[list[Syllable], str]]:
    """The sentence's phrases, each with the mark that ends it."""
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


def pieces_of(sentence: str, accent: Accent, timing: Timing) -> list[ModelCall]:
    """The pieces of a sentence, cut at its pauses where the model's limit asks for it."""
    pieces: list[ModelCall] = []
    notes: list[ScoreNote] = []
    said: list[Syllable] = []
    last: list[bool] = []

    def close() -> None:
        if said:
            pieces.append(ModelCall(tuple(notes), tuple(said), tuple(last)))
            notes.clear()
            said.clear()
            last.clear()

    phrases = phrases_of(sentence)
    long = sum(len(syllables) for syllables, _ in phrases) > FIRST_SYLLABLES
    for number, (syllables, mark) in enumerate(phrases, start=1):
        pause = timing.comma * timing.scale * _PAUSE[mark] if number < len(phrases) else timing.end
        for begin in range(0, len(syllables), MAX_SYLLABLES):
            part = syllables[begin : begin + MAX_SYLLABLES]
            if said and len(said) + len(part) > MAX_SYLLABLES:
                close()
            for index, syllable in enumerate(part):
                final = index == len(part) - 1
                if notes and notes[-1].syllable >= 0:
                    notes.append(ScoreNote(" ", timing.gap * timing.scale))
                parts = segments(syllable, accent)
                notes += [
                    ScoreNote(s.symbol, ms, len(said), s)
                    for s, ms in zip(parts, lengths(syllable, parts, timing, last=final), strict=True)
                ]
                said.append(syllable)
                last.append(final)
            notes.append(ScoreNote(mark if mark in ",.!?;:" else ",", pause))
        if long and not pieces and len(said) >= _FIRST_LEAST:
            close()
    close()
    return pieces


@dataclass(frozen=True, slots=True)
class Melody:
    """What is laid over the model's own prosody, one value for each step of 12.5 ms."""

    pitch: list[float | None]
    """Semitones over the speaker's middle; None: leave it to the model; minus infinity: no voice."""
    floor: list[float]
    """Least energy."""
    softer: list[float]
    """What is taken from the energy after that."""


def melody_of(piece: ModelCall, counts: Sequence[int], accent: Accent, toneset: ToneSet) -> Melody:
    """The melody of a piece.

    Args:
        piece: what is said.
        counts: frames of each note.
        accent: the region, for tones that have merged.
        toneset: the region's contours.
    """
    starts = [0]
    for count in counts:
        starts.append(starts[-1] + count * STEPS)
    total = starts[-1]
    melody = Melody([None] * total, [-inf] * total, [0.0] * total)
    groups: dict[int, list[int]] = {}
    for place, note in enumerate(piece.notes):
        groups.setdefault(note.syllable, []).append(place)
        if note.segment is not None and note.segment.part is SyllablePart.NUCLEUS:
            melody.floor[starts[place] : starts[place + 1]] = [VOWEL_ENERGY] * (counts[place] * STEPS)
        elif note.segment is not None and note.segment.part is SyllablePart.ONSET and _sounds_through(note, piece):
            melody.floor[starts[place] : starts[place + 1]] = [SONORANT_ENERGY] * (counts[place] * STEPS)
    joined: tuple[int, float] | None = None
    for index, syllable in enumerate(piece.syllables):
        places = groups[index]
        rime = [n for n in places if (s := piece.notes[n].segment) and s.part is not SyllablePart.ONSET and s.voiced]
        begin, end = starts[rime[0]], starts[rime[-1] + 1]
        last = _lay_tone(melody, (begin, end), syllable, piece, index, accent, toneset)
        broken = syllable.tone is Tone.NANG and not syllable.stopped
        if broken:
            _break_off(melody, (begin, end))
        first = melody.pitch[begin] or 0.0
        onset = [s for n in places if (s := piece.notes[n].segment) and s.part is SyllablePart.ONSET]
        start = starts[places[0]]
        if onset and all(s.voiced for s in onset):
            source = joined[1] if joined is not None and start - joined[0] <= 4 * STEPS else first
            for step in range(start, begin):
                melody.pitch[step] = source + (first - source) * (step - start + 1) / (begin - start + 1)
        after = places[-1] + 1
        _lay_gap(melody, (starts[after], starts[after + 1]), -inf if broken else last, syllable)
        joined = (starts[places[-1] + 1], last) if not syllable.stopped else None
    return melody


def _sounds_through(note: ScoreNote, piece: ModelCall) -> bool:
    """Tell whether a note of an onset sounds through: voiced, and not the closure of b or đ."""
    return note.segment is not None and note.segment.voiced and piece.syllables[note.syllable].onset not in {"b", "đ"}


def _lay_tone(
    melody: Melody,
    span: tuple[int, int],
    syllable: Syllable,
    piece: ModelCall,
    index: int,
    accent: Accent,
    toneset: ToneSet,
) -> float:
    """Lay a tone over a rime and return its last pitch."""
    begin, end = span
    tone = accent.tones.get(syllable.tone, syllable.tone)
    contour = toneset.contour(tone, stopped=syllable.stopped)
    count = len(piece.syllables)
    base = toneset.fall * (0.5 - index / (count - 1)) if count > 1 else 0.0
    for step in range(begin, end):
        melody.pitch[step] = base + tones.at(contour, (step - begin + 0.5) / (end - begin))
    return base + contour[-1]


def _break_off(melody: Melody, span: tuple[int, int]) -> None:
    """End a rime in a glottal stop."""
    begin, end = span
    start = end - max(2, int((end - begin) * BROKEN))
    melody.pitch[start:end] = [-inf] * (end - start)
    melody.softer[start:end] = [BREAK_ENERGY] * (end - start)


def _lay_gap(melody: Melody, span: tuple[int, int], last: float, syllable: Syllable) -> None:
    """After a syllable the voice holds its last pitch a little; after a final stop it is silent at once."""
    begin, end = span
    held = begin if syllable.stopped else min(begin + HELD_STEPS, end)
    for step in range(begin, held):
        melody.pitch[step] = last
    if syllable.stopped or end - begin > 4 * STEPS:
        for step in range(held, end):
            melody.pitch[step] = -inf
