"""The engine: one pass over the text; each token that needs it goes to the rules for its kind of character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from broadcaster.text.lexicon import Lexicon
from broadcaster.text.numbers import coded
from broadcaster.text.profile import RegionalProfile
from broadcaster.text.rules import (
    amounts,
    codes,
    dates,
    days,
    documents,
    enumerations,
    fractions,
    initials,
    legal,
    lists,
    measures,
    ordinals,
    phones,
    ranges,
    roads,
    roman,
    scores,
    signs,
    times,
    weather,
    web,
    words,
)
from broadcaster.text.rules.reasons import reason_of
from broadcaster.text.sentences import cut, pause_after, tidy
from broadcaster.text.spoken import Notice, Sentence, Span, Spoken
from broadcaster.text.tokens import TOKEN, Context, Left, RuleReading

_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_BLANKS = {
    ord(c): " "
    for c in "\t\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
}
_BLANKS |= {0x2028: "\n", 0x2029: "\n"}
_BROKEN_LINE = re.compile(r"(?<=[^\s.!?:;…])[ ]*\n\s*(?=[^\W\d_])(?![a-zđ]{1,2}[.)])")
_STOP = re.compile(r"[.!?…]+(?=[\s\"”’')\]»]|$)|\n")
_DIGITS = re.compile(r"\d+")
_TIMES_LEFT = re.compile(r"\d[^\s]{0,12}(?:\s[^\W\d_]\S{0,12}){0,2}\s*$")
_FIGURE_NEXT = re.compile(r"\s+\d")
_COURSE = re.compile(r"\s?\d{1,3}\s?(?:ngày|tuần|tháng|đêm|đợt)(?![^\W_])")
_DOSE = re.compile(
    r"(?<![^\W_])(?:lần|viên|gói|ống|liều|muỗng|giọt|buổi|cữ)(?:\s?/\s?|\s(?:mỗi|một|trong)?\s?)?(?:ngày|tuần|tháng|đêm)?$"
)
_SIDE_NEXT = re.compile(r"\s+(?:rộng|dài|cao|sâu|dày)\s\d")
_CHUNK = re.compile(r"\S+")

_NUMBER_RULES = (
    lists.numbered,
    codes.standard,
    *phones.RULES,
    *times.RULES,
    *weather.RULES,
    *documents.RULES,
    enumerations.weekdays,
    ordinals.ordinal,
    *dates.RULES,
    *days.RULES,
    scores.score,
    *codes.NUMBER_RULES,
    *legal.RULES,
    ordinals.after_month,
    *enumerations.RULES,
    fractions.ratio,
    amounts.product,
    ranges.ranged,
    fractions.share,
    amounts.amount,
)
_JOINERS = frozenset("@._-:0123456789²³")
_START_OF_SIGNED = frozenset("+-−–±")


class SpokenSpan(NamedTuple):
    """A stretch of the text and what is said for it; `spoken` is None where the text is said as it stands."""

    start: int
    end: int
    spoken: str | None
    rule: str
    alternatives: tuple[str, ...] = ()
    look: bool = False


def normalize(text: str, *, profile: RegionalProfile, lexicon: Lexicon, explain: bool = True) -> Spoken:
    """The words that an announcer would say for `text`; pure, total, in time linear in its length.

    With `explain=False` no spans are made, which is faster; sentences and warnings are the same.
    """
    source = text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
    ctx = Context(_prepared(source), profile, lexicon)
    words.learn(ctx)
    pieces = _read(ctx)
    sentences = _sentences(ctx, pieces)
    spans = _spans(source, pieces) if explain else ()
    return Spoken(sentences, spans, tuple(sorted(ctx.notices, key=lambda n: (n.start, n.end))), source)


def speak_line(line: str, *, profile: RegionalProfile, lexicon: Lexicon) -> str:
    """The spoken words of one line, on one line, single-spaced, with the punctuation that separates phrases."""
    flat = " ".join(line.split("\n"))
    return normalize(flat, profile=profile, lexicon=lexicon, explain=False).text


def _prepared(source: str) -> str:
    """The text as the rules see it: same length, plain blanks, ASCII digits, lines mended that break in a sentence."""
    text = source.translate(_BLANKS) if not source.isascii() or "\t" in source or "\r" in source else source
    if _FOREIGN_DIGIT.search(text):
        text = _FOREIGN_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)
    if "\n" in text:
        text = _BROKEN_LINE.sub(_mend, text)
    return text


def _mend(m: re.Match[str]) -> str:
    """Blanks for a line's end inside a sentence, which a small letter on the next line gives away."""
    return " " * len(m[0]) if m.string[m.end()].islower() else m[0]


def _read(ctx: Context) -> list[SpokenSpan]:
    """The text cut into what stays as it stands and what a rule has read."""
    pieces: list[SpokenSpan] = []
    done = 0
    while True:
        reading = _next_reading(ctx, done)
        if reading is None:
            break
        start = max(reading.start, done)
        if start > done:
            pieces.append(SpokenSpan(done, start, None, "plain"))
        pieces.append(SpokenSpan(start, reading.end, *reading[2:]))
        done = reading.end
        ctx.said = (done, reading.spoken)
    if done < len(ctx.text):
        pieces.append(SpokenSpan(done, len(ctx.text), None, "plain"))
    return pieces


def _next_reading(ctx: Context, start: int) -> RuleReading | None:
    """The first reading at or after `start`; plain small-letter words are passed over without further thought."""
    text = ctx.text
    index = ctx.lexicon.index
    reading: RuleReading | None = None
    for m in TOKEN.finditer(text, start):
        kind = m.lastindex
        if kind == 2:
            word = m[2]
            if word.islower() and len(word) > 1 and word not in index and word.isalpha():
                after = text[m.end() : m.end() + 2]
                if len(after) < 2 or after[0] not in _JOINERS or after[1].isspace():
                    continue
            reading = _word(ctx, m.start(), word)
        elif kind == 1:
            reading = _number(ctx, m.start())
        elif kind == 3:
            reading = _sign(ctx, m.start())
        if reading is not None:
            return reading
    return None


def _number(ctx: Context, pos: int) -> RuleReading:
    left = ctx.left(pos)
    m = _DIGITS.match(ctx.text, pos)
    end = m.end() if m else pos + 1
    if ctx.lexicon.firm:
        reading = words.firm_entry(ctx, pos, ctx.text[pos:end], left)
        if reading is not None:
            return reading
    for rule in _NUMBER_RULES:
        reading = rule(ctx, pos, left)
        if reading is not None:
            return reading
    return RuleReading(pos, end, coded(ctx.text[pos:end], ctx.profile), "number.cardinal")


def _word(ctx: Context, pos: int, token: str) -> RuleReading | None:
    """The reading of a word that is not plainly Vietnamese: lexicon first, then what its letters suggest."""
    if not token.isalpha():
        place = next(i for i, c in enumerate(token) if not c.isalpha())
        if place == 0:
            return signs.odd_letter(ctx, pos, token[0])
        token = token[:place]
    text = ctx.text
    left = ctx.left(pos)
    reading = words.firm_entry(ctx, pos, token, left) if ctx.lexicon.firm else None
    reading = reading or _before_lexicon(ctx, pos, token, left)
    if reading is not None:
        return reading
    reading = words.lexicon_entry(ctx, pos, token, left)
    if reading is not None:
        if not (text[reading.end : reading.end + 1].isdigit() and text[reading.end - 1].isalpha()):
            return reading
        if not token.isupper():
            return measures.unit_after_word(ctx, pos, token) or reading
    return _small(ctx, pos, token, left) if token.islower() else _capital(ctx, pos, token, left)


def _before_lexicon(ctx: Context, pos: int, word: str, left: Left) -> RuleReading | None:
    """What the place of a word settles before its meaning: a list's letter, an address, a quarter, initials."""
    after = ctx.text[pos + len(word) : pos + len(word) + 2]
    reading: RuleReading | None = None
    if len(word) == 1:
        reading = words.spaced_out(ctx, pos) if word.isupper() else None
        reading = reading or lists.lettered(ctx, pos, left) or signs.lettered_symbol(ctx, pos, word)
    if reading is None and word.isascii() and after and (after[0] in "@._-0123456789" or after == ":/"):
        reading = web.address(ctx, pos)
    if reading is None and word == "US" and after[:1] == "$":
        reading = measures.sign_first(ctx, pos, left)
    if reading is None and after[:1] == "/" and len(word) < 4:
        reading = measures.bare_rate(ctx, pos)
    if reading is None and word[0] == "Q":
        reading = codes.quarter(ctx, pos)
    if reading is None and word in ("TL", "HL", "QL", "ĐT", "DT", "ĐH", "ĐX", "CT"):
        reading = roads.road(ctx, pos, left)
    if reading is None and len(word) == 1 and after[:1] == ".":
        reading = initials.initials(ctx, pos)
    return reading


def _small(ctx: Context, pos: int, word: str, left: Left) -> RuleReading | None:
    """A small-letter word that the lexicon does not know: a letter of a list, a sign of multiplication, a unit."""
    if len(word) > 1:
        return measures.unit_after_word(ctx, pos, word)
    if (
        word == "x"
        and (_FIGURE_NEXT.match(ctx.text, pos + 1) or _SIDE_NEXT.match(ctx.text, pos + 1))
        and _TIMES_LEFT.search(left.raw)
    ):
        # "3 lần/ngày x 5 ngày" is a course, not a product.
        course = _COURSE.match(ctx.text, pos + 1) and _DOSE.search(left.lower)
        return RuleReading(pos, pos + 1, "trong" if course else "nhân", "symbol")
    reading = legal.letter(ctx, pos, left)
    if reading is not None:
        return reading
    if word.isascii() and ctx.text[pos + 1 : pos + 2].isdigit():
        return measures.unit_after_word(ctx, pos, word) or codes.letters_figures(ctx, pos)
    if word == "x" and ctx.text[pos - 1 : pos].isdigit():
        return RuleReading(pos, pos + 1, f" {ctx.lexicon.letter(word)}", "letter.name")
    return measures.unit_after_word(ctx, pos, word)


def _capital(ctx: Context, pos: int, token: str, left: Left) -> RuleReading | None:
    """A word with capitals that the lexicon does not know: Roman, code, letter, acronym, or a name that stays."""
    found = roman.roman(ctx, pos, left) if token[0] in "IVXLCDM" else None
    if found is None and token.isupper():
        found = codes.capitals(ctx, pos, token, left)
    if found is not None:
        return found
    if len(token) == 1:
        return words.single_letter(ctx, pos, token)
    return None if token.istitle() else words.acronym(ctx, pos, token, left)


def _sign(ctx: Context, pos: int) -> RuleReading | None:
    c = ctx.text[pos]
    left = ctx.left(pos)
    reading = words.firm_entry(ctx, pos, c, left) if ctx.lexicon.firm else None
    if reading is not None:
        return reading
    if c in "+(":
        reading = phones.signed_or_bracketed(ctx, pos)
        if reading is None and c == "(":
            reading = words.bracketed_gloss(ctx, pos)
    elif c == "#":
        reading = web.hashtag(ctx, pos)
    elif c in "$€£¥₫":
        reading = measures.sign_first(ctx, pos, left)
    elif c in "._…/":
        reading = documents.blank_number(ctx, pos, left)
    reading = reading or lists.bullet(ctx, pos, left)
    if reading is None and c in _START_OF_SIGNED:
        reading = amounts.signed(ctx, pos, left)
    return reading or signs.sign(ctx, pos, left)


def _spans(source: str, pieces: list[SpokenSpan]) -> tuple[Span, ...]:
    spans = []
    for p in pieces:
        written = source[p.start : p.end]
        spoken = written if p.spoken is None else p.spoken.strip()
        spans.append(
            Span(
                start=p.start,
                end=p.end,
                written=written,
                spoken=spoken,
                rule=p.rule,
                reason=reason_of(p.rule),
                alternatives=p.alternatives,
                look=p.look,
            )
        )
    return tuple(spans)


class _Builder:
    """Collects what is said into sentences and paragraphs."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.parts: list[str] = []
        self.places: list[tuple[int, int, int]] = []
        self.sentences: list[Sentence] = []
        self.paragraph = 0
        self.filled = False

    def add(self, said: str, start: int, end: int) -> None:
        if not said:
            return
        if self.parts:
            last = self.parts[-1][-1]
            if (last.isalnum() or last in ",.;:!?") and said[0].isalnum():
                self.parts.append(" ")
        self.parts.append(said)
        self.places.append((len(said.split()), start, end))

    def close(self, *, paragraph: bool) -> None:
        text = tidy("".join(self.parts))
        places, self.parts, self.places = self.places, [], []
        if not any(c.isalnum() for c in text):
            text = ""
        if text:
            if _DIGITS.search(text):
                text = _DIGITS.sub(lambda m: coded(m[0], self.ctx.profile), text)
            self.filled = True
            self._emit(text, places)
        if paragraph and self.filled:
            last = self.sentences[-1]
            pause = pause_after(last.text, ends_paragraph=True)
            self.sentences[-1] = Sentence(last.text, last.start, last.end, pause, last.paragraph)
            self.paragraph += 1
            self.filled = False

    def _emit(self, text: str, places: list[tuple[int, int, int]]) -> None:
        units = cut(text)
        first, last = places[0][1], places[-1][2]
        if len(units) == 1:
            self.sentences.append(Sentence(text, first, last, pause_after(text, ends_paragraph=False), self.paragraph))
            return
        ends = self._ends(units, places)
        start = first
        for unit, end in zip(units, [*ends[:-1], last], strict=True):
            stop = max(start, end)
            self.sentences.append(Sentence(unit, start, stop, pause_after(unit, ends_paragraph=False), self.paragraph))
            start = stop

    def _ends(self, units: list[str], places: list[tuple[int, int, int]]) -> list[int]:
        """Where in the source each unit ends, found by counting words."""
        ends: list[int] = []
        text = self.ctx.text
        steps = iter(_word_ends(text, places))
        place = places[0][1]
        for unit in units:
            for _, end in zip(range(len(unit.split())), steps, strict=False):
                place = end
            ends.append(place)
        return ends


def _word_ends(text: str, places: list[tuple[int, int, int]]) -> Iterator[int]:
    """The source's end of each spoken word; words of one reading all end where it ends."""
    for count, start, end in places:
        found = 0
        if text[start:end].count(" ") + 1 >= count > 1:
            for m in _CHUNK.finditer(text, start, end):
                found += 1
                if found <= count:
                    yield m.end()
        for _ in range(count - found):
            yield end


def _sentences(ctx: Context, pieces: list[SpokenSpan]) -> tuple[Sentence, ...]:
    text = ctx.text
    builder = _Builder(ctx)
    for piece in pieces:
        if piece.spoken is not None:
            builder.add(piece.spoken, piece.start, piece.end)
            if piece.spoken.endswith(".") and _ends_here(text, piece.end):
                builder.close(paragraph=False)
            continue
        start = piece.start
        for m in _STOP.finditer(text, piece.start, piece.end):
            end = m.end()
            if text[m.start()] == "\n":
                builder.add(text[start : m.start()], start, m.start())
                builder.close(paragraph=True)
                start = end
            elif end == len(text) or end < piece.end or _ends_here(text, end):
                if text[m.start()] == "." and not _ends_here(text, end):
                    continue
                builder.add(text[start:end], start, end)
                builder.close(paragraph=False)
                start = end
        if start < piece.end:
            builder.add(text[start : piece.end], start, piece.end)
    builder.close(paragraph=True)
    return tuple(builder.sentences)


def _ends_here(text: str, end: int) -> bool:
    """Whether a sentence may end before `end`: a blank or the end follows, and no small letter after it."""
    rest = text[end : end + 16].lstrip("\"”’')]» ")
    if not rest or rest[0] == "\n":
        return True
    return text[end] in " \n\"”’')]»" and not rest[0].islower()


__all__ = ["Notice", "SpokenSpan", "normalize", "speak_line"]
