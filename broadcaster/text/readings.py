"""Each place where the spoken words differ from the written ones, as a person looks at it and chooses otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from broadcaster.errors import RuleError
from broadcaster.text.lexicon import Lexicon, LexiconEntry, Mode
from broadcaster.text.sentences import SYLLABLES_PER_BREATH, syllables
from broadcaster.text.spoken import Sentence, Span, Spoken

LONG_SENTENCE: Final = 2 * SYLLABLES_PER_BREATH
"""Syllables from which a written sentence is too long to follow on horns."""
_SMALL = ("sign.", "list.bullet", "symbol.invisible", "symbol.silent", "script.foreign")
_ENDS = ".!?…\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One written form and what is said for it, wherever it stands; numbered in the order of the text, from 1."""

    number: int
    written: str
    spoken: str
    rule: str
    reason: str
    alternatives: tuple[str, ...]
    look: bool
    times: int

    @property
    def plain(self) -> bool:
        """Whether it is a number read as everybody would."""
        return self.rule == "number.cardinal" and not self.look


@dataclass(frozen=True, slots=True)
class Choice:
    """Another way to say a written form."""

    mode: Mode
    spoken: str
    label: str

    @property
    def spoken_out(self) -> bool:
        """Whether it gives words of its own, and not a way to take the letters."""
        return self.mode is Mode.EXPAND


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """A stretch of text; `reading` is the number of the reading it belongs to, 0 for what is said as written."""

    text: str
    reading: int = 0
    look: bool = False


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One spoken sentence beside what was written for it."""

    written: tuple[ReadingSpan, ...]
    spoken: tuple[ReadingSpan, ...]
    paragraph: int
    pause_ms: int


def readings(spoken: Spoken) -> list[Reading]:
    """Each different reading once, in the order of the text; marks that nobody would say are left out."""
    found: dict[tuple[str, str, str], list[Span]] = {}
    for span in spoken.spans:
        if not _small(span):
            found.setdefault(_identity(span), []).append(span)
    return [
        Reading(
            number=number,
            written=written,
            spoken=said,
            rule=rule,
            reason=spans[0].reason,
            alternatives=tuple(dict.fromkeys(a for s in spans for a in s.alternatives if a != said)),
            look=any(s.look for s in spans),
            times=len(spans),
        )
        for number, ((written, said, rule), spans) in enumerate(found.items(), 1)
    ]


def lines(spoken: Spoken) -> list[SideBySide]:
    """The spoken sentences beside the written ones, with the changed words of both marked."""
    numbers = {(r.written, r.spoken, r.rule): (r.number, r.look) for r in readings(spoken)}
    found = []
    spans = [s for s in spoken.spans if s.rule != "plain"]
    first = 0
    for sentence in spoken.sentences:
        while first < len(spans) and spans[first].end <= sentence.start:
            first += 1
        inside = []
        for span in spans[first:]:
            if span.start >= sentence.end:
                break
            inside.append((span, *numbers.get(_identity(span), (0, False))))
        written = tuple(_written(spoken.source, sentence, inside))
        found.append(SideBySide(written, tuple(_said(sentence.text, inside)), sentence.paragraph, sentence.pause_ms))
    return found


def choices(reading: Reading, lexicon: Lexicon) -> list[Choice]:
    """The other ways to say a reading that make sense, the likeliest first."""
    found = [Choice(Mode.EXPAND, a, a) for a in reading.alternatives]
    if any(c.isalpha() for c in reading.written) and not any(c.isdigit() for c in reading.written):
        spelled = lexicon.spell(reading.written)
        known = {reading.spoken.lower(), *(c.spoken.lower() for c in found)}
        if spelled.lower() not in known and len(reading.written) <= 12:
            found.append(Choice(Mode.SPELL, "", f"{spelled} (từng chữ cái)"))
        if reading.written.lower() not in known:
            found.append(Choice(Mode.LEAVE, "", f"{reading.written} (giữ nguyên)"))
    return found


def entry_for(reading: Reading, mode: Mode, spoken: str = "") -> LexiconEntry:
    """The entry by which a reading is said otherwise; the present way stays among its alternatives."""
    others = (reading.spoken, *reading.alternatives)
    return LexiconEntry(
        written=reading.written,
        spoken=spoken,
        mode=mode,
        alternatives=tuple(dict.fromkeys(o for o in others if o and o.lower() != spoken.lower())),
        firm=True,
    )


def find(found: Sequence[Reading], what: str) -> Reading:
    """The reading of a number or a written form.

    Raises:
        RuleError: there is none, or the form is read in several ways; then the number must be given.
    """
    if what.isdecimal() and 1 <= int(what) <= len(found) and not any(r.written == what for r in found):
        return found[int(what) - 1]
    same = [r for r in found if r.written == what]
    if not same:
        raise RuleError(f"Bài không có chỗ nào viết “{what}” mà đọc khác đi.", field="reading")
    if len(same) > 1:
        numbers = ", ".join(f"{r.number} ({r.spoken})" for r in same)
        raise RuleError(f"“{what}” được đọc theo {len(same)} cách: {numbers}. Hãy chọn theo số.", field="reading")
    return same[0]


def long_sentences(spoken: Spoken) -> list[str]:
    """The head of each written sentence that is too long to follow on horns."""
    found, words, start = [], 0, None
    for sentence in spoken.sentences:
        start = sentence.text if start is None else start
        words += syllables(sentence.text)
        if sentence.text[-1:] in _ENDS or sentence.pause_ms >= 450:
            if words > LONG_SENTENCE:
                found.append(f"{' '.join(start.split()[:8])}… ({words} tiếng)")
            words, start = 0, None
    return found


def as_rows(found: Sequence[Reading], lexicon: Lexicon) -> list[Mapping[str, object]]:
    """Readings as plain data."""
    return [
        {
            "number": r.number,
            "written": r.written,
            "spoken": r.spoken,
            "rule": r.rule,
            "reason": r.reason,
            "look": r.look,
            "times": r.times,
            "choices": [{"mode": c.mode.value, "spoken": c.spoken, "label": c.label} for c in choices(r, lexicon)],
        }
        for r in found
    ]


def _identity(span: Span) -> tuple[str, str, str]:
    return " ".join(span.written.split()), " ".join(span.spoken.split()), span.rule


def _small(span: Span) -> bool:
    if span.rule == "plain" or not span.written.strip():
        return True
    if span.look:
        return False
    return span.rule.startswith(_SMALL) or span.written == span.spoken


def _written(source: str, sentence: Sentence, inside: Sequence[tuple[Span, int, bool]]) -> Iterator[ReadingSpan]:
    done = sentence.start
    while done < sentence.end and source[done].isspace():
        done += 1
    for span, number, look in inside:
        if number and span.end > done:
            start = max(span.start, done)
            if start > done:
                yield ReadingSpan(source[done:start])
            end = min(span.end, sentence.end)
            yield ReadingSpan(source[start:end], number, look)
            done = end
    if done < sentence.end:
        yield ReadingSpan(source[done : sentence.end])


def _said(text: str, inside: Sequence[tuple[Span, int, bool]]) -> Iterator[ReadingSpan]:
    lower, done = text.lower(), 0
    for span, number, look in inside:
        said = " ".join(span.spoken.split()).lower().strip(" ,.;:")
        place = lower.find(said, done) if number and said else -1
        if place < 0:
            continue
        if place > done:
            yield ReadingSpan(text[done:place])
        yield ReadingSpan(text[place : place + len(said)], number, look)
        done = place + len(said)
    if done < len(text):
        yield ReadingSpan(text[done:])
